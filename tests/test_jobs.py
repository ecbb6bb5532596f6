"""Scheduled jobs."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from literacy_app import jobs
from literacy_app.foundation.jobruns import JobRun
from literacy_app.webkit.extensions import reading


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


def test_the_scheduler_has_every_job(app: Flask) -> None:
    assert {job.id for job in jobs.schedule(app).get_jobs()} == {job.name for job in jobs.JOBS}
