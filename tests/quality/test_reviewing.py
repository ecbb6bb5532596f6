"""What a supervisor says of an interview is kept beside it; nothing that was answered changes."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.quality import queries
from literacy_app.quality.rules import Review, Verdict
from literacy_app.quality.service.reviewing import review
from literacy_app.surveys.models import Judgement, SubmissionRow
from literacy_app.surveys.rules import Status
from literacy_app.surveys.service import receive_submission, wave_of
from tests.builders import body, link
from tests.quality.field import interview, sample

NOW = datetime(2026, 11, 3, 15, tzinfo=REPORTING_ZONE)


@pytest.fixture
def one(stocked: Session) -> UUID:
    return interview(stocked, sample(stocked, NOW)[0], NOW)


def say(session: Session, id: UUID, verdict: Verdict, note: str = "", by: str = "su", later: int = 0) -> None:
    review(session, wave_of(session, "open"), id, verdict, note, by, NOW + timedelta(minutes=later))


def status(session: Session, id: UUID) -> str:
    return session.scalars(select(SubmissionRow.status).where(SubmissionRow.id == id)).one()


def test_approving_needs_no_words_and_changes_nothing_that_counts(stocked: Session, one: UUID) -> None:
    say(stocked, one, Verdict.APPROVE)
    assert status(stocked, one) == Status.ACCEPTED
    assert queries.reviews(stocked, "own", "open") == {one: Review.APPROVED}
    assert not stocked.scalars(select(Judgement)).all()
    assert stocked.scalars(select(AuditEvent.actor).where(AuditEvent.action == "interview_approved")).all() == ["su"]


def test_returning_is_a_note_to_the_interviewer_until_a_later_word(stocked: Session, one: UUID) -> None:
    say(stocked, one, Verdict.RETURN, "请再问出生年")
    assert status(stocked, one) == Status.ACCEPTED
    assert [note.note for note in queries.returned(stocked, "own", "open", "device:in")] == ["请再问出生年"]
    assert queries.returned(stocked, "own", "open", "device:else") == []
    say(stocked, one, Verdict.APPROVE, later=1)
    assert queries.returned(stocked, "own", "open", "device:in") == []
    assert len(queries.notes(stocked, "own", one)) == 2


def test_voiding_is_the_door_s_own_decision(stocked: Session, one: UUID) -> None:
    say(stocked, one, Verdict.VOID, "没有访问过")
    assert status(stocked, one) == Status.VOIDED
    assert stocked.scalars(select(Judgement.reason)).all() == ["没有访问过"]
    with pytest.raises(Refused, match="decided"):
        say(stocked, one, Verdict.APPROVE, later=1)


def test_approving_one_that_waits_lets_it_count_and_needs_a_reason(stocked: Session, one: UUID) -> None:
    row = stocked.get(SubmissionRow, ("own", one))
    assert row is not None
    row.status = Status.QUARANTINED
    with pytest.raises(Refused, match="note"):
        say(stocked, one, Verdict.APPROVE)
    say(stocked, one, Verdict.APPROVE, "核过了")
    assert status(stocked, one) == Status.ACCEPTED
    assert stocked.scalars(select(Judgement.reason)).all() == ["核过了"]


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.VOID])
def test_returning_and_voiding_need_a_reason(stocked: Session, one: UUID, verdict: Verdict) -> None:
    with pytest.raises(Refused, match="note"):
        say(stocked, one, verdict)
    assert not queries.notes(stocked, "own", one)


def test_nobody_judges_their_own_interview(stocked: Session, one: UUID) -> None:
    with pytest.raises(Refused, match="own"):
        say(stocked, one, Verdict.APPROVE, by="in")


def test_what_nobody_interviewed_is_not_found_here(stocked: Session, one: UUID) -> None:
    id = uuid4()
    receive_submission(stocked, body(id=str(id)), link(), NOW)
    for missing in (id, uuid4()):
        with pytest.raises(NotFound):
            say(stocked, missing, Verdict.APPROVE)
