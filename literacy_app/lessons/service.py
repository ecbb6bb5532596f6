"""Keeping the curriculum, and having it at hand."""

from datetime import datetime

from sqlalchemy.orm import Session

from literacy_app.foundation.snapshots import in_force, keep_snapshot
from literacy_app.lessons.loader import from_json, to_json
from literacy_app.lessons.rules import NO_CURRICULUM, Curriculum

KIND = "curriculum"


def keep_curriculum(session: Session, curriculum: Curriculum, now: datetime) -> bool:
    """Put a checked curriculum in force. Returns whether anything changed."""
    return keep_snapshot(session, KIND, to_json(curriculum), now)


def curriculum_in_force(session: Session) -> Curriculum:
    """The last good curriculum; an empty one before any was loaded."""
    return in_force(session, KIND, from_json, NO_CURRICULUM)
