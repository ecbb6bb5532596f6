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
# Codes are looked up in a table of this many places for each of them (and some) rather than sorted.
ROOMY, ROOM = 4, 1000
FAR = 2**62  # whole numbers beyond it are sorted, because their differences overflow


class LonelyPsu(StrEnum):
    """What a stratum with a single sampled PSU adds to the variance: R's `survey.lonely.psu`."""

    FAIL = "fail"  # there is no standard error until someone chooses a rule
    REMOVE = "remove"  # nothing
    CERTAINTY = "certainty"  # nothing, because the PSU was sure to be drawn
    ADJUST = "adjust"  # its squared distance from zero, the expectation of the centred whole
    AVERAGE = "average"  # the mean of what the other strata add


class Fault(StrEnum):
    """What is wrong with a design that one can point at, and what `DesignError.rows` then holds."""

    WEIGHT = "weight"  # the first row whose weight is none
    LABEL = "label"  # the first row without a label of its stratum or cluster
    SPLIT_CLUSTER = "split_cluster"  # two rows of one cluster in different strata
    CORRECTION = "correction"  # the first row whose correction is none
    MIXED_CORRECTIONS = "mixed_corrections"  # a row with a count and a row with a fraction
    VARYING_CORRECTION = "varying_correction"  # two rows of one stratum with different corrections
    OVERDRAWN = "overdrawn"  # a row of a stratum with more clusters in the sample than in the population


class DesignError(ValueError):
    """The columns do not describe a sample that could have been drawn.

    Where it can be pointed at, `fault` says what is wrong, at which `stage` (from 0), and `rows` are indices that show it.
    """

    def __init__(self, message: str, fault: Fault | None = None, rows: Sequence[int] = (), stage: int = 0) -> None:
        super().__init__(message)
        self.fault, self.rows, self.stage = fault, tuple(map(int, rows)), stage


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
        wrong = ~(self.weights >= 0) | np.isinf(self.weights)
        if wrong.any():
            raise DesignError("weights must be numbers of at least 0", Fault.WEIGHT, [int(np.argmax(wrong))])
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
            outer = [parent] if number else []
            given = self.strata[min(number, len(self.strata) - 1) :][:1]
            strata = combined([*outer, *given]) if outer or given else parent
            cluster = combined([strata, codes] if self.nest else [*outer, codes])
            stage = _stage(number, cluster, strata, parent, reach, self.corrections[number:][:1], counts)
            stages.append(stage)
            if number + 1 < len(clusters):
                reach = reach * (1 - stage.unsampled)[strata]
                parent = cluster
        return tuple(stages)

    @cached_property
    def joint_cell(self) -> tuple[Ints, Ints]:
        """The combination of calibration cells that each row is in (n,), and the first row of each combination."""
        joint = combined(self.cells)
        return joint, first_rows(joint)

    def degrees_of_freedom(self, rows: Ints) -> int:
        """PSUs minus strata, both counted over `rows` (indices) with a weight that is not 0."""
        first = self.stages[0]
        weighed = self.weights[rows] > 0
        psus = np.zeros(len(first.stratum), np.bool_)
        psus[first.cluster[rows if weighed.all() else rows[weighed]]] = True
        strata = np.zeros(len(first.size), np.bool_)
        strata[first.stratum[psus]] = True
        return int(psus.sum() - strata.sum())


def combined(columns: Sequence[Codes]) -> Ints:
    """One code 0..k-1 for each distinct combination of the columns' values, in sorted order. Raises DesignError for NaN."""
    result, known = _coded(columns[0])
    for column in columns[1:]:
        codes, count = _coded(column)
        result, known = _coded(result * count + codes)
    return result


def distinct(codes: Ints, limit: int) -> tuple[Ints, Ints]:
    """The values among codes 0..limit-1, in order, and the place of each code among them."""
    if limit > ROOMY * len(codes) + ROOM:
        values, places = np.unique(codes, return_inverse=True)
        return values, places
    values = occurring(codes, limit)
    if len(values) == limit:
        return values, codes
    place = np.empty(limit, np.int64)
    place[values] = np.arange(len(values))
    return values, place[codes]


