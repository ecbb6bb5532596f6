"""Finding a learner by the secret in a cookie or by a resume code."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.foundation.secrets import digest_of
from literacy_app.learners.models import LearnerPhone, ResumeCode


def learner_by_secret(session: Session, pilot_id: str, secret: str) -> UUID | None:
    """The id of the learner who is known on the phone with this secret, or None."""
    phone = session.get(LearnerPhone, (pilot_id, digest_of(secret)))
    return None if phone is None else phone.learner_id


def learner_by_code(session: Session, pilot_id: str, code: str) -> UUID | None:
    """The id of the learner whose resume code this is, or None."""
    row = session.get(ResumeCode, (pilot_id, digest_of(code)))
    return None if row is None else row.learner_id


def phones(session: Session, pilot_id: str, learner_id: UUID) -> int:
    """On how many phones a learner is known."""
    mine = LearnerPhone.pilot_id == pilot_id, LearnerPhone.learner_id == learner_id
    return session.scalar(select(func.count()).select_from(LearnerPhone).where(*mine)) or 0
