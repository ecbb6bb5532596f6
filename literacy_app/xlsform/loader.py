"""Reads workbooks: limits first, then nothing but plain cells, then pyxform's judgement."""

import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

from literacy_app.foundation.errors import InputError, Problem
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
from literacy_app.xlsform.rules import Remark, Row, Sheets
from literacy_app.xlsform.rules.outline import CHOICES, SETTINGS, SURVEY

LARGEST_FILE = 2 * 1024 * 1024
LIMITS = Limits(parts=200, unpacked=24 * 1024 * 1024)
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5_000, 120, 10_000
MISFITS = {
    Misfit.MANY_PARTS: f"has more than {LIMITS.parts} parts",
    Misfit.SAME_NAME: "has two parts of the same name",
    Misfit.UNPACKS: f"unpacks to more than {LIMITS.unpacked} bytes",
}
_FORBIDDEN = re.compile(r"vbaproject|macrosheets|activex|externallinks|/connections\.xml|embeddings", re.IGNORECASE)
_PLACE = re.compile(r"\[?row\s*:\s*(\d+)\]?", re.IGNORECASE)
_ON_SHEET = re.compile(r"'(survey|choices|settings)' sheet|the (survey|choices|settings) sheet", re.IGNORECASE)


def read_workbook(path: Path) -> tuple[Sheets, tuple[Remark, ...]]:
    """The sheets of an .xlsx file, and what pyxform has against them. Raises InputError for what is no plain, small workbook."""
    raw = _read_raw(path)
    try:
        _check_container(path.name, raw)
    except BROKEN as error:
        raise InputError([Problem(path.name, "", f"is no workbook ({error})")]) from error
    return _with_pyxform(path.name, raw)


def _read_raw(path: Path) -> bytes:
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            [Problem(path.name, "", "is not called .xlsx: other workbooks, with macros or old, are not read")]
        )
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError([Problem(path.name, "", f"cannot be read ({error.strerror})")]) from error
    if len(raw) > LARGEST_FILE:
        raise InputError([Problem(path.name, "", f"is larger than {LARGEST_FILE} bytes")])
    if not raw.startswith(HEAD):
        raise InputError([Problem(path.name, "", "is no workbook in the format .xlsx")])
    return raw


def _check_container(name: str, raw: bytes) -> None:
    """Refuse what unpacks to too much, brings programs or refers to elsewhere, before any of it is understood."""

    def begin(part: str) -> Feed:
        if _FORBIDDEN.search(part):
            raise InputError([Problem(name, part, "macros, embedded files and outside data are not read")])
        return _Scan(name, part).feed

    try:
        unpack(raw, LIMITS, begin)
    except UnfitContainer as error:
        raise InputError([Problem(name, "", MISFITS[error.misfit])]) from error


class _Scan:
    """Goes through one XML part without keeping anything."""

    def __init__(self, file: str, part: str) -> None:
        self.file, self.part = file, part
        self.is_sheet = part.lower().startswith("xl/worksheets/")
        self.row = self.column = self.rows = self.cells = self.length = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._begin
        self.parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes, last: bool) -> None:
        """More of the part. Raises InputError."""
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise InputError([Problem(self.file, self.part, f"is broken ({error})")]) from error

    def _fail(self, message: str) -> None:
        where = f"{self.part} row {self.row}" if self.is_sheet and self.row else self.part
        raise InputError([Problem(self.file, where, message)])

    def _doctype(self, *_: object) -> None:
        self._fail("has a document type, which may refer to other files")

    def _text(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_CELL and (self.is_sheet or self.part.lower().endswith("sharedstrings.xml")):
            self._fail(f"has a cell of more than {LONGEST_CELL} characters")

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if attributes.get("TargetMode") == "External" and "hyperlink" not in attributes.get("Type", ""):
            self._fail("refers to something outside the file")
        if "macroEnabled" in attributes.get("ContentType", ""):
            self._fail("macros are not read")
        if tag in ("c", "si"):
            self.length = 0
        if not self.is_sheet:
            return
        if tag == "row":
            self.row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self.row + 1
            self.rows, self.column = self.rows + 1, 0
        elif tag == "c":
            found = REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = column_number(found[1]) if found else self.column + 1
            self.cells += 1
        elif tag == "f":
            self._fail("has a formula; write what it comes to")
        elif tag == "dimension":
            for letters, digits in REFERENCE.findall(attributes.get("ref", "")):
                self._check(int(digits), column_number(letters))
        self._check(max(self.row, self.rows), self.column)

    def _check(self, row: int, column: int) -> None:
        if row > MOST_ROWS or column > MOST_COLUMNS:
            self._fail(
                f"reaches beyond {MOST_ROWS} rows and {MOST_COLUMNS} columns; delete the empty ones and save again"
            )


def _with_pyxform(name: str, raw: bytes) -> tuple[Sheets, tuple[Remark, ...]]:
    # Imported here because only this needs it, and it is large.
    try:
        from pyxform.errors import PyXFormError
        from pyxform.xls2json_backends import xlsx_to_dict
        from pyxform.xls2xform import convert
    except ImportError as error:
        message = "workbooks are read with pyxform, which is not installed: make run installs it"
        raise InputError([Problem(name, "", message)]) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl about things in a workbook that are no cells
        try:
            book = xlsx_to_dict(BytesIO(raw))
        except Exception as error:  # a library at a stranger's file: whatever it raises, the file is the reason
            raise InputError([Problem(name, "", f"cannot be read ({error})")]) from error
        if not book.get(SURVEY):
            raise InputError([Problem(name, "", f"has no sheet {SURVEY!r} with questions")])
        sheets = Sheets(*(_rows(book.get(sheet)) for sheet in (SURVEY, CHOICES, SETTINGS)))
        try:
            convert(BytesIO(raw), file_type=".xlsx")
        except PyXFormError as error:
            return sheets, (_remark(str(error)),)
        except Exception as error:
            return sheets, (Remark(SURVEY, 0, f"pyxform cannot read it ({type(error).__name__}: {error})"),)
    return sheets, ()


def _rows(found: Any) -> tuple[Row, ...]:
    return tuple(Row(number, dict(cells)) for number, cells in enumerate(found or [], start=2) if cells)


def _remark(said: str) -> Remark:
    said = " ".join(said.split())
    row, sheet = _PLACE.search(said), _ON_SHEET.search(said)
    return Remark((sheet[1] or sheet[2]).lower() if sheet else SURVEY, int(row[1]) if row else 0, said)
