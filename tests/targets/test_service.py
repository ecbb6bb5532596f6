"""Keeping targets, on each kind of database."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import AuditEvent
from literacy_app.targets.loader import read_targets
from literacy_app.targets.queries import targets_for
from literacy_app.targets.service import keep_targets
from tests.builders import FILES


def test_a_changed_target_is_in_the_audit_log_with_old_and_new(stocked: Session, now: datetime) -> None:
    targets = read_targets(FILES / "content/pilots/own", FILES / "content")
    first = targets.targets[0]
    keep_targets(stocked, "own", replace(targets, targets=(replace(first, share=0.25),)), now)
    seen = stocked.scalars(
        select(AuditEvent).where(AuditEvent.pilot_id == "own", AuditEvent.action == "target_set")
    ).all()
    assert {"old": 0.2, "new": 0.25} in [event.detail for event in seen]


def test_the_next_target_counts_when_a_year_has_none(stocked: Session) -> None:
    assert targets_for(stocked, "own", 2024)["total"].year == 2026
    assert targets_for(stocked, "own", 2027) == {}
