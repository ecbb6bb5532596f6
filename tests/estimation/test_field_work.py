"""What households in the field weigh: those never reached, those that are none, and those whose place a reserve took."""

from datetime import datetime
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.orm import Session

from literacy_app.areas.rules import Sex
from literacy_app.estimation import queries
from literacy_app.estimation.service import differences, keep_version, measure
from literacy_app.exports.queries import design
from literacy_app.fieldwork.rules import Disposition, respondent_id
from literacy_app.fieldwork.service import bring_in_reserve, open_field
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.service import wave_of
from tests.accounts.test_service import POLICY
from tests.fieldwork.conftest import interviewer
from tests.fieldwork.field import EFFORT, ENOUGH, Field, frozen, local, people


@pytest.fixture
def land(stocked: Session, now: datetime) -> Field:
    land = Field(stocked, frozen(stocked, now), interviewer(stocked, "in", now), now)
    open_field(stocked, land.draw, "su", now)
    return land


def id_of(land: Field, home: HouseholdRow) -> UUID:
    return respondent_id(land.draw.id, home.village, home.number)


def base_weights(land: Field) -> dict[UUID, float]:
    """The base weight of every row that stands for somebody."""
    land.session.expire_all()
    return {one.id: 1 / one.probability for one in queries.drawn(land.session, "own", "open")}


def chance_of(home: HouseholdRow) -> float:
    return home.township_probability * home.village_probability * home.household_probability


def test_before_any_roster_a_household_weighs_as_one(land: Field) -> None:
    home = land.sample()[0]
    assert base_weights(land)[id_of(land, home)] == pytest.approx(1 / chance_of(home))


def test_a_household_never_reached_weighs_as_much_as_its_people_would(land: Field) -> None:
    silent, *rostered = land.sample()[:4]
    elsewhere = land.sample(5)[0]
    land.roster(rostered[0], people(61, 40))
    land.roster(rostered[1], people(50, 33, 20, 19))
    land.roster(rostered[2], ())  # nobody of these ages: one of three rosters in the mean
    weights = base_weights(land)
    assert silent.stratum != elsewhere.stratum
    # (2 + 4 + 0) / 3 = 2 people in a household of this stratum; the other stratum has no roster and takes the wave's mean
    assert weights[id_of(land, silent)] == pytest.approx(2 / chance_of(silent))
    assert weights[id_of(land, elsewhere)] == pytest.approx(2 / chance_of(elsewhere))
    assert id_of(land, rostered[2]) not in weights


def test_a_vacant_house_is_in_no_weight_and_a_refusal_is(land: Field) -> None:
    vacant, refused = land.sample()[:2]
    before = len(base_weights(land))
    land.visit(vacant, Disposition.VACANT, local(5, 9))
    land.visit(refused, Disposition.REFUSAL_HOUSEHOLD, local(5, 9))
    weights = base_weights(land)
    assert len(weights) == before - 1 and id_of(land, vacant) not in weights and id_of(land, refused) in weights


def test_a_reserve_carries_the_weight_of_the_household_that_was_not_reached(land: Field) -> None:
    home = land.sample()[0]
    before = sum(base_weights(land).values())
    land.visits(home, Disposition.NO_ONE_HOME, ENOUGH)
    bring_in_reserve(land.session, land.draw, (home.village, home.number), EFFORT, "su", land.now)
    weights = base_weights(land)
    assert id_of(land, home) not in weights and id_of(land, land.reserves()[0]) in weights
    assert sum(weights.values()) == pytest.approx(before)


def test_reserves_for_empty_houses_leave_a_village_the_size_that_it_has(land: Field) -> None:
    """Of 7 households looked at in the village one is empty, so 6/7 of its list are lived in."""
    homes = land.sample()
    land.visit(homes[0], Disposition.VACANT, local(5, 9))
    bring_in_reserve(land.session, land.draw, (homes[0].village, homes[0].number), EFFORT, "su", land.now)
    weights = base_weights(land)
    here = sum(weights.get(id_of(land, one), 0) for one in (*homes, *land.reserves()))
    assert here == pytest.approx(6 / chance_of(homes[1]) * 6 / 7)


def test_an_interview_counts_whatever_a_visit_said(land: Field) -> None:
    home = land.sample()[0]
    land.visit(home, Disposition.VACANT, local(5, 9))
    land.interview(home)
    assert id_of(land, home) in base_weights(land)


def test_a_level_is_weighted_over_households_and_exports_agree(land: Field) -> None:
    for home in land.sample()[:3]:
        land.roster(home, (*people(61), *people(40, sex=Sex.FEMALE)))
        land.interview(home)
    found = measure(land.session, wave_of(land.session, "open"), POLICY)
    assert found is not None and int(found.people.responded.sum()) == 3
    exported = design(land.session, wave_of(land.session, "open"))
    assert len(exported.respondents) == len(found.people.ids)
    assert np.allclose(sorted(exported.probabilities), np.sort(found.people.probability))


def test_a_version_is_made_again_as_it_was_though_rosters_came_later(land: Field, now: datetime) -> None:
    first, second, third = land.sample()[:3]
    for home in (first, second):
        land.roster(home, people(61, 40))
        land.interview(home)
    wave = wave_of(land.session, "open")
    row = keep_version(land.session, wave, POLICY, "ou", now)
    land.roster(third, people(61, 40, 33, 20))
    land.visit(land.sample()[4], Disposition.VACANT, local(5, 9))
    land.session.expire_all()
    assert differences(land.session, wave, row) == []
