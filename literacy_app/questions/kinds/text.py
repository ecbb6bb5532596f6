"""A few words of the person's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from literacy_app.questions.rules import Fault, Question, Value

LONGEST = 10_000


@dataclass(frozen=True)
class Text:
    """The value is the text exactly as written; `max` of the question is its longest length in characters."""

    name: str = "text"
    asked: bool = True

    def options(self, question: Question) -> tuple[str, ...]:
        """None: a text is typed."""
        return ()

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """The text, with the line ends of every browser made the same."""
        text = typed[0].replace("\r\n", "\n") if typed else ""
        return self.from_json(question, text) if text.strip() else None

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """A string that every database can hold: no half characters, no control characters but tab and line end."""
        if not isinstance(sent, str):
            return Fault.NOT_A_TEXT
        if len(sent) > (question.max or LONGEST):
            return Fault.TOO_LONG
        if any((ord(c) < 32 and c not in "\t\n\r") or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in sent):
            return Fault.BAD_CHARACTERS
        return sent

    def to_json(self, value: Value) -> Any:
        """The string."""
        return value


KIND = Text()
