"""Looking up attempts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.practice.models import Attempt, Certificate
from literacy_app.practice.rules import Setting, Tried


def attempts_of(session: Session, pilot_id: str, learner_id: UUID) -> Sequence[Tried]:
    """All attempts of one learner, oldest first."""
    query = select(Attempt).where(Attempt.pilot_id == pilot_id, Attempt.learner_id == learner_id).order_by(Attempt.at)
    return [_tried(row) for row in session.scalars(query)]


def attempt(session: Session, pilot_id: str, attempt_id: UUID) -> tuple[UUID, Tried] | None:
    """Whose attempt this is and what it holds, or None."""
    row = session.get(Attempt, (pilot_id, attempt_id))
    return None if row is None else (row.learner_id, _tried(row))


def certificates_of(session: Session, pilot_id: str, learner_id: UUID) -> dict[str, Certificate]:
    """A learner's certificates by dimension; the oldest, should there be two of one."""
    query = select(Certificate).where(Certificate.pilot_id == pilot_id, Certificate.learner_id == learner_id)
    return {row.dimension: row for row in session.scalars(query.order_by(Certificate.issued_at.desc()))}


def certificate_by_code(session: Session, pilot_id: str, code: str) -> Certificate | None:
    """The certificate with this code, or None."""
    query = select(Certificate).where(Certificate.pilot_id == pilot_id, Certificate.code == code)
    return session.scalars(query).one_or_none()


def tests_taken(session: Session, pilot_id: str) -> dict[UUID, list[Tried]]:
    """The attempts of every learner in the tests before and after, by learner."""
    query = select(Attempt).where(Attempt.pilot_id == pilot_id, Attempt.setting.in_((Setting.BEFORE, Setting.AFTER)))
    found: dict[UUID, list[Tried]] = {}
    for row in session.scalars(query.order_by(Attempt.at)):
        found.setdefault(row.learner_id, []).append(_tried(row))
    return found


def participation(session: Session, pilot_id: str) -> tuple[int, int]:
    """How many learners answered something, and how many answers there are."""
    query = select(func.count(func.distinct(Attempt.learner_id)), func.count()).where(Attempt.pilot_id == pilot_id)
    learners, answers = session.execute(query).one()
    return learners, answers


def _tried(row: Attempt) -> Tried:
    return Tried(row.id, row.article_id, row.item_id, tuple(row.answer), row.right, row.at, Setting(row.setting))
