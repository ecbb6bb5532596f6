"""What is done with staff, on each kind of database."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from literacy_app.accounts import service
from literacy_app.accounts.models import SignIn, StaffRow
from literacy_app.accounts.queries import open_sign_ins, staff_by_login
from literacy_app.accounts.rules import Grant, Role
from literacy_app.foundation.errors import Refused
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.policy import Policy
from tests.people import PASSWORD

ROOT = Path(__file__).parents[2] / "content"
POLICY = shape(read_yaml(ROOT / "policy.yml", ROOT), Policy)
GRANTS = (Grant(Role.OFFICER, "990201"),)


@pytest.fixture
def officer(session: Session, now: datetime) -> StaffRow:
    service.take_on(session, "ou", "Ou", PASSWORD, GRANTS, now)
    row = staff_by_login(session, "ou")
    assert row is not None
    return row


def sign_in(
    session: Session, now: datetime, password: str = PASSWORD, network: str = "10.0.0.1"
) -> service.Opened | None:
    return service.sign_in(session, "ou", password, network, "a browser", now)


def test_the_stored_hash_says_argon2id_and_its_parameters(officer: StaffRow) -> None:
    assert officer.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_right_password_opens_a_sign_in_whose_secret_is_stored_only_as_a_hash(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    opened = sign_in(session, now)
    assert opened is not None
    row = session.get_one(SignIn, opened.staff.session_id)
    assert opened.secret not in (row.secret_sha256, row.browser)
    found = service.whose(session, opened.secret, POLICY, now)
    assert found is not None and found[0].login == "ou" and found[0].grants == GRANTS


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    assert sign_in(session, now, "not the password") is None
    assert service.sign_in(session, "nobody", PASSWORD, "10.0.0.1", "b", now) is None


def test_after_some_failures_one_network_waits_and_another_may_try_at_once(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    for _ in range(6):
        sign_in(session, now, "wrong")
    assert service.wait_before_sign_in(session, "ou", "10.0.0.1", now) == timedelta(seconds=8)
    assert service.wait_before_sign_in(session, "ou", "10.0.0.2", now) == timedelta(0)


def test_a_sign_in_is_over_when_idle(session: Session, officer: StaffRow, now: datetime) -> None:
    opened = sign_in(session, now)
    assert opened is not None
    assert service.whose(session, opened.secret, POLICY, now + timedelta(minutes=31)) is None


def test_disabling_ends_every_sign_in_at_once_and_for_good(session: Session, officer: StaffRow, now: datetime) -> None:
    opened = sign_in(session, now)
    assert opened is not None
    service.disable(session, "ou", now)
    assert service.whose(session, opened.secret, POLICY, now) is None
    assert sign_in(session, now) is None


def test_a_new_password_ends_the_other_sign_ins_and_keeps_this_one(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    first, second = sign_in(session, now), sign_in(session, now)
    assert first is not None and second is not None
    service.change_password(session, second.staff, PASSWORD, "another long sentence", now)
    assert [row.id for row in open_sign_ins(session, officer.id)] == [second.staff.session_id]
    assert sign_in(session, now) is None
    assert sign_in(session, now, "another long sentence") is not None


def test_the_old_password_is_asked_for(session: Session, officer: StaffRow, now: datetime) -> None:
    opened = sign_in(session, now)
    assert opened is not None
    with pytest.raises(Refused, match="old_password"):
        service.change_password(session, opened.staff, "wrong", "another long sentence", now)


def test_two_people_cannot_have_one_login(session: Session, officer: StaffRow, now: datetime) -> None:
    with pytest.raises(Refused, match="taken"):
        service.take_on(session, "ou", "Other", PASSWORD, GRANTS, now)


def test_old_failures_and_old_sign_ins_are_forgotten(session: Session, officer: StaffRow, now: datetime) -> None:
    sign_in(session, now - timedelta(days=40))
    sign_in(session, now - timedelta(hours=2), "wrong")
    service.forget_ended_sign_ins(session, now)
    assert open_sign_ins(session, officer.id) == []
    assert service.wait_before_sign_in(session, "ou", "10.0.0.1", now) == timedelta(0)
