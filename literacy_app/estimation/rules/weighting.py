"""The recipe for weights: from how people were drawn, over who answered, to the population that they stand for.

    base -> non-response -> post-strata (small cells joined with their neighbours), or raking where those stay small -> trimmed

Every step leaves a summary, so that an outsider can follow what was done to the weights.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from literacy_app.estimation.rules.calibration import poststratify, rake
from literacy_app.estimation.rules.design import Codes, Design, DesignError, Floats, Ints, LonelyPsu, Mask
from literacy_app.estimation.rules.weights import response_weights

# Trimming and calibrating again, in turn, until no weight is above the cap by more than this share, or so many times.
CAP_GAP = 0.001
TRIMMING_ROUNDS = 50


@dataclass(frozen=True)
class Recipe:
    """The figures of the recipe; a committee's (content/policy.yml)."""

    min_cell: int  # people in a post-stratum
    max_factor: float  # how much more or less a post-stratum may be weighted than all together
    trim_at: float  # times the mean weight


@dataclass(frozen=True)
class Margin:
    """One characteristic: its name, its labels (k,) in order, and each row's code (n,), -1 where it is not known."""

    name: str
    labels: tuple[str, ...]
    codes: Ints


class Made(StrEnum):
    """What a step did to the weights."""

    BASE = "base"
    NON_RESPONSE = "non_response"
    POST_STRATA = "post_strata"
    RAKED = "raked"
    TRIMMED = "trimmed"
    TOO_FEW = "too_few"  # nothing: too few people answered to be weighted to the population


@dataclass(frozen=True)
class Step:
    """The weights after one step, of the people who answered (of everybody drawn at the base)."""

    made: Made
    n: int
    total: float
    kish: float  # 1 + cv^2: what unequal weights cost
    low: float
    median: float
    high: float
    cells: int = 0  # post-strata, or cells of all margins
    joined: tuple[str, ...] = ()  # cells that were joined with neighbours, and margins left out
    changed: int = 0  # people whose weight was capped
    above: int = 0  # people whose weight the cells keep above the cap all the same


@dataclass(frozen=True, eq=False)
class Weighting:
    """The design with its final weights, and how they came about."""

    design: Design
    steps: tuple[Step, ...]


def weigh(
    probability: Floats,
    stratum: Codes,
    psu: Codes,
    responded: Mask,
    recipe: Recipe,
    margins: Sequence[Margin] = (),
    counts: Floats | None = None,
    lonely_psu: LonelyPsu = LonelyPsu.ADJUST,
) -> Weighting:
    """Weights of everybody drawn, (n,) each, 0 for who did not answer.

    `counts` (k1, k2, ...) are the residents in each combination of the margins' labels; without them the recipe ends with
    non-response. Only the last margin's labels have an order, so only they are joined. People with an unknown
    characteristic are a cell of their own that keeps its share; a margin that nobody's code is known of is left out.
    Raises ValueError for impossible probabilities and DesignError for a sample that could not have been drawn.
    """
    base = Design(1 / probability, (stratum,), (psu,), nest=True, lonely_psu=lonely_psu)
    steps = [_step(Made.BASE, base.weights)]
    design = replace(base, weights=response_weights(probability, stratum, psu, responded))
    steps.append(_step(Made.NON_RESPONSE, design.weights))
    unknown = tuple(axis for axis, margin in enumerate(margins) if not (margin.codes[design.weights > 0] >= 0).any())
    known = [margin for axis, margin in enumerate(margins) if axis not in unknown]
    if counts is None or not known:
        return Weighting(design, tuple(steps))
    cells = _Cells(design.weights, recipe, known, counts.sum(axis=unknown))
    made = cells.settle(design)
    if made is None:
        return Weighting(design, (*steps, _step(Made.TOO_FEW, design.weights, joined=tuple(cells.joined))))
    calibrated = cells.calibrate
    kind = Made.RAKED if cells.raked else Made.POST_STRATA
    steps.append(_step(kind, made.weights, cells=cells.number, joined=tuple(cells.joined)))
    made, capped, above = _trimmed(design, made, calibrated, recipe.trim_at)
    steps.append(replace(_step(Made.TRIMMED, made.weights), changed=capped, above=above))
    return Weighting(made, tuple(steps))


