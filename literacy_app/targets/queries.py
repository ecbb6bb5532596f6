"""Looking up targets and baselines."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.targets.models import BaselineRow, TargetRow


def targets_for(session: Session, pilot_id: str, year: int) -> dict[str, TargetRow]:
    """The next target on each scale: that of `year`, else of the first year after it that has one."""
    query = (
        select(TargetRow).where(TargetRow.pilot_id == pilot_id, TargetRow.year >= year).order_by(TargetRow.year.desc())
    )
    return {row.scale: row for row in session.scalars(query)}


def all_targets(session: Session, pilot_id: str) -> Sequence[TargetRow]:
    """Every target of a pilot."""
    return session.scalars(select(TargetRow).where(TargetRow.pilot_id == pilot_id)).all()


def baselines(session: Session, pilot_id: str) -> dict[str, BaselineRow]:
    """What the pilot started from on each scale."""
    return {row.scale: row for row in session.scalars(select(BaselineRow).where(BaselineRow.pilot_id == pilot_id))}
