"""The table of scheduled jobs, and the process that wakes them. The only file that knows APScheduler.

Timers only wake: a job runs when its row for the period can be claimed, so any number of schedulers have one effect.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy.orm import Session

from literacy_app.accounts.service import forget_ended_sign_ins
from literacy_app.contacts.service import forget_contacts
from literacy_app.foundation import clock
from literacy_app.foundation.clock import REPORTING_ZONE, reporting_date
from literacy_app.foundation.jobruns import claim, fail, finish
from literacy_app.foundation.policy import Policy
from literacy_app.quality.service.back_checks import draw_everywhere
from literacy_app.surveys.service import forget_crowds, forget_drafts
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.policy import policy

# What writes one thing down.
Write = Callable[[Session], None]


@dataclass(frozen=True)
class Job:
    """A service function that is done once a day, at an hour of the reporting zone.

    `work` is done in one transaction. What takes long is `look` instead: it only reads, so that nobody waits to write, and each
    thing that it gives is written down in a short transaction of its own.
    """

    name: str
    hour: int
    work: Callable[[Session, Policy, datetime], None] | None = None
    look: Callable[[Session, datetime], Iterator[Write]] | None = None


def _check_levels(session: Session, now: datetime) -> Iterator[Write]:
    # NumPy takes a second to import, and a scheduler that starts has no use for it yet.
    from literacy_app.estimation.service import check_versions

    return check_versions(session, now)


JOBS = (
    Job("forget_drafts", 3, lambda session, policy, now: forget_drafts(session, policy.draft_days.value, now)),
    Job("forget_crowds", 3, lambda session, policy, now: forget_crowds(session, now)),
    Job("forget_ended_sign_ins", 3, lambda session, policy, now: forget_ended_sign_ins(session, now)),
    Job("forget_contacts", 3, lambda session, policy, now: forget_contacts(session, now)),
    Job("draw_back_checks", 2, lambda session, policy, now: draw_everywhere(session, policy, now)),
    Job("check_levels", 4, look=_check_levels),
)


def run_job(app: Flask, job: Job, now: datetime) -> bool:
    """Do a job for the day of `now` unless it is done or being done; returns whether this call did it."""
    period = reporting_date(now).isoformat()
    with app.app_context():
        with transaction() as session:
            if not claim(session, job.name, period, now):
                return False
        try:
            for write in job.look(reading(), now) if job.look else ():
                with transaction() as session:
                    write(session)
            with transaction() as session:
                if job.work:
                    job.work(session, policy(), now)
                finish(session, job.name, period, clock.now())
        except Exception as error:
            with transaction() as session:
                fail(session, job.name, period, f"{type(error).__name__}: {error}")
            app.logger.exception("job %s failed for %s", job.name, period)
            return False
    return True


def schedule(app: Flask) -> BlockingScheduler:
    """A scheduler that wakes every job at its hour and again within the hour, in case one failed or its worker died."""
    scheduler = BlockingScheduler(timezone=REPORTING_ZONE)
    for job in JOBS:
        scheduler.add_job(
            lambda job=job: run_job(app, job, clock.now()), "cron", hour=job.hour, minute="*/15", id=job.name
        )
    return scheduler
