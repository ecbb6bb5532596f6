"""Item response models: R's numbers, cases that can be worked by hand, and what is said where there is no fit."""

import json
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from literacy_app.estimation.rules.design import Floats
from literacy_app.estimation.rules.irt import NoFit, rasch_conditional, rasch_marginal, two_parameter
from literacy_app.estimation.service import estimate_request

CASE = Path(__file__).parent / "reference" / "expected" / "d05_items.json"
EXPECTED = json.loads(CASE.read_text())
# R's own maximum is not exact to the last digit: eRm's by 3e-6, ltm's Rasch by 5e-7
TOLERANCES = {
    "rasch_cml_difficulty_erm": 1e-5,
    "rasch_cml_se_erm": 1e-5,
    "rasch_mml_difficulty_ltm": 1e-6,
    "twopl_difficulty_ltm": 1e-6,
    "twopl_discrimination_ltm": 1e-6,
    "twopl_difficulty_se_ltm": 1e-6,
    "twopl_discrimination_se_ltm": 1e-6,
}
MODELS = [rasch_conditional, rasch_marginal, two_parameter]


@cache
def ours() -> dict[str, Any]:
    return estimate_request(CASE)


def simulated(n: int, difficulty: Floats, slope: Floats | float = 1.0) -> Floats:
    random = np.random.default_rng(20)
    ability = random.normal(size=(n, 1))
    return (random.random((n, len(difficulty))) < 1 / (1 + np.exp(-slope * (ability - difficulty)))).astype(float)


@pytest.mark.parametrize("field", TOLERANCES)
def test_item_is_r_s(field: str) -> None:
    wanted = [one[field] for one in EXPECTED["estimates"]]
    assert [one[field] for one in ours()["estimates"]] == pytest.approx(wanted, abs=TOLERANCES[field])


@pytest.mark.parametrize("field", ["loglik_2pl_ltm", "loglik_rasch_ltm", "rasch_common_discrimination_ltm"])
def test_scale_is_r_s(field: str) -> None:
    assert ours()["scale"][field] == pytest.approx(EXPECTED["scale"][field], abs=1e-6)


# chi-square of 5.249 on 7: p = 0.63 from any table
def test_comparison_of_the_models_is_r_s() -> None:
    got = ours()["scale"]["lr_test_2pl_vs_rasch"]
    assert (got["chi2"], got["df"]) == (pytest.approx(EXPECTED["scale"]["lr_test_2pl_vs_rasch"]["chi2"], rel=1e-6), 7)
    assert got["p"] == pytest.approx(0.63, abs=0.005)


# of two items, those who got one right: 30 the first, 10 the second. The odds 3 are e^(b2 - b1); Var log odds = 1/30 + 1/10
def test_conditional_rasch_of_two_items_is_the_log_odds_of_who_got_one() -> None:
    rows = np.repeat([[1, 0], [0, 1], [1, 1], [0, 0]], [30, 10, 7, 3], axis=0).astype(float)
    fit = rasch_conditional(rows)
    assert fit.n == 40
    assert fit.difficulty == pytest.approx([-np.log(3) / 2, np.log(3) / 2])
    assert fit.difficulty_se == pytest.approx([np.sqrt(1 / 30 + 1 / 10) / 2] * 2)


def test_conditional_likelihood_is_that_of_every_way_to_reach_the_total() -> None:
    rows = simulated(60, np.array([-0.8, 0.1, 0.7, 0.0]))
    fit = rasch_conditional(rows)
    ways = np.array(list(product([0, 1], repeat=4)))
    weight = np.exp(-ways @ fit.difficulty)
    totals = rows.sum(axis=1)
    kept = (totals > 0) & (totals < 4)
    each = [-row @ fit.difficulty - np.log(weight[ways.sum(axis=1) == row.sum()].sum()) for row in rows[kept]]
    assert fit.log_likelihood == pytest.approx(sum(each))


