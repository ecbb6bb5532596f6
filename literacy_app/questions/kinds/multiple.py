"""Any number of several options, at least one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from literacy_app.questions.rules import Fault, Question, Value


@dataclass(frozen=True)
class Multiple:
    """The value is the chosen ids in the question's order, so that equal choices are equal values."""

    name: str = "multiple"
    asked: bool = True

    def options(self, question: Question) -> tuple[str, ...]:
        """The question's own options."""
        return question.options

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """The ticked ids, or nothing."""
        return self.from_json(question, list(typed)) if typed else None

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """A list of different ids, at least one."""
        if not isinstance(sent, list) or not sent:
            return Fault.NOT_A_LIST
        if any(not isinstance(id, str) or id not in question.options for id in sent) or len(set(sent)) != len(sent):
            return Fault.NOT_AN_OPTION
        return tuple(option for option in question.options if option in sent)

    def to_json(self, value: Value) -> Any:
        """A list of ids."""
        return list(value) if isinstance(value, tuple) else value


KIND = Multiple()
