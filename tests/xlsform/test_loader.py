"""Workbooks that mean harm, or that are none: refused before anything in them is understood, within two seconds."""

import io
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.xlsform.loader import LARGEST_FILE, LIMITS, MOST_COLUMNS, MOST_ROWS, read_workbook
from tests.conftest import REPOSITORY
from tests.xlsform.books import ask, changed, write_book

pytestmark = pytest.mark.thorough

SHEET = "xl__worksheets__sheet1_xml"
ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c></row>'
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with nothing wrong in it."""
    return write_book(tmp_path / "air.xlsx", [ask("text", "a")])


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Whatever it is, it is refused quickly."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 2


def sheet(inside: str, *, before: str = "") -> bytes:
    """The XML of a sheet."""
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{SPREADSHEET}">{inside}</worksheet>'.encode()


def complaint(path: Path) -> str:
    """Why a file is not read."""
    with pytest.raises(InputError) as caught:
        read_workbook(path)
    return str(caught.value.problems[0])


def test_a_plain_workbook_is_read_with_its_row_numbers(book: Path) -> None:
    sheets, remarks = read_workbook(book)
    assert [row.number for row in sheets.survey] == [2]
    assert sheets.settings[0].cells["form_id"] == "air"
    assert remarks == ()


def test_a_part_that_unpacks_to_too_much_is_refused(book: Path) -> None:
    assert "unpacks to more than" in complaint(changed(book, xl__big_xml=b"<a>" + b" " * 30_000_000 + b"</a>"))


def test_a_part_that_lies_about_its_size_is_refused(book: Path) -> None:
    content = b" " * 30_000_000
    raw = bytearray(changed(book, xl__big_xml=content).read_bytes())
    told = struct.pack("<I", len(content))
    while (place := raw.find(told)) >= 0:
        raw[place : place + 4] = struct.pack("<I", 10)
    (book.parent / "lying.xlsx").write_bytes(raw)
    assert complaint(book.parent / "lying.xlsx").startswith("lying.xlsx: ")


@pytest.mark.parametrize("count", [LIMITS.parts + 1, 20_000])
def test_many_parts_are_refused(count: int, tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    assert len(made.getvalue()) < LARGEST_FILE
    (tmp_path / "many.xlsx").write_bytes(made.getvalue())
    assert f"has more than {LIMITS.parts} parts" in complaint(tmp_path / "many.xlsx")


def test_a_claim_of_a_million_parts_is_refused(tmp_path: Path) -> None:
    larger = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, 4)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "claim.xlsx").write_bytes(b"PK\x03\x04" + larger + locator + end)
    assert "is no workbook" in complaint(tmp_path / "claim.xlsx")


@pytest.mark.parametrize("name", ["air.xlsm", "air.xls", "air.csv", "air"])
def test_other_kinds_of_file_are_refused(name: str, book: Path) -> None:
    book.rename(book.with_name(name))
    assert "is not called .xlsx" in complaint(book.with_name(name))


def test_macros_are_refused_whatever_the_file_is_called(book: Path) -> None:
    assert "macros" in complaint(changed(book, xl__vbaProject_bin=b"\xd0\xcf\x11\xe0"))


def test_a_type_for_macros_is_refused(book: Path) -> None:
    types = zipfile.ZipFile(book).read("[Content_Types].xml").replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    assert "macros are not read" in complaint(changed(book, **{"[Content_Types]_xml": types}))


@pytest.mark.parametrize(
    "type",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_document_type_is_refused(type: str, book: Path) -> None:
    hostile = changed(book, **{SHEET: sheet(f"<sheetData>{ROWS}</sheetData>", before=type)})
    assert "has a document type, which may refer to other files" in complaint(hostile)


def test_a_claim_of_a_million_rows_is_refused(book: Path) -> None:
    hostile = changed(book, **{SHEET: sheet(f'<dimension ref="A1:XFD1048576"/><sheetData>{ROWS}</sheetData>')})
    assert f"reaches beyond {MOST_ROWS} rows and {MOST_COLUMNS} columns" in complaint(hostile)


@pytest.mark.parametrize("cell", ['<row r="1048576"><c r="A1048576"/></row>', '<row r="1"><c r="XFD1"/></row>'])
def test_a_cell_far_out_is_refused(cell: str, book: Path) -> None:
    assert "reaches beyond" in complaint(changed(book, **{SHEET: sheet(f"<sheetData>{cell}</sheetData>")}))


def test_more_rows_than_allowed_are_refused_without_numbers_too(book: Path) -> None:
    many = "<row><c/></row>" * (MOST_ROWS + 1)
    assert "reaches beyond" in complaint(changed(book, **{SHEET: sheet(f"<sheetData>{many}</sheetData>")}))


def test_a_formula_is_refused_with_its_row(book: Path) -> None:
    cell = '<row r="3"><c r="A3"><f>HYPERLINK("http://example.org")</f><v>1</v></c></row>'
    told = complaint(changed(book, **{SHEET: sheet(f"<sheetData>{ROWS}{cell}</sheetData>")}))
    assert told == "changed-air.xlsx: xl/worksheets/sheet1.xml row 3: has a formula; write what it comes to"


def test_a_very_long_cell_is_refused(book: Path) -> None:
    cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"x" * 20_000}</t></is></c></row>'
    assert "has a cell of more than" in complaint(changed(book, **{SHEET: sheet(f"<sheetData>{cell}</sheetData>")}))


def test_data_from_outside_is_refused(book: Path) -> None:
    link = b'<a><Relationship Type="x/externalLink" Target="http://example.org" TargetMode="External"/></a>'
    assert "refers to something outside the file" in complaint(changed(book, xl___rels__evil_xml=link))


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * LARGEST_FILE)
    assert "is larger than" in complaint(tmp_path / "big.xlsx")


@pytest.mark.parametrize("raw", [b"", b"hello", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 100, zlib.compress(b"x" * 999)])
def test_what_is_no_workbook_is_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(raw)
    assert "is no workbook" in complaint(tmp_path / "x.xlsx")


def test_an_archive_without_sheets_is_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../evil.xml", b"<a/>")
    (tmp_path / "x.xlsx").write_bytes(made.getvalue())
    assert "cannot be read" in complaint(tmp_path / "x.xlsx")


def test_broken_xml_is_refused(book: Path) -> None:
    assert "is broken" in complaint(changed(book, **{SHEET: b"<worksheet>"}))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert complaint(tmp_path / "none.xlsx") == "none.xlsx: cannot be read (No such file or directory)"


@pytest.mark.parametrize(
    ("absent", "call"),
    [
        ("pyxform", "from literacy_app.xlsform.loader import read_workbook; read_workbook(pathlib.Path(sys.argv[1]))"),
        (
            "openpyxl",
            "from literacy_app.xlsform.service import packed; from literacy_app.xlsform.rules.writing import Workbook;"
            " packed(Workbook({}, ()))",
        ),
    ],
)
def test_without_the_optional_part_it_says_what_to_install(absent: str, call: str, book: Path) -> None:
    code = f"import pathlib, sys; sys.modules[{absent!r}] = None; {call}"
    done = subprocess.run([sys.executable, "-c", code, str(book)], capture_output=True, text=True, cwd=REPOSITORY)
    assert "which is not installed" in done.stderr.splitlines()[-1]
