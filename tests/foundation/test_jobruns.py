"""Scheduled work as rows."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from literacy_app.foundation.jobruns import LEASE, claim, fail, finish


def test_a_run_is_given_to_the_first_who_asks(session: Session, now: datetime) -> None:
    assert [claim(session, "job", "day", now) for _ in range(3)] == [True, False, False]


def test_a_run_that_is_done_is_never_given_out_again(session: Session, now: datetime) -> None:
    claim(session, "job", "day", now)
    finish(session, "job", "day", now)
    assert not claim(session, "job", "day", now + 2 * LEASE)


def test_a_run_whose_worker_died_is_given_out_again_after_the_lease(session: Session, now: datetime) -> None:
    claim(session, "job", "day", now)
    assert not claim(session, "job", "day", now + LEASE - timedelta(seconds=1))
    assert claim(session, "job", "day", now + LEASE + timedelta(seconds=1))


def test_a_run_that_fails_is_tried_five_times_and_then_parked(session: Session, now: datetime) -> None:
    tries = 0
    for _ in range(9):
        if claim(session, "job", "day", now):
            tries += 1
            fail(session, "job", "day", "it broke")
    assert tries == 5
