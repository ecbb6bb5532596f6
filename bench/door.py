"""The door for submissions against a bare Flask endpoint that makes one durable insert, on both kinds of database."""

import json
import random
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import yaml

from bench.load import Load, load
from bench.servers import CLIENTS, ROOT, SECONDS, bare, product
from tests.services.postgres import started

WAVES = {"shipped": "2026-qinghe", "wide": "2026-bench"}
QUESTIONS, LONG_SECONDS, ROUNDS = 250, 30.0, 5


@dataclass
class Database:
    """Where product and yardstick write: the address for each, and how to ask a number of it."""

    name: str
    settings: dict[str, str]
    bare_address: str
    count: Callable[[str], int]
    token: Callable[[str], str]


def measure() -> list[dict[str, object]]:
    """The shipped instrument and one of 250 questions, on SQLite and on PostgreSQL."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = _files(Path(folder))
        for open_database in (_sqlite, _postgres):
            with open_database(Path(folder)) as database:
                rows += _measure_on(database, Path(folder) / f"data-{database.name}", files)
    return rows


def _measure_on(database: Database, data: Path, files: dict[str, str]) -> list[dict[str, object]]:
    surveys = Path(files["LITERACY_SURVEYS"])
    with (
        product(data, files | database.settings) as port,
        bare("door", {"BARE_DATABASE": database.bare_address}) as yard,
    ):
        body, pairs = _bodies("shipped", surveys), []
        for _ in range(ROUNDS):  # in turns, so that a noisy machine is noisy to both
            yardstick = load(
                yard, lambda: _post("/", "x", body()), clients=CLIENTS, seconds=SECONDS / 2, a_connection=20
            )
            pairs.append((_checked("shipped", database, port, surveys, SECONDS / 2), yardstick))
        wide = _checked("wide", database, port, surveys, LONG_SECONDS)
    rates = sorted(yardstick.rate for _, yardstick in pairs)
    print(f"bare durable insert, {database.name}: {rates[ROUNDS // 2]:.0f} a second (1.00, the yardstick)")
    typical = sorted(pairs, key=lambda pair: pair[0].rate / pair[1].rate)[ROUNDS // 2]
    return [
        _say(f"submissions, shipped instrument, {database.name}", *typical),
        _say(f"submissions, {QUESTIONS} questions, {database.name}", wide, typical[1]),
    ]


def _checked(name: str, database: Database, port: int, surveys: Path, seconds: float) -> Load:
    """Submissions for so long, every one answered with 201 and there once."""
    before, body, token = database.count(WAVES[name]), _bodies(name, surveys), database.token(WAVES[name])
    made = load(
        port, lambda: _post("/api/v1/submissions", token, body()), clients=CLIENTS, seconds=seconds, a_connection=20
    )
    stored = database.count(WAVES[name]) - before
    if set(made.statuses) != {201} or stored != made.statuses[201]:
        raise SystemExit(f"{name} on {database.name}: {made.statuses}, but {stored} rows")
    return made


def _say(name: str, made: Load, yardstick: Load) -> dict[str, object]:
    ratio = made.rate / yardstick.rate
    print(
        f"{name}: {made.rate:.0f} submissions/s ({ratio:.2f} of a bare durable insert), "
        f"p99 {made.percentile(0.99) * 1000:.0f} ms, 0 errors, 0 duplicates"
    )
    return {
        "name": name,
        "value": round(made.rate, 1),
        "unit": "submissions/s",
        "ratio": round(ratio, 3),
        "p99_ms": round(made.percentile(0.99) * 1000, 1),
        "statuses": made.statuses,
    }


def _post(path: str, token: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _bodies(name: str, surveys: Path) -> Callable[[], bytes]:
    """Bodies with an id of their own each, and answers as the instrument has them."""
    folder = surveys / "instruments" / ("ehl-a-v1" if name == "shipped" else "wide-v1")
    form = yaml.safe_load((folder / "form.yml").read_text())
    rng, templates = random.Random(1), []  # noqa: S311 - a bench wants the same answers every time
    for _ in range(20):
        answers = {q["id"]: value for q in form["questions"] if (value := _answer(q, rng)) is not None}
        fields = {
            "id": "@",
            "wave": WAVES[name],
            "instrument": form["name"],
            "version": form["version"],
            "mode": "self",
            "language": "zh_Hans",
            "started_at": "2026-10-01T10:00:00+08:00",
            "finished_at": "2026-10-01T10:15:00+08:00",
            "answers": answers,
        }
        templates.append(json.dumps(fields, ensure_ascii=False).encode())
    return lambda: rng.choice(templates).replace(b'"@"', f'"{uuid4()}"'.encode(), 1)


def _answer(question: dict[str, object], rng: random.Random) -> object:
    kind, options = question["kind"], question.get("options")
    if kind == "true_false":
        return rng.choice(["true", "false"])
    if kind == "number":
        return question["max"]
    if not isinstance(options, list):
        return None
    return rng.choice(options) if kind == "single" else rng.sample(options, 2)


def _files(folder: Path) -> dict[str, str]:
    """Content and surveys of the product, with an instrument of 250 questions, and an open link that is never crowded."""
    content, surveys = folder / "content", folder / "surveys"
    shutil.copytree(ROOT / "content", content)
    shutil.copytree(ROOT / "surveys", surveys)
    policy = (content / "policy.yml").read_text()
    (content / "policy.yml").write_text(re.sub(r"(open_link_free:\n  value: )\d+", r"\g<1>1000000000", policy))
    wide = surveys / "instruments" / "wide-v1"
    wide.mkdir()
    questions, words, items = [], {}, {}
    for number in range(QUESTIONS):
        id, kind = f"q{number:03}", ("single", "multiple", "true_false")[number % 3]
        options = [] if kind == "true_false" else ["a", "b", "c", "d", "e"]
        questions.append(
            {
                "id": id,
                "section": "all",
                "kind": kind,
                "options": options,
                "dimension": "knowledge",
                "second_class": "scientific_knowledge",
                "article": "a08",
                "topic": "air",
            }
        )
        words[id] = {"stem": f"Question {number}"} | (
            {"options": {option: f"Option {option}" for option in options}} if options else {}
        )
        items[id] = {"answer": {"single": "b", "multiple": ["a", "c"], "true_false": "true"}[kind], "points": 1}
    form = {"name": "wide", "version": 1, "edition": "2020", "languages": ["zh_Hans", "en"], "questions": questions}
    spoken = yaml.safe_load((ROOT / "surveys/instruments/ehl-a-v1/words.en.yml").read_text())
    key = {"pass_mark": {"points": 70, "of": 100}, "multiple_mode": "all_or_nothing", "items": items}
    for name, data in {
        "form": form,
        "key": key,
        "words.en": spoken | {"sections": {"all": "All"}, "questions": words},
        "words.zh_Hans": spoken | {"sections": {"all": "All"}, "questions": words},
    }.items():
        (wide / f"{name}.yml").write_text(yaml.dump(data, allow_unicode=True, Dumper=_Plain))
    wave = yaml.safe_load((surveys / "waves/2026-qinghe.yml").read_text())
    wave |= {"id": WAVES["wide"], "instrument": "wide"}
    (surveys / "waves" / f"{WAVES['wide']}.yml").write_text(yaml.dump(wave, allow_unicode=True, Dumper=_Plain))
    return {"LITERACY_CONTENT": str(content), "LITERACY_SURVEYS": str(surveys)}


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    path = folder / "data-SQLite" / "literacy.sqlite3"
    yard = folder / "bare.sqlite3"
    with sqlite3.connect(yard) as connection:
        connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")

    def ask(query: str, wave: str) -> object:
        with sqlite3.connect(path) as connection:
            return connection.execute(query, (wave,)).fetchone()[0]

    yield Database(
        "SQLite",
        {},
        str(yard),
        lambda wave: int(str(ask("SELECT count(*) FROM submission WHERE wave_id = ?", wave))),
        lambda wave: str(ask("SELECT token FROM survey_link WHERE wave_id = ? AND kind = 'open'", wave)),
    )


@contextmanager
def _postgres(folder: Path) -> Iterator[Database]:
    with started(durable=True) as server:
        address, yard = server.create_database(), server.create_database()

        def run(place: str, query: str, *values: str) -> object:
            with psycopg.connect(place.replace("+psycopg", "")) as connection:
                found = connection.execute(query, values)
                return found.fetchone() if found.description else None

        def ask(query: str, wave: str) -> object:
            row = run(address, query, wave)
            assert isinstance(row, tuple)
            return row[0]

        run(yard, "CREATE TABLE bare (id bigserial PRIMARY KEY, body bytea)")
        yield Database(
            "PostgreSQL",
            {"LITERACY_DATABASE_URL": address},
            yard,
            lambda wave: int(str(ask("SELECT count(*) FROM submission WHERE wave_id = %s", wave))),
            lambda wave: str(ask("SELECT token FROM survey_link WHERE wave_id = %s AND kind = 'open'", wave)),
        )


if __name__ == "__main__":
    measure()
