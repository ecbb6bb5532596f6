"""Frames as people keep them are read; what is none, or means harm, gets a clear message."""

import io
import tracemalloc
import zipfile
from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from literacy_app.areas.rules import Residence
from literacy_app.sampling.loader import LARGEST_FILE, MOST_ROWS, Fault, FrameError, FrameFault, read_frame
from literacy_app.sampling.loader.frame import COLUMNS, MOST_FAULTS
from literacy_app.sampling.rules import Unit

HEADER = "code,name,township,size,households,residence"
LOTUS = "990101001001,荷塘社区,990101001,812,390,urban"
WILLOW = "990101002001,柳庄村,990101002,540,210,rural"
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {"sheet": SHEET, "types": "[Content_Types].xml", "strings": "xl/sharedStrings.xml", "book": "xl/workbook.xml"}


def text(*rows: str, header: str = HEADER) -> bytes:
    """A CSV file."""
    return "\n".join((header, *rows, "")).encode()


def book(*rows: Sequence[object]) -> bytes:
    """A workbook with one sheet."""
    made, file = Workbook(), io.BytesIO()
    for row in rows:
        made.worksheets[0].append(list(row))
    made.save(file)
    return file.getvalue()


def changed(raw: bytes, **parts: bytes) -> bytes:
    """The workbook with parts of these names, or of those that PARTS has for them, replaced or added."""
    file = io.BytesIO()
    named = {PARTS.get(name, name): part for name, part in parts.items()}
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in named:
                new.writestr(name, old.read(name))
        for name, part in named.items():
            new.writestr(name, part)
    return file.getvalue()


def fault(raw: bytes, name: str = "frame.csv") -> Fault:
    """The one thing that is wrong with a file."""
    with pytest.raises(FrameError) as caught:
        read_frame(raw, name)
    assert len(caught.value.faults) == len(caught.value.problems) == 1
    assert "{" not in str(caught.value)
    return caught.value.faults[0]


GOOD = [HEADER.split(","), LOTUS.split(","), WILLOW.split(",")]
VILLAGES = (
    Unit("990101001001", "990101001", 812, 390, Residence.URBAN),
    Unit("990101002001", "990101002", 540, 210, Residence.RURAL),
)


def test_a_frame_is_read_from_text() -> None:
    found = read_frame(text(LOTUS, WILLOW), "frame.csv")
    assert tuple(one.unit for one in found) == VILLAGES
    assert [one.name for one in found] == ["荷塘社区", "柳庄村"]


def test_a_frame_is_read_from_a_workbook_with_numbers_as_numbers() -> None:
    rows = [
        GOOD[0],
        [990101001001, "荷塘社区", None, 812, 390.0, "111"],
        [],
        [990101002001, "柳庄村", "", "540", 210, "220"],
    ]
    assert tuple(one.unit for one in read_frame(book(*rows), "frame.XLSX")) == VILLAGES


def test_what_formulas_came_to_is_read() -> None:
    raw = book(*GOOD)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read(SHEET)
    cell = b'<c r="D2"><f>400+412</f><v>812</v></c>'
    begin = sheet.index(b'<c r="D2"')
    sheet = sheet[:begin] + cell + sheet[sheet.index(b"</c>", begin) + 4 :]
    assert read_frame(changed(raw, sheet=sheet), "frame.xlsx")[0].unit.size == 812


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_headers_are_read_in_each_encoding_that_spreadsheets_write(encoding: str) -> None:
    rows = "户数,人数,名称,代码,城乡,乡镇,电话\r\n390,812,荷塘社区,990101001001,城镇,清河街道,1\r\n210,540,柳庄村,９９０１０１００２００１,乡村,柳树镇,2\r\n"
    found = read_frame(rows.encode(encoding), "抽样框.csv")
    assert tuple(one.unit for one in found) == VILLAGES
    assert [one.township for one in found] == ["清河街道", "柳树镇"]


@pytest.mark.parametrize("place", range(6))
def test_each_column_has_a_chinese_name(place: int) -> None:
    english, chinese = list(COLUMNS.values())[place][:2]
    assert read_frame(text(LOTUS, WILLOW, header=HEADER.replace(english, chinese)), "a.csv")[1].unit == VILLAGES[1]


