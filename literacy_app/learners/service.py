"""Welcoming a learner, going on on another phone, and leaving no trace."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from literacy_app.foundation.codes import new_code
from literacy_app.foundation.orm import insert_new
from literacy_app.foundation.secrets import digest_of
from literacy_app.learners.models import Learner, LearnerPhone, ResumeCode
from literacy_app.learners.queries import learner_by_secret


def new_secret() -> str:
    """A secret for a phone's cookie."""
    return secrets.token_urlsafe(24)


def welcome(session: Session, pilot_id: str, secret: str, now: datetime) -> UUID:
    """The learner who is known by this secret, new if nobody is: of two first answers at once both are the same learner's."""
    known = learner_by_secret(session, pilot_id, secret)
    if known is not None:
        return known
    learner_id = uuid4()
    session.add(Learner(pilot_id=pilot_id, id=learner_id, created_at=now))
    session.flush()
    phone = {"pilot_id": pilot_id, "secret_sha256": digest_of(secret), "learner_id": learner_id, "since": now}
    if insert_new(session, LearnerPhone, phone):
        return learner_id
    forget_learner(session, pilot_id, learner_id)
    return session.get_one(LearnerPhone, (pilot_id, digest_of(secret))).learner_id


def know_phone(session: Session, pilot_id: str, learner_id: UUID, now: datetime) -> str:
    """Know one more phone of a learner; returns the secret for its cookie, which is stored only as its hash."""
    secret = new_secret()
    session.add(LearnerPhone(pilot_id=pilot_id, secret_sha256=digest_of(secret), learner_id=learner_id, since=now))
    session.flush()
    return secret


def forget_phone(session: Session, pilot_id: str, secret: str) -> None:
    """Stop knowing a phone, so that somebody else can learn on it; what the learner has learnt stays."""
    digest = digest_of(secret)
    session.execute(delete(LearnerPhone).where(LearnerPhone.pilot_id == pilot_id, LearnerPhone.secret_sha256 == digest))


def make_resume_code(session: Session, pilot_id: str, learner_id: UUID, now: datetime) -> str:
    """A new code to go on elsewhere; the one before stops working."""
    code = new_code()
    session.execute(delete(ResumeCode).where(ResumeCode.pilot_id == pilot_id, ResumeCode.learner_id == learner_id))
    session.add(ResumeCode(pilot_id=pilot_id, code_sha256=digest_of(code), learner_id=learner_id, made_at=now))
    session.flush()
    return code


def move_phones(session: Session, pilot_id: str, source: UUID, target: UUID) -> None:
    """Let every phone and every code of one learner be another's; the first step of a merge."""
    for table in (LearnerPhone, ResumeCode):
        mine = table.pilot_id == pilot_id, table.learner_id == source
        session.execute(update(table).where(*mine).values(learner_id=target))


def forget_learner(session: Session, pilot_id: str, learner_id: UUID) -> None:
    """Delete a learner with phones and codes; rooms above delete what they keep of the learner first."""
    for table in (LearnerPhone, ResumeCode):
        session.execute(delete(table).where(table.pilot_id == pilot_id, table.learner_id == learner_id))
    session.execute(delete(Learner).where(Learner.pilot_id == pilot_id, Learner.id == learner_id))
