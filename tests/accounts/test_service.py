"""What is done with staff, on each kind of database."""

import threading
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from literacy_app.accounts import service
from literacy_app.accounts.models import FailedSignIn, SignIn, StaffRow
from literacy_app.accounts.queries import open_sign_ins, staff_by_login
from literacy_app.accounts.rules import ACCOUNT, Grant, Role, Staff
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.orm import WRITES
from literacy_app.foundation.policy import Policy
from literacy_app.foundation.secrets import digest_of
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


def attempt(session: Session, now: datetime, network: str = "10.0.0.1", login: str = "ou") -> service.Try:
    made = service.begin_try(session, login, network, now)
    assert isinstance(made, service.Try)
    return made


def sign_in(
    session: Session, now: datetime, password: str = PASSWORD, network: str = "10.0.0.1", login: str = "ou"
) -> service.Opened | None:
    made = attempt(session, now, network, login)
    proof = service.prove(service.stored_password(session, login), password)
    return service.sign_in(session, made, proof, "a browser", now)


def change_password(session: Session, staff: Staff, old: str, now: datetime) -> None:
    proof = service.prove(service.stored_password(session, staff.login), old)
    hashed = service.new_hash("another long sentence", staff.login)
    service.change_password(session, staff, attempt(session, now), proof, hashed, now)


def audit(session: Session) -> list[tuple[str, str, str]]:
    session.flush()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.pilot_id == service.NO_PILOT).order_by(AuditEvent.at))
    return [(row.actor, row.action, row.subject) for row in rows]


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
    assert sign_in(session, now, login="nobody") is None
    assert sign_in(session, now, login="no\0body") is None


def test_after_some_failures_one_network_waits_and_another_may_try_at_once(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    for _ in range(4):
        sign_in(session, now, "wrong")
    assert service.begin_try(session, "ou", "10.0.0.1", now) == timedelta(seconds=2)
    assert sign_in(session, now, network="10.0.0.2") is not None


def test_a_network_that_tries_many_logins_waits_and_others_do_not(session: Session, now: datetime) -> None:
    for number in range(30):
        attempt(session, now, login=f"user{number}")
    assert service.begin_try(session, "ou", "10.0.0.1", now) == timedelta(seconds=2)
    attempt(session, now, network="10.0.0.2")


def test_a_right_password_takes_back_the_tries_from_its_network_only(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    for network in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        sign_in(session, now, "wrong", network)
    assert sign_in(session, now) is not None
    assert [row.network for row in session.scalars(select(FailedSignIn))] == ["10.0.0.2"]


def test_tries_at_the_same_moment_cannot_pass_the_limit_together(engine: Engine, now: datetime) -> None:
    start, answers = threading.Barrier(12), []

    def guess(number: int) -> None:
        with Session(engine) as session:
            start.wait()
            session.connection(execution_options={WRITES: True})
            answers.append(service.begin_try(session, "ou", f"10.0.0.{number}", now))
            session.commit()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(answer, service.Try) for answer in answers) == ACCOUNT.free
    assert len(answers) == 12


def test_of_a_thousand_guesses_at_fifty_accounts_few_are_made_and_the_owner_gets_in_within_a_minute(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    made = Counter[str]()
    for number in range(1000):
        login, network = f"user{number % 49}" if number % 50 else "ou", f"10.0.{number % 7}.1"
        made[login] += isinstance(service.begin_try(session, login, network, now), service.Try)
    assert max(made.values()) <= 60
    assert sign_in(session, now + timedelta(seconds=60), network="10.9.9.9") is not None


def test_no_password_is_right_when_it_was_changed_or_its_owner_disabled_meanwhile(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    made, proof = attempt(session, now), service.prove(service.stored_password(session, "ou"), PASSWORD)
    officer.password_hash = service.new_hash("another long sentence", "ou")
    assert service.sign_in(session, made, proof, "b", now) is None
    proof = service.prove(service.stored_password(session, "ou"), "another long sentence")
    service.disable(session, "ou", now)
    assert service.sign_in(session, made, proof, "b", now) is None


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    officer.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    assert sign_in(session, now) is not None
    assert officer.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_at_most_four_passwords_are_looked_at_and_the_next_is_turned_away() -> None:
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(service.turn())
        with pytest.raises(Refused, match="busy"), service.turn():
            pass
    with service.turn():
        pass


def test_what_happens_to_staff_stands_in_the_audit_log(session: Session, officer: StaffRow, now: datetime) -> None:
    minutes = (now + timedelta(minutes=minute) for minute in range(1, 9))
    sign_in(session, next(minutes), "wrong")
    opened = sign_in(session, next(minutes))
    assert opened is not None
    change_password(session, opened.staff, PASSWORD, next(minutes))
    service.set_password(session, "ou", PASSWORD, next(minutes))
    service.disable(session, "ou", next(minutes))
    service.enable(session, "ou", next(minutes))
    assert audit(session) == [
        ("console", "staff_added", "ou"),
        ("10.0.0.1", "sign_in_failed", digest_of("ou")),
        ("ou", "sign_in", "ou"),
        ("ou", "password_changed", "ou"),
        ("console", "password_set", "ou"),
        ("console", "staff_disabled", "ou"),
        ("console", "staff_enabled", "ou"),
    ]


def test_nobody_can_shut_themselves_out(session: Session, officer: StaffRow, now: datetime) -> None:
    opened = sign_in(session, now)
    assert opened is not None
    with pytest.raises(Refused, match="own"):
        service.disable(session, "ou", now, opened.staff)
    assert officer.disabled_at is None


def test_whoever_is_enabled_again_signs_in_with_the_old_password(
    session: Session, officer: StaffRow, now: datetime
) -> None:
    service.disable(session, "ou", now)
    service.enable(session, "ou", now)
    assert sign_in(session, now) is not None
    with pytest.raises(NotFound):
        service.enable(session, "nobody", now)


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
    change_password(session, second.staff, PASSWORD, now)
    assert [row.id for row in open_sign_ins(session, officer.id)] == [second.staff.session_id]
    assert sign_in(session, now) is None
    assert sign_in(session, now, "another long sentence") is not None


def test_the_old_password_is_asked_for(session: Session, officer: StaffRow, now: datetime) -> None:
    opened = sign_in(session, now)
    assert opened is not None
    with pytest.raises(Refused, match="old_password"):
        change_password(session, opened.staff, "wrong", now)


def test_two_people_cannot_have_one_login(session: Session, officer: StaffRow, now: datetime) -> None:
    for login in ("ou", service.CONSOLE):
        with pytest.raises(Refused, match="taken"):
            service.take_on(session, login, "Other", PASSWORD, GRANTS, now)


def test_old_failures_and_old_sign_ins_are_forgotten(session: Session, officer: StaffRow, now: datetime) -> None:
    sign_in(session, now - timedelta(days=40))
    sign_in(session, now - timedelta(hours=2), "wrong")
    service.forget_ended_sign_ins(session, now)
    assert open_sign_ins(session, officer.id) == []
    assert session.scalars(select(FailedSignIn)).all() == []
