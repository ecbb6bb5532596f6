"""What leaves the house: a hundred thousand submissions in every format, against csv.writer on as many cells."""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from bench.servers import peak_mb
from literacy_app.areas.models import PilotRow
from literacy_app.exports.queries import hold_still
from literacy_app.exports.rules import Copy, Form, Selection
from literacy_app.exports.service import book_of, export
from literacy_app.foundation.languages import LANGUAGES, Bilingual
from literacy_app.foundation.orm import WRITES, engine_for
from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.migrations import service as migrations
from literacy_app.questions.rules import Question, QuestionWords
from literacy_app.scoring.rules import Key, Marking, MultipleMode, PassMark
from literacy_app.surveys.loader import Frozen
from literacy_app.surveys.models import AnswerSheet, Respondent, SubmissionRow
from literacy_app.surveys.rules import Consent, Header, Instrument, InstrumentWords, Wave
from literacy_app.surveys.service import keep_instrument, keep_wave, wave_of
from literacy_app.tables import metadata

PEOPLE, BATCH = 100_000, 5_000
SIZES = (50, 250)
FORMS = (Form.WIDE_CSV, Form.LONG_CSV, Form.XLSX, Form.SAV, Form.JSONL)
BEGAN = datetime(2026, 10, 1, 2, 0, 0, 123456, tzinfo=UTC)
WAVE, PILOT = "bench", "bench"
REMARKS = ("路口的空气不好，早上味道最大。", "没有了", "希望多讲一讲，\n怎么看懂空气质量。", "=1+1", "😀")
CLASSES = dict(zip(SecondClass, sorted([*Dimension] * 2), strict=True))


def instrument(size: int) -> Frozen:
    """An instrument of `size` questions of which each tenth is a choice of several, and one is a text, a number or a day."""
    questions = [
        Question("sex", "single", ("female", "male"), section="s"),
        Question("birth_year", "number", min=1900, max=2030, section="s"),
        Question("remark", "text", max=200, section="s"),
    ]
    classes = list(CLASSES)
    for number in range(size - len(questions)):
        second = classes[number % len(classes)]
        kind = ("multiple", "single", "true_false", "single")[0 if number % 10 == 0 else 1 + number % 3]
        options = () if kind == "true_false" else ("a", "b", "c", "d", "e")
        scored = {"dimension": CLASSES[second], "second_class": second}
        questions.append(Question(f"q{number:03d}", kind, options, section="s", **scored))
    items = {
        q.id: Marking({"multiple": ("a", "c"), "true_false": "true"}.get(q.kind, "b"), 2)
        for q in questions
        if q.dimension
    }
    key = Key(PassMark(70, 100), MultipleMode.ALL_OR_NOTHING, items)
    words = InstrumentWords(
        title="量一量",
        introduction="……",
        rights=(),
        consent=Consent("1", "……", "同意", "不参加"),
        labels={"true": "对", "false": "错", "dont_know": "不知道", "refused": "不愿回答"},
        sections={"s": "题目"},
        questions={
            q.id: QuestionWords(f"题目 {q.id} 问的是什么？", options={o: f"选项 {o}" for o in q.options} or None)
            for q in questions
        },
    )
    shape = Instrument("bench", 1, "2020", LANGUAGES, tuple(questions), dict.fromkeys(LANGUAGES, words))
    return Frozen(shape, key)


