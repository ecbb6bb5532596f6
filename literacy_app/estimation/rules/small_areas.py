"""Levels of townships with few interviews, lent strength by the county's other townships. A model's numbers, never a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from literacy_app.estimation.rules.design import Floats, Mask
from literacy_app.estimation.rules.intervals import Interval, logit_interval

# Values of the variance between areas that are tried before the best is looked for between its neighbours.
GRID = 80
# Fewer areas than this beyond the coefficients say nothing about how much areas vary.
LEAST_AREAS = 5


class Source(StrEnum):
    """Where an area's number comes from. Both are a model's, and are labelled so wherever they are shown."""

    COMPOSITE = "composite"  # the direct estimate and the regression, weighted by gamma
    SYNTHETIC = "synthetic"  # the regression alone: no interviews, or all of them say the same


class Trouble(StrEnum):
    """Why there are no numbers."""

    TOO_FEW_AREAS = "too_few_areas"  # for the number of covariates
    COLLINEAR = "collinear"  # a covariate repeats the others
    OUT_OF_RANGE = "out_of_range"  # the regression leaves 0-1: the covariates do not suit a share


class Benchmark(StrEnum):
    """How the areas are made to add up to the county's direct estimate."""

    RATIO = "ratio"  # all times the same
    DIFFERENCE = "difference"  # all plus the same


@dataclass(frozen=True)
class DirectEstimate:
    """What the survey says about one area by itself. Raises ValueError for what cannot be."""

    area: str
    n: int  # interviews
    estimate: float | None  # the weighted share with literacy, 0-1; None without interviews

    def __post_init__(self) -> None:
        if self.n < 0 or (self.n == 0) != (self.estimate is None):
            raise ValueError(f"{self.area}: give an estimate where there are interviews, and only there")
        if self.estimate is not None and not 0 <= self.estimate <= 1:
            raise ValueError(f"{self.area}: give the estimate as a share from 0 to 1")

    @property
    def is_extreme(self) -> bool:
        """Whether nobody or everybody asked has literacy."""
        return self.estimate in (0, 1)


@dataclass(frozen=True, eq=False)
class Fit:
    """A Fay-Herriot model of m direct estimates with q coefficients."""

    variance: float  # s2, between areas, that the regression does not explain
    coefficients: Floats  # (q,), in `small_areas` of covariates that are centred and scaled
    covariance: Floats  # (q, q) of the coefficients
    gamma: Floats  # (m,) the weight of each direct estimate, s2 / (s2 + v)
    estimates: Floats  # (m,) the EBLUP
    mse: Floats  # (m,) of the EBLUP: g1 + g2 + 2 g3
    unseen: float  # what the MSE allows for differences between areas that s2 = 0 denies; 0 where s2 is above 0


@dataclass(frozen=True)
class AreaEstimate:
    """One area's modelled level, with what it was made from."""

    area: str
    source: Source
    n: int
    direct: float | None
    direct_se: float | None  # from the smoothed variance
    gamma: float  # the weight of the direct estimate; 0 where the number is synthetic
    estimate: float
    mse: float
    interval: Interval
    model_based: bool = True


@dataclass(frozen=True, eq=False)
class SmallAreas:
    """The areas in the order given, or `trouble` and none."""

    areas: tuple[AreaEstimate, ...]
    fit: Fit | None = None
    adjustment: float | None = None  # the factor, or the summand, that the benchmark asked for
    trouble: Trouble | None = None


