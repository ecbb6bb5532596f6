"""Weights made to agree with known population counts, and what that does to a variance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from literacy_app.estimation.rules.design import Design, DesignError, Floats, Ints

# Raking goes on until every margin is met to within this share.
RAKING_GAP = 1e-10
RAKING_ROUNDS = 1000
# A linearised statistic is swept over several margins this often, as in R survey.
SWEEPS = 10
# Margins whose totals differ by more than this share do not describe one population.
MARGIN_GAP = 0.005


def poststratify(design: Design, cell: Ints, counts: Floats) -> Design:
    """The design with weights scaled so that cell c (codes (n,), 0..k-1) weighs counts[c] (k,).

    Raises DesignError for a cell that nobody with a weight is in, or a design calibrated before. R's `postStratify`.
    """
    _refuse_second(design)
    return replace(design, weights=design.weights * _factors(design.weights, cell, counts)[cell], cells=(cell,))


def rake(design: Design, margins: Sequence[tuple[Ints, Floats]]) -> Design:
    """The design with weights that meet every margin (codes (n,), counts (k,)) at once, by iterative proportional fitting.

    The first margin's total is the population's. Raises DesignError for a cell that nobody with a weight is in, margins
    whose totals differ by more than 0.5 %, no convergence, or a design calibrated before. Deming and Stephan 1940; R's `rake`.
    """
    _refuse_second(design)
    totals = [float(counts.sum()) for _, counts in margins]
    if max(totals) - min(totals) > MARGIN_GAP * max(totals):
        raise DesignError("the totals of the margins differ by more than 0.5 %: they are not of one population")
    weights = design.weights
    for _ in range(RAKING_ROUNDS):
        gap = 0.0
        for (cell, counts), size in zip(margins, totals, strict=True):
            factors = _factors(weights, cell, counts * (totals[0] / size))
            weights = weights * factors[cell]
            gap = max(gap, float(np.abs(factors - 1).max()))
        if gap < RAKING_GAP:
            return replace(design, weights=weights, cells=tuple(cell for cell, _ in margins))
    raise DesignError("raking does not settle: some combination of the margins' cells has nobody in it")


def residuals(influence: Floats, design: Design) -> Floats:
    """(n, k) the weighted influence less what the calibration cells explain, because known counts do not vary.

    One margin: the weighted mean of each cell is taken out. Several: unweighted means, ten times over, as R survey does.
    """
    some = design.weights > 0
    parts = np.divide(influence, design.weights[:, None], out=np.zeros_like(influence), where=some[:, None])
    base = design.weights if len(design.cells) == 1 else some.astype(np.float64)
    # The sweeps run over the few combinations of cells instead of the rows.
    joint, first_row = design.joint_cell
    size = np.bincount(joint, weights=base)
    sums: Floats = np.stack([np.bincount(joint, weights=base * part) for part in parts.T], axis=1)
    taken: Floats = np.zeros_like(sums)
    for _ in range(1 if len(design.cells) == 1 else SWEEPS):
        for cell in (whole[first_row] for whole in design.cells):
            people = np.bincount(cell, weights=size)
            means = np.stack([np.bincount(cell, weights=column) for column in sums.T], axis=1)
            mean = (means / np.where(people > 0, people, 1)[:, None])[cell]
            taken += mean
            sums -= size[:, None] * mean
    return (parts - taken[joint]) * design.weights[:, None]


def _refuse_second(design: Design) -> None:
    if design.cells:
        raise DesignError("the weights are calibrated already")


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
