"""Roles, passwords, sessions and delays."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from literacy_app.accounts.rules import Grant, PasswordFault, Role, Staff, password_fault, session_over, wait_after

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", PasswordFault.SHORT),
        ("a" * 129, PasswordFault.LONG),
        ("password2026", PasswordFault.COMMON),
        ("aaaaaaaaaaaaaaa", PasswordFault.COMMON),
        ("huanbao2025!", PasswordFault.COMMON),
        ("my name is zhangsan", PasswordFault.NAME),
        ("河水清清天上有云朵朵飘", PasswordFault.SHORT),
        ("河水清清天上有云朵朵飘呀飘", None),
        ("correct horse battery", None),
    ],
)
def test_a_password_is_judged_by_length_and_commonness_not_by_its_characters(
    password: str, fault: PasswordFault | None
) -> None:
    assert password_fault(password, "zhangsan") is fault


def test_waiting_grows_from_nothing_to_its_longest_and_is_never_for_ever(now: datetime) -> None:
    waits = [
        wait_after(failures, now, now, 4, timedelta(minutes=15)).total_seconds() for failures in (0, 3, 4, 5, 6, 50)
    ]
    assert waits == [0, 0, 2, 4, 8, 900]


def test_waiting_is_over_when_it_has_passed(now: datetime) -> None:
    assert wait_after(5, now - timedelta(seconds=5), now, 4, HOUR) == timedelta(0)


def test_a_sign_in_ends_when_idle_or_old(now: datetime) -> None:
    idle, absolute = timedelta(minutes=30), 12 * HOUR
    assert not session_over(now - 11 * HOUR, now - timedelta(minutes=29), now, idle, absolute)
    assert session_over(now - 11 * HOUR, now - timedelta(minutes=31), now, idle, absolute)
    assert session_over(now - 13 * HOUR, now, now, idle, absolute)


def test_a_role_counts_only_in_its_area() -> None:
    staff = Staff(uuid4(), "x", "X", (Grant(Role.OFFICER, "990201"), Grant(Role.EDITOR, "99")), uuid4())
    assert staff.may(frozenset({Role.OFFICER}), "990201001")
    assert not staff.may(frozenset({Role.OFFICER}), "990202001")
    assert staff.may(frozenset({Role.EDITOR}), "990202001")
