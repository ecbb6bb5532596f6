"""Phones of interviewers: their names, their tokens, how they end, and what they say of themselves."""

import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.accounts import queries, service
from literacy_app.accounts.models import Device, GrantRow, StaffRow
from literacy_app.accounts.rules import DEVICE, DEVICE_NAME_MAX, Grant, Role, Staff, device_name
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.errors import NotFound
from tests.accounts.test_service import POLICY

DAYS = timedelta(days=POLICY.device_days.value)
BROWSERS = {
    "Mozilla/5.0 (Linux; Android 9; SM-A105F Build/PPR1.180610.011; wv) AppleWebKit/537.36": "Android SM-A105F",
    "Mozilla/5.0 (Linux; Android 9; SM-A105F) AppleWebKit/537.36 Chrome/80.0.3987.99": "Android SM-A105F",
    "Mozilla/5.0 (Linux; U; Android 8.1.0; zh-cn; MI 6X Build/OPM1.171019.011) MQQBrowser/10.1": "Android MI 6X",
    "Mozilla/5.0 (Linux; U; Android 13; zh-CN; V2055A Build/TP1A) UCBrowser/15.5": "Android V2055A",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/124.0.0.0 Mobile Safari/537.36": "Android",
    "Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/115.0 Firefox/115.0": "Android",
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; ELS-AN00) AppleWebKit/537.36": "Android ELS-AN00",
    "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1": "HarmonyOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15": "iPhone",
    "Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15": "iPad",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0": "Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15": "Mac",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36": "Chromebook",
    "Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0": "Linux",
    "Mozilla/5.0 (Linux; Android 9; <script>alert(1)</script>) Chrome/80": "Android",
    "Mozilla/5.0 (Linux; Android 9; " + "A" * 500 + ") Chrome/80": "Android " + "A" * 32,
    "curl/8.0": "",
    "": "",
}


def taken_on(session: Session, login: str, now: datetime) -> Staff:
    row = StaffRow(id=uuid4(), login=login, name=login.title(), password_hash="x", created_at=now, disabled_at=None)
    row.grants = [
        GrantRow(staff_id=row.id, role=role, area_code=area)
        for role, area in ((Role.INTERVIEWER, "990201"), (Role.EDITOR, "990202"))
    ]
    session.add(row)
    session.flush()
    return Staff(row.id, login, row.name, tuple(Grant(Role(one.role), one.area_code) for one in row.grants), uuid4())


@pytest.fixture
def staff(session: Session, now: datetime) -> Staff:
    return taken_on(session, "in", now)


def events(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


# Names


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: BROWSERS[browser][:20] or "nothing")
def test_a_phone_is_called_what_people_call_it(browser: str) -> None:
    assert device_name(browser) == BROWSERS[browser]


@given(st.text(max_size=300) | st.text(max_size=300).map(lambda text: f"Mozilla/5.0 (Linux; Android {text}"))
def test_whatever_a_browser_says_the_name_is_short_and_of_plain_letters(browser: str) -> None:
    name = device_name(browser)
    assert len(name) <= DEVICE_NAME_MAX and name.isascii() and (not name or name.isprintable())
    assert set("<>&\"'").isdisjoint(name) and name == name.strip()


def test_a_hostile_browser_takes_no_time() -> None:
    began = time.perf_counter()
    for browser in (
        "Android" + ";" * 50_000,
        "Android; " + " " * 50_000,
        "Android " * 10_000,
        "Android; aa-AA" * 9_000,
    ):
        device_name(browser)
    assert time.perf_counter() - began < 0.5


# Tokens


def test_a_token_tells_who_calls_and_lies_in_the_table_as_a_digest(
    session: Session, staff: Staff, now: datetime
) -> None:
    device, token = service.register_device(session, staff, "", POLICY, now)
    holder = service.holder_of(session, token, now)
    assert holder is not None and token.startswith(DEVICE) and len(token) > 40
    assert (holder.device, holder.id, holder.login, holder.revoked) == (device, staff.id, "in", False)
    assert holder.scopes == ("990201",), "where they edit they do not interview"
    row = queries.device(session, device)
    assert row is not None and token not in str(vars(row)) and token.removeprefix(DEVICE) not in str(vars(row))


@pytest.mark.parametrize("token", ["", "device-", "device-nobody", "nobody", "device-\0", "DEVICE-x"])
def test_no_other_token_is_anybody_s(session: Session, staff: Staff, now: datetime, token: str) -> None:
    service.register_device(session, staff, "", POLICY, now)
    assert service.holder_of(session, token, now) is None


