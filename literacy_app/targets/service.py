"""Keeping a pilot's targets."""

from datetime import datetime

from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.targets.loader import Targets
from literacy_app.targets.models import BaselineRow, TargetRow
from literacy_app.targets.queries import all_targets, baselines


def keep_targets(session: Session, pilot_id: str, targets: Targets, now: datetime) -> None:
    """Store targets and baselines, and drop those that the file no longer has; every change is in the audit log."""
    wanted = {(aim.scale, aim.year) for aim in targets.targets}
    for row in all_targets(session, pilot_id):
        if (row.scale, row.year) not in wanted:
            session.delete(row)
            record(session, pilot_id, now, "command", "target_dropped", f"{row.scale} {row.year}", old=row.share)
    for begun in baselines(session, pilot_id).values():
        if begun.scale not in {aim.scale for aim in targets.baselines}:
            session.delete(begun)
    session.flush()
    for aim in targets.baselines:
        session.merge(
            BaselineRow(pilot_id=pilot_id, scale=aim.scale, year=aim.year, share=aim.share, source=aim.source)
        )
    for aim in targets.targets:
        known = session.get(TargetRow, (pilot_id, aim.scale, aim.year))
        if known is not None and (known.share, known.source) == (aim.share, aim.source):
            continue
        old = None if known is None else known.share
        session.merge(
            TargetRow(pilot_id=pilot_id, scale=aim.scale, year=aim.year, share=aim.share, source=aim.source, set_at=now)
        )
        record(session, pilot_id, now, "command", "target_set", f"{aim.scale} {aim.year}", old=old, new=aim.share)
    session.flush()