def test_township_and_residence_may_be_left_out() -> None:
    (found,) = read_frame(text("990101001001,荷塘社区,812,390", header="code,name,size,households"), "frame.csv")
    assert found.unit == Unit("990101001001", "990101001", 812, 390, None)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("code", "", FrameFault.MISSING),
        ("code", "99010100100", FrameFault.CODE),
        ("code", "99010100100A", FrameFault.CODE),
        ("code", "合计", FrameFault.CODE),
        ("code", "9.90101E+11", FrameFault.CODE_ROUNDED),
        ("code", "990101001", FrameFault.CODE_OF_TOWNSHIP),
        ("code", "990101001000", FrameFault.CODE_OF_TOWNSHIP),
        ("code", "990101001001", FrameFault.CODE_TWICE),
        ("name", " ", FrameFault.MISSING),
        ("name", "村" * 101, FrameFault.LONG_NAME),
        ("township", "990101009", FrameFault.TOWNSHIP),
        ("size", "", FrameFault.MISSING),
        ("size", "0", FrameFault.ZERO),
        ("size", "-5", FrameFault.NUMBER),
        ("size", "1.5", FrameFault.NUMBER),
        ("size", "约500", FrameFault.NUMBER),
        ("size", "1000001", FrameFault.TOO_BIG),
        ("size", "9" * 400, FrameFault.TOO_BIG),
        ("size", "50", FrameFault.HOUSEHOLDS),
        ("households", "", FrameFault.MISSING),
        ("households", "0", FrameFault.ZERO),
        ("households", "1621", FrameFault.HOUSEHOLDS),
        ("residence", "郊区", FrameFault.RESIDENCE),
        ("residence", "199", FrameFault.RESIDENCE),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(column: str, value: str, kind: FrameFault) -> None:
    cells = dict(zip(HEADER.split(","), WILLOW.split(","), strict=True)) | {column: value}
    found = fault(text(LOTUS, ",".join(cells.values())))
    wanted = "households" if kind is FrameFault.HOUSEHOLDS else column
    assert (found.kind, found.row, found.column) == (kind, 3, wanted)
    assert found.where == f"row 3, column {wanted}"


def test_three_households_for_a_resident_are_still_believed() -> None:
    assert read_frame(text("990101001001,荷塘社区,,10,30,"), "frame.csv")[0].unit.households == 30


def test_one_township_cannot_have_two_names() -> None:
    found = fault(text("990101001001,荷塘社区,清河街道,812,390,", "990101001002,文昌社区,青禾街道,812,390,"))
    assert (found.kind, found.row) == (FrameFault.TOWNSHIP_NAMES, 3)


def test_a_code_that_comes_twice_is_named_with_the_row_before() -> None:
    with pytest.raises(FrameError, match=r"frame.csv: row 4, column code: 990101001001 stands in row 2 as well"):
        read_frame(text(LOTUS, WILLOW, LOTUS), "frame.csv")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(FrameError) as caught:
        read_frame(text("1,,,0,0,", LOTUS, "990101002001,柳庄村,,x,5,"), "frame.csv")
    assert [(found.row, found.column) for found in caught.value.faults] == [
        (2, "code"), (2, "size"), (2, "households"), (2, "name"), (4, "size"),
    ]  # fmt: skip


def test_a_file_that_is_wrong_throughout_is_not_listed_to_its_end() -> None:
    with pytest.raises(FrameError) as caught:
        read_frame(text(*["x,,,,,"] * 1000), "frame.csv")
    assert len(caught.value.faults) <= MOST_FAULTS + 4
    assert caught.value.faults[-1].kind is FrameFault.MORE


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", FrameFault.EMPTY),
        (text(), FrameFault.EMPTY),
        (text(LOTUS, header=HEADER.replace("size", "sizes")), FrameFault.NO_HEADER),
        (text(LOTUS, header=HEADER.replace("residence", "户数")), FrameFault.COLUMN_TWICE),
        (text(LOTUS).decode().encode("utf-16"), FrameFault.ENCODING),
        (text(LOTUS, WILLOW).replace("庄".encode(), b"\xff"), FrameFault.ENCODING),
        (
            text(LOTUS, WILLOW).replace("村".encode(), "村".encode()[:2] + b"?"),
            FrameFault.ENCODING,
        ),  # GBK could be made of it
        (text(LOTUS).decode().encode("gbk") + b"\x81\x00", FrameFault.ENCODING),
        (text('990101001001,"荷塘'), FrameFault.BROKEN),
        (text(LOTUS + "," * 40), FrameFault.COLUMNS),
        (text(LOTUS + "," + "a" * 501), FrameFault.LONG_CELL),
        (text(*["1"] * 2_000_000, header="a"), FrameFault.NO_HEADER),
        (text(*[","] * 2_000_000), FrameFault.ROWS),
        (text(*[LOTUS] * 2_000_000), FrameFault.LARGE),
        (book(*GOOD), FrameFault.IS_WORKBOOK),
    ],
)
def test_text_that_is_no_frame_is_refused_with_one_message(raw: bytes, kind: FrameFault) -> None:
    assert fault(raw).kind is kind


@pytest.mark.thorough
def test_as_many_villages_as_are_allowed_are_read() -> None:
    rows = [f"9901{number:08},村,,500,200," for number in range(1001, 2 * MOST_ROWS) if number % 1000][:MOST_ROWS]
    assert len(read_frame(text(*rows), "frame.csv")) == MOST_ROWS
    assert fault(text(*rows, "990199999999,村,,500,200,")).kind is FrameFault.ROWS


NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CELL = b'<c t="inlineStr"><is><t>a</t></is></c>'


