"""Post-stratified and raked weights, and the variance after them."""

from math import sqrt

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, DesignError, mean, poststratify, proportion, rake

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
