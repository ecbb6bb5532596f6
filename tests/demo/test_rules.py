"""The seeded generator of the demonstration."""

from collections import Counter
from random import Random

import pytest

from literacy_app.areas.rules import Residence
from literacy_app.demo.rules import NOT_AT_FIRST, SHUT, SILENT, UNWILLING, VACANT, Found, Home, Village, people
from literacy_app.fieldwork.rules import Disposition
from literacy_app.sampling.rules import Table, kish_person, roster
from literacy_app.surveys.loader import read_surveys
from tests.builders import FILES

VILLAGES = [Village(f"9902010010{n:02d}", Residence.URBAN, 500 + 100 * n) for n in range(1, 41)]
HOMES = [Home(village, number, list(Table)[number % 8]) for village in VILLAGES for number in range(1, 51)]
FROZEN = read_surveys(FILES / "surveys")[0][0]


@pytest.fixture(scope="module")
def found() -> list[Found]:
    return people(HOMES, FROZEN.instrument, FROZEN.key, Random(7))


def test_the_same_seed_makes_the_same_county(found: list[Found]) -> None:
    assert people(HOMES, FROZEN.instrument, FROZEN.key, Random(7)) == found
    assert [one.home for one in found] == HOMES


def test_doors_stay_shut_as_often_as_is_said(found: list[Found]) -> None:
    shares = {results: times / len(found) for results, times in Counter(one.results for one in found).items()}
    assert shares[(Disposition.VACANT,)] == pytest.approx(VACANT, abs=0.015)
    assert shares[(Disposition.NO_ONE_HOME,) * 3] == pytest.approx(SILENT, abs=0.015)
    assert shares[(Disposition.REFUSAL_HOUSEHOLD,)] == pytest.approx(SHUT, abs=0.015)
    assert shares[(Disposition.REFUSAL_PERSON,)] == pytest.approx(UNWILLING, abs=0.015)
    assert shares[(Disposition.NO_ONE_HOME,)] == pytest.approx(0.92 * NOT_AT_FIRST, abs=0.03)


def test_whoever_answers_is_the_person_whom_the_household_s_table_chooses(found: list[Found]) -> None:
    for one in found:
        assert one.members is None or one.members == roster(one.members)
        if one.answers is not None and one.members is not None:
            chosen = one.members[kish_person(one.home.table, len(one.members)) - 1]
            assert (one.answers["sex"], one.answers["birth_year"]) == (chosen.sex, 2026 - chosen.age)
