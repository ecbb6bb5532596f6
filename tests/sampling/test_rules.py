"""The whole draw: what is drawn, with which chance, in which stratum, and what is refused."""

from collections import Counter, defaultdict
from dataclasses import replace
from random import Random

import pytest

from literacy_app.sampling.rules import (
    Allocation,
    Draw,
    Method,
    Plan,
    PlanError,
    PlanFault,
    Selection,
    Strata,
    Unit,
    draw,
    expected_draws,
    villages_per_stratum,
    weight,
)
from tests.sampling.frames import COUNTY, county, village

TOWNSHIPS = Plan(villages=2, households=3, reserves=2, townships=3)
EVERY = Plan(villages=2, households=3, reserves=2, strata=Strata.TOWNSHIP)
RESIDENCE = Plan(villages=4, households=3, reserves=2, strata=Strata.RESIDENCE)
SHARED = replace(RESIDENCE, villages=9, allocation=Allocation.PROPORTIONAL)
PLAIN = Plan(villages=7, households=3, reserves=2)
PLANS = [TOWNSHIPS, EVERY, RESIDENCE, SHARED, PLAIN]
REPLACED = [replace(plan, method=Method.PPS_WITH_REPLACEMENT) for plan in PLANS]
SMALL = county((30, 10, 15, 25), (80, 20, 35), (12, 18, 6, 9, 40), households=5)


def psus(found: Draw) -> dict[str, set[str]]:
    """The PSUs of each stratum."""
    result: dict[str, set[str]] = defaultdict(set)
    for one in found.households:
        if not one.reserve:
            result[one.village.stratum].add(one.psu)
    return dict(result)


@pytest.mark.parametrize("plan", PLANS + REPLACED)
def test_the_same_seed_gives_the_same_draw_whatever_the_order_of_the_frame(plan: Plan) -> None:
    assert draw(COUNTY, plan, Random(5)) == draw(COUNTY[::-1], plan, Random(5))
    assert draw(COUNTY, plan, Random(5)) != draw(COUNTY, plan, Random(6))


# Known once and for ever: should this change, no draw that was published can be done again.
def test_a_seed_gives_the_draw_that_it_gave_when_this_was_written() -> None:
    found = draw(COUNTY, TOWNSHIPS, Random("2026"))
    assert [one.code[-6:] for one in found.villages] == ["002002", "002001", "004001", "004003", "005006", "005005"]
    assert [(one.number, one.table) for one in found.households[:3]] == [(16, "F"), (33, "E2"), (49, "A")]
    assert [one.number for one in found.households if one.reserve][:4] == [38, 13, 8, 33]


@pytest.mark.parametrize("plan", PLANS + REPLACED)
def test_each_village_drawn_gives_its_households_and_its_reserves_in_order(plan: Plan) -> None:
    found = draw(COUNTY, plan, Random(2))
    for one in found.villages:
        mine = [household for household in found.households if household.village == one]
        assert [household.order for household in mine if not household.reserve] == [1, 2, 3]
        assert [household.order for household in mine if household.reserve] == [1, 2]
    numbers = [(one.village.code, one.number) for one in found.households]
    assert len(set(numbers)) == len(numbers)


# Four standard errors on either side, of what the draws show themselves: what is certain must come every time.
@pytest.mark.thorough
@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("plan", [TOWNSHIPS, EVERY, SHARED, PLAIN])
def test_over_ten_thousand_draws_all_come_as_often_as_their_chances_say(plan: Plan, method: Method) -> None:
    plan = replace(plan, villages=min(plan.villages, 5), households=2, townships=plan.townships and 2, method=method)
    plan = replace(plan, selection=Selection.BIRTHDAY)
    came, squares, doors, rng, draws = Counter[str](), Counter[str](), Counter[tuple[str, int]](), Random(2026), 10_000
    for _ in range(draws):
        found = draw(SMALL, plan, rng)
        times = Counter(one.code for one in found.villages)
        came.update(times)
        squares.update({code: hits * hits for code, hits in times.items()})
        doors.update((one.village.code, one.number) for one in found.households if not one.reserve)
    for code, chance in expected_draws(SMALL, plan).items():
        spread = (squares[code] - came[code] ** 2 / draws) ** 0.5
        assert came[code] == pytest.approx(draws * chance, abs=4 * spread + 1e-6)
        for number in range(1, 6):
            share = sum(doors[code, door] for door in range(1, 6)) / 5
            assert doors[code, number] == pytest.approx(share, abs=4 * share**0.5)


