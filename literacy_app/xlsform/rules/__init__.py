"""What a workbook of questions is, and what of it can be an instrument.

logic      expressions: the columns of a choice put in, constants worked out, trees written as text
columns    columns, languages, names and types as people write them
reading    from sheets to a form
rows       one row of the sheet `survey` as a question
writing    from an instrument to sheets
"""

from collections.abc import Mapping
from dataclasses import dataclass

from literacy_app.questions.rules import Question
from literacy_app.scoring.rules import Key
from literacy_app.surveys.rules import InstrumentWords


@dataclass(frozen=True)
class Row:
    """One line of a sheet as spreadsheets number it, and what stands in it by the name of the column; no empty cells."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheets:
    """What a workbook says: its three sheets that mean something, without their first lines."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: tuple[Row, ...]


@dataclass(frozen=True)
class Remark:
    """What somebody should know about a line of a sheet; row 0 is the sheet as a whole."""

    sheet: str
    row: int
    message: str

    @property
    def where(self) -> str:
        """The line as messages name it, such as `survey row 5`."""
        return f"{self.sheet} row {self.row}" if self.row else self.sheet


@dataclass(frozen=True)
class Gaps:
    """How many of so many texts one language lacks, and where."""

    language: str
    texts: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """An instrument as its files say it, matrices in one piece. A text that is missing is empty.

    `rows` knows in which line of `survey` each question stands; `unanswered` are scored questions without a right answer.
    """

    name: str
    version: int
    edition: str
    questions: tuple[Question, ...]
    words: Mapping[str, InstrumentWords]
    key: Key
    shuffle_sections: tuple[str, ...]
    rows: Mapping[str, int]
    notes: tuple[Remark, ...]
    gaps: tuple[Gaps, ...]
    unanswered: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name and version, as its folder is called."""
        return f"{self.name}-v{self.version}"

    @property
    def is_complete(self) -> bool:
        """Whether it can be an instrument, so that nothing of it waits to be written."""
        return not self.unanswered and not any(gaps.places for gaps in self.gaps)


class NotTaken(Exception):
    """Why nothing was taken of a workbook: all that is wrong with it."""

    def __init__(self, remarks: tuple[Remark, ...]) -> None:
        super().__init__("; ".join(f"{remark.where}: {remark.message}" for remark in remarks))
        self.remarks = remarks
