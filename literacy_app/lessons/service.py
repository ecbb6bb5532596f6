"""Keeping the curriculum and having it at hand; putting topics first."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.foundation.snapshots import in_force, keep_snapshot
from literacy_app.framework.rules import Topic
from literacy_app.lessons.loader import from_json, to_json
from literacy_app.lessons.models import PriorityTopic
from literacy_app.lessons.rules import NO_CURRICULUM, Curriculum

KIND = "curriculum"


def keep_curriculum(session: Session, curriculum: Curriculum, now: datetime) -> bool:
    """Put a checked curriculum in force. Returns whether anything changed."""
    return keep_snapshot(session, KIND, to_json(curriculum), now)


def curriculum_in_force(session: Session) -> Curriculum:
    """The last good curriculum; an empty one before any was loaded."""
    return in_force(session, KIND, from_json, NO_CURRICULUM)


def put_first(session: Session, pilot_id: str, area_code: str, topic: Topic, by: str, now: datetime) -> None:
    """Put a topic first for a pilot ("") or one of its townships."""
    session.merge(PriorityTopic(pilot_id=pilot_id, topic=topic, area_code=area_code, set_at=now, set_by=by))
    record(session, pilot_id, now, f"staff:{by}", "topic_first", topic, area=area_code)
    session.flush()


def put_back(session: Session, pilot_id: str, area_code: str, topic: Topic, by: str, now: datetime) -> None:
    """Let a topic stand where it stood."""
    mine = PriorityTopic.pilot_id == pilot_id, PriorityTopic.topic == topic, PriorityTopic.area_code == area_code
    session.execute(delete(PriorityTopic).where(*mine))
    record(session, pilot_id, now, f"staff:{by}", "topic_back", topic, area=area_code)
    session.flush()
