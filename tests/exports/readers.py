"""Reading exports back with what others wrote: csv, pandas, openpyxl, pyreadstat. And a second version of the tiny instrument."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat
from sqlalchemy.orm import Session

from literacy_app.exports.rules import Form, Selection
from literacy_app.exports.rules.cells import original
from literacy_app.exports.service import export
from literacy_app.questions.rules import Question, QuestionWords
from literacy_app.surveys.loader import Frozen, read_surveys
from literacy_app.surveys.service import keep_instrument, wave_of
from tests.builders import FILES

NOW = datetime.fromisoformat("2026-11-01T12:00:00+08:00")
Rows = list[dict[str, Any]]

MORE = (
    Question("note1", "note", section="test"),
    Question("q4", "multiple", ("a", "b"), section="test"),
    Question("height", "number", section="about_you", min=0, max=300, decimals=1),
    Question("moved", "date", section="about_you"),
    Question("half", "calculated", section="about_you", calculation="${height} div 2"),
    Question("trust-air", "single", ("low", "high"), section="test", matrix="trust"),
)
WORDS = {
    "note1": QuestionWords("请继续。"),
    "q4": QuestionWords("还有哪些？", options={"a": "东", "b": "西"}),
    "height": QuestionWords("身高多少？"),
    "moved": QuestionWords("哪天搬来？"),
    "half": QuestionWords("一半"),
    "trust-air": QuestionWords("空气", options={"low": "低", "high": "高"}, lead="您信任吗？"),
}


def tiny() -> Frozen:
    """The instrument of tests/files."""
    return read_surveys(FILES / "surveys")[0][0]


def second_version() -> Frozen:
    """The next version: q3 lost its option b and has a new one, a remark may be as long as any text, and there are more questions after q2."""
    first = tiny()
    questions: list[Question] = []
    for question in first.instrument.questions:
        changed: dict[str, Any] = {"q3": {"options": ("a", "c", "d", "e")}, "remark": {"max": None}}
        questions.append(replace(question, **changed.get(question.id, {})))
        questions += MORE if question.id == "q2" else ()
    words = {}
    for language, spoken in first.instrument.words.items():
        q3 = replace(spoken.questions["q3"], options={"a": "子", "c": "寅", "d": "卯", "e": "辰"})
        words[language] = replace(spoken, questions={**spoken.questions, "q3": q3, **WORDS})
    instrument = replace(first.instrument, version=2, questions=tuple(questions), words=words)
    return Frozen(instrument, first.key)


def keep_second(session: Session) -> None:
    """Let there be the second version."""
    keep_instrument(session, second_version(), NOW)
    session.flush()


def made(session: Session, form: Form, wave: str = "open", **selection: Any) -> bytes:
    """A whole export."""
    return b"".join(export(session, wave_of(session, wave), form, Selection(**selection), NOW))


def csv_rows(data: bytes) -> Rows:
    """The rows of a CSV as they stand in it."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def xlsx_cells(data: bytes, sheet: str = "data") -> list[list[Any]]:
    """The cells of a sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [list(row) for row in book[sheet].iter_rows()]


def xlsx_rows(data: bytes) -> Rows:
    """The rows of the first sheet."""
    head, *rows = [[cell.value for cell in row] for row in xlsx_cells(data)]
    return [dict(zip(head, row, strict=True)) for row in rows]


def sav(data: bytes, folder: Path, **options: Any) -> tuple[Rows, Any]:
    """The rows and the dictionary of a .sav file."""
    path = folder / "data.sav"
    path.write_bytes(data)
    frame, about = pyreadstat.read_sav(str(path), **options)
    return frame.to_dict("records"), about


def json_lines(data: bytes) -> Rows:
    """The objects of JSON Lines."""
    return [json.loads(line) for line in data.decode().splitlines()]


def imported(text: str | None) -> str | None:
    """A text as an import takes it back."""
    return original(text) if isinstance(text, str) else text
