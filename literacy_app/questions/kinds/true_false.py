"""A statement that is right or not."""

from dataclasses import dataclass

from literacy_app.questions.kinds.single import Single
from literacy_app.questions.rules import Question


@dataclass(frozen=True)
class TrueFalse(Single):
    """One of the two fixed options `true` and `false`."""

    name: str = "true_false"

    def options(self, question: Question) -> tuple[str, ...]:
        """Always the same two."""
        return ("true", "false")


KIND = TrueFalse()