def kish(weights: Floats) -> float:
    """n sum(w^2) / (sum w)^2 over the weights above 0: by how much unequal weights lower the effective n. Kish 1965."""
    held = weights[weights > 0]
    return float(len(held) * (held @ held) / held.sum() ** 2)


def _step(made: Made, weights: Floats, *, cells: int = 0, joined: tuple[str, ...] = ()) -> Step:
    held = weights[weights > 0]
    if not len(held):
        return Step(made, 0, 0.0, 1.0, 0.0, 0.0, 0.0)
    low, median, high = (float(one) for one in np.quantile(held, [0, 0.5, 1]))
    return Step(made, len(held), float(held.sum()), kish(held), low, median, high, cells, joined)


def _trimmed(
    design: Design, first: Design, calibrated: Callable[[Design], Design], trim_at: float
) -> tuple[Design, int, int]:
    """The weights capped at so many times their mean and calibrated again, in turn; how many people weigh less for it, and
    how many the cells keep above the cap: a few people who stand for many cannot all be capped."""
    cap = trim_at * float(first.weights[first.weights > 0].mean())
    made = first
    for _ in range(TRIMMING_ROUNDS):
        if made.weights.max() <= cap * (1 + CAP_GAP):
            break
        made = calibrated(replace(design, weights=np.minimum(made.weights, cap)))
    above = made.weights > cap * (1 + CAP_GAP)
    return made, int(((first.weights > cap) & ~above).sum()), int(above.sum())


