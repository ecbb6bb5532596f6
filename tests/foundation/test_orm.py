"""Engines that keep what they acknowledge."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from literacy_app.foundation.jobruns import JobRun
from literacy_app.foundation.orm import WRITES, insert_new
from literacy_app.foundation.snapshots import Snapshot


def test_sqlite_is_durable_and_strict_on_every_connection(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        values = [
            connection.scalar(text(f"pragma {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert values == ["wal", 2, 1, 1]


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
