"""What people who chose to answer say, beside the level and never in it."""

import numpy as np
import pytest

from literacy_app.estimation.rules.self_selected import Reference, self_selected

RNG = np.random.default_rng(5)
# Of 400 who chose to answer, three in four went to college, where the population has one in four.
COLLEGE = (np.arange(400) % 4 != 0).astype(np.int64)
LITERATE = (RNG.random(400) < np.where(COLLEGE == 1, 0.6, 0.2)).astype(float)
EDUCATION = Reference("education", COLLEGE, np.array([0.75, 0.25]))


def test_raking_gives_each_education_the_share_that_it_has_in_the_population() -> None:
    got = self_selected(LITERATE, [EDUCATION])
    by_hand = 0.75 * LITERATE[COLLEGE == 0].mean() + 0.25 * LITERATE[COLLEGE == 1].mean()
    assert (got.crude, got.raked) == (pytest.approx(LITERATE.mean()), pytest.approx(by_hand))
    assert got.kish is not None and got.kish > 1.5 and got.used == ("education",)


def test_a_label_that_nobody_has_leaves_the_characteristic_out_and_says_so() -> None:
    got = self_selected(LITERATE, [EDUCATION, Reference("age", np.zeros(400, np.int64), np.array([0.5, 0.5]))])
    assert (got.used, got.left_out) == (("education",), ("age",))


def test_people_who_did_not_say_are_not_in_the_raked_share() -> None:
    codes = np.where(np.arange(400) < 100, -1, COLLEGE)
    got = self_selected(LITERATE, [Reference("education", codes, EDUCATION.shares)])
    again = self_selected(LITERATE[100:], [Reference("education", COLLEGE[100:], EDUCATION.shares)])
    assert got.raked == pytest.approx(again.raked) and got.n == 400


@pytest.mark.parametrize("people", [0, 20])
def test_too_few_have_no_raked_share(people: int) -> None:
    got = self_selected(LITERATE[:people], [Reference("education", COLLEGE[:people], EDUCATION.shares)])
    assert got.raked is None and (got.crude is None) == (people == 0)


def test_margins_that_cannot_be_met_together_give_no_raked_share() -> None:
    other = Reference("sex", 1 - COLLEGE, np.array([0.75, 0.25]))  # every man went to college and no woman did
    assert self_selected(LITERATE, [EDUCATION, other]).raked is None
