"""What a question and an answer are, without words and without the right answer."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from literacy_app.framework.rules import Dimension, SecondClass, Topic


class Code(StrEnum):
    """Answers that are not answers; each is counted apart."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"


# An option id, several of them in the order of the question, a number, or a text.
Value = str | tuple[str, ...] | Decimal
Answer = Value | Code


class Fault(StrEnum):
    """Why an answer cannot be taken; forms and the API put it into words."""

    NOT_AN_OPTION = "not_an_option"
    NOT_A_LIST = "not_a_list"
    NOT_ONE = "not_one"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_A_TEXT = "not_a_text"
    TOO_LONG = "too_long"
    BAD_CHARACTERS = "bad_characters"
    NO_SUCH_CODE = "no_such_code"
    CODE_AND_ANSWER = "code_and_answer"


@dataclass(frozen=True)
class Question:
    """The shape of a question: what may be answered, never what is right."""

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

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes that may stand for an answer: "don't know" where something is scored, "rather not say" elsewhere."""
        return (Code.DONT_KNOW,) if self.dimension else (Code.REFUSED,)


@dataclass(frozen=True)
class QuestionWords:
    """A question in one language. `why` explains each option and is shown only after answering."""

    __pydantic_config__ = {"extra": "forbid"}

    stem: str
    hint: str = ""
    options: dict[str, str] | None = None
    why: dict[str, str] | None = None