def people(frozen: Frozen, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Sheets: answers, points and scores of one person after the other; one in ten does not know."""
    questions = frozen.instrument.questions
    totals: dict[str, int] = {}
    for question in questions:
        for scale in ("total", question.dimension, question.second_class) if question.dimension else ():
            totals[str(scale)] = totals.get(str(scale), 0) + 2
    for _ in range(PEOPLE):
        answers: dict[str, Any] = {"sex": dice.choice(("female", "male")), "birth_year": dice.randint(1957, 2011)}
        if dice.random() < 0.2:
            answers["remark"] = dice.choice(REMARKS)
        points: dict[str, int] = {}
        earned = dict.fromkeys(totals, 0)
        for question in questions[3:]:
            answer: Any = dice.choice(question.options or ("true", "false"))
            if question.kind == "multiple":
                answer = ["a", "c"] if answer == "a" else [answer]
            if dice.random() < 0.1:
                answer = {"code": "dont_know"}
            right = answer == ["a", "c"] if question.kind == "multiple" else answer in ("b", "true")
            answers[question.id], points[question.id] = answer, 2 * right
            for scale in ("total", str(question.dimension), str(question.second_class)) if right else ():
                earned[scale] += 2
        scores = {
            scale: {
                "points": earned[scale],
                "max_points": most,
                "attained": 100 * earned[scale] >= 70 * most,
                "answered": len(points),
                "dont_know": 0,
                "missing": 0,
            }
            for scale, most in totals.items()
        }
        paradata = {"pages": [[dice.randint(1, 60), 1] for _ in range(8)], "agent": "bench"}
        yield {"answers": answers, "points": points, "scores": scores, "paradata": paradata}


def build(path: Path, size: int) -> None:
    """A database of this version with PEOPLE submissions to one wave, half of them of people drawn."""
    engine = engine_for(f"sqlite:///{path}")
    migrations.upgrade(engine)
    frozen, dice = instrument(size), random.Random(size)  # noqa: S311 - the same people every time
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        about = {"name_zh": "量", "name_en": "Bench", "starts_on": BEGAN.date(), "synthetic": True}
        session.add(PilotRow(id=PILOT, **about))
        session.flush()
        keep_instrument(session, frozen, BEGAN)
        header = Header("B-1", Bilingual("统计局", "Statistics"), "2026-1", BEGAN.date() + timedelta(900))
        days = BEGAN.date(), BEGAN.date() + timedelta(60)
        keep_wave(session, Wave(WAVE, PILOT, "bench", 1, Bilingual("量", "Bench"), *days, header), BEGAN)
        session.commit()
    tables = [cast(Table, table.__table__) for table in (Respondent, SubmissionRow, AnswerSheet)]
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        sheets, done = people(frozen, dice), 0
        while done < PEOPLE:
            rows: list[list[dict[str, Any]]] = [[], [], []]
            for number in range(done, done + BATCH):
                _add(rows, number, next(sheets), dice)
            for table, some in zip(tables, rows, strict=True):
                connection.execute(insert(table), some)
            connection.commit()
            done += BATCH
    engine.dispose()


def _add(rows: list[list[dict[str, Any]]], number: int, sheet: dict[str, Any], dice: random.Random) -> None:
    drawn = number % 2 == 0
    id, respondent = UUID(int=dice.getrandbits(128)), UUID(int=dice.getrandbits(128)) if drawn else None
    if respondent:
        psu = f"9902010{number % 40:05d}"
        place = {"stratum": psu[:9], "psu": psu, "area_code": psu, "probability": 0.01 + number % 7 / 100}
        rows[0].append({"pilot_id": PILOT, "id": respondent, "wave_id": WAVE, **place})
    at = BEGAN + timedelta(seconds=number)
    raw = json.dumps({"id": str(id), "answers": sheet["answers"], "paradata": sheet["paradata"]}).encode()
    submission = {
        "pilot_id": PILOT,
        "id": id,
        "wave_id": WAVE,
        "instrument_name": "bench",
        "instrument_version": 1,
        "sha256": f"{dice.getrandbits(256):064x}",
        "mode": "interview" if drawn else "self",
        "language": "zh_Hans",
        "stream": "probability" if drawn else "self_selected",
        "status": "accepted",
        "verdict": "accepted",
        "reason": None,
        "flags": [],
        "respondent_id": respondent,
        "started_at": at,
        "finished_at": at + timedelta(minutes=12),
        "received_at": at + timedelta(minutes=13),
        "actor": "bench",
        "sequence": number,
        "consent_version": "1",
        "replaces": None,
        "correction": None,
        "raw": raw,
    }
    rows[1].append(submission)
    rows[2].append({"pilot_id": PILOT, "submission_id": id, **sheet})


def run(path: str, form: str, copy: str) -> dict[str, float]:
    """One export in this process, to nowhere: seconds, milliseconds to the first byte, bytes, and the most memory."""
    engine = engine_for(f"sqlite:///{path}")
    first, size = 0.0, 0
    with Session(engine) as session:
        book_of(session, wave_of(session, WAVE))  # a server has read its instruments before
    with Session(engine) as session, open(os.devnull, "wb") as nowhere:
        began, worked = time.perf_counter(), time.process_time()
        hold_still(session)
        wave = wave_of(session, WAVE)
        for piece in export(session, wave, Form(form), Selection(Copy(copy)), BEGAN):
            first = first or (time.perf_counter() - began if piece else 0.0)
            size += nowhere.write(piece)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    return {
        "seconds": seconds,
        "processor_s": worked,
        "first_byte_ms": first * 1000,
        "bytes": size,
        "peak_mb": peak_mb(),
    }


def yardstick(columns: int) -> float:
    """The seconds that csv.writer needs for as many cells, of short texts that are there already."""
    row = [("b", "1", "", "true")[number % 4] for number in range(columns)]
    began = time.perf_counter()
    with open(os.devnull, "w", newline="") as nowhere:
        csv.writer(nowhere).writerows(row for _ in range(PEOPLE))
    return time.perf_counter() - began


def _columns(path: Path) -> int:
    engine = engine_for(f"sqlite:///{path}")
    with Session(engine) as session:
        head = next(export(session, wave_of(session, WAVE), Form.WIDE_CSV, Selection(), BEGAN))
    engine.dispose()
    return head.count(b",") + 1


def measure(sizes: Sequence[int] = SIZES) -> list[dict[str, object]]:
    """Every format at every size, each in a process of its own, as ratios to the yardstick."""
    results: list[dict[str, object]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.sqlite3"
            build(path, size)
            columns = _columns(path)
            plain = yardstick(columns)
            print(f"csv.writer alone, {PEOPLE} x {columns} cells: {plain:.1f} s (1.00, the yardstick)")
            for copy, form in [(Copy.PLAIN, form) for form in FORMS] + [(Copy.FULL, Form.WIDE_CSV)]:
                results.append(_measure(path, size, form, copy, plain))
    return results


def _measure(path: Path, size: int, form: Form, copy: Copy, plain: float) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.exports", str(path), form, copy]
    made = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    name = f"export {form} of {PEOPLE} x {size} questions" + (" (full copy)" if copy is Copy.FULL else "")
    ratio = made["seconds"] / plain
    print(
        f"{name}: {made['seconds']:.1f} s ({ratio:.2f} of csv.writer alone; {made['processor_s']:.1f} s of processor), first byte {made['first_byte_ms']:.0f} ms, "
        f"peak {made['peak_mb']:.0f} MB, {made['bytes'] / 1e6:.0f} MB written"
    )
    figures = {part: round(value, 1) for part, value in made.items() if part != "seconds"}
    return {"name": name, "value": round(made["seconds"], 2), "unit": "s", "ratio": round(ratio, 2), **figures}


if __name__ == "__main__":
    assert metadata.tables, "the tables must be known before a database is used"
    if len(sys.argv) == 4:
        print(json.dumps(run(*sys.argv[1:])))
    else:
        measure([int(size) for size in sys.argv[1:]] or SIZES)