def sheet(inside: bytes, before: bytes = b"") -> bytes:
    """The XML of a sheet."""
    return (
        b'<?xml version="1.0"?>' + before + b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (NAMESPACE, inside)
    )


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"xl/vbaProject.bin": b"x"}, FrameFault.PROGRAMS),
        ({"xl/embeddings/a.bin": b"x"}, FrameFault.PROGRAMS),
        ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, FrameFault.OUTSIDE),
        ({"xl/media/a.bin": bytes(40_000_000)}, FrameFault.UNPACKS),
        ({"xl/media/a.bin": bytes(60_000_000)}, FrameFault.UNPACKS),
        ({"sheet": sheet(b"<row>" + CELL * 41 + b"</row>")}, FrameFault.COLUMNS),
        ({"sheet": sheet(b'<row><c r="ZZ1"/></row>')}, FrameFault.COLUMNS),
        ({"sheet": sheet(b'<row r="1048576"><c/></row>')}, FrameFault.ROWS),
        ({"sheet": sheet(b"<row/>" * (MOST_ROWS + 2))}, FrameFault.ROWS),
        (
            {"sheet": sheet(b"".join(b'<row r="%d">%s</row>' % (n, b"<c/>" * 40) for n in range(1, 13_000)))},
            FrameFault.CELLS,
        ),
        (
            {"sheet": sheet(b"<row>" + b"".join(b'<a b="%x"/>' % n for n in range(20_001)) + b"</row>")},
            FrameFault.CELLS,
        ),
        ({"sheet": sheet(b"<row>" + b"<c/>" * 3)[:-30]}, FrameFault.BROKEN),
        ({"sheet": sheet(b"", b'<!DOCTYPE a [<!ENTITY b "c">]>')}, FrameFault.OUTSIDE),
        ({"sheet": sheet(b'<row><c t="s"><v>99</v></c></row>')}, FrameFault.BROKEN),
        ({"sheet": sheet(b"<row><c><v>" + b"1" * 9000 + b"</v></c></row>")}, FrameFault.BROKEN),
        ({"book": b"<a/>"}, FrameFault.BROKEN),
    ],
)
def test_a_workbook_that_is_no_plain_small_one_is_refused(parts: dict[str, bytes], kind: FrameFault) -> None:
    assert fault(changed(book(*GOOD), **parts), "frame.xlsx").kind is kind


def test_a_workbook_with_macros_is_refused_by_what_it_says_it_is() -> None:
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = b'<Types><Override PartName="/xl/workbook.xml" ContentType="%s"/></Types>' % kind
    assert fault(changed(book(*GOOD), types=types), "frame.xlsx").kind is FrameFault.PROGRAMS


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        (text(LOTUS), "frame.xlsx", FrameFault.NO_WORKBOOK),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "frame.xlsx", FrameFault.OLD_OR_LOCKED),
        (book(*GOOD)[:-200], "frame.xlsx", FrameFault.BROKEN),
        (b"PK\x03\x04" + bytes(100), "frame.xlsx", FrameFault.BROKEN),
        (bytes(LARGEST_FILE + 1), "frame.xlsx", FrameFault.LARGE),
        (book(*GOOD), "frame.xlsm", FrameFault.NAME),
        (book(*GOOD), "frame", FrameFault.NAME),
        (book(), "frame.xlsx", FrameFault.EMPTY),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(raw: bytes, name: str, kind: FrameFault) -> None:
    assert fault(raw, name).kind is kind


def shared(rows: bytes, *texts: str) -> bytes:
    """A workbook whose cells point at texts that are kept apart, as spreadsheet programs write it."""
    raw = book(*GOOD)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        kinds = archive.read(PARTS["types"])
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    kinds = kinds.replace(b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind)
    kept = b"".join(b"<si><t>%s</t></si>" % one.encode() for one in texts)
    return changed(raw, sheet=sheet(rows), types=kinds, strings=b"<sst %s>%s</sst>" % (NAMESPACE, kept))


def test_texts_that_cells_point_at_are_read() -> None:
    row = b"<row>%s</row>" % b"".join(b'<c t="s"><v>%d</v></c>' % place for place in range(4))
    village = b'<row><c><v>990101001001</v></c><c t="s"><v>4</v></c><c><v>812</v></c><c><v>390</v></c></row>'
    (found,) = read_frame(shared(row + village, "code", "name", "size", "households", "荷塘社区"), "frame.xlsx")
    assert (found.name, found.unit.size) == ("荷塘社区", 812)


# Such a text must not be gone through for each of its cells.
def test_a_long_text_that_many_cells_share_is_refused_at_the_first() -> None:
    raw = shared(b'<row><c t="s"><v>0</v></c></row>' * 1000, "a" * 900_000)
    assert fault(raw, "frame.xlsx").kind is FrameFault.LONG_CELL


def test_a_zip_bomb_is_refused_before_it_fills_the_memory() -> None:
    raw = changed(book(*GOOD), **{"xl/media/a.xml": b"<a>" + b" " * 45_000_000})
    tracemalloc.start()
    assert fault(raw, "frame.xlsx").kind is FrameFault.UNPACKS
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
