"""Item response models: how hard each item is and how sharply it parts people, apart from who happened to be asked.

Rasch by conditional likelihood, where people drop out of the formula; one common discrimination, and one an item, by marginal
likelihood with abilities from the standard normal. Written by ourselves: docs/decisions/0022.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from literacy_app.estimation.rules.design import Floats, Mask

POINTS = 41  # Gauss-Hermite points for the integral over abilities, as asked of R's `ltm`
STEEPEST = 25.0  # a discrimination beyond this has run off to infinity


class NoFit(StrEnum):
    """Why a model has no estimates."""

    TOO_FEW_ITEMS = "too_few_items"  # fewer than two, for two curves fewer than three
    ALL_ALIKE = "all_alike"  # an item everybody, or nobody, got right: its difficulty is infinite
    SEPARATED = "separated"  # some items were always got right by whoever got any of the others right
    NO_MAXIMUM = "no_maximum"  # the likelihood has no maximum that can be found: too few people for the model


@dataclass(frozen=True, eq=False)
class Fit:
    """Estimates (k,) of k items with standard errors; empty where `reason` says why. Abilities have mean 0 and SD 1.

    After conditional likelihood the unit is the Rasch model's (discrimination 1) and difficulties sum to zero instead.
    """

    n: int  # people who answered something; for conditional likelihood those with a total that is not 0 or all
    log_likelihood: float | None
    difficulty: Floats
    difficulty_se: Floats
    discrimination: Floats
    discrimination_se: Floats
    reason: NoFit | None = None


def rasch_conditional(right: Floats) -> Fit:
    """The Rasch model by conditional maximum likelihood (Andersen 1972) of right (n, k): 0, 1, NaN for no answer.

    Only people who answered every item count. As R's `eRm::RM`, with difficulties in place of its easiness.
    """
    _check(right)
    rows = right[~np.isnan(right).any(axis=1)]
    k = rows.shape[1]
    total = rows.sum(axis=1).astype(np.int64)
    rows = rows[(total > 0) & (total < k)]
    if reason := _unfit(rows, 2):
        return _empty(len(rows), reason)
    wins = rows.T @ (1 - rows) > 0  # item i right and j wrong by somebody
    if not _connected(wins):
        return _empty(len(rows), NoFit.SEPARATED)
    people = np.bincount(rows.sum(axis=1).astype(np.int64), minlength=k + 1).astype(np.float64)
    sums = rows.sum(axis=0)
    easiness = np.log(sums / (len(rows) - sums))
    easiness -= easiness.mean()
    height = _conditional_height(easiness, sums, people)
    for _ in range(100):
        expected, covariance = _conditional_moments(easiness, people)
        step = covariance @ (sums - expected)
        while (higher := _conditional_height(easiness + step, sums, people)) < height - 1e-9:
            step = step / 2
        easiness, height = easiness + step, higher
        if np.abs(step).max() < 1e-10:
            break
    else:
        return _empty(len(rows), NoFit.NO_MAXIMUM)
    return Fit(len(rows), height, -easiness, np.sqrt(np.diag(covariance)), np.ones(k), np.zeros(k))


def rasch_marginal(right: Floats) -> Fit:
    """One common, free discrimination, by marginal maximum likelihood of right (n, k): 0, 1, NaN for no answer.

    Missing answers count as missing at random. As R's `ltm::rasch(control = list(GHk = 41))`.
    """
    k = right.shape[1]
    common = np.zeros((2 * k, k + 1))
    common[:k, :k] = np.eye(k)
    common[k:, k] = 1
    return _marginal(right, common, 2)


def two_parameter(right: Floats) -> Fit:
    """A discrimination an item (2PL), by marginal maximum likelihood of right (n, k): 0, 1, NaN for no answer.

    Missing answers count as missing at random. As R's `ltm::ltm(X ~ z1, IRT.param = TRUE, control = list(GHk = 41))`.
    """
    return _marginal(right, np.eye(2 * right.shape[1]), 3)


def _check(right: Floats) -> None:
    if right.ndim != 2 or not np.isin(right[~np.isnan(right)], (0, 1)).all():
        raise ValueError("answers must be one row a person and one column an item, of 0, 1 and NaN")


def _empty(n: int, reason: NoFit) -> Fit:
    nothing = np.empty(0)
    return Fit(n, None, nothing, nothing, nothing, nothing, reason)


def _unfit(rows: Floats, least: int) -> NoFit | None:
    if rows.shape[1] < least:
        return NoFit.TOO_FEW_ITEMS
    seen = ~np.isnan(rows)
    alike = ~((rows == 1).any(axis=0) & (seen & (rows == 0)).any(axis=0))
    return NoFit.ALL_ALIKE if alike.any() else None


def _connected(wins: Mask) -> bool:
    """Whether every item leads to every other (Fischer 1981): otherwise the conditional likelihood has no maximum."""
    reach = wins | np.eye(len(wins), dtype=np.bool_)
    for _ in range(len(wins).bit_length()):
        reach = reach @ reach
    return bool(reach.all())


def _score_chances(p: Floats) -> Floats:
    """(..., k + 1) the chance of each number of right answers to items with chances p (..., k), one after the other."""
    chances = np.zeros((*p.shape[:-1], p.shape[-1] + 1))
    chances[..., 0] = 1
    for j in range(p.shape[-1]):
        each = p[..., j, None]
        chances[..., 1:] = chances[..., 1:] * (1 - each) + chances[..., :-1] * each
        chances[..., 0] *= 1 - each[..., 0]
    return chances


def _conditional_height(easiness: Floats, sums: Floats, people: Floats) -> float:
    """The conditional log-likelihood. log gamma_r is that of the chance of r right, plus sum log(1 + e^easiness)."""
    p = 1 / (1 + np.exp(-easiness))
    seen = np.flatnonzero(people)
    gamma = np.log(_score_chances(p)[seen]) + np.logaddexp(0, easiness).sum()
    return float(sums @ easiness - people[seen] @ gamma)


def _conditional_moments(easiness: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Expected right answers (k,) given the totals of the people, and the covariance (k, k) of difficulties that sum to zero."""
    k = len(easiness)
    p = 1 / (1 + np.exp(-easiness))
    whole = _score_chances(p)
    share = np.divide(people, whole, out=np.zeros(k + 1), where=people > 0)
    without = _score_chances(np.where(np.eye(k) > 0, 0, p))  # (k, k + 1) an item with chance 0 is not there
    given = p[:, None] * without[:, :-1] / np.where(people > 0, whole, 1)[1:]  # (k, k) item by total 1..k
    expected: Floats = given @ people[1:]
    information = np.diag(expected) - (given * people[1:]) @ given.T
    for i in range(k - 1):
        others = np.arange(i + 1, k)
        left = np.tile(p, (len(others), 1))
        left[:, i] = 0
        left[np.arange(len(others)), others] = 0
        both = p[i] * p[others] * (_score_chances(left)[:, :-2] @ share[2:])
        information[i, others] += both
        information[others, i] += both
    mean = np.full((k, k), 1 / k)  # the data say nothing about the difficulties' mean: it is filled in and taken out
    return expected, np.linalg.inv(information + mean) - mean


