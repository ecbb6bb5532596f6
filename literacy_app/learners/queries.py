"""Finding a learner by the secret in the cookie."""

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.learners.models import Learner


def secret_digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def learner_by_secret(session: Session, pilot_id: str, secret: str) -> UUID | None:
    """The id of the learner who holds this secret, or None."""
    query = select(Learner.id).where(Learner.pilot_id == pilot_id, Learner.secret_sha256 == secret_digest(secret))
    return session.scalar(query)