def fay_herriot(direct: Floats, variances: Floats, covariates: Floats) -> Fit:
    """The model direct_i ~ N(theta_i, v_i), theta_i ~ N(x_i'b, s2) by REML, of (m,), (m,) and (m, q) with the intercept in it.

    Where the likelihood is highest at s2 = 0 the areas do not seem to differ: gamma is 0 and every estimate is x_i'b. As each
    then knows the same, the MSE is g2 and the mean of 2 g3, where R's `sae` gives the areas asked most the largest. Raises ValueError for variances not above 0. Fay and Herriot 1979; Prasad and Rao 1990
    and Datta and Lahiri 2000 for the MSE; R's `sae::mseFH` and `metafor::rma(method = "REML")`.
    """
    if not (np.isfinite(variances).all() and (variances > 0).all()):
        raise ValueError("give sampling variances above 0")
    between = _reml(direct, variances, covariates)
    coefficients, covariance = _regression(direct, between + variances, covariates)
    total = between + variances
    gamma = between / total
    regression = covariates @ coefficients
    g1 = gamma * variances
    g2 = (1 - gamma) ** 2 * np.einsum("iq,qr,ir->i", covariates, covariance, covariates)
    g3 = (1 - gamma) ** 2 / total * 2 / (total**-2).sum()
    estimates = regression + gamma * (direct - regression)
    unseen = 0.0 if between > 0 else 2 * float(g3.mean())
    mse = g1 + g2 + 2 * g3 if between > 0 else g2 + unseen
    return Fit(between, coefficients, covariance, gamma, estimates, mse, unseen)


def small_areas(
    direct: Sequence[DirectEstimate],
    deff: float,
    covariates: ArrayLike | None = None,
    *,
    county: float | None = None,
    population: ArrayLike | None = None,
    benchmark: Benchmark = Benchmark.RATIO,
    keep_extremes: bool = False,
    level: float = 0.95,
) -> SmallAreas:
    """Modelled levels of k areas from their direct estimates; `covariates` (k, q) are known for every area, without intercept.

    `deff` is the mean design effect of the areas, which smooths their variances: v_i = deff p (1 - p) / n_i, p being the
    level of all and then, with covariates, what they predict. Areas without interviews, and unless `keep_extremes` those
    where nobody or everybody has literacy, get what the regression predicts. With `county`, its direct estimate, and
    `population` (k,), people in each area, the areas are made to agree with the county; the shift squared joins the MSE.
    The scale is that of shares; intervals are logit. Raises ValueError. Rao and Molina 2015, ch. 6.
    """
    if not (np.isfinite(deff) and deff > 0):
        raise ValueError("give a mean design effect above 0")
    design = _with_intercept(covariates, len(direct))
    shares = None if county is None else _shares(population, len(direct))
    if county is not None and not 0 < county < 1:
        raise ValueError("give the county's estimate as a share above 0 and below 1")
    used = np.array([area.n > 0 and (keep_extremes or not area.is_extreme) for area in direct], np.bool_)
    if used.sum() < design.shape[1] + LEAST_AREAS:
        return SmallAreas((), trouble=Trouble.TOO_FEW_AREAS)
    if np.linalg.matrix_rank(design[used]) < design.shape[1]:
        return SmallAreas((), trouble=Trouble.COLLINEAR)
    people = np.array([area.n for area in direct], np.float64)
    given = np.array([0.0 if area.estimate is None else area.estimate for area in direct])
    fit, variances = _smoothed_fit(given, people, deff, design, used)
    modelled = design @ fit.coefficients
    mse = fit.variance + fit.unseen + np.einsum("iq,qr,ir->i", design, fit.covariance, design)
    gamma = np.zeros(len(direct))
    modelled[used], mse[used], gamma[used] = fit.estimates, fit.mse, fit.gamma
    adjustment = None
    if county is not None and shares is not None:
        sum_ = float(shares @ modelled)
        adjustment = county / sum_ if benchmark is Benchmark.RATIO else county - sum_
        moved = modelled * adjustment if benchmark is Benchmark.RATIO else modelled + adjustment
        mse, modelled = mse + (moved - modelled) ** 2, moved
    rows = []
    for i, area in enumerate(direct):
        interval = logit_interval(float(modelled[i]), sqrt(mse[i]), inf, level)
        if interval is None:
            return SmallAreas((), fit, adjustment, Trouble.OUT_OF_RANGE)
        rows.append(
            AreaEstimate(
                area.area,
                Source.COMPOSITE if used[i] else Source.SYNTHETIC,
                area.n,
                area.estimate,
                sqrt(variances[i]) if area.n else None,
                float(gamma[i]),
                float(modelled[i]),
                float(mse[i]),
                interval,
            )
        )
    return SmallAreas(tuple(rows), fit, adjustment)


