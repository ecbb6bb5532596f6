"""Stock staff: who they are is the same in every test.

Ou is the officer of the own county; Su supervises, In interviews, Ed edits, Ad administers there. Ne is the officer of the
neighbour county, Pa the officer of the prefecture that both lie in, Vi the officer of one township of the own county.
"""

import secrets
from datetime import timedelta
from uuid import uuid4

from flask import Flask

from literacy_app.accounts.models import GrantRow, SignIn, StaffRow
from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import Role
from literacy_app.accounts.service import new_hash
from literacy_app.foundation import clock
from literacy_app.foundation.secrets import digest_of
from literacy_app.webkit.extensions import transaction
from tests.page_client import PageClient

OWN, NEIGHBOUR, PARENT, CHILD = "990201", "990202", "9902", "990201001"

WHO = {
    "ou": (Role.OFFICER, OWN),
    "su": (Role.SUPERVISOR, OWN),
    "in": (Role.INTERVIEWER, OWN),
    "ed": (Role.EDITOR, OWN),
    "ad": (Role.ADMINISTRATOR, OWN),
    "ne": (Role.OFFICER, NEIGHBOUR),
    "pa": (Role.OFFICER, PARENT),
    "vi": (Role.OFFICER, CHILD),
}
PASSWORD = "a long enough sentence"
HASHED = new_hash(PASSWORD, "anybody")


class People:
    """Brings staff into an application's database and signs them in."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def take_on(self, login: str) -> None:
        """Add one of the stock people, with PASSWORD, unless they are there."""
        role, area = WHO[login]
        with self.app.app_context(), transaction() as session:
            if staff_by_login(session, login) is None:
                row = StaffRow(
                    id=uuid4(),
                    login=login,
                    name=login.title(),
                    password_hash=HASHED,
                    created_at=clock.now(),
                    disabled_at=None,
                )
                row.grants = [GrantRow(staff_id=row.id, role=role, area_code=area)]
                session.add(row)

    def sign_in(self, login: str, *, ago: timedelta = timedelta(0)) -> PageClient:
        """A page client that one of the stock people is signed in on, `ago`."""
        self.take_on(login)
        secret, then = secrets.token_urlsafe(16), clock.now() - ago
        with self.app.app_context(), transaction() as session:
            row = staff_by_login(session, login)
            assert row is not None
            session.add(
                SignIn(
                    id=uuid4(),
                    secret_sha256=digest_of(secret),
                    staff_id=row.id,
                    created_at=then,
                    seen_at=then,
                    ended_at=None,
                    browser="test",
                )
            )
        client = PageClient(self.app)
        client.cookies["staff"] = secret
        return client
