"""Looking up attempts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.practice.models import Attempt
from literacy_app.practice.rules import Tried


def attempts_of(session: Session, pilot_id: str, learner_id: UUID) -> Sequence[Tried]:
    """All attempts of one learner, oldest first."""
    query = select(Attempt).where(Attempt.pilot_id == pilot_id, Attempt.learner_id == learner_id).order_by(Attempt.at)
    return [_tried(row) for row in session.scalars(query)]


def attempt(session: Session, pilot_id: str, attempt_id: UUID) -> tuple[UUID, Tried] | None:
    """Whose attempt this is and what it holds, or None."""
    row = session.get(Attempt, (pilot_id, attempt_id))
    return None if row is None else (row.learner_id, _tried(row))


def _tried(row: Attempt) -> Tried:
    return Tried(row.id, row.article_id, row.item_id, tuple(row.answer), row.right, row.at)
