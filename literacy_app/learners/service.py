"""Welcoming a learner, going on on another phone, and leaving no trace."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from literacy_app.foundation.secrets import digest_of
from literacy_app.learners.models import Learner, LearnerPhone, ResumeCode
from literacy_app.learners.rules import ALPHABET, LENGTH


def welcome(session: Session, pilot_id: str, now: datetime) -> tuple[UUID, str]:
    """A new learner: the id, and the secret for the phone's cookie."""
    learner_id = uuid4()
    session.add(Learner(pilot_id=pilot_id, id=learner_id, created_at=now))
    session.flush()
    return learner_id, know_phone(session, pilot_id, learner_id, now)


def know_phone(session: Session, pilot_id: str, learner_id: UUID, now: datetime) -> str:
    """Know one more phone of a learner; returns the secret for its cookie, which is stored only as its hash."""
    secret = secrets.token_urlsafe(24)
    digest = digest_of(secret)
    session.add(LearnerPhone(pilot_id=pilot_id, secret_sha256=digest, learner_id=learner_id, since=now))
    session.flush()
    return secret


def forget_phone(session: Session, pilot_id: str, secret: str) -> None:
    """Stop knowing a phone, so that somebody else can learn on it; what the learner has learnt stays."""
    digest = digest_of(secret)
    session.execute(delete(LearnerPhone).where(LearnerPhone.pilot_id == pilot_id, LearnerPhone.secret_sha256 == digest))


def make_resume_code(session: Session, pilot_id: str, learner_id: UUID, now: datetime) -> str:
    """A new code to go on elsewhere; the one before stops working."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    session.execute(delete(ResumeCode).where(ResumeCode.pilot_id == pilot_id, ResumeCode.learner_id == learner_id))
    session.add(ResumeCode(pilot_id=pilot_id, code_sha256=digest_of(code), learner_id=learner_id, made_at=now))
    session.flush()
    return code


def move_phones(session: Session, pilot_id: str, source: UUID, target: UUID) -> None:
    """Let every phone of one learner be another's; the first step of a merge."""
    mine = LearnerPhone.pilot_id == pilot_id, LearnerPhone.learner_id == source
    session.execute(update(LearnerPhone).where(*mine).values(learner_id=target))


def forget_learner(session: Session, pilot_id: str, learner_id: UUID) -> None:
    """Delete a learner with phones and codes; rooms above delete what they keep of the learner first."""
    for table in (LearnerPhone, ResumeCode):
        session.execute(delete(table).where(table.pilot_id == pilot_id, table.learner_id == learner_id))
    session.execute(delete(Learner).where(Learner.pilot_id == pilot_id, Learner.id == learner_id))
