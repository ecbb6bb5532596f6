"""A text to read, without an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from literacy_app.questions.rules import Fault, Question, Value


@dataclass(frozen=True)
class Note:
    """Shown on a card of its own, with a button to go on."""

    name: str = "note"
    asked: bool = False

    def options(self, question: Question) -> tuple[str, ...]:
        """None."""
        return ()

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """Nothing is answered."""
        return None

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """An answer to it is refused."""
        return Fault.NOT_ASKED

    def to_json(self, value: Value) -> Any:
        """As it is, for there is none."""
        return value


KIND = Note()
