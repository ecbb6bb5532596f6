"""Levels, means, totals, ratios and differences, of everybody or of a domain, each with its uncertainty or a reason for none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from literacy_app.estimation.rules.design import Design, Floats, Ints
from literacy_app.estimation.rules.forms import Form, mean_form, weighed_sum
from literacy_app.estimation.rules.intervals import (
    NO_SPREAD,
    Interval,
    Method,
    beta_interval,
    korn_graubard_interval,
    logit_interval,
    wald_interval,
)
from literacy_app.estimation.rules.replicates import Replicates
from literacy_app.estimation.rules.variance import taylor

# Fewer people than this on either side of a share, and Korn-Graubard takes the place of the logit interval.
FEW = 10

# A sample is described by how it was drawn or by the replicate weights that came with it.
Sample = Design | Replicates


class Statistic(StrEnum):
    """What can be estimated."""

    PROPORTION = "proportion"
    MEAN = "mean"
    TOTAL = "total"
    RATIO = "ratio"
    DIFFERENCE = "difference"


class Reason(StrEnum):
    """Why an estimate has no number, or no interval."""

    EMPTY_DOMAIN = "empty_domain"  # no row of the domain has an answer
    NO_WEIGHT = "no_weight"  # all rows of the domain weigh nothing (or a ratio's denominator is 0)
    LONELY_PSU = "lonely_psu"  # a stratum has a single PSU and the design's rule gives no number for it
    FEW_REPLICATES = "few_replicates"  # fewer than two replicates have a value, or none at all with `mse`
    NO_DEGREES_OF_FREEDOM = "no_degrees_of_freedom"  # as many strata as PSUs: the standard error says nothing
    EMPTY_GROUP = "empty_group"  # nobody in a group that the standard population has
    ONE_LEVEL = "one_level"  # a variable has a single level: nothing can go together with it
    SINGULAR = "singular"  # the cells of a table do not vary enough for a test
    MANY_CELLS = "many_cells"  # a large table with more to test than the design has degrees of freedom
    OUT_OF_RANGE = "out_of_range"  # a number of it is larger than can be held: take another unit


@dataclass(frozen=True)
class Estimate:
    """One number with its uncertainty. Shares are 0-1. What cannot be given is None, and `reason` says why."""

    statistic: Statistic
    n: int  # rows used: in the domain, with an answer, whatever their weight
    estimate: float | None = None
    se: float | None = None
    df: int | None = None  # PSUs minus strata, over the rows used that have a weight
    deff: float | None = None  # against simple random sampling without replacement from sum(w)
    deff_wr: float | None = None  # against simple random sampling with replacement
    effective_n: float | None = None  # of proportions and means: the simple random sample that would say as much
    interval: Interval | None = None
    reason: Reason | None = None


def proportion(
    design: Sample, y: ArrayLike, domain: ArrayLike | None = None, *, level: float = 0.95, method: Method | None = None
) -> Estimate:
    """The share with y = 1. `y` is (n,) of 0, 1 and NaN for no answer; `domain` is (n,) of bool over the whole design.

    The interval is logit, but Korn-Graubard where the share is 0 or 1 or fewer than 10 rows stand on either side of it;
    `method` asks for another. Raises ValueError for other values in y. As R's `svymean` and `svyciprop` on a `subset`.
    """
    values = _column(design, y)
    if not ((values == 0) | (values == 1) | np.isnan(values)).all():
        raise ValueError("a proportion needs 0 and 1 (or NaN for no answer)")
    rows = _rows(design, [values], domain)
    top = values[rows]
    weighed = design.weights[rows] > 0
    ones, others = int((weighed & (top == 1)).sum()), int((weighed & (top == 0)).sum())
    if method is None:
        method = Method.KORN_GRAUBARD if min(ones, others) < FEW else Method.LOGIT
    return _estimate(design, Statistic.PROPORTION, mean_form(rows, top, design.weights), level, method)


def mean(design: Sample, y: ArrayLike, domain: ArrayLike | None = None, *, level: float = 0.95) -> Estimate:
    """The weighted mean of y (n,), NaN for no answer, with a t interval. As R's `svymean`."""
    values = _column(design, y)
    rows = _rows(design, [values], domain)
    return _estimate(design, Statistic.MEAN, mean_form(rows, values[rows], design.weights), level, Method.WALD)


def total(design: Sample, y: ArrayLike, domain: ArrayLike | None = None, *, level: float = 0.95) -> Estimate:
    """The weighted sum of y (n,), NaN for no answer, with a t interval. As R's `svytotal`."""
    values = _column(design, y)
    rows = _rows(design, [values], domain)
    return _estimate(design, Statistic.TOTAL, Form(rows, values[rows]), level, Method.WALD)


def ratio(
    design: Sample, y: ArrayLike, x: ArrayLike, domain: ArrayLike | None = None, *, level: float = 0.95
) -> Estimate:
    """sum(w y) / sum(w x) of y and x (n,), NaN for no answer, with a t interval. As R's `svyratio`."""
    top, bottom = _column(design, y), _column(design, x)
    rows = _rows(design, [top, bottom], domain)
    return _estimate(design, Statistic.RATIO, Form(rows, top[rows], bottom[rows]), level, Method.WALD)


