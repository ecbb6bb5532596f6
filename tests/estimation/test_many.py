"""Many domains at once give the numbers of each domain by itself."""

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from literacy_app.estimation.rules import (
    Design,
    DesignError,
    Estimate,
    LonelyPsu,
    Method,
    Reason,
    Replicates,
    Sample,
    calibrate,
    poststratify,
    proportion,
    rake,
)
from literacy_app.estimation.rules.many import AT_ONCE, proportions

Y = np.array([1, 0, np.nan, 1, 0, 1, 1, 1.0])
W = np.array([1, 2, 3, 4, 5, 6, 0, 1.0])
DOMAINS = np.array([0, 0, 0, 1, 1, -1, 2, 1])
PSUS = np.array([1, 1, 2, 2, 3, 3, 4, 4])


def told(estimate: Estimate) -> tuple[list[object], list[float]]:
    """The words and the numbers of an estimate, its interval's among them."""
    interval = estimate.interval
    ends = [interval.low, interval.high] if interval else [None, None]
    fields = [estimate.estimate, estimate.se, estimate.deff, estimate.deff_wr, estimate.effective_n, *ends]
    words = [estimate.n, estimate.df, estimate.reason, interval and interval.method, [one is None for one in fields]]
    return words, [one for one in fields if one is not None]


@st.composite
def designs(draw: st.DrawFn) -> tuple[Design, np.ndarray, np.ndarray]:
    """Up to 60 rows in up to two stages with every rule for lonely PSUs, a 0/1 variable with gaps, and domains 0-4 (-1: none)."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, psus = draw(st.integers(1, 60)), draw(st.integers(1, 6))
    stratum, psu, home = (rng.integers(0, top, n) for top in (3, psus, 3))
    weights = rng.choice([0, 1, 2.5, 40], n)
    stages = draw(st.integers(1, 2))
    counts = (np.full(n, 6.0 + draw(st.integers(0, 3))), np.full(n, 4.0))[:stages] if draw(st.booleans()) else ()
    rule, domain_lonely = draw(st.sampled_from(list(LonelyPsu))), draw(st.booleans())
    design = Design(weights, (stratum,), (psu, home)[:stages], counts, True, rule, domain_lonely)
    y = rng.choice([0, 1, np.nan], n, p=draw(st.sampled_from([(0.5, 0.4, 0.1), (1, 0, 0), (0, 0.9, 0.1)])))
    return design, y, rng.integers(-1, 5, n)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(designs(), st.sampled_from([None, *Method]))
def test_each_domain_gets_the_numbers_of_proportion(
    drawn: tuple[Design, np.ndarray, np.ndarray], method: Method | None
) -> None:
    design, y, domains = drawn
    for code, got in enumerate(proportions(design, y, domains, 5, method=method)):
        words, numbers = told(proportion(design, y, domains == code, method=method))
        assert told(got) == (words, pytest.approx(numbers, rel=1e-9, abs=1e-12))


def calibrated(design: Design, how: str) -> Design:
    """The design with its weights post-stratified, raked or linearly calibrated to twice what they are."""
    cells = [np.arange(design.rows) % size for size in (2, 3)]
    margins = [(cell, np.bincount(cell, weights=design.weights) * 2) for cell in cells]
    auxiliaries = np.stack([np.ones(design.rows), np.arange(design.rows) % 7], axis=1)
    match how:
        case "cells":
            return poststratify(design, *margins[0])
        case "margins":
            return rake(design, margins)
        case _:
            return calibrate(design, auxiliaries, 2 * design.weights @ auxiliaries)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(designs(), st.sampled_from(["cells", "margins", "linear"]))
def test_each_domain_of_a_calibrated_design_gets_the_numbers_of_proportion(
    drawn: tuple[Design, np.ndarray, np.ndarray], how: str
) -> None:
    plain, y, domains = drawn
    try:
        design = calibrated(plain, how)
    except DesignError:
        reject()
    for code, got in enumerate(proportions(design, y, domains, 5)):
        words, numbers = told(proportion(design, y, domains == code))
        assert told(got) == (words, pytest.approx(numbers, rel=1e-9, abs=1e-9))


def test_more_domains_of_a_calibrated_design_than_fit_at_once_get_their_own_numbers() -> None:
    n = AT_ONCE // 999
    design = calibrated(Design(1.0 + np.arange(n) % 5), "margins")
    y, domains = np.arange(n) % 3 % 2, np.arange(n) * 7 % 1000
    made = proportions(design, y, domains, 1000)
    for code in (0, 500, 998, 999):
        assert told(made[code])[1] == pytest.approx(told(proportion(design, y, domains == code))[1], rel=1e-9)


def test_domains_are_estimated_where_one_pass_is_not_enough() -> None:
    sample: Sample = Replicates(W, np.stack([W * 2, W[::-1]], axis=1), 1.0, np.ones(2))
    got = proportions(sample, Y, DOMAINS, 3)
    assert [one.se for one in got] == [proportion(sample, Y, code == DOMAINS).se for code in range(3)]


def test_domain_without_anybody_or_weight_has_a_reason() -> None:
    got = proportions(Design(W, clusters=(PSUS,)), Y, DOMAINS, 4)
    assert [one.reason for one in got[2:]] == [Reason.NO_WEIGHT, Reason.EMPTY_DOMAIN]


def test_share_of_everybody_is_exactly_1() -> None:
    got = proportions(Design(W / 3, clusters=(PSUS,)), np.ones(8), np.zeros(8, int), 1)[0]
    assert (got.estimate, got.se, got.deff) == (1, 0, None)


@pytest.mark.parametrize(
    ("y", "domains", "said"),
    [
        (Y[:3], DOMAINS, "one value and one domain"),
        (Y, DOMAINS[:3], "one value and one domain"),
        (Y, DOMAINS + 1, "whole numbers below 3"),
        (Y, DOMAINS.astype(float), "whole numbers below 3"),
        (Y * 2, DOMAINS, "needs 0 and 1"),
    ],
)
def test_bad_input_is_refused(y: np.ndarray, domains: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        proportions(Design(W, clusters=(PSUS,)), y, domains, 3)