def occurring(codes: Ints, limit: int) -> Ints:
    """The values among codes 0..limit-1, in order."""
    if limit > ROOMY * len(codes) + ROOM:
        return np.unique(codes)
    seen = np.zeros(limit, np.bool_)
    seen[codes] = True
    return np.flatnonzero(seen)


def _coded(column: Codes) -> tuple[Ints, int]:
    """A code 0..k-1 for each value, in sorted order, and k. Without sorting the rows where values are whole numbers or text."""
    column = np.asarray(column)
    if column.dtype.kind in "OUT":
        labels = column.tolist()
        try:
            place = {label: number for number, label in enumerate(sorted(set(labels)))}
        except TypeError as error:
            raise DesignError("strata and clusters must have labels of one kind, and all of them") from error
        return np.fromiter(map(place.__getitem__, labels), np.int64, len(labels)), len(place)
    if column.dtype.kind == "f" and np.isnan(column).any():
        raise DesignError("strata and clusters must not be missing", Fault.LABEL, [int(np.argmax(np.isnan(column)))])
    if column.dtype.kind in "iu" and len(column):
        low, high = int(column.min()), int(column.max())
        if low > -FAR and high < FAR:
            values, codes = distinct(np.subtract(column, low, dtype=np.int64), high - low + 1)
            return codes, len(values)
    values, codes = np.unique(column, return_inverse=True)
    return codes, len(values)


def first_rows(codes: Ints) -> Ints:
    """The first row of each code 0..k-1."""
    rows = np.zeros(codes.max(initial=-1) + 1, np.int64)
    rows[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # what is written last stays
    return rows


def _are_counts(corrections: tuple[Floats, ...]) -> bool:
    """Whether the corrections are counts of clusters; False for sampling fractions."""
    for stage, column in enumerate(corrections):
        wrong = ~(column > 0)
        if wrong.any():
            raise DesignError("corrections must be numbers above 0", Fault.CORRECTION, [int(np.argmax(wrong))], stage)
    counts = any((column > 1).any() for column in corrections)
    for stage, column in enumerate(corrections if counts else ()):
        if (column < 1).any():
            rows = [row for mask in (column > 1, column < 1) for row in np.flatnonzero(mask)[:1]]
            message = "corrections must all be counts (at least 1) or all be fractions (at most 1)"
            raise DesignError(message, Fault.MIXED_CORRECTIONS, rows, stage)
    return counts


def _stage(
    number: int, cluster: Ints, strata: Ints, parent: Ints, reach: Floats, correction: tuple[Floats, ...], counts: bool
) -> Stage:
    """Stage `number` (from 0) from the codes of its rows (n,). Raises DesignError where they contradict each other."""
    first, first_of_stratum = first_rows(cluster), first_rows(strata)
    stratum = strata[first]
    split = stratum[cluster] != strata
    if split.any():
        row = int(np.argmax(split))
        message = f"a cluster of stage {number + 1} lies in two strata; if codes start again in every stratum, say nest"
        raise DesignError(message, Fault.SPLIT_CLUSTER, [first[cluster[row]], row], number)
    sizes, unsampled = np.bincount(stratum), np.ones(len(first_of_stratum))
    if correction:
        given = correction[0][first_of_stratum]
        varies = given[strata] != correction[0]
        if varies.any():
            row = int(np.argmax(varies))
            message = f"the correction of stage {number + 1} varies within a stratum"
            raise DesignError(message, Fault.VARYING_CORRECTION, [first_of_stratum[strata[row]], row], number)
        unsampled = 1 - (sizes / given if counts else given)
        if (unsampled < 0).any():
            row = int(first_of_stratum[np.argmax(unsampled < 0)])
            message = f"a stratum of stage {number + 1} has more clusters in the sample than in the population"
            raise DesignError(message, Fault.OVERDRAWN, [row], number)
    return Stage(cluster, stratum, sizes, unsampled, reach[first_of_stratum], parent[first_of_stratum])
