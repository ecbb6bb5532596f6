"""Weights made to agree with known population counts, and what that does to a variance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from literacy_app.estimation.rules.design import Basis, Design, DesignError, Floats, Ints, combined, first_rows
from literacy_app.estimation.rules.replicates import Replicates

S = TypeVar("S", bound=Design | Replicates)

# Raking goes on until every margin is met to within this share.
RAKING_GAP = 1e-10
RAKING_ROUNDS = 1000
# A linearised statistic is swept over several margins this often, as in R survey.
SWEEPS = 10
# Margins whose totals differ by more than this share do not describe one population.
MARGIN_GAP = 0.005
# Calibrated totals are those asked for to within this share, and a direction that brings less than this is none.
LINEAR_GAP = 1e-8
DEPENDENT = 1e-12


def poststratify(design: S, cell: Ints, counts: Floats) -> S:
    """The sample with weights scaled so that cell c (codes (n,), 0..k-1) weighs counts[c] (k,).

    Replicate weights are scaled each by itself. Raises DesignError for a cell that nobody with a weight is in, or weights
    calibrated before. R's `postStratify`.
    """
    return _calibrated(design, lambda weights: weights * _factors(weights, cell, counts)[cell], cells=(cell,))


def rake(design: S, margins: Sequence[tuple[Ints, Floats]]) -> S:
    """The sample with weights that meet every margin (codes (n,), counts (k,)) at once, by iterative proportional fitting.

    The first margin's total is the population's. Raises DesignError for a cell that nobody with a weight is in, margins
    whose totals differ by more than 0.5 %, no convergence, or weights calibrated before. Deming and Stephan 1940; R's `rake`.
    """
    totals = [float(counts.sum()) for _, counts in margins]
    if max(totals) - min(totals) > MARGIN_GAP * max(totals):
        raise DesignError("the totals of the margins differ by more than 0.5 %: they are not of one population")
    scaled = [(cell, counts * (totals[0] / size)) for (cell, counts), size in zip(margins, totals, strict=True)]
    # Everybody in one combination of cells gets one factor, so the rounds run over the combinations.
    cells = tuple(cell for cell, _ in margins)
    joint = combined(cells)
    first = first_rows(joint)
    few = [(cell[first], counts) for cell, counts in scaled]
    return _calibrated(design, lambda weights: _raked(weights, joint, few), cells=cells)


def calibrate(design: S, auxiliaries: Floats, totals: Floats) -> S:
    """The sample with weights w = d (1 + x'b) whose totals of the auxiliaries (n, q) are `totals` (q,), by linear calibration.

    Give a column of ones for the size of the population. Columns that others explain are left out. Raises DesignError
    for totals that no such weights can have, weights that would fall below 0 (rake instead), or weights calibrated before.
    Deville and Särndal 1992 (the GREG estimator); R's `calibrate(calfun = "linear")`.
    """
    if auxiliaries.shape != (design.rows, len(totals)) or not len(totals):
        raise DesignError("auxiliaries need one row for each row of the sample and one total for each column")
    if not np.isfinite(auxiliaries).all() or not np.isfinite(totals).all():
        raise DesignError("auxiliaries and their totals must be finite numbers")
    basis = _basis(auxiliaries, design.weights)
    return _calibrated(design, lambda weights: _linear(weights, auxiliaries, totals), basis=basis)


def _calibrated(
    design: S, change: Callable[[Floats], Floats], cells: tuple[Ints, ...] = (), basis: Basis | None = None
) -> S:
    changes: dict[str, Any] = {"weights": change(design.weights)}
    if isinstance(design, Design):
        if design.is_calibrated:
            raise DesignError("the weights are calibrated already")
        changes |= {"cells": cells, "basis": basis}
    else:
        changes |= {"replicates": np.stack([change(column) for column in design.replicates.T], axis=1)}
    return replace(design, **changes)


def _raked(weights: Floats, joint: Ints, margins: Sequence[tuple[Ints, Floats]]) -> Floats:
    """The weights (n,) of rows in the combinations `joint` (n,); `margins` say the cell of each combination, and the counts."""
    start: Floats = np.bincount(joint, weights=weights).astype(np.float64)
    table = start
    for _ in range(RAKING_ROUNDS):
        gap = 0.0
        for cell, counts in margins:
            factors = _factors(table, cell, counts)
            table = table * factors[cell]
            gap = max(gap, float(np.abs(factors - 1).max()))
        if gap < RAKING_GAP:
            factor: Floats = np.divide(table, start, out=np.ones_like(table), where=start > 0)
            return weights * factor[joint]
    raise DesignError("raking does not settle: some combination of the margins' cells has nobody in it")


def _linear(weights: Floats, auxiliaries: Floats, totals: Floats) -> Floats:
    basis = _basis(auxiliaries, weights)
    # In the basis the Gram matrix is the identity, so the step is the gap itself.
    gap = (totals - weights @ auxiliaries) @ basis.turn
    factors = 1 + auxiliaries @ (basis.turn @ gap)
    result: Floats = weights * factors
    size = np.maximum(np.abs(weights) @ np.abs(auxiliaries), np.abs(totals))
    if (np.abs(result @ auxiliaries - totals) > LINEAR_GAP * np.maximum(size, 1)).any():
        raise DesignError("no weights can have these totals: they contradict each other or what is in the sample")
    if (result < 0).any():
        raise DesignError(
            "linear calibration would give weights below 0: the totals are far from the sample; rake instead"
        )
    return result


def _basis(auxiliaries: Floats, weights: Floats) -> Basis:
    scale = np.sqrt(weights @ auxiliaries**2)
    scale[scale == 0] = 1
    squares, vectors = np.linalg.eigh((auxiliaries / scale).T @ ((auxiliaries / scale) * weights[:, None]))
    kept = squares > DEPENDENT * squares.max(initial=0)
    return Basis(auxiliaries, weights, (vectors[:, kept] / np.sqrt(squares[kept])) / scale[:, None])


def residuals(influence: Floats, design: Design) -> Floats:
    """(n, k) the weighted influence less what the calibration explains, because known counts do not vary.

    Linear: the regression on the auxiliaries by the weights before. One margin: the weighted mean of each cell.
    Several: unweighted means, ten times over, as R survey does.
    """
    some = design.weights > 0
    parts = np.divide(influence, design.weights[:, None], out=np.zeros_like(influence), where=some[:, None])
    if design.basis is not None:
        explained: Floats = design.basis.explained(parts)
        return (parts - explained) * design.weights[:, None]
    joint, _ = design.joint_cell
    base = _base(design)
    sums: Floats = np.stack([np.bincount(joint, weights=base * part) for part in parts.T], axis=1)
    return (parts - _swept(sums, design)[joint]) * design.weights[:, None]


def cluster_residuals(design: Design, rows: Ints | slice, influence: Floats, domain: Ints, count: int) -> Floats:
    """(C, count) what `residuals` gives for one variable in each of `count` disjoint domains, summed over the last stage's clusters.

    `influence` (m,) is before its weight, and 0 where a row has none; `domain` (m,) is that of the `rows`. One pass for all.
    """
    last, weights = design.stages[-1], design.weights
    clusters = len(last.stratum)
    own = _table(last.cluster[rows], domain, weights[rows] * influence, clusters, count)
    if design.basis is not None:
        auxiliaries, before = design.basis.auxiliaries, design.basis.weights[rows] * influence
        sums = [np.bincount(domain, weights=before * column, minlength=count) for column in auxiliaries[rows].T]
        taken: Floats = design.basis.turn @ (design.basis.turn.T @ np.stack(sums))
        held: Floats = np.stack(
            [np.bincount(last.cluster, weights=weights * column) for column in auxiliaries.T], axis=1
        )
    else:
        joint, first_row = design.joint_cell
        cells = len(first_row)
        taken = _swept(_table(joint[rows], domain, _base(design)[rows] * influence, cells, count), design)
        held = _table(last.cluster, joint, weights, clusters, cells)
    found: Floats = own - held @ taken
    return found


def _base(design: Design) -> Floats:
    """(n,) what rows count in the mean of a cell: their weights with one margin, with several those with a weight alike."""
    return design.weights if len(design.cells) == 1 else (design.weights > 0).astype(np.float64)


def _swept(sums: Floats, design: Design) -> Floats:
    """(J, k) what the margins explain of k variables in each of J combinations of cells, from their sums (J, k) there.

    The sweeps run over the few combinations of cells instead of the rows.
    """
    joint, first_row = design.joint_cell
    size = np.bincount(joint, weights=_base(design))
    taken: Floats = np.zeros_like(sums)
    for _ in range(1 if len(design.cells) == 1 else SWEEPS):
        for cell in (whole[first_row] for whole in design.cells):
            people = np.bincount(cell, weights=size)
            means = np.stack([np.bincount(cell, weights=column) for column in sums.T], axis=1)
            mean = (means / np.where(people > 0, people, 1)[:, None])[cell]
            taken += mean
            sums = sums - size[:, None] * mean
    return taken


def _table(row: Ints, column: Ints, values: Floats, rows: int, columns: int) -> Floats:
    """(rows, columns) the sums of the values at each place."""
    sums: Floats = np.bincount(row * columns + column, weights=values, minlength=rows * columns).astype(np.float64)
    return sums.reshape(rows, columns)


def _factors(weights: Floats, cell: Ints, counts: Floats) -> Floats:
    """(k,) what the weights of each cell must be multiplied by."""
    size = np.bincount(cell, weights=weights, minlength=len(counts))
    if len(size) > len(counts):
        raise DesignError("a row lies in a cell without a population count")
    if not np.isfinite(counts).all() or (counts <= 0).any():
        raise DesignError("population counts must be numbers above 0")
    if (size <= 0).any():
        raise DesignError("a calibration cell has a population count and nobody with a weight in the sample")
    return counts / size
