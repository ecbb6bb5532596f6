"""One of several options."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from literacy_app.questions.rules import Fault, Question, Value


@dataclass(frozen=True)
class Single:
    """Exactly one option is chosen; the value is its id."""

    name: str = "single"
    asked: bool = True

    def options(self, question: Question) -> tuple[str, ...]:
        """The question's own options."""
        return question.options

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """One id, or nothing."""
        if len(typed) > 1:
            return Fault.NOT_ONE
        return self.from_json(question, typed[0]) if typed else None

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """The id of one option."""
        return sent if isinstance(sent, str) and sent in self.options(question) else Fault.NOT_AN_OPTION

    def to_json(self, value: Value) -> Any:
        """The id."""
        return value


KIND = Single()
