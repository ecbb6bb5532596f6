"""Two forms of an instrument on one scale: the items they share link them, and the pass mark goes from one to the other.

Kolen and Brennan, Test Equating, Scaling, and Linking (2014), chapter 6; drifting anchors after Huynh and Meyer (2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from literacy_app.estimation.rules.design import Floats, Mask

FAR = 40.0  # this many logits off an item, a person is sure to get it right or wrong


class NoLink(StrEnum):
    """Why the forms cannot be compared, or the mark cannot be carried over."""

    TOO_FEW_ANCHORS = "too_few_anchors"  # after those that drift
    NO_SPREAD = "no_spread"  # the anchors are all as hard as each other: they give no unit
    MARK_AT_AN_END = "mark_at_an_end"  # no ability is expected to earn nothing, or everything


@dataclass(frozen=True, eq=False)
class Form:
    """The k items of one form as calibrated: difficulty and discrimination (k,) in logits, full points (k,)."""

    names: tuple[str, ...]
    difficulty: Floats
    discrimination: Floats
    points: Floats

    def __post_init__(self) -> None:
        columns = (self.difficulty, self.discrimination, self.points)
        if any(np.shape(column) != (len(self.names),) for column in columns) or len(set(self.names)) < len(self.names):
            raise ValueError("a form needs different names, and one difficulty, discrimination and full points an item")
        if not all(np.isfinite(column).all() for column in columns):
            raise ValueError("a form's numbers must be finite")
        if not ((self.discrimination > 0).all() and (self.points > 0).all()):
            raise ValueError("discriminations and points must be above 0: a true score rises with ability")

    def true_score(self, ability: float) -> float:
        """The points expected of somebody of this ability; an item is answered for all of its points or none."""
        return float(self.points @ self._chances(ability))

    def slope(self, ability: float) -> float:
        """How many points more are expected for a logit more."""
        p = self._chances(ability)
        return float((self.points * self.discrimination) @ (p * (1 - p)))

    def ability(self, mark: float) -> float | None:
        """The ability whose true score is `mark`; None for a mark that is not between none and all of the points."""
        from scipy.optimize import brentq

        far = FAR / float(self.discrimination.min())
        low, high = float(self.difficulty.min()) - far, float(self.difficulty.max()) + far
        if not self.true_score(low) < mark < self.true_score(high):
            return None
        return float(brentq(lambda ability: self.true_score(ability) - mark, low, high, xtol=1e-12))

    def _chances(self, ability: float) -> Floats:
        from scipy.special import expit

        chances: Floats = expit(self.discrimination * (ability - self.difficulty))
        return chances


@dataclass(frozen=True)
class Anchor:
    """One item that both forms have. `away` is old - slope * new, `z` how far that is from the other anchors'."""

    name: str
    old: float
    new: float
    away: float
    z: float  # infinite where the middle half of the anchors agrees to the last digit and this one is off
    kept: bool


@dataclass(frozen=True)
class Link:
    """ability on the old scale = slope * ability on the new scale + intercept; None where `reason` says why."""

    anchors: tuple[Anchor, ...]  # every one, in the old form's order; () where there were too few to begin with
    slope: float | None = None
    intercept: float | None = None
    same_unit: bool = False
    reason: NoLink | None = None

    @property
    def drifting(self) -> tuple[str, ...]:
        """The anchors that were dropped."""
        return tuple(anchor.name for anchor in self.anchors if not anchor.kept)


@dataclass(frozen=True)
class CarriedMark:
    """A pass mark of the old form and what it is on the new one, in points."""

    link: Link
    old: float
    new: float | None = None  # the true score; `whole` is what a person must reach
    whole: int | None = None  # the smallest whole number of points that is not below `new`
    se: float | None = None  # of `new`, from the choice of anchors
    ability: float | None = None  # on the old scale
    reason: NoLink | None = None


