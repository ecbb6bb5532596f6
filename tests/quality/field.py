"""A wave in the field: drawn households, and interviews that interviewers' phones brought."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from literacy_app.fieldwork.queries import frozen_draw
from literacy_app.fieldwork.rules import respondent_id
from literacy_app.fieldwork.service import open_field
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.rules import Caller, Credential, Status
from literacy_app.surveys.service import receive_submission
from tests.builders import ALL_RIGHT, body
from tests.contacts.homes import households

ABOUT = {"sex": "female", "birth_year": 1980}


def sample(session: Session, now: datetime) -> list[HouseholdRow]:
    """Twelve households of a frozen draw whose field work has begun."""
    homes = households(session, now)
    drawn = frozen_draw(session, "own", "open")
    assert drawn is not None
    open_field(session, drawn, "ou", now)
    return homes


def interview(
    session: Session,
    home: HouseholdRow,
    now: datetime,
    actor: str = "device:in",
    *,
    minutes: float = 20,
    answers: dict[str, Any] | None = None,
    **changes: Any,
) -> UUID:
    """An interview in a household that ended an hour ago, through the door; its id."""
    id, ended = uuid4(), changes.pop("ended", now - timedelta(hours=1))
    raw = body(
        ABOUT | ALL_RIGHT if answers is None else answers,
        id=str(id),
        respondent=str(respondent_id(home.draw_id, home.village, home.number)),
        started_at=(ended - timedelta(minutes=minutes)).isoformat(),
        finished_at=ended.isoformat(),
        **changes,
    )
    found = receive_submission(session, raw, Credential(Caller.DEVICE, "own", "open", actor), now)
    assert found.receipt is not None and found.receipt.status is Status.ACCEPTED, found
    return id
