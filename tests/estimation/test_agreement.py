"""Our numbers against those of the library `svy` for designs drawn at random: two programs, one answer.

Where the two differ by convention (docs/methods.md, Conventions) the test says what each does.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pytest
import svy
from hypothesis import given, settings
from hypothesis import strategies as st

from literacy_app.estimation.rules import (
    Design,
    Estimate,
    LonelyPsu,
    Method,
    Reason,
    Replicates,
    Resampling,
    difference,
    mean,
    poststratify,
    proportion,
    rake,
    ratio,
    resampled,
    total,
)

# svy remarks on small domains and light samples; every number is compared all the same.
pytestmark = pytest.mark.filterwarnings("ignore::svy.SvyUserWarning")

FEW_AND_MANY = [8, pytest.param(150, marks=pytest.mark.thorough)]
DOMAINS = ["many", "some", "rare"]
METHODS = {"logit": Method.LOGIT, "beta": Method.BETA, "korn-graubard": Method.KORN_GRAUBARD}
RULES = {"center": LonelyPsu.ADJUST, "skip": LonelyPsu.REMOVE, "scale": LonelyPsu.AVERAGE}


@dataclass(frozen=True)
class Drawn:
    """A sample as columns, and how it was drawn."""

    columns: dict[str, np.ndarray]
    stages: int
    corrected: bool
    nest: bool

    @cached_property
    def ours(self) -> Design:
        x = self.columns
        corrections = (x["psus"], x["homes"])[: self.stages] if self.corrected else ()
        return Design(x["w"], (x["stratum"],), (x["psu"], x["home"])[: self.stages], corrections, self.nest)

    @cached_property
    def theirs(self) -> svy.Sample:
        blanks = {"y": pl.Series([None if math.isnan(y) else int(y) for y in self.columns["y"]], dtype=pl.Int64)}
        sizes = {1: "psus", 2: svy.PopSize("psus", "homes")}[self.stages] if self.corrected else None
        design = svy.Design(
            stratum="stratum", psu="psu", ssu="home" if self.stages == 2 else None, wgt="w", pop_size=sizes
        )
        return svy.Sample(pl.DataFrame({**self.columns, **blanks}), design)

    def domain(self, label: str | None) -> np.ndarray | None:
        return None if label is None else self.columns["group"] == label


@st.composite
def samples(draw: st.DrawFn, fewest: int = 2) -> Drawn:
    """One to four strata of `fewest` to five PSUs of one or two stages, with unequal weights, missing answers and rare people."""
    stages, corrected, nest = draw(st.integers(1, 2)), draw(st.booleans()), draw(st.booleans())
    psus = draw(st.lists(st.integers(fewest, 5), min_size=2 if fewest == 1 else 1, max_size=4))
    level, gaps = draw(st.sampled_from([0, 0.1, 0.5, 1])), draw(st.sampled_from([0, 0.15]))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    if fewest == 1:
        psus[0], psus[1] = 1, max(psus[1], 2)
    rows = [
        (f"s{h}", p if nest else 10 * h + p, k, count + 2 + h, homes + 1, rng.choice([0.5, 1, 7.25, 40]) + rng.random())
        for h, count in enumerate(psus)
        for p in range(count)
        for homes in [int(rng.integers(2, 4))]
        for k in range(homes)
        for _ in range(int(rng.integers(1, 4)))
    ]
    names = ["stratum", "psu", "home", "psus", "homes", "w"]
    columns = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    n = len(rows)
    y = (rng.random(n) < level).astype(float)
    y[rng.random(n) < gaps] = np.nan
    y[0] = level >= 0.5  # somebody has an answer
    columns |= {"y": y, "x": rng.uniform(1, 9, n), "v": rng.normal(50, 9, n)}
    columns |= {"group": rng.choice(DOMAINS, n, p=[0.6, 0.36, 0.04]), "sex": np.array(["F", "M"])[np.arange(n) % 2]}
    return Drawn(columns, stages, corrected, nest)


def on_drawn_samples(body: Callable[[Drawn], None], examples: int, fewest: int = 2) -> None:
    """Try `body` on so many samples, the same each time."""
    settings(max_examples=examples, deadline=None, derandomize=True, database=None)(given(samples(fewest))(body))()


@dataclass(frozen=True)
class Theirs:
    """One row of svy's, of a domain; what it calls NaN is None."""

    domain: str | None
    estimate: float
    se: float
    df: int
    ends: tuple[float | None, float | None]
    n: int | None = None
    deff: float | None = None


