"""What a question and an answer are, without words and without the right answer.

expressions    conditions, constraints and calculations
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from literacy_app.framework.rules import Dimension, SecondClass, Topic


class Code(StrEnum):
    """Answers that are not answers; each is counted apart."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"


# An option id, several of them in the order of the question, a number, a day, or a text.
Value = str | tuple[str, ...] | Decimal | date
Answer = Value | Code


class Fault(StrEnum):
    """Why an answer cannot be taken; forms and the API put it into words."""

    NOT_AN_OPTION = "not_an_option"
    NOT_A_LIST = "not_a_list"
    NOT_ONE = "not_one"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    TOO_FINE = "too_fine"
    NOT_A_DAY = "not_a_day"
    NOT_ASKED = "not_asked"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_A_TEXT = "not_a_text"
    TOO_LONG = "too_long"
    BAD_CHARACTERS = "bad_characters"
    NO_SUCH_CODE = "no_such_code"
    CODE_AND_ANSWER = "code_and_answer"


@dataclass(frozen=True)
class Question:
    """The shape of a question: what may be answered, never what is right.

    `show_if`, `constraint`, `calculation` and the conditions of single options (`option_if`) are expressions
    (questions.rules.expressions). `anchor` names the instrument version that asks exactly the same item.
    """

    __pydantic_config__ = {"extra": "forbid"}

    id: str
    kind: str
    options: tuple[str, ...] = ()
    options_from: str = ""
    min: int | None = None
    max: int | None = None
    required: bool = False
    section: str = ""
    dimension: Dimension | None = None
    second_class: SecondClass | None = None
    article: str = ""
    topic: Topic | None = None
    decimals: int = 0
    show_if: str = ""
    constraint: str = ""
    calculation: str = ""
    option_if: dict[str, str] = field(default_factory=dict)
    shuffle: bool = False
    rows: tuple[str, ...] = ()
    matrix: str = ""
    anchor: str = ""

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes that may stand for an answer: "don't know" where something is scored, "rather not say" elsewhere."""
        return (Code.DONT_KNOW,) if self.dimension else (Code.REFUSED,)


@dataclass(frozen=True)
class QuestionWords:
    """A question in one language. `why` explains each option and is shown only after answering.

    `lead` stands above the stem (what the rows of a matrix have in common); `constraint` and `required` say what to do
    when an answer does not fit or is missing; `rows` words the rows of a matrix, each of which becomes a question.
    """

    __pydantic_config__ = {"extra": "forbid"}

    stem: str
    hint: str = ""
    options: dict[str, str] | None = None
    why: dict[str, str] | None = None
    lead: str = ""
    constraint: str = ""
    required: str = ""
    rows: dict[str, str] | None = None


def as_text(answer: Answer | None) -> str:
    """An answer as expressions see it: ids apart by a space, a day as YYYY-MM-DD, nothing as the empty text."""
    if answer is None:
        return ""
    if isinstance(answer, tuple):
        return " ".join(answer)
    if isinstance(answer, Decimal):
        return format(answer, "f")
    return answer.isoformat() if isinstance(answer, date) else str(answer)
