"""Rows as an Excel workbook (ECMA-376) that is written in one pass with constant memory: inline texts, no formulas."""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import IO, cast
from xml.sax.saxutils import escape

from literacy_app.exports.rules import Column, Value
from literacy_app.exports.rules.cells import in_zone, neutral

MOST_ROWS = 1_048_576
# A part beyond 2 GiB would need ZIP64 in its header, which Excel does not read from a stream.
MOST_BYTES = 1_900_000_000
# In UTF-16 units, as Excel counts.
LONGEST_CELL = 32_767
TOO_LONG = "（太长，见 data.jsonl / too long, see data.jsonl）"

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = (
    f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
SHEET_END = "</sheetData></worksheet>"

# What XML cannot hold is written as _xHHHH_ (ST_Xstring); so a text that reads like that is marked.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_PLAIN = re.compile(r"[\w.:+ -]*", re.ASCII)


def cell(value: Value) -> str:
    """One cell: a number, or an inline text. An empty cell stands where nothing is, for places are not numbered."""
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    text = value if isinstance(value, str) else in_zone(value) if isinstance(value, datetime) else value.isoformat()
    return f'<c t="inlineStr"><is>{_text(text)}</is></c>'


def _text(value: str) -> str:
    text = neutral(value)
    if len(text) > LONGEST_CELL // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_CELL:
        text = TOO_LONG
    if _PLAIN.fullmatch(text) and "_x" not in text and text.strip() == text:
        return f"<t>{text}</t>"
    text = _REFUSED.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_ESCAPED.sub("_x005F_", text))
    # A bare CR would come back as LF: XML readers make line ends the same, but not those written as a number.
    return f'<t xml:space="preserve">{escape(text, {chr(13): "&#13;"})}</t>'


def cells(values: Sequence[Value]) -> str:
    """Neighbouring cells."""
    return "".join(map(cell, values))


class XlsxFile:
    """A workbook: the table, on further sheets where one is full, then sheets of notes."""

    def __init__(
        self,
        columns: Sequence[Column],
        notes: Sequence[tuple[str, Iterable[Sequence[Value]]]] = (),
        most_rows: int = MOST_ROWS,
    ) -> None:
        self.heading = f"<row>{cells([column.name for column in columns])}</row>"
        self.notes, self.most_rows = notes, most_rows
        self.sink = _Sink()
        self.zip = zipfile.ZipFile(cast(IO[bytes], self.sink), "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.names: list[str] = []
        self.part: IO[bytes] | None = None
        self.written, self.bytes = 0, 0

    def start(self) -> bytes:
        """The first sheet as far as its heading."""
        self._open("data")
        return self.sink.taken()

    def maker(self, columns: Sequence[Column]) -> Callable[[Sequence[Value]], str]:
        """What writes cells."""
        return cells

    def rows(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Rows; on a new sheet where they do not fit any more."""
        done = 0
        while done < len(rows):
            if self.written >= self.most_rows or self.bytes >= MOST_BYTES:
                self._shut()
                self._open(f"data{len(self.names) + 1}")
            some = rows[done : done + min(self.most_rows - self.written, 500)]
            self._write("".join([f"<row>{''.join(row)}</row>" for row in some]))
            self.written += len(some)
            done += len(some)
        return self.sink.taken()

    def end(self) -> bytes:
        """The notes, and what ties the sheets together."""
        self._shut()
        for name, rows in self.notes:
            self._open(name, heading=False)
            for row in rows:
                self._write(f"<row>{cells(row)}</row>")
            self._shut()
        for path, text in _frame(self.names).items():
            self.zip.writestr(path, DECLARATION + text)
        self.zip.close()
        return self.sink.taken()

    def close(self) -> None:
        """Let go of a workbook that was given up half-way; what is left of it is no workbook."""
        if self.part is not None and not self.part.closed:
            self.part.close()
        self.zip.close()

    def _open(self, name: str, *, heading: bool = True) -> None:
        self.names.append(name)
        self.part = self.zip.open(f"xl/worksheets/sheet{len(self.names)}.xml", "w")
        self.written, self.bytes = int(heading), 0
        self._write(SHEET + (self.heading if heading else ""))

    def _write(self, text: str) -> None:
        assert self.part is not None  # noqa: S101 - a sheet is open between start and end
        self.bytes += self.part.write(text.encode())

    def _shut(self) -> None:
        self._write(SHEET_END)
        assert self.part is not None  # noqa: S101 - as above
        self.part.close()


class _Sink:
    """Where the zip writes to: it cannot go back, and what is in it is taken out again and again."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        made = b"".join(self.parts)
        self.parts.clear()
        return made


def _frame(names: Sequence[str]) -> dict[str, str]:
    numbered = list(enumerate(names, start=1))
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    book = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    tied = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    typed = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{sheet}"/>' for n, _ in numbered)
    return {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{tied}</Relationships>',
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{relations}"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{book}"/>{typed}</Types>'
        ),
    }