@pytest.mark.parametrize("plan", PLANS + REPLACED)
def test_the_chances_kept_with_a_village_are_those_of_the_frame(plan: Plan) -> None:
    expected = expected_draws(COUNTY, plan)
    for one in draw(COUNTY, plan, Random(4)).villages:
        assert one.township_probability * one.probability == pytest.approx(expected[one.code])


# Weights of households add up to all households of the county: on average over many draws, and so for every design.
@pytest.mark.parametrize("plan", PLANS + REPLACED)
def test_weighted_households_add_up_to_those_of_the_county(plan: Plan) -> None:
    totals = []
    for seed in range(120):
        found = draw(COUNTY, plan, Random(seed))
        totals.append(sum(weight(one.chance) for one in found.households if not one.reserve))
    mean = sum(totals) / len(totals)
    error = (sum((total - mean) ** 2 for total in totals) / len(totals) / (len(totals) - 1)) ** 0.5
    assert mean == pytest.approx(24 * 50, abs=4 * error + 1e-6)


def test_a_person_weighs_one_over_the_chances_of_all_stages() -> None:
    one = draw(COUNTY, TOWNSHIPS, Random(1)).households[0]
    sizes = {unit.code: unit.size for unit in COUNTY}
    town = sum(unit.size for unit in COUNTY if unit.township == one.village.township)
    chances = (3 * town / sum(sizes.values())) * (2 * sizes[one.village.code] / town) * (3 / 50) * (1 / 2)
    assert weight(one.chance, 1 / 2) == pytest.approx(1 / chances)


def test_a_reserve_has_the_chance_of_the_household_whose_place_it_takes() -> None:
    found = draw(COUNTY, PLAIN, Random(1))
    assert {one.probability for one in found.households} == {3 / 50}


def test_reserves_end_where_the_list_ends() -> None:
    found = draw([village(1, 1, 100, 4), village(1, 2, 100, 50)], Plan(2, 3, 2), Random(1))
    counted = Counter(one.village.code[-3:] for one in found.households if one.reserve)
    assert counted == {"001": 1, "002": 2}


def test_townships_that_were_drawn_are_the_psus_of_one_stratum() -> None:
    found = draw(COUNTY, TOWNSHIPS, Random(1))
    assert psus(found) == {"all": {one.code for one in found.townships}}
    assert found.lonely == ()


def test_strata_are_townships_and_psus_villages_where_every_township_is_in() -> None:
    found = draw(county((310, 250, 480, 90), (350, 330, 410)), EVERY, Random(1))
    villages = [{one.code for one in found.villages if one.township == f"99010100{number}"} for number in (1, 2)]
    assert psus(found) == {"990101001": villages[0], "990101002": villages[1]}


def test_a_certain_township_is_a_stratum_whose_villages_are_psus() -> None:
    units = county((5000, 4000, 6000), (100, 120, 90), (80, 150, 110), (95, 70, 130))
    found = draw(units, Plan(villages=2, households=2, townships=3), Random(1))
    assert {one.code: one.probability for one in found.townships}["990101001"] == 1
    strata = psus(found)
    assert len(strata.pop("990101001")) == 2
    assert strata == {"all": {one.code for one in found.townships} - {"990101001"}}