def test_conditional_difficulties_do_not_depend_on_who_was_asked() -> None:
    difficulty = np.linspace(-1.5, 1.5, 7)
    rows = simulated(40_000, difficulty)
    able = rows[rows.sum(axis=1) >= 4]
    fit = rasch_conditional(able)
    assert fit.difficulty == pytest.approx(difficulty, abs=0.06)
    assert fit.difficulty_se.max() < 0.03


def test_two_parameter_model_finds_what_it_was_made_from() -> None:
    difficulty, slope = np.linspace(-1, 1, 6), np.array([0.6, 1.8, 1.0, 1.4, 0.8, 1.2])
    fit = two_parameter(simulated(8_000, difficulty, slope))
    assert np.abs((fit.difficulty - difficulty) / fit.difficulty_se).max() < 3
    assert np.abs((fit.discrimination - slope) / fit.discrimination_se).max() < 3


def test_marginal_models_use_everybody_s_answers_when_some_are_missing() -> None:
    difficulty = np.linspace(-1, 1, 6)
    rows = simulated(8_000, difficulty)
    rows[::2, :2], rows[1::2, 4:] = np.nan, np.nan
    fit = rasch_marginal(rows)
    assert fit.n == 8_000
    assert np.abs((fit.difficulty - difficulty) / fit.difficulty_se).max() < 3


def test_people_who_answered_nothing_change_nothing() -> None:
    rows = simulated(300, np.linspace(-1, 1, 4))
    more = np.vstack([rows, np.full((5, 4), np.nan)])
    assert rasch_marginal(more).difficulty == pytest.approx(rasch_marginal(rows).difficulty)
    assert rasch_conditional(more).difficulty == pytest.approx(rasch_conditional(rows).difficulty)


def test_item_with_a_wrong_key_has_a_negative_discrimination() -> None:
    rows = simulated(3_000, np.linspace(-1, 1, 6), 1.5)
    rows[:, 5] = 1 - rows[:, 5]
    fit = two_parameter(rows)
    assert fit.discrimination[5] < -1
    assert (fit.discrimination[:5] > 1).all()


@pytest.mark.parametrize("model", MODELS)
def test_item_that_everybody_got_right_has_no_difficulty(model: Any) -> None:
    rows = simulated(50, np.zeros(4))
    rows[:, 1] = 1
    assert model(rows).reason is NoFit.ALL_ALIKE


@pytest.mark.parametrize("model", MODELS)
def test_one_item_is_no_test(model: Any) -> None:
    assert model(np.array([[1.0], [0.0]])).reason is NoFit.TOO_FEW_ITEMS


# nobody got one of the last two right who had not both of the first: the gap may be as wide as it likes
def test_conditional_rasch_says_so_when_items_are_separated() -> None:
    rows = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0], [1, 1, 0, 1]], float)
    assert rasch_conditional(rows).reason is NoFit.SEPARATED
    assert rasch_conditional(np.vstack([rows, [[1, 0, 1, 0], [0, 1, 0, 1]]])).reason is None


@pytest.mark.parametrize("model", [rasch_marginal, two_parameter])
def test_items_that_have_nothing_in_common_have_no_difficulty(model: Any) -> None:
    fit = model(np.array(list(product([0.0, 1.0], repeat=4))))
    assert (fit.reason, fit.log_likelihood, len(fit.difficulty)) == (NoFit.NO_MAXIMUM, None, 0)


def test_discrimination_that_runs_off_to_infinity_is_no_fit() -> None:
    rows = np.repeat([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]], 20, axis=0).astype(float)
    assert two_parameter(rows).reason is NoFit.NO_MAXIMUM


@pytest.mark.parametrize("model", MODELS)
def test_answers_that_are_not_right_or_wrong_are_refused(model: Any) -> None:
    with pytest.raises(ValueError, match="of 0, 1 and NaN"):
        model(np.array([[0.5, 1.0, 0.0]]))
