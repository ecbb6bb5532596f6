"""The field that the tests of this room stand in."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.offline.field import Place, place_of


@pytest.fixture
def place(stocked: Session, now: datetime) -> Place:
    """A field with an interviewer in it, and the phone that they collect with."""
    return place_of(stocked, now)
