"""Replicate weights made from a design say what linearisation says, exactly for totals and nearly for shares."""

import numpy as np
import pytest

from literacy_app.estimation.rules import (
    Design,
    LonelyPsu,
    Resampling,
    calibrate,
    poststratify,
    proportion,
    resampled,
    total,
)
from literacy_app.estimation.rules.design import DesignError

RNG = np.random.default_rng(7)
STRATUM = np.repeat(np.arange(8), 20)
PSU = np.repeat(np.arange(16), 10)  # two in every stratum
WEIGHT = RNG.uniform(5, 50, 160)
Y = (RNG.random(160) < 0.2 + 0.03 * STRATUM).astype(float)
SEX = RNG.integers(0, 2, 160)


def drawn(**more: object) -> Design:
    return Design(WEIGHT, (STRATUM,), (PSU,), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Resampling.JKN, Resampling.BRR])
def test_variance_of_a_total_is_exactly_that_of_linearisation(kind: Resampling) -> None:
    got = total(resampled(drawn(), kind), Y)
    assert (got.estimate, got.se) == pytest.approx((total(drawn(), Y).estimate, total(drawn(), Y).se), rel=1e-12)


def test_jackknife_without_strata_is_exact_for_a_total() -> None:
    plain = Design(WEIGHT, clusters=(PSU,))
    assert total(resampled(plain, Resampling.JK1), Y).se == pytest.approx(total(plain, Y).se, rel=1e-12)


def test_jackknife_honours_the_finite_population_correction() -> None:
    corrected = drawn(corrections=(np.full(160, 5.0),))
    assert total(resampled(corrected, Resampling.JKN), Y).se == pytest.approx(total(corrected, Y).se, rel=1e-12)


def test_bootstrap_comes_near_and_is_the_same_for_the_same_seed() -> None:
    first, again = (proportion(resampled(drawn(), Resampling.BOOTSTRAP, replicates=800, seed=3), Y) for _ in range(2))
    assert first == again
    assert first.se == pytest.approx(proportion(drawn(), Y).se, rel=0.1)


def test_each_replicate_is_calibrated_by_itself() -> None:
    counts = np.array([3000.0, 2500.0])
    made = poststratify(resampled(drawn(), Resampling.JKN), SEX, counts)
    for weights in made.replicates.T:
        assert np.bincount(SEX, weights) == pytest.approx(counts)
    assert proportion(made, Y).se == pytest.approx(proportion(poststratify(drawn(), SEX, counts), Y).se, rel=0.1)


def test_linear_calibration_of_replicates_meets_the_totals_in_each() -> None:
    auxiliaries, totals = np.stack([np.ones(160), SEX], axis=1).astype(float), np.array([5500.0, 2500.0])
    made = calibrate(resampled(drawn(), Resampling.JKN), auxiliaries, totals)
    assert made.replicates.T @ auxiliaries == pytest.approx(np.tile(totals, (16, 1)))


@pytest.mark.parametrize(
    ("design", "kind", "says"),
    [
        (drawn(), Resampling.JK1, "JKn"),
        (Design(WEIGHT, (STRATUM,), (np.arange(160) // 5,)), Resampling.BRR, "two PSUs"),
        (Design(WEIGHT, (np.minimum(STRATUM * 20 + PSU, 15),), (PSU,)), Resampling.JKN, "one PSU"),
        (drawn(corrections=(np.full(160, 5.0),)), Resampling.BOOTSTRAP, "with replacement"),
        (poststratify(drawn(), SEX, np.array([3000.0, 2500.0])), Resampling.JKN, "afterwards"),
    ],
    ids=["strata", "four-psus", "lonely", "corrected", "calibrated"],
)
def test_what_cannot_be_resampled_is_refused_with_a_way_out(design: Design, kind: Resampling, says: str) -> None:
    with pytest.raises(DesignError, match=says):
        resampled(design, kind)


def test_certain_psus_are_in_every_replicate() -> None:
    lonely = np.where(PSU < 2, PSU + 100, STRATUM)  # the first two PSUs are strata of their own
    made = resampled(Design(WEIGHT, (lonely,), (PSU,), lonely_psu=LonelyPsu.CERTAINTY), Resampling.JKN)
    assert made.replicates.shape[1] == 14
    assert (made.replicates[PSU < 2] == WEIGHT[PSU < 2, None]).all()
