"""Age-standardised levels against R's numbers, and their reasons at the edges."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from literacy_app.estimation.rules import (
    Design,
    LonelyPsu,
    Method,
    Reason,
    Resampling,
    poststratify,
    proportion,
    resampled,
)
from literacy_app.estimation.rules.standardise import standardise

FILE = Path(__file__).parent / "reference" / "data" / "d03_strat_cluster.csv"
STANDARD = {"15-24": 18, "25-34": 20, "35-44": 19, "45-54": 22, "55-69": 21}


@cache
def people() -> dict[str, np.ndarray]:
    with FILE.open() as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def design() -> Design:
    x = people()
    return Design(x["weight"].astype(float), (x["stratum"],), (x["psu"],), nest=True)


def literate() -> np.ndarray:
    return people()["literate"].astype(float)


# des <- svydesign(~psu, strata=~stratum, weights=~weight, data=d03, nest=TRUE)                       R survey 4.1-1
# b <- svyby(~literate, ~age_group, des, svymean, covmat=TRUE)
# svycontrast(b, setNames(c(18, 20, 19, 22, 21) / 100, rownames(b)));  "rural": des <- subset(des, urban_rural == "rural")
# SE also as svymean(~literate, svystandardize(des, ~age_group, ~1, c(18, 20, 19, 22, 21)))
@pytest.mark.parametrize(
    ("who", "estimate", "se"),
    [("all", 0.4245137657170, 0.0378980304232), ("rural", 0.2935831641335, 0.0214608020618)],
)
def test_standardised_level_is_that_of_r(who: str, estimate: float, se: float) -> None:
    domain = None if who == "all" else people()["urban_rural"] == "rural"
    got = standardise(design(), literate(), people()["age_group"], STANDARD, domain).standardised
    assert (got.estimate, got.se) == (pytest.approx(estimate, rel=1e-11), pytest.approx(se, rel=1e-10))


# svyciprop(~literate, svystandardize(des, ...), method="xlogit", df=degf(des)), degf 18; svymean(~literate, des)
def test_interval_is_logit_and_the_crude_level_stands_beside_it() -> None:
    got = standardise(design(), literate(), people()["age_group"], STANDARD)
    interval = got.standardised.interval
    assert interval is not None
    assert (got.standardised.df, interval.method) == (18, Method.LOGIT)
    assert [interval.low, interval.high] == pytest.approx([0.347469156244, 0.505409977905], rel=1e-11)
    assert (got.crude.estimate, got.crude.se) == (pytest.approx(0.4231549807166), pytest.approx(0.0394598858824))


# ps <- postStratify(des, ~sex, data.frame(sex=c("F", "M"), Freq=c(250000, 240000)))
# z: 0.18 (literate - mean of the group) / weight of the group, and so on;  SE(svytotal(~z, update(ps, z=z)))
def test_standard_error_after_calibration_is_that_of_r() -> None:
    calibrated = poststratify(design(), (people()["sex"] == "M").astype(int), np.array([250_000.0, 240_000.0]))
    got = standardise(calibrated, literate(), people()["age_group"], STANDARD).standardised
    assert got.se == pytest.approx(0.0377485186517, rel=1e-11)


# svycontrast(svyby(~literate, ~age_group, as.svrepdesign(des, type="JKn"), svymean, covmat=TRUE), ...)
def test_replicate_weights_give_the_standard_error_of_r() -> None:
    got = standardise(resampled(design(), Resampling.JKN), literate(), people()["age_group"], STANDARD).standardised
    assert (got.estimate, got.se) == (pytest.approx(0.4245137657170), pytest.approx(0.0383412390231, rel=1e-10))


# 3 of 4 and 1 of 4 are literate; with 1 to 3 parts 0.25 * 0.75 + 0.75 * 0.25
Y = np.array([1, 1, 1, 0, 1, 0, 0, 0])
OLD = np.repeat(["young", "old"], 4)
SMALL = Design(np.ones(8), (), (np.array([0, 1, 2, 3, 0, 1, 2, 3]),))


@pytest.mark.parametrize("standard", [{"young": 1, "old": 3}, {"young": 0.25, "old": 0.75}])
def test_only_the_proportions_of_the_standard_matter(standard: dict[str, float]) -> None:
    got = standardise(SMALL, Y, OLD, standard)
    assert (got.standardised.estimate, got.crude.estimate) == (pytest.approx(0.375), 0.5)


def test_the_samples_own_ages_give_the_crude_level() -> None:
    got = standardise(SMALL, Y, np.array(list("aabbaabb")), {"a": 1, "b": 1})
    assert got.standardised.estimate == pytest.approx(got.crude.estimate)


def test_a_group_without_anybody_is_a_reason_and_never_shared_out() -> None:
    got = standardise(SMALL, Y, OLD, {"young": 1, "old": 1, "oldest": 1})
    assert (got.standardised.estimate, got.standardised.reason) == (None, Reason.EMPTY_GROUP)
    assert (got.empty_groups, got.crude.estimate) == (("oldest",), 0.5)


def test_a_group_whose_people_weigh_nothing_is_empty() -> None:
    weights = np.where(OLD == "old", 0.0, 1.0)
    got = standardise(Design(weights), Y, OLD, {"young": 1, "old": 1})
    assert (got.standardised.reason, got.empty_groups) == (Reason.EMPTY_GROUP, ("old",))


def test_people_in_no_group_of_the_standard_are_left_out_and_counted() -> None:
    got = standardise(SMALL, Y, OLD, {"young": 1})
    assert (got.standardised.estimate, got.crude, got.left_out) == (0.75, proportion(SMALL, Y, OLD == "young"), 4)


def test_everybody_literate_is_exactly_one_with_a_one_sided_interval() -> None:
    got = standardise(SMALL, np.ones(8), OLD, {"young": 0.1, "old": 0.7}).standardised
    assert (got.estimate, got.se) == (1, 0)
    assert got.interval is not None
    assert (got.interval.method, got.interval.high) == (Method.KORN_GRAUBARD, 1)


def test_a_lonely_psu_is_a_reason() -> None:
    lonely = Design(np.ones(8), (np.array(list("aaaaaabb")),), (np.array([0, 0, 1, 1, 2, 2, 3, 3]),))
    assert standardise(lonely, Y, OLD, {"young": 1, "old": 1}).standardised.reason is Reason.LONELY_PSU
    chosen = Design(lonely.weights, lonely.strata, lonely.clusters, lonely_psu=LonelyPsu.ADJUST)
    assert standardise(chosen, Y, OLD, {"young": 1, "old": 1}).standardised.interval is not None


@pytest.mark.parametrize("standard", [{}, {"young": 0.0, "old": 1.0}, {"young": np.nan}, {"young": np.inf}])
def test_a_standard_that_nobody_lives_in_is_refused(standard: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="standard population"):
        standardise(SMALL, Y, OLD, standard)
