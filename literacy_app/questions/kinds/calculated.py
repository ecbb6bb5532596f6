"""A value worked out from other answers, on the server, whatever a client says."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from literacy_app.questions.kinds.note import Note
from literacy_app.questions.rules import Value


@dataclass(frozen=True)
class Calculated(Note):
    """Never shown and never taken from outside; the value is a text or a number."""

    name: str = "calculated"

    def to_json(self, value: Value) -> Any:
        """A JSON number or string."""
        if isinstance(value, Decimal):
            return int(value) if value == int(value) else float(value)
        return value


KIND = Calculated()
