"""Keeping an answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.foundation.errors import Refused
from literacy_app.lessons.rules import Item
from literacy_app.practice import queries
from literacy_app.practice.models import Attempt
from literacy_app.practice.rules import is_right


def keep_attempt(
    session: Session,
    pilot_id: str,
    learner_id: UUID,
    attempt_id: UUID,
    item: Item,
    chosen: Sequence[str],
    now: datetime,
) -> bool:
    """Keep the first answer under this attempt id and return whether it was right; a repeat changes nothing.

    Raises Refused when the id belongs to somebody else's attempt.
    """
    known = queries.attempt(session, pilot_id, attempt_id)
    if known is not None:
        if known[0] != learner_id:
            raise Refused("not_yours")
        return known[1].right
    right = is_right(item, chosen)
    session.add(
        Attempt(
            pilot_id=pilot_id,
            id=attempt_id,
            learner_id=learner_id,
            article_id=item.article,
            item_id=item.id,
            answer=list(chosen),
            right=right,
            at=now,
        )
    )
    session.flush()
    return right
