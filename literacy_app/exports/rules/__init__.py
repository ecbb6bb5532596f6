"""What leaves the house: which submissions, which columns, and how each format writes them.

union      the questions of every instrument version that a wave's submissions answered, as one list
columns    the columns of the tables, the same for every format, with labels and codes
cells      what a cell may hold: formulas made harmless, answers read quickly
csv_file   rows as CSV
xlsx_file  rows as an Excel workbook
sav_file   rows as an SPSS system file
ddi        the description of a wave, DDI-Codebook 2.5
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from literacy_app.foundation.languages import LANGUAGES, Bilingual
from literacy_app.surveys.rules import Stream

F = TypeVar("F")
Value = str | int | float | datetime | date | None


class Copy(StrEnum):
    """For whom: everybody who may export, or the institute, with design, weights and paradata."""

    PLAIN = "plain"
    FULL = "full"


@dataclass(frozen=True)
class Selection:
    """Which copy, in which language, of which submissions: all received, one stream, or only `counted` (the accepted
    interviews of drawn people, which alone make the level)."""

    copy: Copy = Copy.PLAIN
    language: str = LANGUAGES[0]
    stream: Stream | None = None
    counted: bool = False

    @property
    def full(self) -> bool:
        """Whether design, weights and paradata go along."""
        return self.copy == Copy.FULL


class Form(StrEnum):
    """The files of a wave, by the last part of their address."""

    WIDE_CSV = "wide.csv"
    LONG_CSV = "long.csv"
    XLSX = "wide.xlsx"
    SAV = "data.sav"
    JSONL = "data.jsonl"
    DDI = "ddi.xml"
    CODEBOOK = "codebook.csv"


class ColumnType(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True)
class Option:
    """One value that a column may hold: as tables write it, as SPSS does, and in words."""

    value: str
    number: float
    label: Bilingual


@dataclass(frozen=True)
class Column:
    """One column. `spss` is its name in a .sav file, empty where that file has no such column; `tables` whether CSV and
    Excel have it. `width` is in bytes (.sav, texts). `codes` are the values that mean no answer."""

    name: str
    spss: str
    type: ColumnType
    label: Bilingual
    options: tuple[Option, ...] = ()
    codes: tuple[Option, ...] = ()
    width: int = 8
    decimals: int = 0
    nominal: bool = True
    tables: bool = True
    # Whether its texts are made of letters, digits, hyphens and colons only, so that no format has to look at them.
    plain: bool = False
    # The question that the column comes from, "" for what is not asked.
    asked: str = ""


@dataclass(frozen=True)
class TextUse:
    """What the answers to one question are: bytes of the longest text, and whether any is a text rather than a number."""

    longest: int
    worded: bool


class Shape(Protocol[F]):
    """How one format writes a table, row by row: fragments of some neighbouring cells, made once and put together often."""

    def start(self) -> bytes:
        """What comes before the first row."""

    def maker(self, columns: Sequence[Column]) -> Callable[[Sequence[Value]], F]:
        """What writes the cells of these columns."""

    def rows(self, rows: Sequence[Sequence[F]]) -> bytes:
        """Rows, each of the fragments of all its columns."""

    def end(self) -> bytes:
        """What comes after the last row."""
