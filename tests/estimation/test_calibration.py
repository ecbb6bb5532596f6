"""Post-stratified, raked and linearly calibrated weights, and the variance after them."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, DesignError, calibrate, mean, poststratify, proportion, rake, total

SEX = np.array([0, 0, 1, 1])
AGE = np.array([0, 1, 0, 1])
Y = np.array([1, 0, 1, 1])
PLAIN = Design(np.ones(4))


# weights 30 30 20 20: p = (30 + 20 + 20) / 100; residuals from the cell means +-1/2, 0, 0;
# V = 4/3 * ((0.3 / 2)^2 * 2) = 0.06
def test_poststratified_variance_is_that_of_the_residuals() -> None:
    got = proportion(poststratify(PLAIN, SEX, np.array([60.0, 40])), Y)
    assert (got.estimate, got.se) == (pytest.approx(0.7), pytest.approx(sqrt(0.06)))


def test_share_of_a_calibrated_cell_has_no_variance() -> None:
    got = proportion(poststratify(PLAIN, SEX, np.array([60.0, 40])), SEX)
    assert (got.estimate, got.se) == (pytest.approx(0.4), pytest.approx(0, abs=1e-12))


def test_raked_weights_meet_every_margin() -> None:
    raked = rake(Design(np.array([1.0, 2, 3, 4])), [(SEX, np.array([60.0, 40])), (AGE, np.array([30.0, 70]))])
    assert np.bincount(SEX, raked.weights) == pytest.approx([60, 40])
    assert np.bincount(AGE, raked.weights) == pytest.approx([30, 70])


def test_share_of_a_raked_cell_has_no_variance() -> None:
    raked = rake(PLAIN, [(SEX, np.array([60.0, 40])), (AGE, np.array([30.0, 70]))])
    assert mean(raked, AGE).se == pytest.approx(0, abs=1e-9)


def test_margins_with_slightly_different_totals_are_raked_to_the_first() -> None:
    raked = rake(PLAIN, [(SEX, np.array([60.0, 40])), (AGE, np.array([50.1, 50.1]))])
    assert raked.weights.sum() == pytest.approx(100)


def test_raking_is_refused_when_margins_are_not_of_one_population() -> None:
    with pytest.raises(DesignError, match="one population"):
        rake(PLAIN, [(SEX, np.array([60.0, 40])), (AGE, np.array([50.0, 51]))])


def test_raking_is_refused_when_it_cannot_settle() -> None:
    diagonal = Design(np.array([1.0, 0, 0, 1]))
    with pytest.raises(DesignError, match="settle"):
        rake(diagonal, [(SEX, np.array([60.0, 40])), (AGE, np.array([30.0, 70]))])


def test_calibration_is_refused_when_a_cell_has_nobody_with_a_weight() -> None:
    with pytest.raises(DesignError, match="nobody"):
        poststratify(Design(np.array([1.0, 1, 0, 0])), SEX, np.array([60.0, 40]))


def test_calibration_is_refused_when_a_row_lies_in_no_cell() -> None:
    with pytest.raises(DesignError, match="without a population count"):
        poststratify(PLAIN, SEX, np.array([60.0]))


@pytest.mark.parametrize("count", [0.0, -5.0, np.nan])
def test_calibration_is_refused_when_a_count_is_not_one(count: float) -> None:
    with pytest.raises(DesignError, match="counts"):
        poststratify(PLAIN, SEX, np.array([60.0, count]))


def test_weights_are_calibrated_once() -> None:
    with pytest.raises(DesignError, match="already"):
        poststratify(poststratify(PLAIN, SEX, np.array([60.0, 40])), AGE, np.array([50.0, 50]))


def greg() -> tuple[Design, np.ndarray, np.ndarray]:
    """A design, auxiliaries (a one, a sex, an age) and totals near the sample's."""
    rng = np.random.default_rng(3)
    design = Design(rng.uniform(1, 3, 60), (np.repeat([0, 1], 30),), (np.repeat(np.arange(12), 5),))
    auxiliaries = np.stack([np.ones(60), rng.integers(0, 2, 60), rng.uniform(15, 69, 60)], axis=1)
    return design, auxiliaries, design.weights @ auxiliaries * [1.05, 1.0, 1.08]


def test_linear_calibration_meets_its_totals() -> None:
    design, auxiliaries, totals = greg()
    assert calibrate(design, auxiliaries, totals).weights @ auxiliaries == pytest.approx(totals, rel=1e-12)


def test_linear_calibration_to_one_set_of_cells_is_poststratification() -> None:
    design, auxiliaries, _ = greg()
    sex, counts, y = auxiliaries[:, 1].astype(int), np.array([60.0, 70.0]), auxiliaries[:, 2]
    linear = mean(calibrate(design, np.stack([1 - sex, sex], axis=1).astype(float), counts), y)
    cells = mean(poststratify(design, sex, counts), y)
    assert (linear.estimate, linear.se) == pytest.approx((cells.estimate, cells.se), rel=1e-10)


def test_what_the_auxiliaries_explain_wholly_has_no_variance() -> None:
    design, auxiliaries, totals = greg()
    got = total(calibrate(design, auxiliaries, totals), auxiliaries @ [2.0, -3.0, 0.5])
    assert got.estimate == pytest.approx(totals @ [2.0, -3.0, 0.5])
    assert got.se == pytest.approx(0, abs=1e-8)


def test_linear_variance_is_that_of_residuals_from_the_regression_by_design_weights() -> None:
    design, auxiliaries, totals = greg()
    y = np.sin(auxiliaries[:, 2])
    made = calibrate(design, auxiliaries, totals)
    root = np.sqrt(design.weights)
    slope = np.linalg.lstsq(auxiliaries * root[:, None], y * root, rcond=None)[0]
    by_hand = total(replace(design, weights=made.weights), y - auxiliaries @ slope)
    assert total(made, y).se == pytest.approx(by_hand.se, rel=1e-10)


def test_a_column_that_others_explain_changes_nothing() -> None:
    design, auxiliaries, totals = greg()
    wider = np.column_stack([auxiliaries, auxiliaries[:, 0] - auxiliaries[:, 1]])
    weights = calibrate(design, wider, np.append(totals, totals[0] - totals[1])).weights
    assert weights == pytest.approx(calibrate(design, auxiliaries, totals).weights)


@pytest.mark.parametrize(
    ("change", "says"),
    [([1, 1, 9], "below 0"), ([1, 1, np.nan], "finite")],
)
def test_totals_that_cannot_be_met_are_refused(change: list[float], says: str) -> None:
    design, auxiliaries, totals = greg()
    with pytest.raises(DesignError, match=says):
        calibrate(design, auxiliaries, totals * change)


def test_totals_that_contradict_each_other_are_refused() -> None:
    design, auxiliaries, totals = greg()
    twice = np.column_stack([auxiliaries, auxiliaries[:, 0]])
    with pytest.raises(DesignError, match="contradict"):
        calibrate(design, twice, np.append(totals, totals[0] * 2))
