"""Keeping an answer, joining two learners, certificates, and leaving no trace."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from literacy_app.foundation.errors import Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.framework.rules import Dimension
from literacy_app.learners import service as learners
from literacy_app.learners.rules import ALPHABET
from literacy_app.lessons.rules import Curriculum, Item
from literacy_app.practice import queries
from literacy_app.practice.models import Attempt, Certificate
from literacy_app.practice.rules import Setting, dimension_is_kept, is_right, mastery

# A lost reply is repeated within seconds; later an attempt's id opens nothing.
REPEAT_WITHIN = timedelta(minutes=10)


def practise(
    session: Session,
    pilot_id: str,
    learner_id: UUID | None,
    attempt_id: UUID,
    item: Item,
    chosen: Sequence[str],
    setting: Setting,
    now: datetime,
) -> str | None:
    """Keep the first answer under this attempt id; a repeat changes nothing. A new learner's secret is returned, else None.

    The id was issued with the page, so whoever comes with one that is stored already and without a cookie is the phone whose
    first reply was lost: it is known as the same learner instead of beginning anew.
    """
    secret = None
    if learner_id is None:
        learner_id, secret = learners.welcome(session, pilot_id, now)
    values = {
        "pilot_id": pilot_id,
        "id": attempt_id,
        "learner_id": learner_id,
        "article_id": item.article,
        "item_id": item.id,
        "answer": list(chosen),
        "right": is_right(item, chosen),
        "setting": setting,
        "at": now,
    }
    if insert_new(session, Attempt, values) or secret is None:
        return secret
    learners.forget_learner(session, pilot_id, learner_id)
    known = queries.attempt(session, pilot_id, attempt_id)
    return (
        learners.know_phone(session, pilot_id, known[0], now) if known and now - known[1].at < REPEAT_WITHIN else None
    )


def join_learners(session: Session, pilot_id: str, source: UUID, target: UUID) -> None:
    """Make two learners one: all that `source` did and all its phones become `target`'s."""
    if source == target:
        return
    mine = Attempt.pilot_id == pilot_id, Attempt.learner_id == source
    session.execute(update(Attempt).where(*mine).values(learner_id=target))
    have = set(queries.certificates_of(session, pilot_id, target))
    for dimension, row in queries.certificates_of(session, pilot_id, source).items():
        if dimension in have:
            session.delete(row)
        else:
            row.learner_id = target
    session.flush()
    learners.move_phones(session, pilot_id, source, target)
    learners.forget_learner(session, pilot_id, source)


def forget(session: Session, pilot_id: str, learner_id: UUID) -> None:
    """Delete everything that is kept of a learner."""
    for table in (Attempt, Certificate):
        session.execute(delete(table).where(table.pilot_id == pilot_id, table.learner_id == learner_id))
    learners.forget_learner(session, pilot_id, learner_id)


def certify(
    session: Session, pilot_id: str, learner_id: UUID, curriculum: Curriculum, dimension: Dimension, now: datetime
) -> Certificate:
    """The learner's certificate of a dimension, made now if there is none yet. Raises Refused while it is not kept."""
    if known := queries.certificates_of(session, pilot_id, learner_id).get(dimension):
        return known
    tried = queries.attempts_of(session, pilot_id, learner_id)
    if not dimension_is_kept(curriculum, mastery(curriculum, tried), dimension):
        raise Refused("not_kept")
    code = "".join(secrets.choice(ALPHABET) for _ in range(10))
    made = Certificate(
        pilot_id=pilot_id, id=uuid4(), code=code, learner_id=learner_id, dimension=dimension, issued_at=now
    )
    session.add(made)
    session.flush()
    return made
