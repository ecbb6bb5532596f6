"""Weights of who answered, worked by hand."""

import numpy as np
import pytest

from literacy_app.estimation.rules.weights import response_weights

STRATA = np.array(list("AAAAB"))
PSUS = np.array([1, 1, 2, 2, 1])
DRAWN = np.array([0.1, 0.1, 0.05, 0.05, 0.25])  # base weights 10 10 20 20 4


def weights(*responded: int) -> list[float]:
    return response_weights(DRAWN, STRATA, PSUS, np.array(responded, bool)).tolist()


def test_weights_are_inverse_probabilities_when_all_answered() -> None:
    assert weights(1, 1, 1, 1, 1) == [10, 10, 20, 20, 4]


def test_a_neighbour_in_the_psu_stands_for_who_did_not_answer() -> None:
    assert weights(1, 0, 1, 1, 1) == [20, 0, 20, 20, 4]


def test_the_stratum_stands_for_a_psu_where_nobody_answered() -> None:
    assert weights(0, 0, 1, 1, 1) == pytest.approx([0, 0, 30, 30, 4])


def test_no_other_stratum_stands_for_one_where_nobody_answered() -> None:
    assert weights(1, 1, 1, 1, 0) == [10, 10, 20, 20, 0]


@pytest.mark.parametrize("probability", [0.0, 1.5, np.nan])
def test_weights_are_refused_when_a_probability_is_none(probability: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        response_weights(np.array([probability]), STRATA[:1], PSUS[:1], np.array([True]))
