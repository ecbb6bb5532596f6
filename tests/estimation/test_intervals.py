"""Intervals against closed forms and against values worked with tables."""

import pytest

from literacy_app.estimation.rules.intervals import (
    Interval,
    beta_interval,
    korn_graubard_interval,
    logit_interval,
    probability_at_least,
    wald_interval,
)


def ends(interval: Interval | None) -> list[float]:
    assert interval is not None
    return [interval.low, interval.high]


# t(10) = 2.228139; half = 2.228139 * 0.1 / 0.25 = 0.891256; 1 / (1 + e^0.891256) = 0.290851
def test_logit_interval_is_symmetric_on_the_logit_scale() -> None:
    assert ends(logit_interval(0.5, 0.1, 10, 0.95)) == pytest.approx([0.290851, 0.709149], abs=1e-6)


def test_wald_interval_steps_t_standard_errors_to_each_side() -> None:
    assert ends(wald_interval(0.5, 0.1, 10, 0.95)) == pytest.approx([0.277186, 0.722814], abs=1e-6)


# nobody of 30: the upper limit solves (1 - u)^30 = 0.025; t(29) / t(29) = 1
def test_korn_graubard_is_clopper_pearson_when_psus_are_people() -> None:
    assert ends(korn_graubard_interval(0, 0, 29, 30, 0.95)) == pytest.approx([0, 1 - 0.025 ** (1 / 30)])
    assert ends(korn_graubard_interval(1, 0, 29, 30, 0.95)) == pytest.approx([0.025 ** (1 / 30), 1])


# Clopper-Pearson's textbook example: 15 of 50 gives 0.1786 to 0.4461
def test_korn_graubard_is_clopper_pearson_when_the_effective_n_is_n() -> None:
    se = (0.3 * 0.7 / 50) ** 0.5
    assert ends(korn_graubard_interval(0.3, se, 49, 50, 0.95)) == pytest.approx([0.1786, 0.4461], abs=5e-5)


def test_korn_graubard_is_cut_at_n_when_the_design_is_better_than_random() -> None:
    cut, uncut = korn_graubard_interval(0.3, 0.02, 49, 50, 0.95), beta_interval(0.3, 0.02, 49, 50, 0.95)
    assert ends(cut) == pytest.approx([0.1786, 0.4461], abs=5e-5)
    assert ends(uncut)[0] > ends(cut)[0]


def test_korn_graubard_is_wider_when_there_are_few_psus() -> None:
    few, many = (korn_graubard_interval(0.3, 0.05, df, 200, 0.95) for df in (3, 60))
    assert ends(few)[1] > ends(many)[1]


@pytest.mark.parametrize("df", [0, -1])
def test_there_is_no_interval_without_degrees_of_freedom(df: int) -> None:
    every = [logit_interval, wald_interval]
    assert [make(0.3, 0.05, df, 0.95) for make in every] == [None, None]
    assert korn_graubard_interval(0.3, 0.05, df, 30, 0.95) is beta_interval(0.3, 0.05, df, 30, 0.95) is None


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_logit_and_beta_have_nothing_to_say_at_0_and_1(p: float) -> None:
    assert logit_interval(p, 0, 20, 0.95) is beta_interval(p, 0, 20, 30, 0.95) is None
    assert probability_at_least(p, 0, 20, 0.2) is None


def test_intervals_shrink_to_the_share_when_all_psus_say_the_same() -> None:
    assert ends(logit_interval(0.3, 0, 20, 0.95)) == pytest.approx([0.3, 0.3])
    assert ends(korn_graubard_interval(0.3, 0, 20, 30, 0.95)) == ends(beta_interval(0.3, 0, 20, 30, 0.95)) == [0.3, 0.3]


def test_limits_stay_inside_0_and_1_when_the_standard_error_is_huge() -> None:
    assert ends(logit_interval(0.001, 5, 1, 0.95)) == [0, 1]


def test_it_is_even_odds_when_the_share_is_the_target() -> None:
    assert probability_at_least(0.2, 0.03, 18, 0.2) == pytest.approx(0.5)


# the upper limit of a two-sided 95 % interval is passed with 97.5 %
def test_probability_agrees_with_the_interval() -> None:
    high = ends(logit_interval(0.2, 0.03, 18, 0.95))[1]
    assert probability_at_least(0.2, 0.03, 18, high) == pytest.approx(0.025)


@pytest.mark.parametrize(("target", "probability"), [(0.25, 0), (0.2, 1)])
def test_probability_is_certain_when_all_psus_say_the_same(target: float, probability: float) -> None:
    assert probability_at_least(0.2, 0, 18, target) == probability
