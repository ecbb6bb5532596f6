"""Looking up contacts as they are kept (sealed), and who has looked into them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.accounts.models import StaffRow
from literacy_app.contacts.models import HouseholdContact
from literacy_app.foundation.audit import AuditEvent
from literacy_app.sampling.models import DrawRow, HouseholdRow

REVEALED = "contact_revealed"


def wave_of_household(session: Session, pilot_id: str, draw_id: UUID, village: str, number: int) -> str | None:
    """The wave whose frozen draw has this household, or None."""
    query = (
        select(DrawRow.wave_id)
        .join(HouseholdRow, (HouseholdRow.pilot_id == DrawRow.pilot_id) & (HouseholdRow.draw_id == DrawRow.id))
        .where(
            DrawRow.pilot_id == pilot_id,
            DrawRow.id == draw_id,
            DrawRow.frozen_at.is_not(None),
            HouseholdRow.village == village,
            HouseholdRow.number == number,
        )
    )
    return session.scalar(query)


def contacts(session: Session, pilot_id: str, draw_id: UUID, village: str, number: int) -> Sequence[HouseholdContact]:
    """What was brought about one household, the latest first."""
    row = HouseholdContact
    query = select(row).where(
        row.pilot_id == pilot_id, row.draw_id == draw_id, row.village == village, row.number == number
    )
    return session.scalars(query.order_by(row.at.desc(), row.kept_at.desc(), row.id)).all()


def held(session: Session) -> Sequence[tuple[str, str, UUID, int]]:
    """Pilot, wave, draw, and how many contacts are kept of it."""
    row = HouseholdContact
    query = (
        select(row.pilot_id, DrawRow.wave_id, row.draw_id, func.count())
        .join(DrawRow, (DrawRow.pilot_id == row.pilot_id) & (DrawRow.id == row.draw_id))
        .group_by(row.pilot_id, DrawRow.wave_id, row.draw_id)
        .order_by(row.pilot_id, DrawRow.wave_id)
    )
    return [(pilot, wave, draw, count) for pilot, wave, draw, count in session.execute(query)]


def reveals(session: Session, login: str, since: datetime) -> int:
    """How many contacts somebody has looked at since a moment, wherever."""
    event = AuditEvent
    query = select(func.count()).where(event.at >= since, event.actor == login, event.action == REVEALED)
    return session.scalar(query) or 0


def reveals_of(session: Session, pilot_id: str, wave_id: str, since: datetime, most: int) -> Sequence[AuditEvent]:
    """Who looked at contacts of a wave since a moment, the latest first."""
    event = AuditEvent
    query = select(event).where(
        event.pilot_id == pilot_id,
        event.at >= since,
        event.action == REVEALED,
        event.detail["wave"].as_string() == wave_id,
    )
    return session.scalars(query.order_by(event.at.desc(), event.id).limit(most)).all()


def lock_staff(session: Session, staff_id: UUID) -> None:
    """Let nobody else count this person's reveals until the transaction ends."""
    session.execute(select(StaffRow.id).where(StaffRow.id == staff_id).with_for_update())
