"""Bringing instruments in from workbooks, and taking them out."""

import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import yaml

from literacy_app.foundation.errors import InputError, NotFound, Problem
from literacy_app.foundation.files import is_id
from literacy_app.questions.rules import Question
from literacy_app.surveys.loader import read_instrument, read_surveys
from literacy_app.xlsform.loader import read_workbook
from literacy_app.xlsform.rules import Form, Gaps, NotTaken, Remark
from literacy_app.xlsform.rules.outline import SURVEY
from literacy_app.xlsform.rules.reading import read_form
from literacy_app.xlsform.rules.writing import Workbook, unwritable, write_workbook

_SHOWN = 5  # places of missing texts that one line names


@dataclass(frozen=True)
class Imported:
    """What became of a workbook. `folder` is below surveys/; with anything `missing` it is a draft."""

    folder: str
    questions: int
    notes: tuple[Problem, ...]
    missing: tuple[str, ...]


def import_workbook(surveys: Path, file: Path) -> Imported:
    """Write a workbook as an instrument, or as a draft while texts or right answers are missing. Raises InputError.

    An instrument that is there is never changed. A draft is: it is completed in its workbook and brought in again.
    """
    form = _read(file)
    target = surveys / "instruments" / form.title
    if target.exists():
        message = f"instruments/{form.title} is there already: a change needs a new version in the settings"
        raise InputError([Problem(file.name, "settings row 2", message)])
    draft = surveys / "drafts" / form.title
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "instruments" / form.title
        if (surveys / "instruments").exists():
            shutil.copytree(surveys / "instruments", folder.parent)  # anchors are held against these
        _write(folder, form, file.name)
        if problems := _problems(Path(made), form, file.name):
            raise InputError(problems)
        place = target if form.is_complete else draft
        shutil.rmtree(draft, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, place)
    notes = tuple(Problem(file.name, remark.where, remark.message) for remark in form.notes)
    return Imported(str(place.relative_to(surveys)), len(form.questions), notes, _missing(form))


def _read(file: Path) -> Form:
    sheets, remarks = read_workbook(file)
    own: tuple[Remark, ...] = ()
    try:
        form = read_form(sheets)
    except NotTaken as error:
        own = error.remarks
    known = {(remark.sheet, remark.row) for remark in own}
    # Of the same line once is enough, and ours says what to do.
    found = [*own, *(remark for remark in remarks if (remark.sheet, remark.row) not in known)]
    if found:
        found.sort(key=lambda remark: (remark.sheet != SURVEY, remark.sheet, remark.row))
        raise InputError([Problem(file.name, remark.where, remark.message) for remark in found])
    return form


def _problems(root: Path, form: Form, file: str) -> list[Problem]:
    """What the files would be refused for, in lines of the workbook; what is only missing is not told here."""
    try:
        read_surveys(root)
    except InputError as error:
        lines = _lines(root / "instruments" / form.title, form)
        own = [one for one in error.problems if f"instruments/{form.title}/" in one.file]
        return [
            Problem(file, lines.get((Path(one.file).name, one.where), SURVEY), one.message)
            for one in own
            if not (one.message.endswith("has no right answer") and form.unanswered)
        ]
    return []


def _lines(folder: Path, form: Form) -> dict[tuple[str, str], str]:
    """Which row of `survey` each line of the written files came from."""
    found: dict[tuple[str, str], str] = {}
    for file in folder.glob("*.yml"):
        row = 0
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            named = re.match(r"(?:- \{id: |  )'?([a-z_][a-z0-9_-]*)'?[:,]", line)
            row = form.rows.get(named[1], row) if named else row
            if row:
                found[file.name, f"line {number}"] = f"{SURVEY} row {row}"
    return found


def _missing(form: Form) -> tuple[str, ...]:
    lines = [_gaps(gaps) for gaps in form.gaps] if any(gaps.places for gaps in form.gaps) else []
    if form.unanswered:
        scored = sum(max(1, len(question.rows)) for question in form.questions if question.dimension)
        shown = ", ".join(form.unanswered[:_SHOWN])
        more = ", ..." if len(form.unanswered) > _SHOWN else ""
        lines.append(f"right answers: missing {len(form.unanswered)} of {scored} ({shown}{more})")
    return tuple(lines)


def _gaps(gaps: Gaps) -> str:
    shown = f" ({', '.join(gaps.places[:_SHOWN])}{', ...' if len(gaps.places) > _SHOWN else ''})" if gaps.places else ""
    return f"{gaps.language}: missing {len(gaps.places)} of {gaps.texts} texts{shown}"


