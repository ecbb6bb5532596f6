"""Rows of text out of the two kinds of file that people keep frames in."""

import csv
import unicodedata
from collections.abc import Iterator
from io import StringIO
from pathlib import PurePath

from literacy_app.foundation.workbooks import HEAD
from literacy_app.sampling.loader.faults import Fault, FrameError, FrameFault
from literacy_app.sampling.loader.workbook import OLD_HEAD, read_workbook

LARGEST_FILE = 8 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS, LONGEST_CELL = 40, 500
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Row = tuple[int, list[str]]


def read_cells(raw: bytes, name: str) -> Iterator[Row]:
    """The rows that hold anything, each with its number from 1. Raises FrameError, now or on the way."""
    kind = PurePath(name).suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise FrameError(name, [Fault(FrameFault.NAME)])
    if len(raw) > LARGEST_FILE:
        raise FrameError(name, [Fault(FrameFault.LARGE, given=f"{LARGEST_FILE:,}")])
    if kind == ".xlsx":
        return _workbook(name, raw)
    if raw.startswith((HEAD, OLD_HEAD)):
        raise FrameError(name, [Fault(FrameFault.IS_WORKBOOK)])
    return _csv(name, _decoded(name, raw))


def _workbook(name: str, raw: bytes) -> Iterator[Row]:
    # One row more than villages, for the names of the columns.
    for number, values in read_workbook(name, raw, MOST_ROWS + 1, MOST_COLUMNS):
        row = [_plain(name, number, _written(value)) for value in values]
        if any(row):
            yield number, row


def _csv(name: str, text: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, values in enumerate(reader, start=1):
            if number > MOST_ROWS + 1:
                raise FrameError(name, [Fault(FrameFault.ROWS, given=f"{MOST_ROWS + 1:,}")])
            if len(values) > MOST_COLUMNS:
                raise FrameError(name, [Fault(FrameFault.COLUMNS, number, given=f"{MOST_COLUMNS:,}")])
            row = [_plain(name, number, value) for value in values]
            if any(row):
                yield number, row
    except csv.Error as error:
        raise FrameError(name, [Fault(FrameFault.BROKEN, number + 1, given=str(error))]) from error


def _written(value: object) -> str:
    """As somebody would type it: numbers without a point where they are whole."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _plain(name: str, number: int, text: str) -> str:
    """Without blanks at the ends; full-width letters and digits made plain."""
    if len(text) > LONGEST_CELL:  # before anything is done with it
        raise FrameError(name, [Fault(FrameFault.LONG_CELL, number, given=f"{LONGEST_CELL:,}")])
    text = unicodedata.normalize("NFKC", text)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _decoded(name: str, raw: bytes) -> str:
    """UTF-8, or GBK where that is what it must be; broken UTF-8 is not taken for GBK, which would give wrong names."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        given = "UTF-16" if raw.startswith(_UTF_16) else f"byte {error.start + 1}"
        fault = FrameError(name, [Fault(FrameFault.ENCODING, given=given)])
        lenient = raw.decode("utf-8", errors="replace")
        broken = lenient.count("\ufffd")
        readable = sum(not sign.isascii() for sign in lenient) - broken
        if raw.startswith(_UTF_16) or readable > broken:
            raise fault from error
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise fault from error
