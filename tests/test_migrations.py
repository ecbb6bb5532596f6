"""The database's history, on each kind of database."""

import re
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from literacy_app.foundation.orm import engine_for
from literacy_app.learners.models import LearnerPhone
from literacy_app.migrations import service as migrations
from literacy_app.practice.models import Attempt
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
