"""The database's history, on each kind of database."""

import re
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, MetaData, inspect, select, text
from sqlalchemy.orm import Session

from literacy_app.foundation.orm import engine_for
from literacy_app.learners.models import LearnerPhone
from literacy_app.migrations import service as migrations
from literacy_app.practice.models import Attempt
from literacy_app.surveys.models import AnswerSheet, SubmissionRow
from literacy_app.tables import metadata

VERSIONS = Path(migrations.__file__).parent / "versions"


def test_migrations_take_an_empty_database_to_exactly_the_models(engine: Engine) -> None:
    assert migrations.differences(engine, metadata) == []
    assert migrations.is_current(engine)


def test_every_step_can_be_taken_back_and_again(engine: Engine) -> None:
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert not migrations.is_current(engine)
    migrations.upgrade(engine)
    assert migrations.differences(engine, metadata) == []


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table wave (id integer)")
    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(engine)
    assert inspect(engine).get_table_names() == ["wave"]
    engine.dispose()


def test_steps_are_numbered_in_one_line_of_descent() -> None:
    before = None
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        text = path.read_text()
        revision = re.search(r'^revision = "(\d{4})"', text, re.MULTILINE)
        down = re.search(r'^down_revision = (?:"(\d{4})"|None)', text, re.MULTILINE)
        assert revision and down
        assert path.name.startswith(f"{revision[1]}_")
        assert down[1] == before
        before = revision[1]
    assert before == migrations.head()


def test_learners_and_attempts_survive_every_step_up_and_down(database_url: str, now: datetime) -> None:
    engine = engine_for(database_url)
    migrations.downgrade(engine, "0001")
    learner, attempt = uuid4(), uuid4()
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into pilot (id, name_zh, name_en, starts_on, synthetic) values ('own', 'a', 'a', '2024-01-01', false)"
            )
        )
        old = {"id": learner.hex if engine.dialect.name == "sqlite" else learner, "now": now}
        connection.execute(
            text("insert into learner (pilot_id, id, secret_sha256, created_at) values ('own', :id, 'abc', :now)"), old
        )
        connection.execute(
            text(
                'insert into attempt (pilot_id, id, learner_id, article_id, item_id, answer, "right", at) '
                "values ('own', :attempt, :id, 'a01', 'x.q1', '[]', true, :now)"
            ),
            old | {"attempt": attempt.hex if engine.dialect.name == "sqlite" else attempt},
        )
    migrations.upgrade(engine)
    with Session(engine) as session:
        assert session.scalars(select(LearnerPhone.secret_sha256)).all() == ["abc"]
        assert [row.setting for row in session.scalars(select(Attempt))] == ["practice"]
    migrations.downgrade(engine, "0001")
    with engine.connect() as connection:
        assert connection.scalar(text("select secret_sha256 from learner")) == "abc"
        assert connection.scalar(text("select count(*) from attempt")) == 1
    engine.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """What the tables of a database are, in no order."""
    found, shapes = inspect(engine), {}
    for table in found.get_table_names():
        shapes[table] = {
            "columns": {
                (one["name"], str(one["type"]), one["nullable"], one["default"]) for one in found.get_columns(table)
            },
            "key": sorted(found.get_pk_constraint(table)["constrained_columns"]),
            "references": {
                (*one["constrained_columns"], one["referred_table"]) for one in found.get_foreign_keys(table)
            },
            "unique": {tuple(one["column_names"]) for one in found.get_unique_constraints(table)},
            "indexes": {
                (one["name"], tuple(one["column_names"]), bool(one["unique"])) for one in found.get_indexes(table)
            },
        }
    return shapes


def test_a_step_back_leaves_the_tables_as_the_step_before_made_them(engine: Engine) -> None:
    migrations.downgrade(engine, "0003")
    back = shape(engine)
    migrations.downgrade(engine, "base")
    migrations.upgrade(engine, "0003")
    assert back == shape(engine)


