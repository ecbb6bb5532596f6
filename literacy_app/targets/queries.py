"""Looking up targets and baselines."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.targets.models import BaselineRow, TargetRow


def targets_for(session: Session, pilot_id: str, year: int) -> dict[str, TargetRow]:
    """The next target on each scale: that of `year`, else of the first year after it that has one."""
    query = (
        select(TargetRow).where(TargetRow.pilot_id == pilot_id, TargetRow.year >= year).order_by(TargetRow.year.desc())
    )
    return {row.scale: row for row in session.scalars(query)}


def baselines(session: Session, pilot_id: str) -> dict[str, BaselineRow]:
    """What the pilot started from on each scale."""
    return {row.scale: row for row in session.scalars(select(BaselineRow).where(BaselineRow.pilot_id == pilot_id))}