def _smoothed_fit(given: Floats, people: Floats, deff: float, design: Floats, used: Mask) -> tuple[Fit, Floats]:
    """The fit, and the smoothed variances (k,) that it took; infinite without interviews.

    No variance comes from the area's own share: a share that is low by chance would then look sure, and pull all down.
    """
    overall = float(people @ given / people.sum())
    expected = np.full(len(people), min(max(overall, 0.5 / people.sum()), 1 - 0.5 / people.sum()))
    for last in (design.shape[1] == 1, True):
        variances = np.divide(deff * expected * (1 - expected), people, out=np.full(len(people), inf), where=people > 0)
        fit = fay_herriot(given[used], variances[used], design[used])
        if last:
            break
        half = 0.5 / np.maximum(people, 1)  # a prediction near or beyond 0 and 1 counts as half a person
        expected = np.clip(design @ fit.coefficients, half, 1 - half)
    return fit, variances


def _reml(direct: Floats, variances: Floats, covariates: Floats) -> float:
    """The s2 >= 0 of the highest restricted likelihood."""
    from scipy.optimize import brentq

    top = 10 * (float(np.var(direct)) + float(variances.max()))
    grid = np.concatenate([[0.0], np.geomspace(1e-8, 1, GRID) * top])
    best = int(np.argmax([_likelihood(float(s2), direct, variances, covariates) for s2 in grid]))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, GRID)])
    if _score(low, direct, variances, covariates) <= 0:
        return low
    if _score(high, direct, variances, covariates) >= 0:
        return high
    return float(brentq(_score, low, high, args=(direct, variances, covariates), xtol=1e-15, rtol=1e-12))


def _likelihood(s2: float, direct: Floats, variances: Floats, covariates: Floats) -> float:
    """The restricted log likelihood, up to a constant."""
    total = s2 + variances
    coefficients, covariance = _regression(direct, total, covariates)
    residual = direct - covariates @ coefficients
    determinant = float(np.linalg.slogdet(covariance)[1])
    return -0.5 * (float(np.log(total).sum()) - determinant + float((residual**2 / total).sum()))


def _score(s2: float, direct: Floats, variances: Floats, covariates: Floats) -> float:
    """The slope of the restricted log likelihood in s2."""
    total = s2 + variances
    coefficients, covariance = _regression(direct, total, covariates)
    residual = (direct - covariates @ coefficients) / total
    scaled = covariates / total[:, None]
    trace = float((1 / total).sum()) - float(np.trace(covariance @ scaled.T @ scaled))
    return 0.5 * (float(residual @ residual) - trace)


def _regression(direct: Floats, total: Floats, covariates: Floats) -> tuple[Floats, Floats]:
    """Coefficients (q,) and their covariance (q, q) by generalised least squares."""
    scaled = covariates / total[:, None]
    covariance: Floats = np.linalg.inv(scaled.T @ covariates).astype(np.float64)
    return covariance @ (scaled.T @ direct), covariance


def _with_intercept(covariates: ArrayLike | None, areas: int) -> Floats:
    """(k, 1 + q), covariates centred and scaled, so that their units do not matter to the arithmetic."""
    if covariates is None:
        return np.ones((areas, 1))
    columns = np.asarray(covariates, np.float64)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or len(columns) != areas or not np.isfinite(columns).all():
        raise ValueError(f"give every covariate as a number for each of the {areas} areas")
    spread = columns.std(axis=0)
    scaled = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return np.column_stack([np.ones(areas), scaled])


def _shares(population: ArrayLike | None, areas: int) -> Floats:
    people = np.zeros(0) if population is None else np.asarray(population, np.float64)
    if people.shape != (areas,) or not np.isfinite(people).all() or (people <= 0).any():
        raise ValueError(f"give people above 0 for each of the {areas} areas: the county is weighed by them")
    shares: Floats = people / people.sum()
    return shares
