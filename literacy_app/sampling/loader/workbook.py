"""The cells of a workbook's first sheet, once its container is known to be small, plain and without programs."""

import re
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from literacy_app.sampling.loader.faults import Fault, FrameError, FrameFault

HEAD = b"PK\x03\x04"
# Old workbooks, and those that a password locks, are containers of another kind.
OLD_HEAD = b"\xd0\xcf\x11\xe0"
LARGEST_UNPACKED = 48 * 1024 * 1024
# What a spreadsheet program writes packs to a tenth or so; small parts may pack better by chance.
HIGHEST_RATIO, SMALL_PART = 100, 1024 * 1024
MOST_PARTS, MOST_TAGS, MOST_CELLS = 200, 2_000_000, 500_000
# A row is kept whole while it is read, and whatever stands in it is taken for a cell.
MOST_TAGS_A_ROW = 20_000
CHUNK = 64 * 1024
_PROGRAMS = re.compile(r"vbaproject|vbadata|macrosheets|dialogsheets|activex|ctrlprops|embeddings", re.IGNORECASE)
_OUTSIDE = re.compile(r"externallinks|/connections\.xml|querytables", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_workbook(name: str, raw: bytes, most_rows: int, most_columns: int) -> Iterator[tuple[int, list[object]]]:
    """The rows of the first sheet with their numbers, as values that are text, numbers, dates or None. Raises FrameError."""
    if raw.startswith(OLD_HEAD):
        raise FrameError(name, [Fault(FrameFault.OLD_OR_LOCKED)])
    if not raw.startswith(HEAD):
        raise FrameError(name, [Fault(FrameFault.NO_WORKBOOK)])
    try:
        _check_container(name, raw, most_rows, most_columns)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
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
    """Everything is unpacked once, in small pieces and without keeping any, and judged by what it is, not what it claims."""
    with ZipFile(BytesIO(raw)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise FrameError(name, [Fault(FrameFault.UNPACKS)])
        if len({part.filename.lower() for part in parts}) < len(parts):
            raise FrameError(name, [Fault(FrameFault.BROKEN, given="two parts have the same name")])
        for part in parts:
            if _PROGRAMS.search(part.filename):
                raise FrameError(name, [Fault(FrameFault.PROGRAMS)])
            if _OUTSIDE.search(part.filename):
                raise FrameError(name, [Fault(FrameFault.OUTSIDE)])
        left, scan = LARGEST_UNPACKED, _Scan(name, most_rows, most_columns)
        for part in parts:
            left = _unpack(name, archive, part, left, scan)


def _unpack(name: str, archive: ZipFile, part: ZipInfo, left: int, scan: "_Scan") -> int:
    allowed = min(left, max(SMALL_PART, part.compress_size * HIGHEST_RATIO))
    is_xml = PurePosixPath(part.filename).suffix.lower() in (".xml", ".rels", ".vml")
    scan.begin(part.filename)
    size = 0
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > allowed:
                raise FrameError(name, [Fault(FrameFault.UNPACKS)])
            if is_xml:
                scan.feed(chunk, last=False)
    if is_xml:
        scan.feed(b"", last=True)
    return left - size


class _Scan:
    """Goes through the XML of all parts and counts, so that what is understood later is known to be small."""

    def __init__(self, file: str, most_rows: int, most_columns: int) -> None:
        self.file, self.most_rows, self.most_columns = file, most_rows, most_columns
        self.tags = self.cells = 0

    def begin(self, part: str) -> None:
        """A new part."""
        self.part = part
        self.is_sheet = part.lower().startswith("xl/worksheets/")
        self.row = self.column = self.in_row = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._element

    def feed(self, chunk: bytes, *, last: bool) -> None:
        """More of the part. Raises FrameError."""
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
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _number(found[1]) if found else self.column + 1
            self.cells += 1
            if self.column > self.most_columns:
                self._fail(FrameFault.COLUMNS, self.most_columns)
            if self.cells > MOST_CELLS:
                self._fail(FrameFault.CELLS, MOST_CELLS)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