def rows(result: Any) -> Iterator[Theirs]:
    """The rows of a result. Of a proportion those of level 1: where all answered 0 svy has none, and 0's is turned round."""
    found: dict[str | None, Theirs] = {}
    for row in result.estimates:
        ends = tuple(None if end is None or math.isnan(end) else end for end in (row.lci, row.uci))
        domain = row.by_level[0] if getattr(row, "by_level", None) else None
        one = Theirs(domain, row.est, row.se, int(row.df), ends, getattr(row, "n", None), getattr(row, "deff", None))
        if getattr(row, "y_level", None) == 0:
            ends = tuple(None if end is None else 1 - end for end in reversed(ends))
            found.setdefault(domain, replace(one, estimate=1 - one.estimate, ends=ends))
        else:
            found[domain] = one
    return iter(found.values())


def alike(ours: Estimate, theirs: Theirs, *, same_df: bool = True) -> None:
    """The same numbers to six digits. An interval hangs on the df: where that is not the same they are not compared."""
    ends = (ours.interval.low, ours.interval.high) if ours.interval else (None, None)
    numbers: list[tuple[float | None, float | None]] = [(ours.estimate, theirs.estimate), (ours.se, theirs.se)]
    numbers += [(ours.df, theirs.df), *zip(ends, theirs.ends, strict=True)] if same_df else []
    for one, other in numbers:
        assert one == (other if other is None else pytest.approx(other, rel=1e-6, abs=1e-9))


@pytest.mark.parametrize("examples", FEW_AND_MANY)
@pytest.mark.parametrize("method", METHODS)
def test_levels_and_their_intervals_agree(method: str, examples: int) -> None:
    def body(drawn: Drawn) -> None:
        for by in (None, "group"):
            result = drawn.theirs.estimation.prop("y", by=by, ci_method=method, drop_nulls=True)
            for row in rows(result):
                got = proportion(drawn.ours, drawn.columns["y"], drawn.domain(row.domain), method=METHODS[method])
                alike(got, row)
                assert got.n == row.n

    on_drawn_samples(body, examples)


@pytest.mark.parametrize("examples", FEW_AND_MANY)
def test_means_totals_and_ratios_agree(examples: int) -> None:
    def body(drawn: Drawn) -> None:
        x = drawn.columns
        for by in (None, "group"):
            for theirs, ours in (
                (drawn.theirs.estimation.mean("v", by=by), lambda domain: mean(drawn.ours, x["v"], domain)),
                (drawn.theirs.estimation.total("v", by=by), lambda domain: total(drawn.ours, x["v"], domain)),
                (
                    drawn.theirs.estimation.ratio("v", "x", by=by),
                    lambda domain: ratio(drawn.ours, x["v"], x["x"], domain),
                ),
            ):
                for row in rows(theirs):
                    alike(ours(drawn.domain(row.domain)), row)

    on_drawn_samples(body, examples)


@pytest.mark.parametrize("examples", FEW_AND_MANY)
def test_design_effects_agree(examples: int) -> None:
    """svy says 0 where all answered alike and we say none; and against `wor` it refuses a domain that weighs too little."""

    def body(drawn: Drawn) -> None:
        x = drawn.columns
        if len(set(x["y"][~np.isnan(x["y"])])) < 2:
            return
        for by, against in ((None, "wor"), (None, "wr"), ("group", "wr")):
            for row in rows(drawn.theirs.estimation.prop("y", by=by, deff=against, drop_nulls=True)):
                got = proportion(drawn.ours, x["y"], drawn.domain(row.domain))
                ours = got.deff if against == "wor" else got.deff_wr
                assert ours == (pytest.approx(row.deff, rel=1e-6) if 0 < row.estimate < 1 else None)

    on_drawn_samples(body, examples)


@pytest.mark.parametrize("examples", FEW_AND_MANY)
def test_differences_agree_with_their_covariance(examples: int) -> None:
    """svy's contrasts have the whole design's df, ours those of the rows in either domain."""

    def body(drawn: Drawn) -> None:
        x = drawn.columns
        pairs = [("sex", "F", "M"), ("group", "many", "some")]
        for by, first, second in pairs if {"many", "some"} <= set(x["group"]) else pairs[:1]:
            contrast = svy.estd(first) - svy.estd(second)
            row = next(rows(drawn.theirs.estimation.mean("v", by=by).contrast(contrast)))
            alike(difference(drawn.ours, x["v"], x[by] == first, x[by] == second), row, same_df=by == "sex")

    on_drawn_samples(body, examples)


