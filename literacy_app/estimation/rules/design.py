"""How a sample was drawn: weights, strata, clusters and corrections, as arrays over all of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[Any]  # labels of any one sortable kind: whole numbers or text

# A stratum whose unsampled share is below this is taken whole and adds no variance (as in R survey).
TAKEN_WHOLE = 1e-7


class LonelyPsu(StrEnum):
    """What a stratum with a single sampled PSU adds to the variance: R's `survey.lonely.psu`."""

    FAIL = "fail"  # there is no standard error until someone chooses a rule
    REMOVE = "remove"  # nothing
    CERTAINTY = "certainty"  # nothing, because the PSU was sure to be drawn
    ADJUST = "adjust"  # its squared distance from zero, the expectation of the centred whole
    AVERAGE = "average"  # the mean of what the other strata add


class DesignError(ValueError):
    """The columns do not describe a sample that could have been drawn."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling, with C clusters in S strata. Strata of later stages lie within clusters of the earlier."""

    cluster: Ints  # (n,) the cluster of each row, 0..C-1
    stratum: Ints  # (C,) the stratum of each cluster, 0..S-1
    size: Ints  # (S,) clusters sampled
    unsampled: Floats  # (S,) 1 - n/N; 1 without a correction
    reach: Floats  # (S,) the product of n/N over the earlier stages
    parent: Ints  # (S,) the cluster of the earlier stage, 0 at the first


@dataclass(frozen=True, eq=False)
class Basis:
    """The auxiliaries (n, q) of a linear calibration, the weights (n,) before it, and what makes them orthonormal (q, r)."""

    auxiliaries: Floats
    weights: Floats
    turn: Floats

    def explained(self, columns: Floats) -> Floats:
        """(n, k) what the regression on the auxiliaries, by the weights before, explains of the columns (n, k)."""
        found: Floats = self.auxiliaries @ (
            self.turn @ (self.turn.T @ (self.auxiliaries.T @ (self.weights[:, None] * columns)))
        )
        return found


@dataclass(frozen=True, eq=False)
class Design:
    """A probability sample of n rows. Strata, clusters and corrections are one (n,) array a stage, outermost first.

    Without clusters every row is its own PSU; without strata there is one. `corrections` are counts of the population's
    clusters in the stratum (all >= 1) or sampling fractions (all <= 1); without them only the first stage adds variance.
    `nest` says that cluster codes start again in every stratum. `cells` holds the code of each row's cell in each margin
    that the weights were calibrated to, `basis` the auxiliaries of a linear calibration (see `calibration`). Raises DesignError, as R's `svydesign` stops.
    """

    weights: Floats
    strata: tuple[Codes, ...] = ()
    clusters: tuple[Codes, ...] = ()
    corrections: tuple[Floats, ...] = ()
    nest: bool = False
    lonely_psu: LonelyPsu = LonelyPsu.FAIL
    adjust_domain_lonely: bool = False
    cells: tuple[Ints, ...] = ()
    basis: Basis | None = None

    @property
    def is_calibrated(self) -> bool:
        """Whether the weights were made to agree with known counts or totals."""
        return bool(self.cells) or self.basis is not None

    def __post_init__(self) -> None:
        if self.weights.ndim != 1:
            raise DesignError("weights must be one number a row")
        if not np.isfinite(self.weights).all() or (self.weights < 0).any():
            raise DesignError("weights must be numbers of at least 0")
        for name, columns in (("strata", self.strata), ("clusters", self.clusters), ("corrections", self.corrections)):
            if len(columns) > max(1, len(self.clusters)):
                raise DesignError(f"there are {name} for more stages than there are clusters")
            if any(np.shape(column) != self.weights.shape for column in columns):
                raise DesignError(f"{name} must have one value a row at each stage")
        _ = self.stages  # a design that cannot have been drawn is refused at once

    @property
    def rows(self) -> int:
        """How many rows the whole sample has."""
        return len(self.weights)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that add variance: all where corrections are given, else the first."""
        clusters = self.clusters or (np.arange(self.rows),)
        if not self.corrections:
            clusters = clusters[:1]
        counts = _are_counts(self.corrections)
        stages: list[Stage] = []
        parent, reach = np.zeros(self.rows, np.int64), np.ones(self.rows)
        for number, codes in enumerate(clusters):
            strata = combined([parent, *self.strata[min(number, len(self.strata) - 1) :][:1]])
            cluster = combined([parent, *([strata] if self.nest else []), codes])
            sizes, unsampled = _sizes(cluster, strata, self.corrections[number:][:1], counts, number + 1)
            first_of_stratum = _first(strata)
            stages.append(
                Stage(
                    cluster,
                    strata[_first(cluster)],
                    sizes,
                    unsampled,
                    reach[first_of_stratum],
                    parent[first_of_stratum],
                )
            )
            reach = reach * (1 - unsampled)[strata]
            parent = cluster
        return tuple(stages)

    @cached_property
    def joint_cell(self) -> tuple[Ints, Ints]:
        """The combination of calibration cells that each row is in (n,), and the first row of each combination."""
        joint = combined(self.cells)
        return joint, _first(joint)

    def degrees_of_freedom(self, rows: Ints) -> int:
        """PSUs minus strata, both counted over `rows` (indices) with a weight that is not 0."""
        first = self.stages[0]
        psus = np.bincount(first.cluster[rows[self.weights[rows] > 0]], minlength=len(first.stratum)) > 0
        strata = np.bincount(first.stratum[psus], minlength=len(first.size)) > 0
        return int(psus.sum() - strata.sum())


def combined(columns: Sequence[Codes]) -> Ints:
    """One code 0..k-1 for each distinct combination of the columns' values, in sorted order."""
    result = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        result = np.unique(result * len(values) + codes, return_inverse=True)[1]
    return result


def _first(codes: Ints) -> Ints:
    """The first row of each code, in the order of the codes."""
    return np.unique(codes, return_index=True)[1]


def _are_counts(corrections: tuple[Floats, ...]) -> bool:
    """Whether the corrections are counts of clusters; False for sampling fractions."""
    if any(np.isnan(column).any() or (column <= 0).any() for column in corrections):
        raise DesignError("corrections must be numbers above 0")
    counts = any((column > 1).any() for column in corrections)
    if counts and any((column < 1).any() for column in corrections):
        raise DesignError("corrections must all be counts (at least 1) or all be fractions (at most 1)")
    return counts


def _sizes(
    cluster: Ints, strata: Ints, correction: tuple[Floats, ...], counts: bool, number: int
) -> tuple[Ints, Floats]:
    """Clusters sampled and the share not sampled, in each stratum of stage `number`."""
    stratum = strata[_first(cluster)]
    if (stratum[cluster] != strata).any():
        raise DesignError(
            f"a cluster of stage {number} lies in two strata; if codes start again in every stratum, say nest"
        )
    sizes = np.bincount(stratum)
    if not correction:
        return sizes, np.ones(len(sizes))
    given = correction[0][_first(strata)]
    if (given[strata] != correction[0]).any():
        raise DesignError(f"the correction of stage {number} varies within a stratum")
    unsampled = 1 - (sizes / given if counts else given)
    if (unsampled < 0).any():
        raise DesignError(f"a stratum of stage {number} has more clusters in the sample than in the population")
    return sizes, unsampled
