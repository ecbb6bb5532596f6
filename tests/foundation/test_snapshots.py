"""The last good version of what people write."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from literacy_app.foundation.snapshots import in_force, keep_snapshot


def test_the_latest_is_in_force_and_an_older_one_can_come_back(session: Session, now: datetime) -> None:
    seen = []
    for minute, body in enumerate(["one", "two", "one"]):
        keep_snapshot(session, "k", body, now + timedelta(minutes=minute))
        session.flush()
        seen.append(in_force(session, "k", str.upper, ""))
    assert seen == ["ONE", "TWO", "ONE"]


def test_loading_the_same_again_changes_nothing(session: Session, now: datetime) -> None:
    assert keep_snapshot(session, "k", "one", now)
    assert not keep_snapshot(session, "k", "one", now + timedelta(minutes=1))


def test_before_anything_is_loaded_there_is_the_empty_one(session: Session) -> None:
    assert in_force(session, "nothing", str.upper, "empty") == "empty"
