"""The level of many domains at once: the numbers of `proportion`, from one pass over the rows instead of one for each domain."""

from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from literacy_app.estimation.rules.calibration import cluster_residuals
from literacy_app.estimation.rules.design import Design, Floats, Ints, Mask, occurring
from literacy_app.estimation.rules.estimates import FEW, Estimate, Reason, Sample, Statistic, interval_by, proportion
from literacy_app.estimation.rules.intervals import NO_SPREAD, Method
from literacy_app.estimation.rules.variance import Parts, covariances, gathered

# Parts of clusters that are held at a time.
AT_ONCE = 1_000_000


def proportions(
    sample: Sample, y: ArrayLike, domains: ArrayLike, count: int, *, level: float = 0.95, method: Method | None = None
) -> tuple[Estimate, ...]:
    """`proportion(sample, y, domains == k)` for every k of `count` disjoint domains.

    `y` is (n,) of 0, 1 and NaN for no answer; `domains` is (n,) of whole numbers, below 0 for rows in none. Takes as long as
    a few domains asked one by one, unless weights are replicate. Raises ValueError as `proportion` does.
    """
    values, codes = np.asarray(y, np.float64), np.asarray(domains)
    if values.shape != (sample.rows,) or codes.shape != (sample.rows,):
        raise ValueError(f"there must be one value and one domain for each of the design's {sample.rows} rows")
    if codes.dtype.kind not in "iu" or codes.max(initial=-1) >= count:
        raise ValueError(f"domains must be whole numbers below {count}")
    if not isinstance(sample, Design):
        return tuple(proportion(sample, values, codes == k, level=level, method=method) for k in range(count))
    yes = values == 1
    used = yes | (values == 0)
    if not (used | np.isnan(values)).all():
        raise ValueError("a proportion needs 0 and 1 (or NaN for no answer)")
    used &= codes >= 0
    rows: Ints | slice = slice(None) if used.all() else np.flatnonzero(used)
    return _estimated(sample, codes[rows].astype(np.int64, copy=False), yes[rows], rows, count, level, method)


def _estimated(
    design: Design, domain: Ints, yes: Mask, rows: Ints | slice, count: int, level: float, method: Method | None
) -> tuple[Estimate, ...]:
    weights, last = design.weights[rows], design.stages[-1]
    weighed = weights > 0
    people = np.bincount(domain, minlength=count)
    some = people if weighed.all() else np.bincount(domain[weighed], minlength=count)
    ones = np.bincount(domain[yes & weighed], minlength=count)
    parts = gathered(domain, last.cluster[rows], np.stack([weights, weights * yes]).T, count, last)
    size, reached = (np.bincount(parts.domain, column, count) for column in parts.sums.T)
    share = np.divide(reached, size, out=np.zeros(count), where=size > 0)
    if design.is_calibrated:
        scale = np.where(size > 0, size, 1)[domain]
        variance, known = _calibrated(design, rows, np.where(weighed, yes - share[domain], 0.0) / scale, domain, count)
    else:
        z = (parts.sums[:, 1] - share[parts.domain] * parts.sums[:, 0]) / np.where(size > 0, size, 1)[parts.domain]
        variance, known = covariances(design, replace(parts, sums=z[:, None]), count)
    df = _degrees_of_freedom(design, parts, count)
    return tuple(
        _one(design, int(n), int(m), int(k), float(w), float(p), float(v), bool(ok), int(f), level, method)
        for n, m, k, w, p, v, ok, f in zip(people, some, ones, size, share, variance[:, 0, 0], known, df, strict=True)
    )


def _calibrated(design: Design, rows: Ints | slice, influence: Floats, domain: Ints, count: int) -> tuple[Floats, Mask]:
    """The variance (count, 1, 1) of each domain, and whether it is known. Known counts reach beyond a domain, so each has a part
    of every cluster, and only so many domains are done at a time."""
    clusters = len(design.stages[-1].stratum)
    found, known = np.zeros((count, 1, 1)), np.ones(count, np.bool_)
    step = max(AT_ONCE // clusters, 1)
    for first in range(0, count, step):
        width = min(step, count - first)
        here = np.flatnonzero((domain >= first) & (domain < first + width))
        chosen = here if isinstance(rows, slice) else rows[here]
        sums = cluster_residuals(design, chosen, influence[here], domain[here] - first, width)
        parts = Parts(np.arange(width).repeat(clusters), np.tile(np.arange(clusters), width), sums.T.reshape(-1, 1))
        found[first : first + width], known[first : first + width] = covariances(design, parts, width)
    return found, known


def _one(
    design: Design,
    n: int,
    m: int,
    ones: int,
    size: float,
    p: float,
    variance: float,
    known: bool,
    df: int,
    level: float,
    method: Method | None,
) -> Estimate:
    """The estimate of a domain of n people, m of them with a weight, `ones` of those with y = 1, who weigh `size`."""
    share = Statistic.PROPORTION
    if not n:
        return Estimate(share, n, reason=Reason.EMPTY_DOMAIN)
    if not m:
        return Estimate(share, n, df=df, reason=Reason.NO_WEIGHT)
    if not known:
        return Estimate(share, n, reason=Reason.LONELY_PSU)
    se, spread = sqrt(max(variance, 0.0)), p * (1 - p)
    deff_wr = variance / (spread / (m - 1)) if m > 1 and spread > 0 else None
    deff = None if deff_wr is None or size <= m else deff_wr / (1 - m / size)
    effective_n = None if deff_wr is None or se < NO_SPREAD else spread / variance
    made = Estimate(share, n, p, se, df, deff, deff_wr, effective_n)
    if method is None:
        method = Method.KORN_GRAUBARD if min(ones, m - ones) < FEW else Method.LOGIT
    interval = interval_by(method, made, design, level)
    reason = Reason.NO_DEGREES_OF_FREEDOM if interval is None else None
    return Estimate(share, n, p, se, df, deff, deff_wr, effective_n, interval, reason)


def _degrees_of_freedom(design: Design, parts: Parts, count: int) -> Ints:
    """(count,) PSUs minus strata of each domain, from the weights in its parts of the last stage's clusters."""
    domain, psu, weighed = parts.domain, parts.cluster, parts.sums[:, 0] > 0
    if not weighed.all():
        domain, psu = domain[weighed], psu[weighed]
    for stage in reversed(design.stages[1:]):
        psu = stage.parent[stage.stratum[psu]]
    first = design.stages[0]
    psus, strata = len(first.stratum), len(first.size)
    if len(design.stages) > 1:  # several parts of a domain may lie in one PSU
        domain, psu = np.divmod(occurring(domain * psus + psu, count * psus), psus)
    nested = occurring(domain * strata + first.stratum[psu], count * strata)
    return np.bincount(domain, minlength=count) - np.bincount(nested // strata, minlength=count)
