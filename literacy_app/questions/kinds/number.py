"""A whole number within bounds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from literacy_app.questions.rules import Fault, Question, Value

# Beyond this nothing is counted in a survey; it also keeps a hostile "1e400" from being expanded.
LARGEST = 10**9


@dataclass(frozen=True)
class Number:
    """The value is a whole number; `min` and `max` of the question are inclusive."""

    name: str = "number"

    def options(self, question: Question) -> tuple[str, ...]:
        """None: a number is typed."""
        return ()

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """Digits, also full-width ones as Chinese keyboards write them."""
        text = typed[0].strip() if typed else ""
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,10}", text):
            return Fault.NOT_A_NUMBER
        return self.from_json(question, int(text))

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """A JSON number without a fraction; a number written as text is refused, not guessed."""
        if isinstance(sent, bool) or not isinstance(sent, int | Decimal):
            return Fault.NOT_A_NUMBER
        if not -LARGEST <= sent <= LARGEST:
            return Fault.TOO_LARGE if sent > 0 else Fault.TOO_SMALL
        if sent != int(sent):
            return Fault.NOT_WHOLE
        if question.min is not None and sent < question.min:
            return Fault.TOO_SMALL
        if question.max is not None and sent > question.max:
            return Fault.TOO_LARGE
        return Decimal(int(sent))

    def to_json(self, value: Value) -> Any:
        """A JSON number."""
        return int(value) if isinstance(value, Decimal) else value


KIND = Number()
