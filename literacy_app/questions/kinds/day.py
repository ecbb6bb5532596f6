"""A day of the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from literacy_app.questions.rules import Fault, Question, Value

LENGTH = len("2026-01-31")


@dataclass(frozen=True)
class Day:
    """The value is a day, written YYYY-MM-DD. Bounds are a constraint, for example `. <= today()`."""

    name: str = "date"
    asked: bool = True

    def options(self, question: Question) -> tuple[str, ...]:
        """None: a day is typed or picked."""
        return ()

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """What the phone's picker sends; where there is none, people type it, also 2026/1/31 and 2026.1.31."""
        said = typed[0].strip().replace("/", "-").replace(".", "-") if typed else ""
        parts = said.split("-")
        if len(parts) == 3 and all(part.isdecimal() and len(part) <= 4 for part in parts):
            said = f"{int(parts[0]):04d}-{int(parts[1]):02d}-{int(parts[2]):02d}"
        return self.from_json(question, said) if said else None

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """A string YYYY-MM-DD."""
        if not isinstance(sent, str) or len(sent) != LENGTH:
            return Fault.NOT_A_DAY
        try:
            day = date.fromisoformat(sent)
        except ValueError:
            return Fault.NOT_A_DAY
        return day if day.isoformat() == sent else Fault.NOT_A_DAY  # Python also reads 2026-W05-6

    def to_json(self, value: Value) -> Any:
        """The string."""
        return value.isoformat() if isinstance(value, date) else value


KIND = Day()
