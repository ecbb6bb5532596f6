"""Roles, passwords, sessions and delays."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from literacy_app.accounts.rules import (
    ACCOUNT,
    ACCOUNT_FROM_NETWORK,
    NETWORK,
    Grant,
    Limit,
    PasswordFault,
    Role,
    Staff,
    network_of,
    password_fault,
    session_over,
    wait_after,
)

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


def ago(now: datetime, *seconds: float) -> list[datetime]:
    return [now - timedelta(seconds=second) for second in seconds]


def test_waiting_grows_from_nothing_to_its_longest_and_is_never_for_ever(now: datetime) -> None:
    waits = [wait_after([now] * tries, now, Limit(4, HOUR / 4, 99)).total_seconds() for tries in (0, 3, 4, 5, 6, 50)]
    assert waits == [0, 0, 2, 4, 8, 900]


def test_waiting_is_over_when_it_has_passed(now: datetime) -> None:
    assert wait_after(ago(now, 5, 5, 5, 5, 5), now, Limit(4, HOUR, 99)) == timedelta(0)


def test_when_an_hour_has_all_its_tries_the_next_waits_for_the_oldest_of_them(now: datetime) -> None:
    assert wait_after(ago(now, 10, 20, 3000), now, Limit(1, timedelta(seconds=8), 3)) == timedelta(seconds=600)
    assert wait_after(ago(now, 10, 20), now, Limit(1, timedelta(seconds=8), 3)) == timedelta(0)


def hour_of_guessing(now: datetime, limit: Limit) -> tuple[int, timedelta]:
    """Somebody who tries at every moment that the limit allows: the most tries in any hour, and the longest wait."""
    tries: list[datetime] = []
    longest, moment = timedelta(0), now
    while moment < now + 3 * HOUR:
        recent = [one for one in reversed(tries) if one > moment - HOUR][: limit.most]
        wait = wait_after(recent, moment, limit)
        longest = max(longest, wait)
        moment += wait
        if not wait:
            tries.append(moment)
    return max(sum(first <= one < first + HOUR for one in tries) for first in tries), longest


@pytest.mark.parametrize(
    ("limit", "tries", "longest"),
    [
        (ACCOUNT, 60, timedelta(minutes=12)),
        (ACCOUNT_FROM_NETWORK, 16, timedelta(minutes=15)),
        (NETWORK, 160, timedelta(seconds=30)),
    ],
)
def test_whoever_never_stops_guessing_gets_few_guesses_an_hour(
    now: datetime, limit: Limit, tries: int, longest: timedelta
) -> None:
    most, waited = hour_of_guessing(now, limit)
    assert most <= tries and waited <= longest


def test_after_one_burst_from_many_networks_the_owner_waits_a_minute_at_most(now: datetime) -> None:
    assert wait_after([now] * 59, now, ACCOUNT) == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("x" * 99, "x" * 45),
    ],
)
def test_tries_are_counted_by_what_one_subscriber_holds(address: str, network: str) -> None:
    assert network_of(address) == network


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