def test_a_certain_village_is_a_stratum_whose_households_are_psus() -> None:
    found = draw(county((5000, 100, 120, 130, 90)), Plan(villages=3, households=4, reserves=1), Random(1))
    strata = psus(found)
    assert len(strata.pop("990101001001")) == 4
    assert [len(members) for members in strata.values()] == [2]


def test_strata_with_one_psu_are_joined_with_their_neighbours() -> None:
    found = draw(COUNTY, replace(EVERY, villages=1), Random(1))
    strata = psus(found)
    assert sorted(strata) == ["990101001+990101002", "990101003+990101005"]
    assert sorted(len(members) for members in strata.values()) == [2, 3]
    assert found.lonely == ()


def test_a_stratum_that_cannot_be_joined_is_said_to_have_one_psu() -> None:
    assert draw(COUNTY, Plan(villages=1, households=2), Random(1)).lonely == ("all",)
    assert draw(COUNTY, Plan(villages=3, households=2, townships=1), Random(1)).lonely == ("all",)


# The others have a chance of one in a thousand: all three draws fall on the first.
def test_a_village_hit_thrice_becomes_three_psus_with_households_of_their_own() -> None:
    plan = Plan(villages=3, households=2, reserves=1, method=Method.PPS_WITH_REPLACEMENT)
    found = draw([village(1, 1, 9000, 9), village(1, 2, 4, 5), village(1, 3, 5, 5)], plan, Random(1))
    assert [one.psu for one in found.villages] == [f"990101001001-{turn}" for turn in (1, 2, 3)]
    assert sorted(one.number for one in found.households) == list(range(1, 10))
    assert {one.probability for one in found.households} == {2 / 9}


def test_households_of_a_village_hit_twice_are_dealt_by_chance() -> None:
    plan = Plan(villages=2, households=2, method=Method.PPS_WITH_REPLACEMENT)
    draws = [draw([village(1, 1, 9000, 4), village(1, 2, 1, 5)], plan, Random(seed)) for seed in range(600)]
    turns = Counter(one.village.draw for found in draws for one in found.households if one.number == 1)
    assert turns[1] == pytest.approx(300, abs=50)


def test_households_of_a_village_hit_often_are_shared_when_the_list_ends() -> None:
    plan = Plan(villages=3, households=2, reserves=1, method=Method.PPS_WITH_REPLACEMENT)
    found = draw([village(1, 1, 9000, 4), village(1, 2, 4, 5), village(1, 3, 5, 5)], plan, Random(1))
    assert sorted(one.probability for one in found.households) == [1 / 4, 1 / 4, 2 / 4, 2 / 4]


def test_a_township_hit_twice_gives_two_psus() -> None:
    plan = replace(TOWNSHIPS, townships=2, method=Method.PPS_WITH_REPLACEMENT)
    found = draw(county((5000, 4000, 6000), (1, 2)), plan, Random(1))
    assert psus(found) == {"all": {"990101001-1", "990101001-2"}}
    assert max(one.township_probability for one in found.villages) > 1


def test_tables_are_balanced_over_the_households_and_reserves_apart() -> None:
    found = draw(COUNTY, Plan(villages=4, households=6, reserves=3), Random(1))
    for reserve, dozens in ((False, 2), (True, 1)):
        tables = Counter(one.table for one in found.households if one.reserve is reserve)
        assert sorted(tables.values()) == sorted(dozens * times for times in (2, 1, 1, 2, 2, 1, 1, 2))


def test_no_tables_are_needed_for_birthdays() -> None:
    found = draw(COUNTY, replace(PLAIN, selection=Selection.BIRTHDAY), Random(1))
    assert {one.table for one in found.households} == {None}


# Urban 5,190 and rural 2,962 of 8,152: 5.7 and 3.3 of nine villages.
def test_villages_are_shared_out_by_size() -> None:
    assert villages_per_stratum(COUNTY, SHARED) == {"rural": 3, "urban": 6}


