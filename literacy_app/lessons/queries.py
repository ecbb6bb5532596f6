"""Looking up priority topics."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.framework.rules import Topic
from literacy_app.lessons.models import PriorityTopic


def priority_topics(session: Session, pilot_id: str) -> Sequence[PriorityTopic]:
    """Every topic that is put first in a pilot, by area."""
    query = select(PriorityTopic).where(PriorityTopic.pilot_id == pilot_id)
    return session.scalars(query.order_by(PriorityTopic.area_code, PriorityTopic.topic)).all()


def topics_first_in(session: Session, pilot_id: str, area_code: str) -> list[Topic]:
    """The topics that come first for somebody in an area ("" when it is not known): the area's own, then the pilot's."""
    rows = [row for row in priority_topics(session, pilot_id) if row.area_code in ("", area_code)]
    return list(dict.fromkeys(Topic(row.topic) for row in sorted(rows, key=lambda row: not row.area_code)))
