"""Opening and leading a session, joining it, and keeping an answer once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.foundation.secrets import digest_of
from literacy_app.groups.models import GroupAnswer, GroupSession, Participant
from literacy_app.groups.rules import (
    ALPHABET,
    CODE_LENGTH,
    MOST_PARTICIPANTS,
    Stage,
    Subject,
    following,
    is_over,
)


def open_session(
    session: Session,
    pilot_id: str,
    session_id: UUID,
    staff_id: UUID,
    subject: Subject,
    subject_id: str,
    item_ids: Sequence[str],
    now: datetime,
) -> None:
    """Open a session under the id that its form was given, so that a doubled tap opens one. Raises Refused without items."""
    if not item_ids:
        raise Refused("no_items")
    values = {
        "pilot_id": pilot_id,
        "id": session_id,
        "staff_id": staff_id,
        "subject": subject,
        "subject_id": subject_id,
        "item_ids": list(item_ids),
        "opened_at": now,
        "ended_at": None,
        "position": 0,
        "shown": False,
    }
    while session.get(GroupSession, (pilot_id, session_id)) is None:
        # A code that is taken already is drawn again.
        if insert_new(session, GroupSession, values | {"code": _new_code()}):
            record(session, pilot_id, now, f"staff:{staff_id}", "group_opened", str(session_id), on=subject_id)


def move_on(session: Session, pilot_id: str, session_id: UUID, seen: Stage, now: datetime) -> None:
    """Go one step on from the stage that the leader saw; a second tap saw an old one and changes nothing."""
    group = _locked(session, pilot_id, session_id)
    if group.stage != seen or is_over(group.opened_at, group.ended_at, now):
        return
    stage = following(seen, len(group.item_ids))
    if stage is None:
        end(session, pilot_id, session_id, now)
        return
    group.position, group.shown = stage.position, stage.shown
    session.flush()


def end(session: Session, pilot_id: str, session_id: UUID, now: datetime) -> None:
    """End a session, once."""
    group = _locked(session, pilot_id, session_id)
    if not is_over(group.opened_at, group.ended_at, now):
        group.ended_at = now
        record(session, pilot_id, now, f"staff:{group.staff_id}", "group_ended", str(session_id))
        session.flush()


def join(
    session: Session, pilot_id: str, session_id: UUID, secret: str, now: datetime, *, carried: bool = False
) -> None:
    """Let the holder of a secret take part; a second tap with the same secret changes nothing.

    Raises Refused: `over`, or `full` when more take part than any hall holds.
    """
    group = _still_open(session, pilot_id, session_id, now)
    here = (Participant.pilot_id == pilot_id, Participant.session_id == session_id)
    if (session.scalar(select(func.count()).select_from(Participant).where(*here)) or 0) >= MOST_PARTICIPANTS:
        raise Refused("full")
    values = {
        "pilot_id": pilot_id,
        "session_id": group.id,
        "id": uuid4(),
        "secret_sha256": digest_of(secret),
        "carried": carried,
        "joined_at": now,
    }
    insert_new(session, Participant, values)


def hand_on(session: Session, pilot_id: str, session_id: UUID, secret: str, now: datetime) -> str:
    """Make a fresh participant for the next person on the same phone; returns the secret for the cookie.

    It is derived from the last one, so that two taps that carry the same cookie make one person. Raises Refused as `join`.
    """
    fresh = hashlib.sha256(f"next person:{secret}".encode()).hexdigest()
    join(session, pilot_id, session_id, fresh, now, carried=True)
    return fresh


def keep_answer(
    session: Session,
    pilot_id: str,
    session_id: UUID,
    participant_id: UUID,
    item_id: str,
    chosen: Sequence[str],
    now: datetime,
) -> bool:
    """Keep a participant's first answer to the item that is asked now; returns whether this was it.

    Raises Refused: `over`, `moved_on` when another item is asked by now, `late` when the answers are shown already.
    """
    group = _still_open(session, pilot_id, session_id, now)
    if not group.position or group.item_ids[group.position - 1] != item_id:
        raise Refused("moved_on")
    if group.shown:
        raise Refused("late")
    key = {"pilot_id": pilot_id, "session_id": session_id, "item_id": item_id, "participant_id": participant_id}
    return insert_new(session, GroupAnswer, key | {"answer": list(chosen), "at": now})


def _still_open(session: Session, pilot_id: str, session_id: UUID, now: datetime) -> GroupSession:
    # Many may hold this lock at once; the leader's next step waits for them, so no answer slips in after it was shown.
    group = session.get(GroupSession, (pilot_id, session_id), with_for_update={"read": True})
    if group is None:
        raise NotFound(str(session_id))
    if is_over(group.opened_at, group.ended_at, now):
        raise Refused("over")
    return group


def _locked(session: Session, pilot_id: str, session_id: UUID) -> GroupSession:
    group = session.get(GroupSession, (pilot_id, session_id), with_for_update=True)
    if group is None:
        raise NotFound(str(session_id))
    return group


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
