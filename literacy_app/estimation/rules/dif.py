"""Whether an item is harder for one of two groups of people who are equally good on the whole (differential item functioning).

Holland and Thayer (1988) for Mantel-Haenszel; Swaminathan and Rogers (1990) for the logistic regression.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt

import numpy as np

from literacy_app.estimation.rules.design import Floats, Mask

ETS_SCALE = -2.35  # from log odds ratios to the delta scale of the Educational Testing Service


class EtsClass(StrEnum):
    """How much an item favours a group (Zieky 1993; Dorans and Holland 1993): hardly, somewhat, much."""

    A = "A"
    B = "B"
    C = "C"


class NoDif(StrEnum):
    """Why there is no number."""

    NOT_TWO_GROUPS = "not_two_groups"  # nobody of one of the groups
    NO_OVERLAP = "no_overlap"  # no total at which both groups stand and the item tells people apart
    BOUNDLESS = "boundless"  # at every total all of one group are right, or all of the other wrong
    SEPARATED = "separated"  # the logistic regression has no finite solution


@dataclass(frozen=True, eq=False)
class Grouping:
    """Two groups of people, each (n,) of bool; whoever is in neither is left out."""

    focal: Mask  # whom the item may disadvantage
    reference: Mask  # with whom they are compared

    def among(self, rows: Mask) -> "Grouping":
        """The same of the rows kept."""
        return Grouping(self.focal[rows], self.reference[rows])


@dataclass(frozen=True)
class Dif:
    """One item between two groups. Negative deltas: harder for the focal group than for equals in the reference group."""

    n: int
    mh_chi2: float | None = None  # 1 degree of freedom, continuity correction
    mh_p: float | None = None
    mh_common_odds_ratio: float | None = None  # odds of a right answer, reference : focal
    ets_delta: float | None = None
    ets_delta_se: float | None = None
    ets_class: EtsClass | None = None
    logistic_uniform_chi2: float | None = None  # 1 degree of freedom
    logistic_uniform_p: float | None = None
    logistic_nonuniform_chi2: float | None = None  # 1 degree of freedom
    logistic_nonuniform_p: float | None = None
    reason: NoDif | None = None


def differential(right: Mask, total: Floats, groups: Grouping) -> Dif:
    """DIF of one item: who got it `right` (n,), matched by the `total` (n,) of all items, this one among them.

    As R's `mantelhaen.test` on totals with more than one person, and `glm` with and without the group.
    """
    from scipy.special import chdtrc

    kept = groups.focal ^ groups.reference
    if not (groups.focal[kept].any() and groups.reference[kept].any()):
        return Dif(int(kept.sum()), reason=NoDif.NOT_TWO_GROUPS)
    totals, stratum = np.unique(total[kept], return_inverse=True)
    place = (2 * groups.focal[kept] + right[kept]) * len(totals) + stratum
    cells = np.bincount(place, minlength=4 * len(totals)).astype(np.float64)
    cells = cells.reshape(2, 2, len(totals))  # reference and focal; wrong and right; total
    uniform, nonuniform = _logistic(cells, totals)
    reason = NoDif.SEPARATED if uniform is None or nonuniform is None else None
    chi2, odds, error = _mantel_haenszel(cells)
    p = None if chi2 is None else float(chdtrc(1, chi2))
    delta = None if odds is None else ETS_SCALE * log(odds)
    delta_se = None if error is None else -ETS_SCALE * error
    if delta is None:
        reason = NoDif.NO_OVERLAP if chi2 is None else NoDif.BOUNDLESS
    return Dif(
        int(kept.sum()),
        chi2,
        p,
        odds,
        delta,
        delta_se,
        None if delta is None or delta_se is None or p is None else ets_class(delta, delta_se, p),
        uniform,
        None if uniform is None else float(chdtrc(1, uniform)),
        nonuniform,
        None if nonuniform is None else float(chdtrc(1, nonuniform)),
        reason,
    )


def ets_class(delta: float, se: float, p: float) -> EtsClass:
    """C: 1.5 or more and beyond 1 at the 5 % level (one-sided); B: 1 or more and not 0 at the 5 % level; else A."""
    size = abs(delta)
    if size >= 1.5 and size - 1 > 1.645 * se:
        return EtsClass.C
    return EtsClass.B if size >= 1 and p < 0.05 else EtsClass.A


def _mantel_haenszel(cells: Floats) -> tuple[float | None, float | None, float | None]:
    """Chi-square, common odds ratio and the standard error of its logarithm (Robins, Breslow and Greenland 1986)."""
    n = cells.sum(axis=(0, 1))
    cells, n = cells[:, :, n > 1], n[n > 1]
    (b, a), (d, c) = cells  # reference wrong and right, focal wrong and right
    rights = a + c
    variance = float(((a + b) * (c + d) * rights * (b + d) / (n**2 * (n - 1))).sum())
    if variance <= 0:
        return None, None, None
    away = abs(float((a - (a + b) * rights / n).sum()))
    chi2 = (away - (0.5 if away >= 0.5 else 0.0)) ** 2 / variance
    r, s = a * d / n, b * c / n
    if not (r.sum() > 0 and s.sum() > 0):
        return chi2, None, None
    p, q = (a + d) / n, (b + c) / n
    top, bottom = float(r.sum()), float(s.sum())
    squared = (
        float((p * r).sum()) / (2 * top**2)
        + float((p * s + q * r).sum()) / (2 * top * bottom)
        + float((q * s).sum()) / (2 * bottom**2)
    )
    return chi2, top / bottom, sqrt(squared)


def _logistic(cells: Floats, totals: Floats) -> tuple[float | None, float | None]:
    """Likelihood-ratio chi-squares: the group beside the total, and their product beside both."""
    # the totals are counted, so a person is a cell of (group, total); the spread is set to 1 for a steady Newton
    scaled = (totals - totals.mean()) / (np.std(totals) or 1.0)
    x = np.tile(scaled, 2)
    focal = np.repeat([0.0, 1.0], len(totals))
    columns = np.stack([np.ones_like(x), x, focal, x * focal], axis=1)
    rights, n = cells[:, 1].reshape(-1), cells.sum(axis=1).reshape(-1)
    heights = [_log_likelihood(columns[:, :width], rights, n) for width in (2, 3, 4)]
    steps = [
        None if low is None or high is None else max(2 * (high - low), 0.0)
        for low, high in zip(heights, heights[1:], strict=False)
    ]
    return steps[0], steps[1]


def _log_likelihood(x: Floats, rights: Floats, n: Floats) -> float | None:
    """The highest log-likelihood of a logistic regression by Newton with halved steps; None where it lies at infinity."""
    beta = np.zeros(x.shape[1])
    height = _height(x @ beta, rights, n)
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        information = (x * (n * p * (1 - p))[:, None]).T @ x
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, x.T @ (rights - n * p))
        while (higher := _height(x @ (beta + step), rights, n)) < height - 1e-12 and np.abs(step).max() > 1e-12:
            step = step / 2
        beta, height = beta + step, higher
        if np.abs(beta).max() > 30:
            return None
        if np.abs(step).max() < 1e-9:
            return height
    return None


def _height(eta: Floats, rights: Floats, n: Floats) -> float:
    return float(rights @ eta - n @ np.logaddexp(0, eta))
