"""Scheduled jobs."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from literacy_app import jobs
from literacy_app.estimation.models import EstimationRow
from literacy_app.estimation.service import keep_version
from literacy_app.foundation.audit import AuditEvent, record
from literacy_app.foundation.jobruns import JobRun
from literacy_app.surveys.service import receive_submission, wave_of
from literacy_app.webkit.extensions import reading, transaction
from tests.accounts.test_service import POLICY
from tests.builders import ALL_RIGHT, body, desk, draw
from tests.estimation.test_beside import IN_2020


@pytest.mark.parametrize("job", jobs.JOBS, ids=lambda job: job.name)
def test_every_job_runs_once_a_day_however_often_it_is_woken(app: Flask, now: datetime, job: jobs.Job) -> None:
    assert [jobs.run_job(app, job, now) for _ in range(3)] == [True, False, False]


def test_a_job_that_fails_is_noted_and_tried_again(app: Flask, now: datetime) -> None:
    def broken(session: object, policy: object, now: datetime) -> None:
        raise RuntimeError("the disk is full")

    job = jobs.Job("broken", 3, broken)
    assert [jobs.run_job(app, job, now) for _ in range(2)] == [False, False]
    with app.app_context():
        row = reading().scalars(select(JobRun)).one()
        assert (row.tries, row.failure, row.done_at) == (2, "RuntimeError: the disk is full", None)


def test_a_job_that_looks_keeps_nobody_from_writing_and_what_it_finds_is_kept(app: Flask, now: datetime) -> None:
    def look(session: Session, now: datetime) -> Iterator[jobs.Write]:
        session.scalars(select(JobRun)).all()
        with transaction() as other:
            record(other, "own", now, "tests", "meanwhile", "open")
        yield lambda session: record(session, "own", now, "tests", "found", "open")

    assert jobs.run_job(app, jobs.Job("looking", 3, look=look), now)
    with app.app_context():
        assert set(reading().scalars(select(AuditEvent.action))) >= {"meanwhile", "found"}


def test_one_broken_wave_does_not_keep_the_others_from_being_checked(app: Flask, now: datetime) -> None:
    with app.app_context(), transaction() as session:
        for wave, times in (("closed", IN_2020), ("open", {})):
            person = str(draw(session, wave=wave))
            receive_submission(session, body(ALL_RIGHT, wave=wave, respondent=person, **times), desk(wave), now)
            keep_version(session, wave_of(session, wave), POLICY, "ou", now)
        session.execute(update(EstimationRow).where(EstimationRow.wave_id == "closed").values(recipe={}))
        session.execute(update(EstimationRow).where(EstimationRow.wave_id == "open").values(method="0"))
    assert jobs.run_job(app, next(job for job in jobs.JOBS if job.name == "check_levels"), now)
    with app.app_context():
        events = reading().scalars(select(AuditEvent).where(AuditEvent.actor == "calendar")).all()
        found = {(one.action, one.subject): one.detail for one in events}
    assert found["level_check_failed", "closed"] == {"number": 1, "error": "KeyError"}
    assert found["level_differs", "open"] == {"number": 1, "what": ["method 0"]}


def test_the_scheduler_has_every_job(app: Flask) -> None:
    assert {job.id for job in jobs.schedule(app).get_jobs()} == {job.name for job in jobs.JOBS}