def link(old: Form, new: Form, *, worst_z: float = 2.7, least: int = 3, same_unit: bool = False) -> Link:
    """Mean-sigma linking by the items that both forms have, but for those whose robust z is beyond `worst_z`.

    `same_unit` keeps the slope at 1 (mean linking), for difficulties of the Rasch model by conditional likelihood.
    `least` anchors must remain. Robust z = (away - median) / (0.74 IQR) with away = old - slope * new; there the slope is
    the median over all pairs of anchors (Theil 1950; Sen 1968), which one drifting anchor cannot turn.
    """
    names = [name for name in old.names if name in set(new.names)]
    if len(names) < least:
        return Link((), reason=NoLink.TOO_FEW_ANCHORS)
    x = np.array([new.difficulty[new.names.index(name)] for name in names])
    y = np.array([old.difficulty[old.names.index(name)] for name in names])
    away = y - (1.0 if same_unit else _middle_slope(x, y)) * x
    z = _robust_z(away)
    kept = np.abs(z) <= worst_z
    anchors = _anchors(names, y, x, away, z, kept)
    if kept.sum() < least:
        return Link(anchors, reason=NoLink.TOO_FEW_ANCHORS)
    x, y = x[kept], y[kept]
    if not same_unit and min(np.ptp(x), np.ptp(y)) < 1e-9:
        return Link(anchors, reason=NoLink.NO_SPREAD)
    slope = 1.0 if same_unit else float(np.std(y) / np.std(x))
    return Link(anchors, slope, float(y.mean() - slope * x.mean()), same_unit)


def linking_se(made: Link, ability: float) -> float | None:
    """The standard error of an ability of the new scale, put on the old one, from which anchors happened to be chosen.

    Infinitesimal jackknife over the kept anchors, of mean-sigma linking; where the slope was kept at 1 it is the linking error of PISA,
    the standard deviation of the shifts over the root of their number (OECD 2017, PISA 2015 Technical Report, ch. 12).
    """
    if made.slope is None:
        return None
    kept = [anchor for anchor in made.anchors if anchor.kept]
    x, y = np.array([anchor.new for anchor in kept]), np.array([anchor.old for anchor in kept])
    m, dx, dy = len(kept), x - x.mean(), y - y.mean()
    influence = dy - made.slope * dx
    if not made.same_unit:
        influence = influence + (ability - x.mean()) * made.slope / 2 * (dy**2 / y.var() - dx**2 / x.var())
    return float(np.sqrt((influence**2).sum() / (m * (m - 1))))


def carry(
    mark: float, old: Form, new: Form, *, worst_z: float = 2.7, least: int = 3, same_unit: bool = False
) -> CarriedMark:
    """The pass mark of the old form in points of the new, by true-score equating over the anchors that do not drift."""
    made = link(old, new, worst_z=worst_z, least=least, same_unit=same_unit)
    if made.slope is None or made.intercept is None:
        return CarriedMark(made, mark, reason=made.reason)
    ability = old.ability(mark)
    if ability is None:
        return CarriedMark(made, mark, reason=NoLink.MARK_AT_AN_END)
    there = (ability - made.intercept) / made.slope
    score, error = new.true_score(there), linking_se(made, there)
    se = None if error is None else new.slope(there) * error / made.slope
    return CarriedMark(made, mark, score, int(np.ceil(score - 1e-9)), se, ability)


def _anchors(names: Sequence[str], old: Floats, new: Floats, away: Floats, z: Floats, kept: Mask) -> tuple[Anchor, ...]:
    columns = (old.tolist(), new.tolist(), away.tolist(), z.tolist(), kept.tolist())
    return tuple(Anchor(name, *values) for name, *values in zip(names, *columns, strict=True))


def _middle_slope(x: Floats, y: Floats) -> float:
    """The median of the slopes between all pairs of anchors; 1 where all are as hard as each other."""
    first, second = np.triu_indices(len(x), 1)
    run = x[second] - x[first]
    apart = np.abs(run) > 1e-9
    return float(np.median((y[second] - y[first])[apart] / run[apart])) if apart.any() else 1.0


def _robust_z(values: Floats) -> Floats:
    """(value - median) / (0.74 IQR): the interquartile range of a normal distribution is 1.35 standard deviations."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    away = np.where(np.abs(values - middle) < 1e-9, 0.0, values - middle)
    spread = 0.74 * (high - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(away == 0, 0.0, away / (spread if spread > 1e-12 else 0.0))
