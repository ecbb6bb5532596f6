"""The cells of a workbook's first sheet, once its container is known to be small, plain and without programs."""

import re
import warnings
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from literacy_app.foundation.workbooks import (
    BROKEN,
    HEAD,
    REFERENCE,
    Feed,
    Limits,
    Misfit,
    UnfitContainer,
    column_number,
    unpack,
)
from literacy_app.sampling.loader.faults import Fault, FrameError, FrameFault

# Old workbooks, and those that a password locks, are containers of another kind.
OLD_HEAD = b"\xd0\xcf\x11\xe0"
# What a spreadsheet program writes packs to a tenth or so; small parts may pack better by chance.
LIMITS = Limits(parts=200, unpacked=48 * 1024 * 1024, ratio=100, small=1024 * 1024)
MOST_TAGS, MOST_CELLS = 2_000_000, 500_000
# A row is kept whole while it is read, and whatever stands in it is taken for a cell.
MOST_TAGS_A_ROW = 20_000
_PROGRAMS = re.compile(r"vbaproject|vbadata|macrosheets|dialogsheets|activex|ctrlprops|embeddings", re.IGNORECASE)
_OUTSIDE = re.compile(r"externallinks|/connections\.xml|querytables", re.IGNORECASE)


def read_workbook(name: str, raw: bytes, most_rows: int, most_columns: int) -> Iterator[tuple[int, list[object]]]:
    """The rows of the first sheet with their numbers, as values that are text, numbers, dates or None. Raises FrameError."""
    if raw.startswith(OLD_HEAD):
        raise FrameError(name, [Fault(FrameFault.OLD_OR_LOCKED)])
    if not raw.startswith(HEAD):
        raise FrameError(name, [Fault(FrameFault.NO_WORKBOOK)])
    try:
        _check_container(name, raw, most_rows, most_columns)
    except BROKEN as error:
        raise FrameError(name, [Fault(FrameFault.BROKEN, given=str(error))]) from error
    from openpyxl import load_workbook  # here, because it is slow to load

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about things in a workbook that are no cells
        try:
            # Values, not formulas: what a cell came to when the file was saved.
            book = load_workbook(BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            rows = book.worksheets[0].iter_rows(max_row=most_rows, max_col=most_columns, values_only=True)
            yield from ((number, list(row)) for number, row in enumerate(rows, start=1))
        except Exception as error:  # a library at a stranger's file: whatever it raises, the file is the reason
            given = f"{type(error).__name__}: {error}"[:200]
            raise FrameError(name, [Fault(FrameFault.BROKEN, given=given)]) from error


def _check_container(name: str, raw: bytes, most_rows: int, most_columns: int) -> None:
    scan = _Scan(name, most_rows, most_columns)
    try:
        unpack(raw, LIMITS, scan.begin)
    except UnfitContainer as error:
        broken = Fault(FrameFault.BROKEN, given="two parts have the same name")
        raise FrameError(name, [broken if error.misfit is Misfit.SAME_NAME else Fault(FrameFault.UNPACKS)]) from error


class _Scan:
    """Goes through the XML of all parts and counts, so that what is understood later is known to be small."""

    def __init__(self, file: str, most_rows: int, most_columns: int) -> None:
        self.file, self.most_rows, self.most_columns = file, most_rows, most_columns
        self.tags = self.cells = 0

    def begin(self, part: str) -> Feed:
        """A new part. Raises FrameError for one that brings programs or refers to elsewhere."""
        if _PROGRAMS.search(part):
            raise FrameError(self.file, [Fault(FrameFault.PROGRAMS)])
        if _OUTSIDE.search(part):
            raise FrameError(self.file, [Fault(FrameFault.OUTSIDE)])
        self.part = part
        self.is_sheet = part.lower().startswith("xl/worksheets/")
        self.row = self.column = self.in_row = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._element
        return self._feed

    def _feed(self, chunk: bytes, last: bool) -> None:
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise FrameError(self.file, [Fault(FrameFault.BROKEN, given=f"{self.part}: {error}")]) from error

    def _fail(self, kind: FrameFault, limit: int) -> None:
        raise FrameError(self.file, [Fault(kind, given=f"{limit:,}")])

    def _doctype(self, *_: object) -> None:
        raise FrameError(self.file, [Fault(FrameFault.OUTSIDE)])  # a document type may refer to other files

    def _element(self, tag: str, attributes: dict[str, str]) -> None:
        self.tags += 1
        if self.tags > MOST_TAGS:
            self._fail(FrameFault.CELLS, MOST_TAGS)
        if "macroEnabled" in attributes.get("ContentType", ""):
            raise FrameError(self.file, [Fault(FrameFault.PROGRAMS)])
        if not self.is_sheet:
            return
        tag = tag.rpartition(":")[2]
        self.in_row += 1
        if self.in_row > MOST_TAGS_A_ROW:
            self._fail(FrameFault.CELLS, MOST_TAGS_A_ROW)
        if tag == "row":
            self.in_row = 0
            self.row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = 0
            if self.row > self.most_rows:
                self._fail(FrameFault.ROWS, self.most_rows)
        elif tag == "c":
            found = REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = column_number(found[1]) if found else self.column + 1
            self.cells += 1
            if self.column > self.most_columns:
                self._fail(FrameFault.COLUMNS, self.most_columns)
            if self.cells > MOST_CELLS:
                self._fail(FrameFault.CELLS, MOST_CELLS)
