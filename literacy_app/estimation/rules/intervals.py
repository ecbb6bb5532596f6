"""Intervals of a level, and how sure one may be that it is at least some value."""

from dataclasses import dataclass
from enum import StrEnum
from math import isnan

from literacy_app.estimation.rules.distributions import beta_quantile, expit, logit, t_cdf, t_quantile

# A standard error below this is none: every PSU says the same (as in the NCHS rule's reference code).
NO_SPREAD = 1e-12


class Method(StrEnum):
    """How an interval was made; named beside every interval shown."""

    LOGIT = "logit"
    KORN_GRAUBARD = "korn_graubard"
    BETA = "beta"
    WALD = "wald"


@dataclass(frozen=True)
class Interval:
    """`low` to `high`, two-sided at `level` (0-1), made by `method`."""

    low: float
    high: float
    level: float
    method: Method


def logit_interval(p: float, se: float, df: float, level: float) -> Interval | None:
    """expit(logit(p) -/+ t(df) se / (p (1 - p))). None where p is 0 or 1 or df < 1. Korn and Graubard 1998; R's `xlogit`."""
    if not 0 < p < 1 or not _possible(se, df):
        return None
    half = t_quantile((1 + level) / 2, df) * se / (p * (1 - p))
    return Interval(expit(logit(p) - half), expit(logit(p) + half), level, Method.LOGIT)


def korn_graubard_interval(p: float, se: float, df: float, n: int, level: float) -> Interval | None:
    """Clopper and Pearson's interval on the effective n, which is adjusted for df and cut at n. One end only at 0 and 1.

    `n` counts the rows used. None where df < 1. Korn and Graubard 1998, with the cut of the NCHS standard (Parker et al. 2017).
    """
    if n < 1 or not _possible(se, df):
        return None
    if 0 < p < 1 and se < NO_SPREAD:
        return Interval(p, p, level, Method.KORN_GRAUBARD)
    spread = n if p in (0, 1) else p * (1 - p) / se**2
    effective = min(float(n), spread * (_df_adjustment(n, df, level) if n > 1 else 1))
    return _clopper_pearson(p, effective, level, Method.KORN_GRAUBARD)


def beta_interval(p: float, se: float, df: float, n: int, level: float) -> Interval | None:
    """R's `svyciprop(method = "beta")`: as Korn and Graubard, effective n not cut. None where p is 0 or 1 or df < 1."""
    if not 0 < p < 1 or n < 2 or not _possible(se, df):
        return None
    if se < NO_SPREAD:
        return Interval(p, p, level, Method.BETA)
    return _clopper_pearson(p, p * (1 - p) / se**2 * _df_adjustment(n, df, level), level, Method.BETA)


def wald_interval(value: float, se: float, df: float, level: float) -> Interval | None:
    """value -/+ t(df) se. None where df < 1."""
    if not _possible(se, df):
        return None
    half = t_quantile((1 + level) / 2, df) * se
    return Interval(value - half, value + half, level, Method.WALD)


def probability_at_least(p: float, se: float, df: float, target: float) -> float | None:
    """P(level >= target) = F_t,df((logit p - logit target) / (se / (p (1 - p)))), under a flat prior on the logit scale.

    `target` lies between 0 and 1, exclusive. None where p is 0 or 1 or df < 1.
    """
    if not 0 < p < 1 or not _possible(se, df):
        return None
    distance = logit(p) - logit(target)
    if se < NO_SPREAD:
        return float(distance >= 0)
    return t_cdf(distance / (se / (p * (1 - p))), df)


def _possible(se: float, df: float) -> bool:
    return df >= 1 and not isnan(se)


def _df_adjustment(n: int, df: float, level: float) -> float:
    """(t(n - 1) / t(df))^2: few PSUs make the effective n smaller."""
    tail = (1 - level) / 2
    return (t_quantile(tail, n - 1) / t_quantile(tail, df)) ** 2


def _clopper_pearson(p: float, n: float, level: float, method: Method) -> Interval:
    tail = (1 - level) / 2
    low = 0.0 if p == 0 else beta_quantile(tail, n * p, n * (1 - p) + 1)
    high = 1.0 if p == 1 else beta_quantile(1 - tail, n * p + 1, n * (1 - p))
    return Interval(low, high, level, method)
