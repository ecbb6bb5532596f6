"""Each signal by itself: when it shows, when it does not, and what it says."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.quality.rules import Finding, Interview, Signal, login_of
from literacy_app.quality.rules.checks import assess, compare, is_flagged, longest_run
from tests.quality.simulation import limits

LIMITS = limits()
NOON = datetime(2026, 11, 2, 12, tzinfo=REPORTING_ZONE)


def interview(number: int, actor: str = "device:a", *, at: datetime | None = None, **changes: object) -> Interview:
    """A usual interview of twenty minutes, one each two hours."""
    started = at or NOON + timedelta(days=number // 4, hours=2 * (number % 4))
    usual = Interview(
        id=UUID(int=number),
        actor=actor,
        village="990201001201",
        started=started,
        finished=started + timedelta(minutes=20),
        received=started + timedelta(hours=3),
        seconds=1200.0,
        asked=60,
        scored=52,
    )
    return replace(usual, **changes)


def found(signal: Signal, *interviews: Interview) -> dict[int, Finding]:
    """The findings of one signal, by the number of the interview."""
    return {
        risk.interview.id.int: finding
        for risk in assess(interviews, LIMITS)
        for finding in risk.findings
        if finding.signal is signal
    }


def usual(n: int = 8) -> list[Interview]:
    return [interview(number, birth_year=1980) for number in range(100, 100 + n)]


def test_usual_interviews_show_nothing() -> None:
    assert all(not risk.findings for risk in assess(usual(), LIMITS))


def test_a_third_of_the_usual_time_is_short_and_says_both() -> None:
    signs = found(Signal.SHORT, *usual(), interview(1, seconds=390.0), interview(2, seconds=410.0))
    assert list(signs) == [1] and signs[1].figures == {"seconds": 390.0, "usual": 1200.0}


def test_whoever_is_quick_every_time_is_held_against_the_wave() -> None:
    quick = [interview(number, "device:b", seconds=300.0) for number in range(1, 7)]
    assert set(found(Signal.SHORT, *usual(), *quick)) == {1, 2, 3, 4, 5, 6}


def test_of_few_interviews_nobody_has_a_usual_time() -> None:
    assert not found(Signal.SHORT, *usual(3), interview(1, seconds=10.0))


def test_below_the_floor_counts_only_the_questions_that_were_answered() -> None:
    assert set(found(Signal.HURRIED, interview(1, seconds=239.0), interview(2, seconds=241.0))) == {1}
    assert not found(Signal.HURRIED, interview(1, seconds=100.0, missing=40))
    assert not found(Signal.HURRIED, interview(1, seconds=None), interview(2, seconds=0.0, asked=0))


@pytest.mark.parametrize(
    ("places", "run"),
    [((), 0), ((None,), 0), ((0, 0, 0), 3), ((1, 0, 0, None, 0), 2), ((2, 2, 1, 1, 1), 3), ((None, None, None), 0)],
)
def test_a_run_is_broken_by_another_place_and_by_no_answer(places: tuple[int | None, ...], run: int) -> None:
    assert longest_run(places) == run


def test_ten_at_one_place_is_straight() -> None:
    assert set(found(Signal.STRAIGHT, interview(1, places=(0,) * 10), interview(2, places=(0,) * 9))) == {1}


@pytest.mark.parametrize(
    ("started", "minutes", "night"),
    [("22:00", 20, True), ("21:30", 20, False), ("21:50", 20, True), ("05:59", 20, True), ("06:00", 20, False)],
)
def test_night_is_by_the_clock_of_the_reporting_zone(started: str, minutes: int, night: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-02T{started}:00+08:00").astimezone(tz=None)
    one = interview(1, at=at, finished=at + timedelta(minutes=minutes))
    assert bool(found(Signal.NIGHT, one)) == night


def test_a_paper_form_and_a_wrong_clock_say_nothing_of_the_hour() -> None:
    at = NOON + timedelta(hours=11)
    assert not found(Signal.NIGHT, interview(1, at=at, by_clock=False), interview(2, at=at, clock=True))


def test_five_begun_within_an_hour_are_too_many_and_four_are_not() -> None:
    five = [interview(number, at=NOON + timedelta(minutes=14 * number), finished=NOON) for number in range(5)]
    assert set(found(Signal.CROWDED, *five)) == {0, 1, 2, 3, 4}
    assert not found(Signal.CROWDED, *five[:4])
    assert not found(Signal.CROWDED, *five[:4], replace(five[4], started=NOON + timedelta(hours=1)))
    assert not found(Signal.CROWDED, *five[:4], replace(five[4], actor="device:b"))


def test_two_at_once_overlap_and_name_each_other() -> None:
    one, two = interview(1, at=NOON), interview(2, at=NOON + timedelta(minutes=10))
    signs = found(Signal.OVERLAP, one, two, interview(3, at=NOON + timedelta(minutes=29)))
    assert {number: finding.figures["other"] for number, finding in signs.items()} == {1: two.id, 2: one.id}


def test_an_interview_within_a_long_one_overlaps_and_so_does_the_next() -> None:
    long = interview(1, at=NOON, finished=NOON + timedelta(hours=2))
    within = interview(2, at=NOON + timedelta(minutes=10))
    after = interview(3, at=NOON + timedelta(minutes=90))
    assert set(found(Signal.OVERLAP, long, within, after)) == {1, 2, 3}


def test_interviews_that_touch_do_not_overlap_nor_do_those_of_two_people() -> None:
    one = interview(1, at=NOON)
    assert not found(Signal.OVERLAP, one, interview(2, at=NOON + timedelta(minutes=19, seconds=30)))
    assert not found(Signal.OVERLAP, one, interview(2, "device:b", at=NOON))


def test_the_same_facts_in_one_village_by_one_interviewer() -> None:
    facts = ("female", 1970, "junior")
    pair = [interview(1, facts=facts), interview(2, facts=facts)]
    assert set(found(Signal.SAME_PERSON, *pair, interview(3, facts=("male", 1970, "junior")))) == {1, 2}
    assert not found(Signal.SAME_PERSON, pair[0], replace(pair[1], village="990201001202"))
    assert not found(Signal.SAME_PERSON, pair[0], replace(pair[1], actor="device:b"))
    assert not found(Signal.SAME_PERSON, interview(1), interview(2))


@pytest.mark.parametrize(
    ("signal", "field", "shows", "does_not"),
    [(Signal.MISSING, "missing", 9, 5), (Signal.REFUSED, "refused", 9, 5), (Signal.DONT_KNOW, "dont_know", 30, 20)],
)
def test_shares_far_above_the_others_are_outliers(signal: Signal, field: str, shows: int, does_not: int) -> None:
    signs = found(signal, *usual(), interview(1, **{field: shows}), interview(2, **{field: does_not}))
    assert list(signs) == [1]


def test_where_everybody_leaves_much_out_nobody_is_an_outlier() -> None:
    all_of_them = [interview(number, missing=20 + number % 3) for number in range(10)]
    assert not found(Signal.MISSING, *all_of_them)


@pytest.mark.parametrize(("year", "shows"), [(1956, False), (1955, True), (2011, False), (2012, True), (None, False)])
def test_ages_outside_are_those_that_no_birthday_puts_right(year: int | None, shows: bool) -> None:
    assert bool(found(Signal.AGE, interview(1, birth_year=year))) == shows


def test_rosters_clock_lateness_and_mode_are_told() -> None:
    one = interview(1, rosters=2, clock=True, late=True, mode="self", right_mode=False)
    [risk] = assess([one], LIMITS)
    assert {finding.signal for finding in risk.findings} >= {Signal.ROSTERS, Signal.CLOCK, Signal.LATE, Signal.MODE}


def test_points_are_those_of_the_policy_and_add_up() -> None:
    [risk] = assess([interview(1, rosters=2, places=(0,) * 10, late=True)], LIMITS)
    assert [(one.signal, one.points) for one in risk.findings] == [
        (Signal.STRAIGHT, 2),
        (Signal.ROSTERS, 1.5),
        (Signal.LATE, 0),
    ]
    assert risk.points == 3.5 and is_flagged(risk, LIMITS)


def test_no_signal_alone_puts_an_interview_on_the_list() -> None:
    assert all(points < LIMITS.flag for points in LIMITS.points.values())


def test_an_interviewer_s_share_is_drawn_towards_the_others() -> None:
    own = [interview(number, rosters=2 if number < 3 else 1) for number in range(6)]
    others = [interview(100 + number, "device:b") for number in range(54)]
    [first, _] = compare(assess([*own, *others], LIMITS), LIMITS)
    [one] = [difference for difference in first.differences if difference.signal is Signal.ROSTERS]
    # 3 of 6 against (0 + 0.5) / (54 + 1) of the others; shrunk to (3 + 10 q) / 16.
    q = 0.5 / 55
    assert (first.actor, one.count, one.n, one.others) == ("device:a", 3, 6, q)
    assert one.shrunk == pytest.approx((3 + 10 * q) / 16)
    assert one.z == pytest.approx((3 - 6 * q) / (6 * q * (1 - q)) ** 0.5)
    assert one.points == pytest.approx(1.5 * (one.shrunk - q))


def test_a_single_interviewer_is_compared_with_nobody() -> None:
    [one] = compare(assess([interview(number, rosters=2) for number in range(5)], LIMITS), LIMITS)
    assert one.points == 0


def test_nothing_at_all_is_no_error() -> None:
    assert compare(assess([], LIMITS), LIMITS) == []


def test_the_login_stands_behind_the_actor() -> None:
    assert [login_of(actor) for actor in ("device:zhang", "zhang", "device:", "link")] == [
        "zhang",
        "zhang",
        "device:",
        "link",
    ]