def _write(folder: Path, form: Form, file: str) -> None:
    folder.mkdir(parents=True)
    head = f"# From {' '.join(file.split())}.\n" + (
        ""
        if form.is_complete
        else "# A draft: complete the workbook and import it again; this folder is replaced then.\n"
    )
    shape: dict[str, Any] = {"name": form.name, "version": form.version, "edition": form.edition}
    shape["languages"] = list(form.words)
    if form.shuffle_sections:
        shape["shuffle_sections"] = list(form.shuffle_sections)
    lines = [_line(_shape(question)) for question in form.questions]
    form_text = head + _dump(shape) + "questions:\n" + "".join(lines)
    (folder / "form.yml").write_text(form_text, encoding="utf-8")
    for language, words in form.words.items():
        said = asdict(words)
        said["rights"] = list(words.rights)
        said["questions"] = {id: _worded(one) for id, one in said["questions"].items()}
        (folder / f"words.{language}.yml").write_text(_dump(said), encoding="utf-8")
    mark = form.key.pass_mark
    key = {
        "pass_mark": {"points": mark.points, "of": mark.of},
        "multiple_mode": str(form.key.multiple_mode),
        "items": {
            id: {"answer": list(one.answer) if isinstance(one.answer, tuple) else one.answer, "points": one.points}
            for id, one in form.key.items.items()
        },
    }
    (folder / "key.yml").write_text(_dump(key), encoding="utf-8")


def _shape(question: Question) -> dict[str, Any]:
    """What a question says in form.yml: what it does not have is left out."""
    plain = {"id": question.id, "section": question.section, "kind": question.kind} | asdict(question)
    empty = asdict(Question(id="", kind=""))
    return {
        name: list(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else value
        for name, value in plain.items()
        if name in ("id", "section", "kind") or value != empty[name]
    }


def _worded(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name == "stem" or value}


class _Words(yaml.SafeDumper):
    """Writes texts as people would: several lines as a block, the rest as it stands."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Words.add_representer(str, _represent)


def _dump(data: Any) -> str:
    return yaml.dump(data, Dumper=_Words, allow_unicode=True, sort_keys=False, width=1 << 20, default_flow_style=False)


def _line(data: Any) -> str:
    """One question a line, as people write them."""
    return f"- {yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1 << 20, default_flow_style=True)}"


@dataclass(frozen=True)
class Exported:
    """A workbook, and what of the instrument did not fit into it."""

    content: bytes
    questions: int
    notes: tuple[str, ...]


def export_instrument(surveys: Path, title: str, *, with_key: bool) -> Exported:
    """The workbook of an instrument such as `ehl-a-v1`, the same bytes for the same instrument. Raises NotFound, InputError.

    Without `with_key` nothing in it depends on the right answers.
    """
    folder = surveys / "instruments" / title
    if not is_id(title, 60) or not folder.is_dir():
        raise NotFound(f"no instrument {title}")
    found = read_instrument(folder, surveys)
    if wrong := unwritable(found.instrument):
        raise InputError([Problem(f"instruments/{title}", "", remark.message) for remark in wrong])
    workbook = write_workbook(found.instrument, found.key if with_key else None)
    return Exported(packed(workbook), len(found.instrument.questions), workbook.notes)


def packed(workbook: Workbook) -> bytes:
    """The sheets as an .xlsx file in which every cell is text, so that nothing in them is ever worked out."""
    try:
        from openpyxl import Workbook as Book
        from openpyxl.utils.exceptions import IllegalCharacterError
    except ImportError as error:
        message = "workbooks are written with openpyxl, which is not installed: make run installs it"
        raise InputError([Problem("xlsform", "", message)]) from error
    book = Book()
    for place, (name, rows) in enumerate(workbook.sheets.items()):
        sheet = book.create_sheet(name, place)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row, start=1):
                if text:
                    cell = sheet.cell(number, column)
                    try:
                        cell.value = text
                    except IllegalCharacterError as error:
                        raise InputError(
                            [Problem(name, f"row {number}", "has a character that no cell can hold")]
                        ) from error
                    cell.data_type, cell.number_format = "s", "@"
    book.remove(book.worksheets[-1])
    saved = BytesIO()
    book.save(saved)
    return _without_time(saved)


def _without_time(saved: BytesIO) -> bytes:
    """The same archive without a word of when it was made."""
    made = BytesIO()
    with ZipFile(saved) as archive, ZipFile(made, "w", ZIP_DEFLATED) as fresh:
        for name in sorted(archive.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = archive.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(\w+)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            fresh.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, ZIP_DEFLATED)
    return made.getvalue()
