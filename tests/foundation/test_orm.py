"""Engines that keep what they acknowledge."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, Table, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from literacy_app.config import Settings
from literacy_app.foundation import orm
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.jobruns import JobRun
from literacy_app.foundation.orm import WRITES, engine_for, insert_all_or_nothing, insert_new
from literacy_app.foundation.snapshots import Snapshot
from literacy_app.surveys.models import SpentProof
from literacy_app.webkit.extensions import db

EVENTS, PROOFS = (insert(cast(Table, table.__table__)) for table in (AuditEvent, SpentProof))
PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema", "busy_timeout")


def pragmas(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return [connection.scalar(text(f"pragma {name}")) for name in PRAGMAS]


def test_sqlite_is_durable_and_strict_on_every_connection(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    assert pragmas(engine) == ["wal", 2, 1, 1, 0, 5000]


def test_the_application_runs_on_the_engine_that_these_tests_run_on(app: Flask, settings: Settings) -> None:
    engine = engine_for(settings.database)
    with app.app_context():
        assert pragmas(db.engine) == pragmas(engine)
        assert (type(db.engine.pool), db.engine.url) == (type(engine.pool), engine.url)
    engine.dispose()


@pytest.mark.postgres
def test_a_connection_that_the_database_dropped_while_it_rested_is_noticed(
    postgres_server: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orm, "RESTED", 0.0)
    engine = engine_for(postgres_server())
    with engine.connect() as connection:
        process = connection.execute(text("select pg_backend_pid()")).scalar()
    other = engine_for(engine.url)
    with other.connect() as connection:
        connection.execute(text("select pg_terminate_backend(:process, 5000)"), {"process": process})
    other.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("select pg_backend_pid()")).scalar() != process
    engine.dispose()


@pytest.mark.parametrize("name", ["a b", "数据", "a%20b", "a%b", "a?b", "a#b", "a?b=c", "a:b@c"])
def test_the_database_stands_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    engine = engine_for(Settings(data=tmp_path / name).database)
    with engine.begin() as connection:
        connection.execute(text("create table a (b integer)"))
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "literacy.sqlite3").exists()


def test_writers_that_read_first_wait_for_each_other_and_none_fails(engine: Engine) -> None:
    def count_up() -> None:
        for _ in range(10):
            with Session(engine) as session:
                session.connection(execution_options={WRITES: True})
                session.execute(text("select count(*) from job_run")).scalar()
                session.execute(text("update job_run set tries = tries + 1"))
                session.commit()

    with engine.begin() as connection:
        connection.execute(
            text("insert into job_run (job, period, claimed_at, tries) values ('a', 'b', '2026-01-01', 0)")
        )
    workers = [threading.Thread(target=count_up) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with engine.connect() as connection:
        assert connection.scalar(text("select tries from job_run")) == 40


def test_times_come_back_aware_and_equal(session: Session, now: datetime) -> None:
    session.add(Snapshot(kind="k", digest="d", loaded_at=now, body=""))
    session.flush()
    session.expire_all()
    assert session.get_one(Snapshot, ("k", "d")).loaded_at == now


def test_a_time_without_zone_is_refused(session: Session, now: datetime) -> None:
    session.add(Snapshot(kind="k", digest="d", loaded_at=now.replace(tzinfo=None), body=""))
    with pytest.raises(StatementError, match="without a zone"):
        session.flush()


def test_of_many_inserts_under_one_key_one_is_told_that_it_was_new(session: Session, now: datetime) -> None:
    row = {"job": "a", "period": "b", "claimed_at": now, "done_at": None, "tries": 1, "failure": None}
    assert [insert_new(session, JobRun, row) for _ in range(3)] == [True, False, False]


HARD = {"text": '"\\\r\n\t字𠮷é', "numbers": [0, -1.5, 1e300, 10**30], "nothing": None, "yes": True}


def event(now: datetime, **other: Any) -> dict[str, Any]:
    row = {"pilot_id": "own", "id": uuid4(), "at": now, "actor": "a", "action": "b", "subject": "字", "detail": HARD}
    return row | other


def events(session: Session) -> dict[UUID, dict[str, Any]]:
    rows = session.execute(select(AuditEvent.__table__)).mappings()
    return {row["id"]: dict(row) for row in rows}


def test_what_is_inserted_together_comes_back_as_it_was(session: Session, now: datetime) -> None:
    west = now.astimezone(timezone(timedelta(hours=-9)))
    rows = [event(now), event(west, id=uuid4(), detail="only words"), event(now, detail=[])]
    spent = {"pilot_id": "own", "signature": "s", "expires_at": now}
    assert insert_all_or_nothing(session, [(EVENTS, rows), (PROOFS, [spent])])
    assert events(session) == {row["id"]: row for row in rows}
    assert session.execute(select(SpentProof.__table__)).mappings().all() == [spent]


@pytest.mark.parametrize("place", [0, 1])
def test_where_one_is_there_already_nothing_is_inserted_and_what_was_done_before_stays(
    session: Session, now: datetime, place: int
) -> None:
    before, spent = event(now), {"pilot_id": "own", "signature": "s", "expires_at": now}
    assert insert_all_or_nothing(session, [(EVENTS, [before]), (PROOFS, [spent])])
    new: list[Any] = [(EVENTS, [event(now)]), (PROOFS, [spent | {"signature": "t"}])]
    new[place] = [(EVENTS, [event(now), before]), (PROOFS, [spent])][place]
    assert not insert_all_or_nothing(session, new)
    session.commit()
    assert events(session) == {before["id"]: before}
    assert session.scalars(select(SpentProof.signature)).all() == ["s"]


def test_a_time_without_zone_is_not_inserted_together_either(session: Session, now: datetime) -> None:
    with pytest.raises((StatementError, ValueError), match="without a zone"):
        insert_all_or_nothing(session, [(EVENTS, [event(now.replace(tzinfo=None))])])
