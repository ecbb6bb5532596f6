"""The application with field work going on in it, and the phone of In, who interviews."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from literacy_app.accounts import service as accounts
from literacy_app.accounts.models import Device
from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import Grant, Role, Staff
from literacy_app.fieldwork.service import assign
from literacy_app.foundation import clock
from literacy_app.offline import service
from literacy_app.sampling.models import HouseholdRow
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.policy import policy
from tests.fieldwork.field import Field, Somebody, frozen
from tests.offline.sealed import Sealer
from tests.people import WHO, People

RECORDS = "/api/v1/records"
ASSIGNMENTS = "/api/v1/field/assignments"
PHONE = "Mozilla/5.0 (Linux; Android 9; SM-A105F Build/PPR1) AppleWebKit/537.36 Chrome/80.0 Mobile Safari/537.36"


def staff_of(session: Session, login: str) -> Staff:
    """Somebody as they are when they are signed in."""
    row = staff_by_login(session, login)
    assert row is not None
    return Staff(row.id, login, row.name, tuple(Grant(Role(one.role), one.area_code) for one in row.grants), uuid4())


@dataclass
class Served:
    """The application, and a phone that knows its token."""

    app: Flask
    client: FlaskClient
    owner: UUID
    device: UUID
    token: str
    phone: Sealer
    homes: list[HouseholdRow]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, raw: bytes, path: str = RECORDS, **headers: str) -> TestResponse:
        """Send bytes to a door."""
        return self.client.post(path, data=raw, content_type="application/json", headers=self.headers | headers)

    def get(self, path: str = ASSIGNMENTS) -> TestResponse:
        """Ask for something with the phone's token."""
        return self.client.get(path, headers=self.headers)

    def count(self, table: object) -> int:
        """How many rows there are."""
        with self.app.app_context():
            return reading().scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]

    def revoke(self) -> None:
        """The phone was lost."""
        with self.app.app_context(), transaction() as session:
            accounts.revoke_device(session, self.device, "su", clock.now())

    def expire(self) -> None:
        """The token has run out."""
        with self.app.app_context(), transaction() as session:
            row = session.get(Device, self.device)
            assert row is not None
            row.expires_at = clock.now() - timedelta(seconds=1)


def phone_of(app: Flask, login: str, people: People) -> tuple[UUID, UUID, str]:
    """Register a phone: who owns it, its id, its token."""
    people.take_on(login)
    with app.app_context(), transaction() as session:
        staff = staff_of(session, login)
        return staff.id, *accounts.register_device(session, staff, PHONE, policy(), clock.now())


def served(app: Flask, people: People) -> Served:
    """A frozen sample of which In has every cluster, and In's phone with a key to seal to."""
    owner, device, token = phone_of(app, "in", people)
    with app.app_context(), transaction() as session:
        draw = frozen(session, clock.now())
        land = Field(session, draw, Somebody(owner), clock.now())
        for village in {one.village for one in land.households}:
            assign(session, draw, village, owner, "su", clock.now())
        key = service.make_key(session, str(app.secret_key), clock.now())
        homes, phone = land.sample(), Sealer(key.id, key.public)
        session.expunge_all()
    return Served(app, app.test_client(), owner, device, token, phone, homes)


assert WHO["in"][0] is Role.INTERVIEWER
