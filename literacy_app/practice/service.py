"""Keeping an answer, joining two learners, certificates, and leaving no trace."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from literacy_app.foundation.codes import ALPHABET
from literacy_app.foundation.errors import Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.framework.rules import Dimension
from literacy_app.learners import service as learners
from literacy_app.lessons.rules import Curriculum, Item
from literacy_app.practice import queries
from literacy_app.practice.models import Attempt, Certificate
from literacy_app.practice.rules import Setting, dimension_is_kept, is_right, mastery


def practise(
    session: Session,
    pilot_id: str,
    learner_id: UUID,
    attempt_id: UUID,
    item: Item,
    chosen: Sequence[str],
    setting: Setting,
    now: datetime,
) -> UUID:
    """Keep the learner's first answer under this attempt id; a repeat changes nothing. Returns the id that it is kept under.

    The id was issued with a page. On a shared phone that page may have been another learner's: then this learner's answer is
    kept under an id of its own, derived from both, so that nothing is lost and a repeat still counts once.
    """
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
    if insert_new(session, Attempt, values):
        return attempt_id
    known = queries.attempt(session, pilot_id, attempt_id)
    if known is not None and known[0] == learner_id:
        return attempt_id
    own_id = uuid5(attempt_id, str(learner_id))
    insert_new(session, Attempt, values | {"id": own_id})
    return own_id


def join_learners(session: Session, pilot_id: str, source: UUID, target: UUID) -> None:
    """Make two learners one: all that `source` did and all its phones become `target`'s."""
    if source == target:
        return
    for table in (Attempt, Certificate):
        mine = table.pilot_id == pilot_id, table.learner_id == source
        session.execute(update(table).where(*mine).values(learner_id=target))
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
    values = {"code": code, "learner_id": learner_id, "dimension": dimension, "issued_at": now}
    # A second tap at the same moment finds the certificate of the first.
    insert_new(session, Certificate, {"pilot_id": pilot_id, "id": uuid5(learner_id, dimension)} | values)
    return queries.certificates_of(session, pilot_id, learner_id)[dimension]