# 68 and 32 of a hundred residents have 5.44 and 2.56 of eight villages; the nearest is 5 and 3.
def test_villages_are_shared_out_to_the_nearest() -> None:
    plan = replace(SHARED, villages=8, strata=Strata.TOWNSHIP)
    units = county((10, 10, 10, 10, 10, 10, 8), (10, 10, 12))
    assert villages_per_stratum(units, plan) == {"990101001": 5, "990101002": 3}


def test_every_stratum_has_two_villages_before_size_counts() -> None:
    units = county((9000, 8000, 7000, 6000), (10, 20, 30))
    plan = Plan(villages=5, households=2, strata=Strata.TOWNSHIP, allocation=Allocation.PROPORTIONAL)
    assert villages_per_stratum(units, plan) == {"990101001": 3, "990101002": 2}
    assert villages_per_stratum(units, replace(plan, villages=3)) == {"990101001": 2, "990101002": 1}
    assert villages_per_stratum(units, replace(plan, villages=7)) == {"990101001": 4, "990101002": 3}


NOWHERE = [Unit("990101001001", "990101001", 100, 50), village(1, 2, 100, 50, "rural")]


@pytest.mark.parametrize(
    ("units", "plan", "fault", "codes"),
    [
        ([], PLAIN, PlanFault.EMPTY, ()),
        ([*COUNTY, COUNTY[3]], PLAIN, PlanFault.TWICE, ("990101001004",)),
        ([*COUNTY, village(1, 9, 0)], PLAIN, PlanFault.NOBODY, ("990101001009",)),
        (COUNTY, replace(PLAIN, villages=0), PlanFault.COUNT, ()),
        (COUNTY, replace(PLAIN, reserves=-1), PlanFault.COUNT, ()),
        (COUNTY, replace(TOWNSHIPS, townships=0), PlanFault.COUNT, ()),
        (COUNTY, replace(TOWNSHIPS, strata=Strata.TOWNSHIP), PlanFault.STRATA_AND_TOWNSHIPS, ()),
        (NOWHERE, replace(RESIDENCE, villages=1), PlanFault.RESIDENCE, ("990101001001",)),
        (COUNTY, replace(TOWNSHIPS, townships=6), PlanFault.TOWNSHIPS, ()),
        (COUNTY, replace(TOWNSHIPS, villages=4), PlanFault.VILLAGES, ("990101004",)),
        (COUNTY, replace(EVERY, villages=4), PlanFault.VILLAGES, ("990101004",)),
        (COUNTY, replace(PLAIN, villages=25), PlanFault.VILLAGES, ("all",)),
        (COUNTY, replace(SHARED, villages=25), PlanFault.VILLAGES, ()),
        (COUNTY, replace(SHARED, villages=1), PlanFault.STRATA, ()),
        ([*COUNTY, village(2, 9, 80, 2)], PLAIN, PlanFault.HOUSEHOLDS, ("990101002009",)),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(
    units: list[Unit], plan: Plan, fault: PlanFault, codes: tuple[str, ...]
) -> None:
    with pytest.raises(PlanError) as caught:
        draw(units, plan, Random(1))
    assert (caught.value.fault, caught.value.codes) == (fault, codes)
    assert all(code in str(caught.value) for code in codes)


def test_a_village_drawn_more_often_than_it_has_households_is_refused() -> None:
    plan = Plan(villages=3, households=1, method=Method.PPS_WITH_REPLACEMENT)
    with pytest.raises(PlanError, match="3 times with 2 households"):
        draw([village(1, 1, 1_000_000, 2), village(1, 2, 1, 5), village(1, 3, 1, 5)], plan, Random(1))


def test_a_complaint_names_a_few_codes_and_counts_the_others() -> None:
    with pytest.raises(PlanError, match="990101001001.* and 19 more$"):
        draw(COUNTY, replace(PLAIN, households=60), Random(1))
