"""What is due to be asked again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from literacy_app.practice.rules import Setting, Tried, due_items, reviewed_today
from tests.conftest import NOW
from tests.practice.test_rules import CURRICULUM


def tried(days: float, right: bool = True, item: str = "alpha.q1", setting: Setting = Setting.PRACTICE) -> Tried:
    return Tried(uuid4(), "a01", item, (), right, NOW + timedelta(days=days), setting)


def first_due(*attempts: Tried) -> int:
    """After how many days the item is due again."""
    return next(
        day
        for day in range(900)
        if due_items(CURRICULUM, attempts, NOW + timedelta(days=day)) and day >= (attempts[-1].at - NOW).days
    )


@pytest.mark.parametrize(("answers", "due"), [([(0, True)], 2), ([(0, True), (2, True)], 13), ([(0, False)], 1)])
def test_the_first_intervals_are_those_of_the_package_at_nine_in_ten(
    answers: list[tuple[float, bool]], due: int
) -> None:
    assert first_due(*(tried(days, right) for days, right in answers)) == due


def test_a_miss_brings_an_item_back_soon() -> None:
    assert first_due(tried(0), tried(2), tried(13, False)) <= 16


def test_no_interval_is_longer_than_ninety_days() -> None:
    days = [0.0]
    for _ in range(8):
        days.append(float(first_due(*(tried(day) for day in days))))
    assert max(later - earlier for earlier, later in zip(days, days[1:], strict=False)) <= 90


def test_the_longest_overdue_comes_first_and_what_is_gone_is_left_out() -> None:
    attempts = [tried(0, item="alpha.q1"), tried(-5, item="beta.q1"), tried(-9, item="gone.q1")]
    assert due_items(CURRICULUM, attempts, NOW + timedelta(days=30)) == ["beta.q1", "alpha.q1"]


def test_tests_before_and_after_are_not_reviewed() -> None:
    assert due_items(CURRICULUM, [tried(0, setting=Setting.BEFORE)], NOW + timedelta(days=60)) == []


def test_reviews_are_counted_by_the_day_of_the_reporting_zone() -> None:
    evening = NOW.replace(hour=15, minute=59)
    attempts = [
        Tried(uuid4(), "a01", "alpha.q1", (), True, evening + timedelta(minutes=m), Setting.REVIEW) for m in (0, 2)
    ]
    assert reviewed_today(attempts, NOW.date()) == 1
