"""Looking up frames, draws and households."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.sampling.models import DrawRow, FrameRow, FrameUnit, HouseholdRow


def frames(session: Session, pilot_id: str) -> Sequence[tuple[FrameRow, int, int, int]]:
    """The frames of a pilot, the latest first, each with its units, their residents and their households."""
    counted = func.count(FrameUnit.code), func.sum(FrameUnit.size), func.sum(FrameUnit.households)
    query = (
        select(FrameRow, *counted)
        .join(FrameUnit, (FrameUnit.pilot_id == FrameRow.pilot_id) & (FrameUnit.frame_id == FrameRow.id))
        .where(FrameRow.pilot_id == pilot_id)
        .group_by(FrameRow.pilot_id, FrameRow.id)
        .order_by(FrameRow.read_at.desc(), FrameRow.id)
    )
    return [(row, int(units), int(size), int(households)) for row, units, size, households in session.execute(query)]


def frame(session: Session, pilot_id: str, frame_id: UUID) -> FrameRow | None:
    """One frame, or None."""
    return session.get(FrameRow, (pilot_id, frame_id))


def units(session: Session, pilot_id: str, frame_id: UUID) -> Sequence[FrameUnit]:
    """The units of a frame, by code."""
    query = select(FrameUnit).where(FrameUnit.pilot_id == pilot_id, FrameUnit.frame_id == frame_id)
    return session.scalars(query.order_by(FrameUnit.code)).all()


def draws(session: Session, pilot_id: str, wave_id: str) -> Sequence[DrawRow]:
    """The draws for a wave, the latest first."""
    query = select(DrawRow).where(DrawRow.pilot_id == pilot_id, DrawRow.wave_id == wave_id)
    return session.scalars(query.order_by(DrawRow.number.desc())).all()


def drawing(session: Session, pilot_id: str, draw_id: UUID, *, lock: bool = False) -> DrawRow | None:
    """One draw, or None. `lock` keeps others from changing it until the transaction ends."""
    return session.get(DrawRow, (pilot_id, draw_id), with_for_update=lock)


def households(session: Session, pilot_id: str, draw_id: UUID) -> Sequence[HouseholdRow]:
    """The households of a draw: by village and turn, those of the sample before the reserves, each in their order."""
    row = HouseholdRow
    query = select(row).where(row.pilot_id == pilot_id, row.draw_id == draw_id)
    return session.scalars(query.order_by(row.village, row.turn, row.reserve, row.place)).all()
