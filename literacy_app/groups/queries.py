"""Looking up sessions, who takes part and what was answered."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from literacy_app.areas.models import PilotArea, PilotRow
from literacy_app.areas.queries import pilots
from literacy_app.areas.rules import within
from literacy_app.foundation.secrets import digest_of
from literacy_app.groups.models import GroupAnswer, GroupSession, Participant
from literacy_app.groups.rules import Tally

LONGEST_LIST = 50


def pilots_touching(session: Session, scopes: Sequence[str]) -> Sequence[PilotRow]:
    """The pilots that have something in common with one of the scopes: a village's officer leads there too."""
    touched = {
        pilot_id
        for pilot_id, code in session.execute(select(PilotArea.pilot_id, PilotArea.area_code))
        if any(within(code, scope) or within(scope, code) for scope in scopes)
    }
    return [pilot for pilot in pilots(session) if pilot.id in touched]


def sessions_led(session: Session, pilot_ids: Sequence[str], staff_id: UUID) -> Sequence[GroupSession]:
    """The latest sessions of whole pilots and of one member of staff, newest first."""
    query = select(GroupSession).where(or_(GroupSession.pilot_id.in_(pilot_ids), GroupSession.staff_id == staff_id))
    return session.scalars(query.order_by(GroupSession.opened_at.desc()).limit(LONGEST_LIST)).all()


def session_by_id(session: Session, session_id: UUID) -> GroupSession | None:
    """The session with this id, wherever it is."""
    return session.scalars(select(GroupSession).where(GroupSession.id == session_id)).one_or_none()


def session_by_code(session: Session, code: str) -> GroupSession | None:
    """The session with this code, the latest should two pilots have drawn the same."""
    query = select(GroupSession).where(GroupSession.code == code).order_by(GroupSession.opened_at.desc()).limit(1)
    return session.scalars(query).one_or_none()


def participant_by_secret(session: Session, group: GroupSession, secret: str) -> Participant | None:
    """Who holds this secret in this session, or None."""
    query = select(Participant).where(
        Participant.pilot_id == group.pilot_id,
        Participant.session_id == group.id,
        Participant.secret_sha256 == digest_of(secret),
    )
    return session.scalars(query).one_or_none()


def answer_of(session: Session, participant: Participant, item_id: str) -> tuple[str, ...] | None:
    """What a participant answered to an item, or None."""
    row = session.get(GroupAnswer, (participant.pilot_id, participant.session_id, item_id, participant.id))
    return None if row is None else tuple(row.answer)


def answers_to(session: Session, group: GroupSession, item_id: str) -> Sequence[Sequence[str]]:
    """Every answer to an item in a session."""
    query = select(GroupAnswer.answer).where(
        GroupAnswer.pilot_id == group.pilot_id, GroupAnswer.session_id == group.id, GroupAnswer.item_id == item_id
    )
    return session.scalars(query).all()


def tally(session: Session, group: GroupSession) -> Tally:
    """How many phones and people take part in a session, and how many answered each item."""
    here = (Participant.pilot_id == group.pilot_id, Participant.session_id == group.id)
    joined = select(Participant.carried, func.count()).where(*here).group_by(Participant.carried)
    people = dict(session.execute(joined).all())
    answered = (
        select(GroupAnswer.item_id, func.count())
        .where(GroupAnswer.pilot_id == group.pilot_id, GroupAnswer.session_id == group.id)
        .group_by(GroupAnswer.item_id)
    )
    return Tally(people.get(False, 0), sum(people.values()), dict(session.execute(answered).all()))