def _marginal(right: Floats, spread: Floats, least: int) -> Fit:
    """Maximum over b of the likelihood with intercepts and slopes (2k,) = spread @ b."""
    from scipy.optimize import minimize

    _check(right)
    rows = right[~np.isnan(right).all(axis=1)]
    if reason := _unfit(rows, least):
        return _empty(len(rows), reason)
    k = rows.shape[1]
    patterns, counts = np.unique(np.where(np.isnan(rows), -1, rows).astype(np.int8), axis=0, return_counts=True)
    people = _People((patterns == 1).astype(np.float64), (patterns >= 0).astype(np.float64), counts.astype(np.float64))
    p = np.nanmean(rows, axis=0)
    start = np.linalg.lstsq(spread, np.concatenate([np.log(p / (1 - p)), np.ones(k)]), rcond=None)[0]
    b = minimize(
        _downhill(people, spread), start, jac=True, method="BFGS", options=_near_newton(people, spread, start)
    ).x
    for _ in range(20):  # Newton finishes what BFGS began and leaves the information where it ends
        parameters = spread @ b
        if not np.isfinite(parameters).all() or np.abs(parameters[k:]).max() > STEEPEST:
            return _empty(len(rows), NoFit.NO_MAXIMUM)
        height, gradient = people.height(parameters)
        inside = spread.T @ people.information(parameters) @ spread
        if np.linalg.eigvalsh(inside)[0] <= 1e-8:
            return _empty(len(rows), NoFit.NO_MAXIMUM)
        step = np.linalg.solve(inside, spread.T @ gradient)
        if np.abs(step).max() < 1e-7:
            break
        b = b + step
    else:
        return _empty(len(rows), NoFit.NO_MAXIMUM)
    covariance = spread @ np.linalg.inv(inside) @ spread.T
    return _as_curves(len(rows), height, parameters, covariance)


