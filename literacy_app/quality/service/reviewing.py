"""What a supervisor says of one interview: fine, to be asked again, or not to count. Nothing that was answered changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.quality import queries
from literacy_app.quality.models import ReviewNote
from literacy_app.quality.rules import Review, Verdict, login_of
from literacy_app.surveys.queries import submission
from literacy_app.surveys.rules import Decision, Status, Wave
from literacy_app.surveys.service import decide


def review(
    session: Session, wave: Wave, submission_id: UUID, verdict: Verdict, note: str, login: str, now: datetime
) -> None:
    """Approve an interview (one that waits counts from now on), ask for it again, or take it out, each with its author and note.

    Raises NotFound; Refused: "own" (nobody judges their own interview), "decided" (it stands where this makes no sense),
    "respondent_answered" (another interview of the same person counts), "note" (this needs a reason).
    """
    row = submission(session, wave.pilot, submission_id, lock=True)
    if row is None or not queries.is_of_interviewer(session, wave.pilot, wave.id, submission_id):
        raise NotFound(str(submission_id))
    if login_of(row.actor) == login:
        raise Refused("own")
    if row.status not in (Status.ACCEPTED, Status.QUARANTINED):
        raise Refused("decided")
    waits = row.status == Status.QUARANTINED
    if not note and (waits or verdict is not Verdict.APPROVE):
        raise Refused("note")
    if verdict is Verdict.VOID:
        decide(session, wave.pilot, submission_id, Decision.VOID, login, note, now)
        return
    if verdict is Verdict.APPROVE and waits:
        decide(session, wave.pilot, submission_id, Decision.ACCEPT, login, note, now)
    said = Review.APPROVED if verdict is Verdict.APPROVE else Review.RETURNED
    place = {"pilot_id": wave.pilot, "submission_id": submission_id, "made_at": now}
    session.add(ReviewNote(**place, review=said, author=login, note=note))
    record(session, wave.pilot, now, login, f"interview_{said.value}", str(submission_id))
    session.flush()