def test_a_token_lasts_as_long_as_the_policy_says(session: Session, staff: Staff, now: datetime) -> None:
    _, token = service.register_device(session, staff, "", POLICY, now)
    assert service.holder_of(session, token, now + DAYS - timedelta(seconds=1)) is not None
    assert service.holder_of(session, token, now + DAYS) is None


def test_a_new_token_ends_the_one_before_and_lasts_anew(session: Session, staff: Staff, now: datetime) -> None:
    device, old = service.register_device(session, staff, "", POLICY, now)
    later = now + DAYS + timedelta(days=3)
    new = service.renew_device(session, staff, device, POLICY, later)
    assert service.holder_of(session, old, later) is None
    assert service.holder_of(session, new, later + DAYS - timedelta(seconds=1)) is not None
    assert events(session, "device_registered") == events(session, "device_renewed") == 1


def test_nobody_renews_a_phone_of_somebody_else_or_one_that_is_not_there(
    session: Session, staff: Staff, now: datetime
) -> None:
    device, token = service.register_device(session, staff, "", POLICY, now)
    other = taken_on(session, "other", now)
    for whose, which in ((other, device), (staff, uuid4())):
        with pytest.raises(NotFound):
            service.renew_device(session, whose, which, POLICY, now)
    assert service.holder_of(session, token, now) is not None


# Ends


def test_a_revoked_phone_is_told_apart_from_nobody_and_not_renewed(
    session: Session, staff: Staff, now: datetime
) -> None:
    device, token = service.register_device(session, staff, "", POLICY, now)
    service.revoke_device(session, device, "su", now)
    service.revoke_device(session, device, "ad", now + timedelta(days=1))
    holder = service.holder_of(session, token, now)
    row = queries.device(session, device)
    assert holder is not None and holder.revoked
    assert row is not None and (row.revoked_at, row.revoked_by) == (now, "su"), "the first counts"
    assert events(session, "device_revoked") == 1
    with pytest.raises(NotFound):
        service.renew_device(session, staff, device, POLICY, now)
    with pytest.raises(NotFound):
        service.revoke_device(session, uuid4(), "su", now)


def test_the_phone_of_somebody_disabled_is_as_revoked_until_they_are_enabled(
    session: Session, staff: Staff, now: datetime
) -> None:
    _, token = service.register_device(session, staff, "", POLICY, now)
    for act, revoked in ((service.disable, True), (service.enable, False)):
        act(session, "in", now)
        session.flush()
        holder = service.holder_of(session, token, now)
        assert holder is not None and holder.revoked is revoked


# What phones say, and files


@pytest.mark.parametrize(("said", "known"), [([9], 9), ([9, 0], 9), ([9, 4, 12], 12), ([0], 5), ([6, 5], 6)])
def test_the_last_number_that_a_phone_said_never_falls(
    session: Session, staff: Staff, now: datetime, said: list[int], known: int
) -> None:
    device, _ = service.register_device(session, staff, "", POLICY, now, began=5)
    for number in said:
        service.note_device(session, device, number, number, now + timedelta(hours=1))
    session.expire_all()
    row = session.get(Device, device)
    assert row is not None and (row.began, row.sequence, row.unsent) == (5, known, said[-1])
    assert row.seen_at == now + timedelta(hours=1)


def test_a_file_counts_for_the_phone_it_names_or_the_one_seen_last(
    session: Session, staff: Staff, now: datetime
) -> None:
    first, _ = service.register_device(session, staff, "", POLICY, now)
    last, _ = service.register_device(session, staff, "", POLICY, now + timedelta(days=1))
    other, _ = service.register_device(session, taken_on(session, "other", now), "", POLICY, now + timedelta(days=2))

    def device(named: object = None) -> object:
        found = service.holder_by_hand(session, staff.id, named)  # type: ignore[arg-type]
        return found and (found.device, found.login)

    assert device() == device(uuid4()) == device(other) == (last, "in")
    assert device(first) == (first, "in")
    assert service.holder_by_hand(session, uuid4()) is None


def test_a_file_is_taken_also_after_the_token_has_run_out(session: Session, staff: Staff, now: datetime) -> None:
    device, _ = service.register_device(session, staff, "", POLICY, now - DAYS - DAYS)
    found = service.holder_by_hand(session, staff.id)
    assert found is not None and found.device == device