def _as_curves(n: int, height: float, parameters: Floats, covariance: Floats) -> Fit:
    """From intercept c and slope a to difficulty -c / a and discrimination a, standard errors by the delta method."""
    k = len(parameters) // 2
    intercept, slope = parameters[:k], parameters[k:]
    if slope.sum() < 0:  # the same model with abilities turned round
        intercept, slope = intercept, -slope
        covariance = covariance * np.outer(*[np.repeat([1.0, -1.0], k)] * 2)
    variance = np.diag(covariance)
    across = np.diag(covariance[:k, k:])
    turn = -1 / slope, intercept / slope**2
    squared = turn[0] ** 2 * variance[:k] + turn[1] ** 2 * variance[k:] + 2 * turn[0] * turn[1] * across
    return Fit(n, height, -intercept / slope, np.sqrt(squared), slope, np.sqrt(variance[k:]))


def _downhill(people: "_People", spread: Floats) -> Callable[[Floats], tuple[float, Floats]]:
    n = people.counts.sum()

    def function(b: Floats) -> tuple[float, Floats]:
        height, gradient = people.height(spread @ b)
        return -height / n, -(spread.T @ gradient) / n

    return function


def _near_newton(people: "_People", spread: Floats, start: Floats) -> dict[str, Any]:
    """BFGS begins with the curvature at the start, which spares it most of its steps."""
    inside = spread.T @ people.information(spread @ start) @ spread / people.counts.sum()
    options: dict[str, Any] = {"gtol": 1e-5, "maxiter": 500}
    return options | ({"hess_inv0": _symmetric_inverse(inside)} if np.linalg.eigvalsh(inside)[0] > 1e-6 else {})


def _symmetric_inverse(matrix: Floats) -> Floats:
    inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    return (inverse + inverse.T) / 2


@dataclass(frozen=True, eq=False)
class _People:
    """The different answer patterns (P, k) and how many people gave each."""

    right: Floats
    seen: Floats  # (P, k) 1 where there is an answer
    counts: Floats  # (P,)

    def _at_nodes(self, parameters: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Log-likelihood of each pattern (P,), its posterior over the nodes (P, Q), chances (k, Q) and nodes (Q,)."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
        k = self.right.shape[1]
        eta = parameters[:k, None] + parameters[k:, None] * nodes
        joint = self.right @ eta - self.seen @ np.logaddexp(0, eta) + np.log(weights / weights.sum())
        top = joint.max(axis=1, keepdims=True)
        posterior = np.exp(joint - top)
        sums = posterior.sum(axis=1, keepdims=True)
        with np.errstate(over="ignore"):
            p = 1 / (1 + np.exp(-eta))
        return (top + np.log(sums))[:, 0], posterior / sums, p, nodes

    def height(self, parameters: Floats) -> tuple[float, Floats]:
        """The log-likelihood and its gradient (2k,) by intercepts, then slopes: answers less what abilities make likely."""
        heights, posterior, p, nodes = self._at_nodes(parameters)
        weighed = posterior * self.counts[:, None]
        residual = self.right.T @ weighed - (self.seen.T @ weighed) * p
        return float(self.counts @ heights), np.concatenate([residual.sum(axis=1), residual @ nodes])

    def information(self, parameters: Floats) -> Floats:
        """(2k, 2k) observed: what is expected with abilities known, less what not knowing them costs (Louis 1982)."""
        _, posterior, p, nodes = self._at_nodes(parameters)
        weighed = posterior * self.counts[:, None]
        known = (self.seen.T @ weighed) * p * (1 - p)
        result: Floats = np.block(
            [[np.diag(known.sum(axis=1)), np.diag(known @ nodes)], [np.diag(known @ nodes), np.diag(known @ nodes**2)]]
        )
        for q, node in enumerate(nodes):
            away = self.right - self.seen * p[:, q]
            within = (away * weighed[:, q, None]).T @ away
            result -= np.block([[within, node * within], [node * within, node**2 * within]])
        mean = self.right - self.seen * (posterior @ p.T)
        slope = self.right * (posterior @ nodes)[:, None] - self.seen * (posterior @ (p * nodes).T)
        both = np.concatenate([mean, slope], axis=1)
        result += (both * self.counts[:, None]).T @ both
        return result
