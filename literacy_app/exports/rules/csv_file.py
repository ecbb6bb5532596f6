"""Rows as CSV (RFC 4180) in UTF-8, with the mark by which Excel knows it."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from literacy_app.exports.rules import Column, Value
from literacy_app.exports.rules.cells import in_zone, neutral

MARK = "\ufeff"
_QUOTED = re.compile('[",\r\n]')


def cell(value: Value) -> str:
    """One cell. Numbers stay numbers; a text is made harmless; an empty text is quoted, nothing is not."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = neutral(value)
        return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) or not text else text
    if isinstance(value, datetime):
        return in_zone(value)
    return repr(value) if isinstance(value, int | float) else value.isoformat()


def line(values: Sequence[Value]) -> str:
    """Cells of one row, or some of them."""
    return ",".join(map(cell, values))


def _plain_line(values: Sequence[Value]) -> str:
    return ",".join([str(value or "") for value in values])


class CsvFile:
    """A table with a heading."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def start(self) -> bytes:
        """The mark and the heading."""
        return f"{MARK}{line([column.name for column in self.columns])}\r\n".encode()

    def maker(self, columns: Sequence[Column]) -> Callable[[Sequence[Value]], str]:
        """What writes cells."""
        return _plain_line if columns and all(column.plain for column in columns) else line

    def rows(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Rows."""
        return "".join([",".join(row) + "\r\n" for row in rows]).encode()

    def end(self) -> bytes:
        """Nothing: a CSV has no end of its own."""
        return b""
