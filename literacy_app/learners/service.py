"""Welcoming a learner."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from literacy_app.learners.models import Learner
from literacy_app.learners.queries import secret_digest


def welcome(session: Session, pilot_id: str, now: datetime) -> tuple[UUID, str]:
    """A new learner: the id, and the secret for the cookie, which is stored only as its hash."""
    learner_id, secret = uuid4(), secrets.token_urlsafe(24)
    session.add(Learner(pilot_id=pilot_id, id=learner_id, secret_sha256=secret_digest(secret), created_at=now))
    session.flush()
    return learner_id, secret