GIVEN = {
    "q1": ("true", None, 3),
    "q2": (None, "dont_know", 0),
    "q-3_x": (["a", "c"], None, 0),
    "birth_year": (1968, None, None),
    "weight": (61.5, None, None),
    "remark": ('说"好"\n\\ 😀', None, None),
    "sex": (None, "refused", None),
}
TABLES = ("submission", "answer", "score")


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row that the step moves, as the step before knew it."""
    known = MetaData()
    known.reflect(engine, only=TABLES)
    with engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(known.tables[name]))), key=repr)
            for name in TABLES
        }


@pytest.fixture
def before_sheets(engine: Engine, now: datetime) -> list[str]:
    """A database of step 0003 with two submissions, one with answers and one without; their ids as that database has them."""
    migrations.downgrade(engine, "0003")
    ids = [one.hex if engine.dialect.name == "sqlite" else str(one) for one in (uuid4(), uuid4())]
    known = MetaData()
    known.reflect(engine)
    same = {"name_zh": "a", "name_en": "a", "starts_on": now.date(), "synthetic": False, "version": 1, "digest": "d"}
    same |= {"body": "{}", "key_body": "{}", "kept_at": now, "instrument_name": "tiny", "instrument_version": 1}
    same |= {
        "opens_on": now.date(),
        "last_day": now.date(),
        "wave_id": "w",
        "sha256": "s",
        "raw": b"{}",
        "mode": "self",
    }
    same |= {"language": "en", "stream": "self_selected", "started_at": now, "finished_at": now, "received_at": now}
    same |= {"pilot_id": "own", "submission_id": ids[0]}
    rows: list[tuple[str, dict[str, object]]] = [
        ("pilot", {"id": "own"}),
        ("instrument", {"name": "tiny"}),
        ("wave", {"id": "w"}),
        ("submission", {"id": ids[0], "status": "accepted"}),
        ("submission", {"id": ids[1], "status": "quarantined", "reason": "wave_closed"}),
    ]
    rows += [("answer", {"question_id": id, "value": v, "code": c, "points": p}) for id, (v, c, p) in GIVEN.items()]
    scores = {"points": 3, "max_points": 10, "answered": 2, "dont_know": 1, "missing": 0}
    rows += [
        ("score", {"scale": scale, "attained": scale == "total"} | scores) for scale in ("total", "basic_cognition")
    ]
    with engine.begin() as connection:
        for name, row in rows:
            table = known.tables[name]
            connection.execute(table.insert(), {k: v for k, v in (same | row).items() if k in table.c})
    return ids


def test_answers_survive_the_step_to_sheets_and_back(engine: Engine, before_sheets: list[str]) -> None:
    before = contents(engine)
    migrations.upgrade(engine)
    migrations.downgrade(engine, "0003")
    assert contents(engine) == before
    assert [len(rows) for rows in before.values()] == [2, len(GIVEN), 2]


def test_every_submission_gets_a_sheet_with_its_answers_and_points(engine: Engine, before_sheets: list[str]) -> None:
    migrations.upgrade(engine)
    with Session(engine) as session:
        sheets = {one.submission_id: one for one in session.scalars(select(AnswerSheet))}
    full, empty = (sheets[UUID(id)] for id in before_sheets)
    assert full.answers == {id: {"code": code} if code else value for id, (value, code, _) in GIVEN.items()}
    assert full.points == {id: points for id, (_, _, points) in GIVEN.items() if points is not None}
    assert (empty.answers, empty.points, empty.paradata) == ({}, {}, None)


def test_what_the_door_said_of_old_submissions_is_where_they_stood(engine: Engine, before_sheets: list[str]) -> None:
    migrations.upgrade(engine)
    with Session(engine) as session:
        rows = {row.id: row for row in session.scalars(select(SubmissionRow))}
    full, empty = (rows[UUID(id)] for id in before_sheets)
    assert (full.verdict, full.flags, full.replaces) == ("accepted", [], None)
    assert (empty.verdict, empty.status, empty.reason) == ("quarantined", "quarantined", "wave_closed")


def test_what_was_voided_or_replaced_waits_after_the_step_back(engine: Engine, before_sheets: list[str]) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("update submission set status = 'voided' where status = 'accepted'"))
        connection.execute(text("update submission set status = 'replaced' where status = 'quarantined'"))
    migrations.downgrade(engine, "0003")
    with engine.connect() as connection:
        assert connection.scalars(text("select status from submission")).all() == ["quarantined", "quarantined"]
