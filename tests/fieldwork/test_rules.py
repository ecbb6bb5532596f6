"""What a case is by its visits, worked response rates, and when a reserve may come in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4, uuid5

import pytest

from literacy_app.fieldwork.rules import (
    CODES,
    FINAL,
    VISIT_RESULTS,
    Case,
    Counts,
    Disposition,
    Finding,
    Ground,
    Group,
    Hindrance,
    Lack,
    NoRate,
    RateName,
    Rostered,
    Visited,
    chance,
    count,
    disposition_of,
    may_replace,
    next_reserve,
    progress,
    rates,
    respondent_id,
    valid_rate,
)
from literacy_app.surveys.rules import DrawnUnit
from tests.fieldwork.field import EFFORT, ENOUGH, local

D = Disposition
DAY = local(5, 9)


def seen(*results: Disposition) -> tuple[Visited, ...]:
    """One visit a day with these results."""
    return tuple(Visited(local(5 + day, 9), result) for day, result in enumerate(results))


def case(*results: Disposition, **changes: object) -> Case:
    return Case("990201001201", 1, 7, 1, False, seen(*results), **changes)  # type: ignore[arg-type]


def at(moments: Sequence[datetime], result: Disposition = D.NO_ONE_HOME) -> Case:
    return Case("990201001201", 1, 7, 1, False, tuple(Visited(moment, result) for moment in moments))


def test_every_disposition_has_a_code_of_the_group_that_its_number_says() -> None:
    families = {"1": {Group.COMPLETE, Group.PARTIAL}, "3": {Group.UNKNOWN_HOUSEHOLD, Group.UNKNOWN_OTHER}}
    families |= {"2": {Group.REFUSAL, Group.NON_CONTACT, Group.OTHER}, "4": {Group.NOT_ELIGIBLE}}
    assert set(CODES) == set(D)
    assert all(group in families[code[0]] for code, group in CODES.values())
    assert not {D.COMPLETE, D.PARTIAL, D.NOT_ATTEMPTED} & VISIT_RESULTS


def test_a_household_s_person_has_an_id_that_phone_and_server_both_can_make() -> None:
    draw = uuid4()
    assert respondent_id(draw, "990201001201", 17) == uuid5(draw, "990201001201/17")
    known = respondent_id(UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "990201001201", 17)
    assert known == UUID("5ba9ad26-35ba-5307-a9a1-22adb3f0867e")


@pytest.mark.parametrize(
    ("results", "is_"),
    [
        ((), D.NOT_ATTEMPTED),
        ((D.NO_ONE_HOME, D.NO_ONE_HOME), D.NO_ONE_HOME),
        ((D.REFUSAL_PERSON, D.NO_ONE_HOME), D.REFUSAL_PERSON),
        ((D.REFUSAL_HOUSEHOLD, D.APPOINTMENT), D.REFUSAL_HOUSEHOLD),
        ((D.VACANT, D.REFUSAL_HOUSEHOLD), D.REFUSAL_HOUSEHOLD),
        ((D.REFUSAL_HOUSEHOLD, D.VACANT), D.VACANT),
        ((D.PERSON_AWAY, D.NO_ONE_HOME), D.PERSON_AWAY),
        ((D.APPOINTMENT, D.PERSON_AWAY), D.PERSON_AWAY),
        ((D.NO_ONE_HOME, D.NOT_FOUND), D.NO_ONE_HOME),
        ((D.NOT_FOUND, D.NO_ENTRY), D.NO_ENTRY),
        ((D.UNSAFE, D.NOT_FOUND), D.NOT_FOUND),
        ((D.NO_ONE_HOME, D.BREAK_OFF), D.BREAK_OFF),
        ((D.APPOINTMENT,), D.APPOINTMENT),
    ],
)
def test_a_case_is_the_latest_of_what_says_most(results: tuple[Disposition, ...], is_: Disposition) -> None:
    assert case(*results).disposition is is_


def test_visits_count_by_when_they_were_made_not_by_when_they_came() -> None:
    late, early = Visited(local(8, 9), D.REFUSAL_PERSON), Visited(local(5, 9), D.UNABLE)
    assert disposition_of([late, early]) is D.REFUSAL_PERSON


def test_an_interview_that_counts_decides_whatever_visits_say() -> None:
    assert case(D.REFUSAL_PERSON, interview=D.COMPLETE).disposition is D.COMPLETE
    assert case(D.NOT_DWELLING, interview=D.PARTIAL).disposition is D.PARTIAL


@pytest.mark.parametrize(
    ("results", "roster", "is_"),
    [
        ((D.NO_ONE_HOME,), Rostered(local(9, 9), 0, None), D.NOBODY_ELIGIBLE),
        ((D.VACANT,), Rostered(local(9, 9), 2, 1), D.APPOINTMENT),
        ((D.VACANT, D.PERSON_AWAY), Rostered(local(9, 9), 2, 1), D.PERSON_AWAY),
        ((D.NO_ONE_HOME, D.DEAD), Rostered(local(5, 9), 2, 1), D.DEAD),
    ],
)
def test_a_roster_says_whether_anybody_may_be_asked(
    results: tuple[Disposition, ...], roster: Rostered, is_: Disposition
) -> None:
    assert case(*results, roster=roster).disposition is is_


@pytest.mark.parametrize(
    ("home", "unit"),
    [
        (case(), DrawnUnit.HOUSEHOLD),
        (case(D.REFUSAL_HOUSEHOLD), DrawnUnit.HOUSEHOLD),
        (case(D.REFUSAL_PERSON, roster=Rostered(DAY, 3, 2)), DrawnUnit.PERSON),
        (case(D.DEAD, roster=Rostered(DAY, 3, 2)), DrawnUnit.PERSON),
        (case(roster=Rostered(DAY, 0, None)), DrawnUnit.NOBODY),
        (case(D.VACANT), DrawnUnit.NOBODY),
        (case(D.NO_ONE_HOME, replaced_by=9), DrawnUnit.REPLACED),
        (case(D.VACANT, replaced_by=9), DrawnUnit.NOBODY),
        (case(replaced_by=9, roster=Rostered(DAY, 3, 2), interview=D.COMPLETE), DrawnUnit.PERSON),
    ],
)
def test_what_a_chance_is_the_chance_of(home: Case, unit: DrawnUnit) -> None:
    assert home.unit is unit


def test_nobody_goes_again_after_a_refusal_or_a_reserve_but_after_a_break_off() -> None:
    assert case(D.REFUSAL_PERSON).is_done and case(D.NO_ONE_HOME, replaced_by=9).is_done
    assert not case(D.BREAK_OFF).is_done and not case(D.APPOINTMENT).is_done and not case().is_done
    assert D.UNSAFE not in FINAL


# Worked by hand from the formulas of AAPOR, Standard Definitions. 200 households were drawn.
CITY = Counts(
    complete=100,
    partial=10,
    refusal=30,
    non_contact=20,
    other=5,
    unknown_household=12,
    unknown_other=3,
    not_eligible=20,
)
# Nobody was reached at all in the first village, all were in the second.
SILENT = Counts(non_contact=8, unknown_household=2)
ALL_ANSWER = Counts(complete=12)


@pytest.mark.parametrize(
    ("counts", "name", "value"),
    [
        (CITY, RateName.RR1, 100 / 180),  # 100 / (100 + 10 + 30 + 20 + 5 + 12 + 3)
        (CITY, RateName.RR2, 110 / 180),
        # e = 165 / (165 + 20) = 0.891892; 100 / (165 + 0.891892 * 15) = 100 / 178.378378
        (CITY, RateName.RR3, 0.5606060606),
        (CITY, RateName.COOP1, 100 / 145),  # 100 / (100 + 10 + 30 + 5)
        (CITY, RateName.REF1, 30 / 180),
        (CITY, RateName.CON1, 145 / 180),
        (SILENT, RateName.RR1, 0.0),  # 0 / 10
        (SILENT, RateName.RR3, 0.0),  # e = 8 / 8 = 1
        (SILENT, RateName.CON1, 0.0),
        (ALL_ANSWER, RateName.RR1, 1.0),
        (ALL_ANSWER, RateName.RR3, 1.0),
        (ALL_ANSWER, RateName.COOP1, 1.0),
        (ALL_ANSWER, RateName.REF1, 0.0),
        (ALL_ANSWER, RateName.CON1, 1.0),
        # 400 addresses, half of those resolved were no dwellings: e = 200 / 400; 150 / (200 + 0.5 * 80) = 150 / 240
        (Counts(150, 0, 30, 15, 5, 80, 0, 200), RateName.RR3, 0.625),
        (Counts(150, 0, 30, 15, 5, 80, 0, 200), RateName.RR1, 150 / 280),
    ],
)
def test_rates_match_examples_worked_by_hand(counts: Counts, name: RateName, value: float) -> None:
    assert rates(counts)[name].value == pytest.approx(value, abs=1e-9)


def test_rr3_lies_between_rr1_and_the_rate_without_the_unknown() -> None:
    found = rates(CITY)
    first, third = found[RateName.RR1].value, found[RateName.RR3].value
    assert first is not None and third is not None and first < third < 100 / 165


def test_a_rate_with_nothing_below_its_line_says_why_there_is_none() -> None:
    nothing = rates(Counts())
    assert {one.missing for one in nothing.values()} == {NoRate.NO_CASES}
    assert all(one.value is None for one in nothing.values())
    unknown = rates(Counts(unknown_household=5))
    assert unknown[RateName.RR1].value == 0 and unknown[RateName.RR3].missing is NoRate.NOTHING_KNOWN
    assert unknown[RateName.COOP1].missing is NoRate.NO_CASES


def test_the_valid_rate_is_of_what_was_received_and_no_response_rate() -> None:
    assert valid_rate(50983, 53210).value == pytest.approx(0.958, abs=5e-4)  # the national round of 2022
    assert valid_rate(0, 0).missing is NoRate.NOTHING_RECEIVED


def test_cases_are_counted_by_their_groups() -> None:
    found = count(
        [D.COMPLETE, D.REFUSAL_GUARDIAN, D.BREAK_OFF, D.APPOINTMENT, D.NOT_ATTEMPTED, D.VACANT, D.PERSON_AWAY]
    )
    assert found == Counts(complete=1, refusal=2, other=1, unknown_household=1, not_eligible=1, non_contact=1)


@pytest.mark.parametrize(
    ("moments", "lacks"),
    [
        (ENOUGH, ()),
        ((local(3, 9), local(4, 15), local(5, 9)), ()),  # Saturday, Sunday, Monday
        ((), ((Lack.VISITS, 3), (Lack.DAYS, 3), (Lack.TIMES, 2), (Lack.FREE_TIME, 1))),
        (ENOUGH[:2], ((Lack.VISITS, 1), (Lack.DAYS, 1), (Lack.FREE_TIME, 1))),
        ((local(5, 9), local(6, 15), local(7, 16)), ((Lack.FREE_TIME, 1),)),
        ((local(5, 9), local(5, 15), local(5, 19)), ((Lack.DAYS, 2),)),
        ((local(3, 9), local(4, 10), local(5, 9)), ((Lack.TIMES, 1),)),
        ((local(5, 17), local(6, 17), local(7, 18)), ()),  # evening begins at 18
        ((local(5, 11), local(6, 11), local(10, 11)), ((Lack.TIMES, 1),)),
    ],
)
def test_a_reserve_waits_for_visits_on_other_days_and_at_other_times(
    moments: tuple[datetime, ...], lacks: tuple[tuple[Lack, int], ...]
) -> None:
    expected = Finding(lacks=lacks) if lacks else Finding(Ground.NOT_REACHED)
    assert may_replace(at(moments), EFFORT) == expected


@pytest.mark.parametrize("result", [D.NOT_DWELLING, D.VACANT, D.NOBODY_ELIGIBLE])
def test_a_household_that_is_none_is_replaced_at_once(result: Disposition) -> None:
    assert may_replace(case(result), EFFORT) == Finding(Ground.OUT_OF_SCOPE)


@pytest.mark.parametrize(
    ("result", "hindrance"),
    [
        (D.REFUSAL_HOUSEHOLD, Hindrance.REFUSED),
        (D.REFUSAL_PERSON, Hindrance.REFUSED),
        (D.REFUSAL_GUARDIAN, Hindrance.REFUSED),
        (D.BREAK_OFF, Hindrance.REFUSED),
        (D.DEAD, Hindrance.CANNOT_ANSWER),
        (D.UNSAFE, Hindrance.NOT_SAFE),
        (D.QUOTA_FULL, Hindrance.QUOTA),
    ],
)
def test_whoever_refuses_or_cannot_answer_is_never_replaced(result: Disposition, hindrance: Hindrance) -> None:
    assert may_replace(at(ENOUGH, result), EFFORT) == Finding(hindrance=hindrance)


def test_a_household_that_answered_or_was_replaced_is_not_replaced() -> None:
    assert may_replace(case(interview=D.COMPLETE), EFFORT).hindrance is Hindrance.INTERVIEWED
    assert may_replace(case(D.VACANT, replaced_by=9), EFFORT).hindrance is Hindrance.REPLACED


def test_reserves_come_in_the_order_of_their_list_and_within_their_turn() -> None:
    def reserve(number: int, place: int, turn: int = 1) -> Case:
        return Case("990201001201", turn, number, place, True)

    homes = [case(replaced_by=30), case(), reserve(30, 1), reserve(11, 3), reserve(20, 2), reserve(5, 1, turn=2)]
    assert next_reserve(homes, homes[1]) == reserve(20, 2)
    assert next_reserve(homes[:3], homes[1]) is None


def test_reserves_for_empty_houses_make_the_sample_larger() -> None:
    assert chance(0.02, sampled=10, extra=0) == 0.02
    assert chance(0.02, sampled=10, extra=2) == pytest.approx(0.024)
    assert chance(0.02, 10, 2, place=(4, 1)) == pytest.approx(0.006)
    with pytest.raises(ValueError, match="at least one"):
        chance(0.02, 0, 0)


def test_progress_counts_every_household_once() -> None:
    homes = [
        case(interview=D.COMPLETE),
        case(D.REFUSAL_PERSON),
        case(D.NO_ONE_HOME, D.NO_ONE_HOME),
        case(D.UNABLE),
        case(D.VACANT),
        case(),
        Case("990201001201", 1, 9, 1, True, interview=D.COMPLETE),
    ]
    found = progress(homes)
    parts = found.interviews, found.refusals, found.not_reached, found.others, found.out_of_scope, found.not_attempted
    assert parts == (2, 1, 1, 1, 1, 1) and sum(parts) == found.households == 7
    assert (found.target, found.reserves, found.attempts, found.open) == (6, 1, 7, 2)
