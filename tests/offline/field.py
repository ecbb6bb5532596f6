"""What tests of this room stand in, as services see it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from literacy_app.accounts import service as accounts
from literacy_app.accounts.models import GrantRow, StaffRow
from literacy_app.accounts.rules import Grant, Holder, Role, Staff
from literacy_app.fieldwork.service import open_field
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.policy import Policy
from literacy_app.offline import service
from literacy_app.offline.service import Keys, RecordOutcome, receive_record
from tests.conftest import REPOSITORY
from tests.fieldwork.field import Field, Somebody, frozen
from tests.offline.sealed import Sealer

SECRET = "the secret of this installation"
KEYS = Keys(SECRET, b"c" * 32)
POLICY = shape(read_yaml(REPOSITORY / "content/policy.yml", REPOSITORY), Policy)


def somebody(session: Session, login: str, area: str, now: datetime, role: Role = Role.INTERVIEWER) -> Staff:
    """Take on somebody, who is signed in then."""
    row = StaffRow(id=uuid4(), login=login, name=login.title(), password_hash="x", created_at=now, disabled_at=None)
    row.grants = [GrantRow(staff_id=row.id, role=role, area_code=area)]
    session.add(row)
    session.flush()
    return Staff(row.id, login, row.name, (Grant(role, area),), uuid4())


@dataclass
class Place:
    """A field with an interviewer in it, and the phone that they collect with."""

    session: Session
    land: Field
    staff: Staff
    token: str
    phone: Sealer
    now: datetime

    @property
    def holder(self) -> Holder:
        """Who calls with the phone's token, as it stands now."""
        found = accounts.holder_of(self.session, self.token, self.now)
        assert found is not None
        return found

    def bring(self, raw: bytes, keys: Keys = KEYS, at: datetime | None = None) -> RecordOutcome:
        """The server's answer to one record."""
        return receive_record(self.session, raw, self.holder, keys, at or self.now)

    def newer_key(self, secret: str = SECRET) -> Sealer:
        """The same phone, with a key that was made a moment ago."""
        row = service.make_key(self.session, secret, self.now)
        return replace(self.phone, key=row.id, public=row.public)


def place_of(session: Session, now: datetime) -> Place:
    """A frozen sample whose field is open, an interviewer with a phone, and a key."""
    staff = somebody(session, "in", "990201", now)
    land = Field(session, frozen(session, now), Somebody(staff.id), now)
    open_field(session, land.draw, "ou", now)
    key = service.make_key(session, SECRET, now)
    _, token = accounts.register_device(session, staff, "phone", POLICY, now)
    return Place(session, land, staff, token, Sealer(key.id, key.public), now)