@pytest.mark.parametrize("examples", FEW_AND_MANY)
@pytest.mark.parametrize("margins", [1, 2])
def test_calibrated_numbers_agree(margins: int, examples: int) -> None:
    def body(drawn: Drawn) -> None:
        x, given = drawn.columns, {"sex": {"F": 700.0, "M": 300.0}, "half": {"a": 450.0, "b": 550.0}}
        x["half"] = np.array(["a", "a", "b", "b"])[np.arange(len(x["w"])) % 4]
        if len(x["w"]) < 4:
            return  # some cell has nobody
        codes = [(np.searchsorted(list(given[name]), x[name]), np.array([*given[name].values()])) for name in given]
        if margins == 1:
            ours = poststratify(drawn.ours, *codes[0])
            theirs = drawn.theirs.weighting.poststratify(given["sex"], cells="sex")
        else:
            ours = rake(drawn.ours, codes)
            theirs = drawn.theirs.weighting.rake(controls=given, tol=1e-12, max_iter=1000)
        for by in (None, "group", "sex"):
            for row in rows(theirs.estimation.mean("v", by=by)):
                alike(mean(ours, x["v"], x[by] == row.domain if by else None), row)

    on_drawn_samples(body, examples)


@pytest.mark.parametrize("examples", FEW_AND_MANY)
@pytest.mark.parametrize("about", ["rep_mean", "estimate"])
def test_jackknifed_numbers_agree(about: str, examples: int) -> None:
    """svy takes replicates minus 1 as df unless it is told, we the rank over the rows used: not compared. And where
    nobody of a domain is in some replicate svy has no standard error, while R and we leave that replicate out."""

    def body(drawn: Drawn) -> None:
        x = drawn.columns
        ours = replace(resampled(replace(drawn.ours, corrections=()), Resampling.JKN), mse=about == "estimate")
        names = [f"r{number}" for number in range(1, ours.replicates.shape[1] + 1)]
        design = svy.Design(
            wgt="w",
            rep_wgts=svy.JackknifeWgts(prefix="r", n_reps=len(names), kind="jkn", rep_coefs=tuple(ours.rscales)),
        )
        frame = pl.DataFrame(
            {"w": x["w"], "v": x["v"], "group": x["group"], **dict(zip(names, ours.replicates.T, strict=True))}
        )
        for by in (None, "group"):
            theirs = svy.Sample(frame, design).estimation
            for row in rows(theirs.mean("v", by=by, method="replication", variance_center=about)):
                got = mean(ours, x["v"], drawn.domain(row.domain))
                if not math.isnan(row.se):
                    alike(got, row, same_df=False)

    on_drawn_samples(body, examples)


@pytest.mark.parametrize("examples", FEW_AND_MANY)
@pytest.mark.parametrize("rule", RULES)
def test_lonely_psus_count_alike(rule: str, examples: int) -> None:
    """Of two stages svy scales both together and sees lonely PSUs of a domain in the first only; R and we take each by itself."""

    def body(drawn: Drawn) -> None:
        for domains in ("standard",) if rule == "skip" else ("standard", "apply"):
            one = drawn if rule != "scale" and domains == "standard" else replace(drawn, stages=1)
            ours = replace(one.ours, lonely_psu=RULES[rule], adjust_domain_lonely=domains == "apply")
            theirs = one.theirs.update_design(singleton=svy.Singleton(rule, domains=domains))
            for by in (None, "group"):
                for row in rows(theirs.estimation.mean("v", by=by)):
                    got = mean(ours, one.columns["v"], one.domain(row.domain))
                    if got.estimate is None:  # svy then still gives the mean
                        assert got.reason is Reason.LONELY_PSU
                        assert math.isnan(row.se)
                    else:
                        alike(got, row)

    on_drawn_samples(body, examples, fewest=1)


@pytest.mark.parametrize("wanted", ["brr", "bootstrap"])
def test_half_samples_and_bootstraps_agree(wanted: str) -> None:
    """svy divides the bootstrap's squares by R, R's subbootstrap by R - 1: the scale is handed over."""
    rng = np.random.default_rng(3)
    v, w, replicates = rng.normal(50, 9, 24), rng.uniform(1, 9, 24), rng.choice([0.0, 2.0], (24, 16)) + 0.1
    names = [f"r{number}" for number in range(1, 17)]
    columns = dict(zip(names, (w[:, None] * replicates).T, strict=True))
    kind = svy.BrrWgts(prefix="r", n_reps=16) if wanted == "brr" else svy.BootstrapWgts(prefix="r", n_reps=16)
    theirs = svy.Sample(pl.DataFrame({"w": w, "v": v, **columns}), svy.Design(wgt="w", rep_wgts=kind))
    ours = mean(Replicates(w, w[:, None] * replicates, 1 / 16, np.ones(16)), v)
    row = theirs.estimation.mean("v", method="replication").estimates[0]
    assert [ours.estimate, ours.se] == pytest.approx([row.est, row.se], rel=1e-9)
