"""Workbooks for the tests: sheets as they are written, and archives as nobody should write them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

Sheet = Sequence[Mapping[str, object]]
SETTINGS = {"form_id": "air", "version": "2", "form_title": "空气", "default_language": "zh"}
YES_NO = [
    {"list_name": "yn", "name": "yes", "label": "是", "label::English (en)": "Yes"},
    {"list_name": "yn", "name": "no", "label": "否", "label::English (en)": "No"},
]


def ask(type: str, name: str = "", **cells: object) -> dict[str, object]:
    """A row of `survey` with a label in both languages."""
    spoken = {"label": f"题 {name}", "label::English (en)": f"Question {name}"} if name else {}
    return {"type": type, "name": name, **spoken, **cells}


def write_book(path: Path, survey: Sheet, choices: Sheet = YES_NO, settings: Mapping[str, object] = SETTINGS) -> Path:
    """A workbook with these rows; the columns are those that any row has."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (("survey", survey), ("choices", choices), ("settings", [settings])):
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) or None for column in columns])
    book.save(path)
    return path


def changed(path: Path, **parts: bytes) -> Path:
    """The workbook with parts replaced or added; `__` in their names is a slash, `_xml` the ending."""
    fresh = path.with_name(f"changed-{path.name}")
    named = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): text for name, text in parts.items()
    }
    with ZipFile(path) as archive, ZipFile(fresh, "w", ZIP_DEFLATED) as out:
        for name in archive.namelist():
            if name not in named:
                out.writestr(name, archive.read(name))
        for name, content in named.items():
            out.writestr(name, content)
    return fresh