def difference(design: Sample, y: ArrayLike, first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The mean (or share) of y in domain `first` minus that in `second`, with their covariance: they may share PSUs or people.

    Two waves are two domains of one stacked design. df and n are those of the rows in either. As R's `svyby` and `svycontrast`.
    """
    values = _column(design, y)
    parts = [_rows(design, [values], domain) for domain in (first, second)]
    rows = np.union1d(*parts)
    if not all(len(part) for part in parts):
        return Estimate(Statistic.DIFFERENCE, len(rows), reason=Reason.EMPTY_DOMAIN)
    if not all((design.weights[part] > 0).any() for part in parts):
        return Estimate(Statistic.DIFFERENCE, len(rows), reason=Reason.NO_WEIGHT)
    forms = [mean_form(part, values[part], design.weights) for part in parts]
    made = contrast(design, forms, [1, -1])
    if made is None:
        return Estimate(Statistic.DIFFERENCE, len(rows), reason=no_variance(design))
    (change, se), df = made, design.degrees_of_freedom(rows)
    interval = wald_interval(change, se, df, level)
    return Estimate(Statistic.DIFFERENCE, len(rows), change, se, df, interval=interval, reason=_missing(interval))


def contrast(design: Sample, forms: Sequence[Form], coefficients: Sequence[float]) -> tuple[float, float] | None:
    """sum of coefficient times form, and its standard error, with the covariance of the k forms that may share people or PSUs.

    Every form has a weight below it that is not 0. None for the reason of `no_variance`. As R's `svycontrast`.
    """
    covariance = covariance_of(design, forms)
    if covariance is None:
        return None
    factors = np.asarray(coefficients, np.float64)
    values = np.array([form.value(design.weights) for form in forms])
    return float(factors @ values), _root(float(factors @ covariance @ factors))


def covariance_of(design: Sample, forms: Sequence[Form]) -> Floats | None:
    """The covariance matrix (k, k) of k forms; None for the reason of `no_variance`."""
    return taylor(design, forms) if isinstance(design, Design) else design.covariance(forms)


def no_variance(design: Sample) -> Reason:
    """Why a sample has no `covariance_of` some forms."""
    return Reason.LONELY_PSU if isinstance(design, Design) else Reason.FEW_REPLICATES


def interval_by(method: Method, made: Estimate, design: Sample, level: float) -> Interval | None:
    """Another interval of an estimate `made` on `design`; None where it has no number or the method has no interval."""
    value, se, df = made.estimate, made.se, made.df
    if value is None or se is None or df is None:
        return None
    match method:
        case Method.LOGIT:
            return logit_interval(value, se, df, level)
        case Method.KORN_GRAUBARD:
            return korn_graubard_interval(value, se, df, made.n, level)
        case Method.BETA:  # in a domain of a calibrated design R takes the file's n; kept, so that the numbers agree
            return beta_interval(
                value, se, df, design.rows if isinstance(design, Design) and design.is_calibrated else made.n, level
            )
        case Method.WALD:
            return wald_interval(value, se, df, level)


def _estimate(design: Sample, statistic: Statistic, form: Form, level: float, method: Method) -> Estimate:
    n, w = len(form.rows), design.weights[form.rows]
    if not n:
        return Estimate(statistic, n, reason=Reason.EMPTY_DOMAIN)
    df = design.degrees_of_freedom(form.rows)
    if not (w > 0).any() or (form.bottom is not None and not weighed_sum(w, form.bottom)):
        return Estimate(statistic, n, df=df, reason=Reason.NO_WEIGHT)
    covariance = covariance_of(design, [form])
    if covariance is None:
        return Estimate(statistic, n, reason=no_variance(design))
    variance = float(covariance[0, 0])
    deff, deff_wr, effective_n = _design_effects(statistic, variance, w, form.residual(design.weights))
    made = Estimate(statistic, n, form.value(design.weights), _root(variance), df, deff, deff_wr, effective_n)
    interval = interval_by(method, made, design, level)
    return replace(made, interval=interval, reason=_missing(interval))


def _design_effects(
    statistic: Statistic, variance: float, w: Floats, residual: Floats
) -> tuple[float | None, float | None, float | None]:
    """deff, deff_wr and effective n: `variance` against a simple random sample of the m people who have a weight.

    All None where m < 2 or they all agree; deff also where the sample is said to be as large as the population.
    """
    size, m = float(w.sum()), int((w > 0).sum())
    squares = weighed_sum(w, (residual - weighed_sum(w, residual) / size) ** 2) * size
    if m < 2 or squares <= 0:
        return None, None, None
    deff_wr = variance / (squares / (m - 1))
    deff = deff_wr / (1 - m / size) if size > m else None
    per_person = _root(variance) >= NO_SPREAD and statistic in (Statistic.PROPORTION, Statistic.MEAN)
    return deff, deff_wr, squares / variance if per_person else None


def _missing(interval: Interval | None) -> Reason | None:
    return Reason.NO_DEGREES_OF_FREEDOM if interval is None else None


def _root(variance: float) -> float:
    return sqrt(max(variance, 0.0))


def _rows(design: Sample, columns: Sequence[Floats], domain: ArrayLike | None) -> Ints:
    """The indices of the rows in the domain that have every answer."""
    kept = np.ones(design.rows, np.bool_)
    if domain is not None:
        mask = np.asarray(domain)
        if mask.shape != kept.shape or mask.dtype != np.bool_:
            raise ValueError(f"a domain must say True or False for each of the design's {design.rows} rows")
        kept = mask.copy()
    for column in columns:
        kept &= ~np.isnan(column)
    return np.flatnonzero(kept)


def _column(design: Sample, values: ArrayLike) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (design.rows,):
        raise ValueError(f"a variable must have one value for each of the design's {design.rows} rows")
    if np.isinf(column).any():
        raise ValueError("a variable must not be infinite")
    return column
