"""A number within bounds, whole unless the question says how many decimals."""

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
    """The value is exact; `min` and `max` of the question are inclusive, `decimals` is how many digits may follow the point."""

    name: str = "number"
    asked: bool = True

    def options(self, question: Question) -> tuple[str, ...]:
        """None: a number is typed."""
        return ()

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """Digits, also full-width ones as Chinese keyboards write them."""
        text = typed[0].strip() if typed else ""
        if not text:
            return None
        text = text.replace("．", ".").replace("－", "-")
        if not re.fullmatch(r"-?\d{1,10}(?:\.\d{1,10})?", text):
            return Fault.NOT_A_NUMBER
        return self.from_json(question, Decimal(text))

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """A JSON number with at most so many decimals; a number written as text is refused, not guessed."""
        if isinstance(sent, float):  # as databases give back what was kept; the door itself reads Decimals
            sent = Decimal(repr(sent))
        if isinstance(sent, bool) or not isinstance(sent, int | Decimal) or not Decimal(sent).is_finite():
            return Fault.NOT_A_NUMBER
        if not -LARGEST <= sent <= LARGEST:
            return Fault.TOO_LARGE if sent > 0 else Fault.TOO_SMALL
        exact = Decimal(sent)
        if exact != exact.quantize(Decimal(1).scaleb(-question.decimals)):
            return Fault.TOO_FINE if question.decimals else Fault.NOT_WHOLE
        if question.min is not None and sent < question.min:
            return Fault.TOO_SMALL
        if question.max is not None and sent > question.max:
            return Fault.TOO_LARGE
        return exact.normalize() + 0  # 2.50 is 2.5, as in JSON, so that conditions see one text; and never -0

    def to_json(self, value: Value) -> Any:
        """A JSON number."""
        if isinstance(value, Decimal):
            return int(value) if value == int(value) else float(value)
        return value


KIND = Number()
