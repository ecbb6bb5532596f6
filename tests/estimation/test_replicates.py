"""Replicate weights, held against what linearisation gives for the same sample."""

import numpy as np
import pytest

from literacy_app.estimation.rules import (
    Design,
    DesignError,
    Reason,
    Replicates,
    Resampling,
    difference,
    proportion,
    resampled,
    total,
)

STRATA = np.repeat([0, 1], 12)
PSUS = np.repeat(np.arange(6), 4)  # three in each stratum
WEIGHTS = np.tile([1.0, 2, 3, 4, 5, 6], 4)
Y = np.tile([1.0, 0, 0, 1, 1], 5)[:24]
DESIGN = Design(WEIGHTS, (STRATA,), (PSUS,))


def jackknife(mse: bool = False) -> Replicates:
    """One PSU out at a time, the others of its stratum up by 3/2: JKn with rscales 2/3."""
    columns = [
        np.where(out == PSUS, 0, np.where(STRATA[out == PSUS][0] == STRATA, 1.5 * WEIGHTS, WEIGHTS)) for out in range(6)
    ]
    return Replicates(WEIGHTS, np.stack(columns, axis=1), 1.0, np.full(6, 2 / 3), mse)


def test_jackknife_of_a_total_is_the_linearised_variance() -> None:
    assert total(jackknife(mse=True), Y).se == pytest.approx(total(DESIGN, Y).se)


def test_jackknife_of_a_share_is_near_the_linearised_variance() -> None:
    assert proportion(jackknife(), Y).se == pytest.approx(proportion(DESIGN, Y).se, rel=0.1)


def test_degrees_of_freedom_are_the_rank_less_one() -> None:
    assert proportion(jackknife(), Y).df == 6 - 2  # PSUs minus strata, as without replicates
    assert proportion(jackknife(), Y, PSUS == 0).df == 0


def test_variance_about_the_estimate_is_no_smaller_than_about_the_replicates_mean() -> None:
    about_mean, about_estimate = proportion(jackknife(), Y).se, proportion(jackknife(mse=True), Y).se
    assert about_mean is not None
    assert about_estimate is not None
    assert about_mean < about_estimate


def test_difference_between_a_domain_and_itself_is_nothing() -> None:
    got = difference(jackknife(), Y, PSUS > 2, PSUS > 2)
    assert (got.estimate, got.se) == (0, 0)


def test_replicates_without_anybody_in_the_domain_are_left_out() -> None:
    got = proportion(jackknife(), Y, PSUS == 0)
    assert (got.estimate, got.se) == (pytest.approx(0.5), pytest.approx(0))


def test_domain_without_weight_is_a_row_with_a_reason() -> None:
    nobody = Replicates(np.zeros(24), np.zeros((24, 2)), 1.0, np.ones(2))
    assert proportion(nobody, Y).reason is Reason.NO_WEIGHT


@pytest.mark.parametrize(
    ("replicates", "rscales"),
    [(np.ones((24, 2)), np.ones(3)), (np.ones((5, 2)), np.ones(2)), (-np.ones((24, 2)), np.ones(2))],
)
def test_replicates_are_refused_when_they_do_not_fit(replicates: np.ndarray, rscales: np.ndarray) -> None:
    with pytest.raises(DesignError, match="weights"):
        Replicates(WEIGHTS, replicates, 1.0, rscales)


@pytest.mark.parametrize("mse", [False, True])
def test_there_is_no_number_when_no_replicate_has_one(mse: bool) -> None:
    """Each of two domains is missing from one of the two replicates, so that none has their difference."""
    sample = Replicates(np.ones(4), np.array([[2.0, 0], [2, 0], [0, 2], [0, 2]]), 1.0, np.ones(2), mse)
    first = np.array([True, True, False, False])
    got = difference(sample, [1, 0, 1, 1], first, ~first)
    assert (got.estimate, got.se, got.reason) == (None, None, Reason.FEW_REPLICATES)


def test_one_replicate_alone_says_nothing_about_its_own_mean() -> None:
    sample = Replicates(np.ones(4), np.array([[2.0, 0], [2, 0], [1, 2], [1, 2]]), 1.0, np.ones(2))
    got = proportion(sample, [1, 0, 1, 1], np.array([True, True, False, False]))
    assert (got.se, got.reason) == (None, Reason.FEW_REPLICATES)


def test_rank_of_many_replicates_is_sought_once_among_the_few_psus(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    squares = np.linalg.eigvalsh

    def counted(gram: np.ndarray) -> np.ndarray:
        sizes.append(len(gram))
        return squares(gram)

    monkeypatch.setattr(np.linalg, "eigvalsh", counted)
    sample = resampled(DESIGN, Resampling.BOOTSTRAP, replicates=200)
    assert [proportion(sample, Y).df for _ in range(3)] == [6 - 2] * 3
    assert proportion(sample, Y, PSUS > 2).df == 3 - 1
    assert sizes == [6, 3]


def test_degrees_of_freedom_do_not_depend_on_the_size_of_the_weights() -> None:
    ours = resampled(DESIGN, Resampling.JKN)
    huge = Replicates(ours.weights * 1e145, ours.replicates * 1e145, 1.0, ours.rscales)
    assert huge.degrees_of_freedom(np.arange(24)) == 4
    assert ours.degrees_of_freedom(np.arange(0)) == 0


def test_degrees_of_freedom_stand_rows_that_weigh_next_to_nothing() -> None:
    columns = np.array([[1e-310, 2e-310, 0], [1, 2, 0], [1, 0, 1], [0, 0, 0]])
    assert Replicates(np.ones(4), columns, 1.0, np.ones(3)).degrees_of_freedom(np.arange(4)) == 1


def test_replicate_that_counts_for_nothing_is_not_in_the_mean() -> None:
    more = np.column_stack([jackknife().replicates, WEIGHTS**2])
    sample = Replicates(WEIGHTS, more, 1.0, np.append(jackknife().rscales, 0))
    assert proportion(sample, Y).se == pytest.approx(proportion(jackknife(), Y).se)
