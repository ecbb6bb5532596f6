"""What can be wrong with the file of a frame: a code for the pages, a sentence for everybody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from literacy_app.foundation.errors import InputError, Problem


class FrameFault(StrEnum):
    """Why a frame cannot be read. SENTENCES say what to do."""

    NAME = "name"
    LARGE = "large"
    NO_WORKBOOK = "no_workbook"
    IS_WORKBOOK = "is_workbook"
    OLD_OR_LOCKED = "old_or_locked"
    BROKEN = "broken"
    PROGRAMS = "programs"
    OUTSIDE = "outside"
    UNPACKS = "unpacks"
    ROWS = "rows"
    COLUMNS = "columns"
    CELLS = "cells"
    LONG_CELL = "long_cell"
    ENCODING = "encoding"
    NO_HEADER = "no_header"
    COLUMN_TWICE = "column_twice"
    EMPTY = "empty"
    MISSING = "missing"
    LONG_NAME = "long_name"
    CODE = "code"
    CODE_ROUNDED = "code_rounded"
    CODE_OF_TOWNSHIP = "code_of_township"
    CODE_TWICE = "code_twice"
    TOWNSHIP = "township"
    TOWNSHIP_NAMES = "township_names"
    NUMBER = "number"
    ZERO = "zero"
    TOO_BIG = "too_big"
    HOUSEHOLDS = "households"
    RESIDENCE = "residence"
    MORE = "more"


# As much of a cell as somebody needs to find it again.
LONGEST_SHOWN = 40

# `{given}` is what stands in the file, or the limit that it passes.
SENTENCES = {
    FrameFault.NAME: "is called neither .csv nor .xlsx; save it as one of the two",
    FrameFault.LARGE: "is larger than {given} bytes; keep one row for each village and only the columns of the frame",
    FrameFault.NO_WORKBOOK: "is no workbook, whatever it is called; save it as .xlsx in a spreadsheet program",
    FrameFault.IS_WORKBOOK: "is a workbook and not text; call it .xlsx",
    FrameFault.OLD_OR_LOCKED: "is an old workbook or has a password; save it as .xlsx without one",
    FrameFault.BROKEN: "cannot be read ({given}); open it and save it again",
    FrameFault.PROGRAMS: "holds macros or embedded files, which are not read; copy the rows into a new workbook",
    FrameFault.OUTSIDE: "refers to other files, which are not read; copy the rows as values into a new workbook",
    FrameFault.UNPACKS: "unpacks to far more than a frame holds; copy the rows into a new workbook",
    FrameFault.ROWS: "has rows after row {given}; import a pilot at a time, and delete empty rows at the end",
    FrameFault.COLUMNS: "has more than {given} columns; keep only those of the frame",
    FrameFault.CELLS: "has more than {given} cells or marks; keep only the sheet and the columns of the frame",
    FrameFault.LONG_CELL: "has a cell of more than {given} characters",
    FrameFault.ENCODING: "is neither UTF-8 nor GBK ({given}); save it as CSV UTF-8",
    FrameFault.NO_HEADER: "has no column {given}; the first row names the columns",
    FrameFault.COLUMN_TWICE: "names the same column twice ({given}); keep one of the two",
    FrameFault.EMPTY: "has no villages below the names of its columns",
    FrameFault.MISSING: "is empty; fill it in",
    FrameFault.LONG_NAME: "{given} is longer than a name is",
    FrameFault.CODE: "{given} is not a code of 12 digits",
    FrameFault.CODE_ROUNDED: "{given} has been rounded by a spreadsheet; make the column text and enter the codes again",
    FrameFault.CODE_OF_TOWNSHIP: "{given} is a township or larger; keep villages and neighbourhoods only",
    FrameFault.CODE_TWICE: "{given}; keep one of the two rows",
    FrameFault.TOWNSHIP: "{given} is not the beginning of the village's code",
    FrameFault.TOWNSHIP_NAMES: "{given}; the same code needs the same township",
    FrameFault.NUMBER: "{given} is not a whole number, written in digits only",
    FrameFault.ZERO: "is 0; take out villages with nobody to ask",
    FrameFault.TOO_BIG: "{given} is more than any village or neighbourhood has",
    FrameFault.HOUSEHOLDS: "{given}: more than three households for each resident of 15-69; look whether columns are swapped",
    FrameFault.RESIDENCE: "{given} is not urban, rural, 城镇, 乡村 or a class such as 111 or 220",
    FrameFault.MORE: "there is more; put these right first",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `row` counts from 1 as spreadsheets do, 0 is the whole file; `column` is a name of COLUMNS."""

    kind: FrameFault
    row: int = 0
    column: str = ""
    given: str = ""

    @property
    def where(self) -> str:
        """`row 3, column size`, or nothing."""
        return ", ".join(
            filter(None, (f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else ""))
        )


class FrameError(InputError):
    """The file is no frame; nothing was changed. `faults` has codes for what `problems` says in words."""

    def __init__(self, file: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            [Problem(file, fault.where, SENTENCES[fault.kind].format(given=fault.given)) for fault in self.faults]
        )


def shown(text: str) -> str:
    """What stands in a cell, in quotes and on one line, cut where a person has seen enough of it."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}...")
