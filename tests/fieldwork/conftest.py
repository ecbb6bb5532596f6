"""The field that the tests of this room stand in."""

from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from literacy_app.accounts.models import GrantRow, StaffRow
from literacy_app.accounts.rules import Role
from tests.fieldwork.field import Field, Somebody, frozen


def interviewer(
    session: Session, login: str, now: datetime, area: str = "990201", role: Role = Role.INTERVIEWER
) -> Somebody:
    """Take on somebody."""
    row = StaffRow(id=uuid4(), login=login, name=login.title(), password_hash="x", created_at=now, disabled_at=None)
    row.grants = [GrantRow(staff_id=row.id, role=role, area_code=area)]
    session.add(row)
    session.flush()
    return Somebody(row.id, login)


@pytest.fixture
def land(stocked: Session, now: datetime) -> Field:
    """A frozen sample, and an interviewer."""
    return Field(stocked, frozen(stocked, now), interviewer(stocked, "in", now), now)