class _Cells:
    """The cells that weights are calibrated to: post-strata where each block can be joined to a decent size, else margins."""

    def __init__(self, weights: Floats, recipe: Recipe, margins: Sequence[Margin], counts: Floats) -> None:
        self.joined: list[str] = []
        self._recipe, self._weights, self._margins = recipe, weights, margins
        self._known = np.logical_and.reduce([margin.codes >= 0 for margin in margins])
        here = weights > 0
        unknown = float(weights[here & ~self._known].sum()) / float(weights.sum())
        self._counts = counts * (1 - unknown)
        self._unknown = float(counts.sum()) * unknown
        self._factor = float(counts.sum()) / float(weights.sum())
        post_strata = self._post_strata()
        self.raked = post_strata is None
        found = [self._margin(axis) for axis in range(len(margins))] if post_strata is None else [post_strata]
        self._cells = [one for one in found if one is not None]
        self._used = [margin.name for margin, one in zip(margins, found, strict=False) if one is not None]

    @property
    def number(self) -> int:
        """How many cells there are, over all margins."""
        return sum(len(numbers) for _, numbers in self._cells)

    def settle(self, design: Design) -> Design | None:
        """The design weighted to the cells, leaving out and naming as few margins as can be where they contradict each other.

        None where none is left.
        """
        found = self._settled(design, self._cells)
        while found is None and self._cells:
            places = range(len(self._cells))
            without = {place: self._cells[:place] + self._cells[place + 1 :] for place in reversed(places)}
            tried = {place: self._settled(design, cells) for place, cells in without.items()}
            place = next((place for place, made in tried.items() if made is not None), len(self._cells) - 1)
            found = tried[place]
            self._cells = without[place]
            self.joined.append(self._used.pop(place))
        return found

    def _settled(self, design: Design, cells: Sequence[tuple[Ints, Floats]]) -> Design | None:
        if not cells:
            return None
        try:
            return rake(design, cells) if self.raked else poststratify(design, *cells[0])
        except DesignError:
            return None

    def calibrate(self, design: Design) -> Design:
        """The design weighted to the cells."""
        return rake(design, self._cells) if self.raked else poststratify(design, *self._cells[0])

    def _post_strata(self) -> tuple[Ints, Floats] | None:
        *outer, last = self._margins
        blocks = self._counts.reshape(-1, len(last.labels))
        block = np.zeros(len(self._weights), np.int64)
        for margin in outer:
            block = block * len(margin.labels) + np.maximum(margin.codes, 0)
        groups, notes = [], []
        for number, counts in enumerate(blocks):
            inside = self._known & (block == number)
            found = self._grouped(np.where(inside, last.codes, -1), counts)
            if any(self._is_poor(*one) for one in found[1]):
                return None
            groups.append(found[0])
            notes += [f"{self._block_name(number)} {note}" for note in _notes(last.labels, found[0])]
        self.joined = notes
        offsets = np.cumsum([0, *(int(group.max()) + 1 for group in groups)])
        cell = np.array([offsets[b] + groups[b][a] for b, a in zip(block, np.maximum(last.codes, 0), strict=True)])
        numbers = np.concatenate([_sums(group, counts) for group, counts in zip(groups, blocks, strict=True)])
        return self._with_unknown(cell, numbers)

    def _margin(self, axis: int) -> tuple[Ints, Floats] | None:
        margin = self._margins[axis]
        counts = self._counts.sum(axis=tuple(other for other in range(self._counts.ndim) if other != axis))
        group, found = self._grouped(np.where(self._known, margin.codes, -1), counts)
        self.joined += [f"{margin.name} {note}" for note in _notes(margin.labels, group)]
        if len(found) < 2 or any(self._is_poor(*one) for one in found):
            self.joined.append(margin.name)
            return None
        return self._with_unknown(group[np.maximum(margin.codes, 0)], _sums(group, counts))

    def _grouped(self, codes: Ints, counts: Floats) -> tuple[Ints, list[tuple[int, float, float]]]:
        """The group of each label, neighbours joined until none is poor (or one is left), and (people, weight, residents) each."""
        here = (codes >= 0) & (self._weights > 0)
        people = np.bincount(codes[here], minlength=len(counts))
        weight = np.bincount(codes[here], weights=self._weights[here], minlength=len(counts))
        groups = [[label] for label in range(len(counts))]
        sizes = [(int(people[i]), float(weight[i]), float(counts[i])) for i in range(len(counts))]
        while len(groups) > 1 and any(self._is_poor(*size) for size in sizes):
            poor = min((i for i, size in enumerate(sizes) if self._is_poor(*size)), key=lambda i: sizes[i][0])
            beside = min((i for i in (poor - 1, poor + 1) if 0 <= i < len(groups)), key=lambda i: sizes[i][0])
            first, second = sorted((poor, beside))
            groups[first] += groups.pop(second)
            other = sizes.pop(second)
            sizes[first] = tuple(a + b for a, b in zip(sizes[first], other, strict=True))  # type: ignore[assignment]
        group = np.zeros(len(counts), np.int64)
        for number, labels in enumerate(groups):
            group[labels] = number
        return group, sizes

    def _is_poor(self, people: int, weight: float, residents: float) -> bool:
        if people < self._recipe.min_cell or weight <= 0:
            return True
        factor = residents / weight / self._factor
        return not 1 / self._recipe.max_factor <= factor <= self._recipe.max_factor

    def _with_unknown(self, cell: Ints, numbers: Floats) -> tuple[Ints, Floats]:
        if self._unknown <= 0:
            return np.where(self._known, cell, 0), numbers
        return np.where(self._known, cell, len(numbers)), np.append(numbers, self._unknown)

    def _block_name(self, number: int) -> str:
        names = []
        for margin in reversed(self._margins[:-1]):
            number, code = divmod(number, len(margin.labels))
            names.append(margin.labels[code])
        return " ".join(reversed(names))


def _sums(group: Ints, counts: Floats) -> Floats:
    return np.bincount(group, weights=counts).astype(np.float64)


def _notes(labels: Sequence[str], group: Ints) -> list[str]:
    """The labels that were joined, as "15-19 + 20-29"."""
    return [
        " + ".join(labels[int(i)] for i in np.flatnonzero(group == number))
        for number in range(int(group.max()) + 1)
        if (group == number).sum() > 1
    ]
