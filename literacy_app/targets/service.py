"""Keeping a pilot's targets."""

from datetime import datetime

from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.targets.loader import Targets
from literacy_app.targets.models import BaselineRow, TargetRow


def keep_targets(session: Session, pilot_id: str, targets: Targets, now: datetime) -> None:
    """Store targets and baselines; a target that changes is written to the audit log with its old and new share."""
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
