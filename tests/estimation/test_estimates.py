"""What an estimate says at the edges: always a row, with a reason where there is no number."""

import numpy as np
import pytest

from literacy_app.estimation.rules import (
    Design,
    Method,
    Reason,
    difference,
    interval_by,
    mean,
    proportion,
    ratio,
    total,
)

N = 40
PSUS = np.repeat(np.arange(8), 5)
STRATA = np.repeat([0, 1], 20)
Y = np.tile([1, 0, 1, 0, 0], 8)


def design(weights: np.ndarray | None = None) -> Design:
    return Design(np.ones(N) if weights is None else weights, (STRATA,), (PSUS,))


@pytest.mark.parametrize("share", [0, 1])
def test_nobody_or_everybody_gets_a_one_sided_interval_and_no_deff(share: int) -> None:
    got = proportion(design(np.full(N, 1 / 3)), np.full(N, share))
    assert (got.estimate, got.se, got.deff, got.effective_n) == (share, 0, None, None)
    assert got.interval is not None
    assert got.interval.method is Method.KORN_GRAUBARD
    assert share in (got.interval.low, got.interval.high)
    assert got.interval.high - got.interval.low > 0.05


def test_interval_is_logit_when_ten_stand_on_each_side() -> None:
    got = proportion(design(), np.arange(N) < 10)
    assert got.interval is not None
    assert got.interval.method is Method.LOGIT


@pytest.mark.parametrize("ones", [9, 31])
def test_interval_is_korn_graubard_when_fewer_than_ten_stand_on_a_side(ones: int) -> None:
    got = proportion(design(), np.arange(N) < ones)
    assert got.interval is not None
    assert got.interval.method is Method.KORN_GRAUBARD


def test_interval_is_the_one_asked_for() -> None:
    got = proportion(design(), Y, method=Method.WALD, level=0.9)
    assert got.interval is not None
    assert (got.interval.method, got.interval.level) == (Method.WALD, 0.9)


def test_empty_domain_is_a_row_with_a_reason() -> None:
    got = proportion(design(), Y, np.zeros(N, bool))
    assert (got.n, got.estimate, got.se, got.interval, got.reason) == (0, None, None, None, Reason.EMPTY_DOMAIN)


def test_domain_without_answers_is_empty() -> None:
    assert mean(design(), np.full(N, np.nan)).reason is Reason.EMPTY_DOMAIN


def test_domain_without_weight_is_a_row_with_a_reason() -> None:
    got = proportion(design(np.zeros(N)), Y)
    assert (got.n, got.estimate, got.df, got.reason) == (N, None, 0, Reason.NO_WEIGHT)


def test_ratio_over_nothing_is_a_row_with_a_reason() -> None:
    assert ratio(design(), Y, np.zeros(N)).reason is Reason.NO_WEIGHT


def test_missing_answers_leave_their_psus_in_the_design() -> None:
    answers = np.where(PSUS == 0, np.nan, Y)
    asked = proportion(design(), np.where(PSUS == 0, 0, Y), PSUS != 0)
    assert proportion(design(), answers) == asked


def test_rows_without_weight_change_n_and_nothing_else() -> None:
    weights = np.where(np.arange(N) % 5 == 4, 0.0, 1.0)
    with_, without = proportion(design(weights), Y), proportion(design(weights), np.where(weights > 0, Y, np.nan))
    assert (with_.n, without.n) == (40, 32)
    assert (with_.estimate, with_.se, with_.df, with_.deff_wr) == (
        without.estimate,
        without.se,
        without.df,
        without.deff_wr,
    )


def test_domain_in_one_psu_has_a_number_no_interval_and_a_reason() -> None:
    got = proportion(design(), Y, PSUS == 3)
    assert (got.estimate, got.df, got.interval, got.reason) == (0.4, 0, None, Reason.NO_DEGREES_OF_FREEDOM)


def test_one_psu_in_all_has_no_number_and_a_reason() -> None:
    one = Design(np.ones(3), (), (np.zeros(3, int),))
    assert proportion(one, [1, 0, 1]).reason is Reason.LONELY_PSU


def test_no_rows_at_all_is_a_row_with_a_reason() -> None:
    assert proportion(Design(np.zeros(0)), []).reason is Reason.EMPTY_DOMAIN


def test_deff_is_unknown_when_weights_do_not_add_up_to_a_population() -> None:
    got = proportion(design(np.full(N, 0.5)), Y)
    assert got.deff is None
    assert got.deff_wr is not None


def test_mean_of_one_and_the_same_has_no_spread() -> None:
    got = mean(design(np.full(N, 0.1)), np.full(N, 0.7))
    assert (got.estimate, got.se, got.deff_wr) == (0.7, 0, None)


def test_total_of_the_domain_sums_its_weights() -> None:
    assert total(design(np.full(N, 2.5)), np.ones(N), PSUS < 4).estimate == 50


@pytest.mark.parametrize("bad", [[2] * N, [0.5] * N, [np.inf] * N])
def test_proportion_is_refused_when_answers_are_not_yes_or_no(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="proportion|infinite"):
        proportion(design(), bad)


def test_estimate_is_refused_when_the_variable_has_another_length() -> None:
    with pytest.raises(ValueError, match="40 rows"):
        mean(design(), Y[:5])


@pytest.mark.parametrize("domain", [np.ones(N), np.ones(3, bool)])
def test_estimate_is_refused_when_the_domain_is_not_a_mask_of_the_whole_design(domain: np.ndarray) -> None:
    with pytest.raises(ValueError, match="domain"):
        mean(design(), Y, domain)


@pytest.mark.parametrize(("second", "reason"), [(PSUS > 9, Reason.EMPTY_DOMAIN), (PSUS == 7, Reason.NO_WEIGHT)])
def test_difference_has_a_reason_when_a_domain_has_nobody(second: np.ndarray, reason: Reason) -> None:
    weights = np.where(PSUS == 7, 0.0, 1.0)
    assert difference(design(weights), Y, PSUS < 4, second).reason is reason


def test_other_intervals_are_none_when_there_is_no_number() -> None:
    empty = proportion(design(), Y, np.zeros(N, bool))
    assert [interval_by(method, empty, design(), 0.95) for method in Method] == [None] * 4
