"""What must hold for every sample, tried on many."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from literacy_app.estimation.rules import Design, Estimate, LonelyPsu, difference, mean, poststratify, proportion, total

Rows = list[tuple[int, int, float, int]]
ROW = st.tuples(st.integers(0, 2), st.integers(0, 3), st.floats(0.5, 50), st.integers(0, 1))  # stratum, PSU, weight, y
samples = st.lists(ROW, min_size=2, max_size=25)
many = settings(max_examples=40, deadline=None, derandomize=True)


def design(rows: Rows, scale: float = 1.0) -> Design:
    strata, psus, weights, _ = (np.array(column) for column in zip(*rows, strict=True))
    return Design(weights * scale, (strata,), (psus,), nest=True, lonely_psu=LonelyPsu.ADJUST)


def y(rows: Rows) -> np.ndarray:
    return np.array([row[3] for row in rows])


def numbers(estimate: Estimate) -> list[float]:
    interval = [] if estimate.interval is None else [estimate.interval.low, estimate.interval.high]
    return [estimate.n, estimate.estimate or 0, estimate.se or 0, estimate.df or 0, *interval]


def same(one: Estimate, other: Estimate) -> bool:
    return numbers(one) == pytest.approx(numbers(other), rel=1e-7, abs=1e-9)


@many
@given(samples, st.floats(0.01, 100))
def test_nothing_changes_when_all_weights_are_scaled(rows: Rows, scale: float) -> None:
    assert same(proportion(design(rows), y(rows)), proportion(design(rows, scale), y(rows)))


@many
@given(samples.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_nothing_changes_when_rows_are_in_another_order(pair: tuple[Rows, Rows]) -> None:
    one, other = pair
    assert same(proportion(design(one), y(one)), proportion(design(other), y(other)))


@many
@given(samples)
def test_nothing_changes_when_strata_and_psus_get_other_names(rows: Rows) -> None:
    strata, psus, weights, _ = (np.array(column) for column in zip(*rows, strict=True))
    names = np.array(["乙", "丙", "甲"])[strata], np.array([9, 7, 8, 1])[psus]
    renamed = Design(weights, (names[0],), (names[1],), nest=True, lonely_psu=LonelyPsu.ADJUST)
    assert same(proportion(design(rows), y(rows)), proportion(renamed, y(rows)))


@many
@given(samples)
def test_domain_of_everybody_is_everybody(rows: Rows) -> None:
    everybody = np.ones(len(rows), bool)
    assert astuple(proportion(design(rows), y(rows), everybody)) == astuple(proportion(design(rows), y(rows)))


@many
@given(samples)
def test_share_lies_in_its_interval_inside_0_and_1(rows: Rows) -> None:
    got = proportion(design(rows), y(rows))
    if got.interval is not None and got.estimate is not None:
        assert 0 <= got.interval.low <= got.estimate + 1e-12
        assert got.estimate - 1e-12 <= got.interval.high <= 1


@many
@given(samples)
def test_those_without_mirror_those_with(rows: Rows) -> None:
    with_, without = proportion(design(rows), y(rows)), proportion(design(rows), 1 - y(rows))
    assert (with_.estimate or 0) + (without.estimate or 0) == pytest.approx(1)
    assert with_.se == pytest.approx(without.se, rel=1e-7, abs=1e-12)


@many
@given(samples)
def test_totals_of_domains_add_up(rows: Rows) -> None:
    men = np.arange(len(rows)) % 2 == 0
    parts = [total(design(rows), y(rows), domain).estimate or 0 for domain in (men, ~men)]
    assert sum(parts) == pytest.approx(total(design(rows), y(rows)).estimate)


@many
@given(samples)
def test_difference_between_a_domain_and_itself_is_nothing(rows: Rows) -> None:
    men = np.arange(len(rows)) % 2 == 0
    got = difference(design(rows), y(rows), men, men)
    assert (got.estimate, got.se) == (0, pytest.approx(0, abs=1e-12))


@many
@given(samples, st.floats(1, 1000), st.floats(1, 1000))
def test_poststratified_weights_add_up_to_the_counts(rows: Rows, first: float, second: float) -> None:
    sex = np.arange(len(rows)) % 2
    calibrated = poststratify(design(rows), sex, np.array([first, second]))
    assert np.bincount(sex, calibrated.weights) == pytest.approx([first, second])
    assert mean(calibrated, sex).se == pytest.approx(0, abs=1e-9)
