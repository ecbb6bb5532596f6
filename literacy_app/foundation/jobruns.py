"""Scheduled work as rows: whoever inserts the row of a job and period does the work, everybody else leaves it."""

from datetime import datetime, timedelta

from sqlalchemy import String, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from literacy_app.foundation.orm import Base, Moment, insert_new

# Whoever claimed a run and is silent for so long is taken to have died.
LEASE = timedelta(minutes=10)
MOST_TRIES = 5


class JobRun(Base):
    """One run of one job in one period, for example a day."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(30), primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int]
    failure: Mapped[str | None] = mapped_column(String(200))


def claim(session: Session, job: str, period: str, now: datetime) -> bool:
    """Whether the caller, and nobody else, is to do this run now. A run that failed or whose worker died is given out again."""
    if insert_new(
        session, JobRun, {"job": job, "period": period, "claimed_at": now, "done_at": None, "tries": 1, "failure": None}
    ):
        return True
    again = (
        update(JobRun)
        .where(JobRun.job == job, JobRun.period == period, JobRun.done_at.is_(None), JobRun.tries < MOST_TRIES)
        .where(or_(JobRun.claimed_at < now - LEASE, JobRun.failure.is_not(None)))
        .values(claimed_at=now, tries=JobRun.tries + 1, failure=None)
    )
    return bool(session.execute(again).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult


def finish(session: Session, job: str, period: str, now: datetime) -> None:
    """Note that a run is done; in the transaction of its work, so that both stand or neither."""
    session.execute(update(JobRun).where(JobRun.job == job, JobRun.period == period).values(done_at=now))


def fail(session: Session, job: str, period: str, failure: str) -> None:
    """Note why a run failed; after five tries it stays, to be seen."""
    session.execute(update(JobRun).where(JobRun.job == job, JobRun.period == period).values(failure=failure[:200]))
