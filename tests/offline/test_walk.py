"""The phone's walk: for any answers to any instrument, the same questions in the same order and words as on the server."""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dev import NODE
from literacy_app.offline.service import form_for
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Question, as_text
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.rules import Instrument
from literacy_app.surveys.rules.walk import offered, walk, words_for
from literacy_app.surveys.service import read_answers

REPOSITORY = Path(__file__).parents[2]

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=8)))
TEXTS = ("3", "17", "-4", "abc", "农村", "2020-02-29", "")


def instruments() -> Iterator[Instrument]:
    for folder in (
        REPOSITORY / "surveys",
        REPOSITORY / "tests" / "files" / "surveys",
        REPOSITORY / "tests" / "surveys",
    ):
        found, _ = read_surveys(folder)
        yield from (one.instrument for one in found)


def typed(question: Question, rng: Random) -> Any:
    """Something that a person might answer, whether it fits or not."""
    options = KINDS[question.kind].options(question)
    if rng.random() < 0.1 and question.codes:
        return {"code": rng.choice(question.codes).value}
    if question.kind == "multiple":
        return [one for one in options if rng.random() < 0.4] or [rng.choice(options)]
    if options:
        return rng.choice(options)
    if question.kind == "number":
        low = question.min if question.min is not None else -3
        high = question.max if question.max is not None else low + 60
        return rng.choice([low, high, rng.randint(low, high)])
    if question.kind == "date":
        return f"20{rng.randint(10, 40)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
    return rng.choice(TEXTS)


def cases(instrument: Instrument, count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Answer]]]:
    rng = Random(instrument.title)  # noqa: S311 - the same answers in every run
    language = instrument.languages[0]
    form = form_for(instrument, language)
    for number in range(count):
        sent = {one.id: typed(one, rng) for one in instrument.questions if KINDS[one.kind].asked and rng.random() < 0.8}
        answers, errors = read_answers(instrument, sent)
        sent = {id: value for id, value in sent.items() if f"answers.{id}" not in errors}
        yield (
            {"form": form, "answers": sent, "now": NOW.isoformat(timespec="milliseconds"), "seed": f"seed {number}"},
            sent,
            answers,
        )


def expected(instrument: Instrument, answers: dict[str, Answer], seed: str) -> dict[str, Any]:
    words = instrument.words[instrument.languages[0]]
    way = walk(instrument, answers, NOW, seed, words)
    said = {id: one for id, one in answers.items() if id not in way.hidden} | way.calculated
    kept = {id: one for id, one in answers.items() if id not in way.hidden} | way.calculated
    return {
        "shown": [one.id for one in way.shown],
        "calculated": [
            [id, format(one, "f") if isinstance(one, Decimal) else as_text(one)] for id, one in way.calculated.items()
        ],
        "hidden": list(way.hidden),
        "violated": list(way.violated),
        "offered": [list(offered(one, kept, NOW, seed)) for one in way.shown],
        "stems": [words_for(one, words, instrument, said).stem for one in way.shown],
    }


@pytest.mark.parametrize("instrument", list(instruments()), ids=lambda one: str(one.title))
def test_a_phone_walks_as_the_server_does(instrument: Instrument) -> None:
    made = list(cases(instrument, 60))
    given = json.dumps([case for case, _, _ in made], ensure_ascii=False)
    done = subprocess.run(
        [NODE, Path(__file__).parent / "walk.mjs"], input=given.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for (case, sent, answers), found in zip(made, json.loads(done.stdout), strict=True):
        assert found == expected(instrument, answers, case["seed"]), sent
