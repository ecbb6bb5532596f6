"""How each item of an instrument did: how hard, how well it tells people apart, which options were taken, whom it favours.

Points are one row a person and one column an item, NaN for no answer; with the house's scoring the caller puts 0 there.
An item's difficulty uses everybody who answered it; whatever needs the total uses those who answered every item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from literacy_app.estimation.rules.design import Floats, Mask
from literacy_app.estimation.rules.dif import Dif, EtsClass, Grouping, differential
from literacy_app.estimation.rules.estimates import Estimate, Sample, mean, proportion


class NoItemNumber(StrEnum):
    """Why an item, or the scale, lacks numbers that it should have."""

    NO_ANSWERS = "no_answers"  # nobody answered the item
    ALL_ALIKE = "all_alike"  # everybody has the same points, so nothing goes with them
    TOO_FEW_ROWS = "too_few_rows"  # fewer than two people answered every item


class ItemFlag(StrEnum):
    """What the writers of an item should look at."""

    NEARLY_ALL_RIGHT = "nearly_all_right"
    NEARLY_ALL_WRONG = "nearly_all_wrong"
    LOW_ITEM_TOTAL = "low_item_total"  # those who get it right hardly do better on the others
    ATTRACTIVE_WRONG_OPTION = "attractive_wrong_option"  # those who take a wrong option do no worse: often a wrong key
    DIF = "dif"  # class C between two groups


@dataclass(frozen=True)
class ItemLimits:
    """What is flagged. Both are shares or correlations between 0 and 1."""

    nearly_all: float = 0.9  # more than this right, or more than this wrong
    min_item_total: float = 0.2  # a corrected item-total correlation below this (Ebel and Frisbie 1991)


@dataclass(frozen=True, eq=False)
class Choices:
    """The options of one item and who took which. `picked` is (n, m); a row without any gave no answer."""

    options: tuple[str, ...]
    picked: Mask
    key: frozenset[str]  # the right options


@dataclass(frozen=True)
class OptionTaken:
    """One row of the distractor table. Shares are of those who answered; what needs the total, of those who answered all."""

    option: str
    is_key: bool
    n: int
    share: float | None
    share_weighted: float | None
    mean_rest_score: float | None  # of those who took it, on the other items
    point_biserial_rest: float | None
    share_low27: float | None  # among the lowest 27 % of totals (ties in)
    share_high27: float | None


@dataclass(frozen=True)
class Item:
    """What is known about one item. Correlations are unweighted; `weighted` is the difficulty in the population."""

    name: str
    n: int  # people who answered it
    difficulty_p: float | None  # points earned as a share of the full points
    weighted: Estimate
    point_biserial_uncorrected: float | None
    point_biserial_corrected: float | None  # with the total of the other items
    biserial_corrected: float | None  # None where an item has points between none and all
    alpha_if_dropped: float | None
    discrimination_d27: float | None  # difficulty among the highest 27 % of totals less that among the lowest
    options: tuple[OptionTaken, ...]
    dif: Mapping[str, Dif]
    flags: tuple[ItemFlag, ...]
    reason: NoItemNumber | None = None


@dataclass(frozen=True)
class Scale:
    """What is known about the items together. Raw alpha is of the covariances, standardised alpha of the correlations."""

    n: int  # people who answered every item
    items: int
    alpha_raw: float | None = None
    alpha_std: float | None = None
    alpha_weighted: float | None = None
    kr_20: float | None = None  # None where an item has more points than one
    mean_inter_item_r: float | None = None
    split_half_odd_even_spearman_brown: float | None = None
    sem_unweighted: float | None = None  # standard error of measurement, in points
    score_mean: float | None = None
    score_sd: float | None = None
    reason: NoItemNumber | None = None


@dataclass(frozen=True)
class ItemAnalysis:
    """The scale and its items, in the order of the columns."""

    scale: Scale
    items: tuple[Item, ...]


def analyse(
    points: Floats,
    full: Floats,
    sample: Sample,
    names: Sequence[str],
    *,
    choices: Mapping[str, Choices] | None = None,
    groups: Mapping[str, Grouping] | None = None,
    limits: ItemLimits,
) -> ItemAnalysis:
    """The whole analysis of points (n, k) out of `full` (k,), of people drawn as `sample` says, for one page.

    `choices` are by item's name, `groups` by their own. Raises ValueError for shapes that do not fit, fewer than two items
    and points outside 0 to full. As R's `psych::alpha`, `psych::biserial`, `survey::svymean` and `survey::svycralpha`.
    """
    _checked(points, full, sample, names)
    whole = np.asarray(~np.isnan(points).any(axis=1), np.bool_)
    answered = points[whole]
    scale = _scale(answered, full, sample.weights[whole])
    moments = _Moments.of(answered) if len(answered) >= 2 else None
    items = []
    for column, name in enumerate(names):
        table = _options(column, points, whole, sample.weights, (choices or {}).get(name))
        right = answered[:, column] == full[column]
        dif = {
            label: differential(right, answered.sum(axis=1), group.among(whole))
            for label, group in (groups or {}).items()
        }
        items.append(_item(name, column, points, full, sample, moments, table, dif, limits))
    return ItemAnalysis(scale, tuple(items))


def alpha(covariance: Floats) -> float | None:
    """Cronbach's alpha (1951) from the covariances (k, k) of k items; None for fewer than two or a total that does not vary."""
    k, total = len(covariance), float(covariance.sum())
    return None if k < 2 or total <= 1e-12 else k / (k - 1) * (1 - float(np.trace(covariance)) / total)


@dataclass(frozen=True, eq=False)
class _Moments:
    """The complete rows and what all items need of them."""

    points: Floats
    total: Floats
    covariance: Floats
    low: Mask  # the lowest 27 % of totals
    high: Mask

    @classmethod
    def of(cls, points: Floats) -> "_Moments":
        total = points.sum(axis=1)
        low, high = _extremes(total)
        return cls(points, total, np.cov(points, rowvar=False), low, high)


def _checked(points: Floats, full: Floats, sample: Sample, names: Sequence[str]) -> None:
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError("an item analysis needs at least two items")
    if points.shape != (len(sample.weights), len(names)) or full.shape != (len(names),):
        raise ValueError("points must be one row for each of the sample's and one column an item")
    if not (full > 0).all() or (points < 0).any() or (points > full).any():
        raise ValueError("points must lie between 0 and the item's full points")


def _scale(points: Floats, full: Floats, weights: Floats) -> Scale:
    n, k = points.shape
    if n < 2:
        return Scale(n, k, reason=NoItemNumber.TOO_FEW_ROWS)
    total, covariance = points.sum(axis=1), np.cov(points, rowvar=False)
    deviation, raw = float(np.std(total, ddof=1)), alpha(covariance)
    if raw is None:
        return Scale(n, k, score_mean=float(total.mean()), score_sd=deviation, reason=NoItemNumber.ALL_ALIKE)
    weighted = _weighted_covariance(points, weights) if (weights > 0).any() else None
    halves = _correlation(points[:, ::2].sum(axis=1), points[:, 1::2].sum(axis=1))
    constant = np.ptp(points, axis=0) == 0
    correlations = None if constant.any() else np.asarray(np.corrcoef(points, rowvar=False), np.float64)
    return Scale(
        n,
        k,
        raw,
        None if correlations is None else alpha(correlations),
        None if weighted is None else alpha(weighted),
        _kr_20(points) if (full == 1).all() and np.isin(points, (0, 1)).all() else None,
        None if correlations is None else float((correlations.sum() - k) / (k * (k - 1))),
        None if halves is None or halves == -1 else 2 * halves / (1 + halves),
        deviation * float(np.sqrt(max(1 - raw, 0.0))),
        float(total.mean()),
        deviation,
        NoItemNumber.ALL_ALIKE if correlations is None else None,
    )


def _kr_20(points: Floats) -> float:
    """Kuder and Richardson's formula 20 (1937): alpha of 0/1 items, both variances with the divisor n."""
    k, p = points.shape[1], points.mean(axis=0)
    return float(k / (k - 1) * (1 - (p * (1 - p)).sum() / points.sum(axis=1).var()))


def _weighted_covariance(points: Floats, weights: Floats) -> Floats:
    share = weights / weights.sum()
    away = points - share @ points
    result: Floats = (away * share[:, None]).T @ away
    return result


def _item(
    name: str,
    column: int,
    points: Floats,
    full: Floats,
    sample: Sample,
    moments: _Moments | None,
    options: tuple[OptionTaken, ...],
    dif: Mapping[str, Dif],
    limits: ItemLimits,
) -> Item:
    share = points[:, column] / full[column]
    given = share[~np.isnan(share)]
    weighted = proportion(sample, share) if np.isin(given, (0, 1)).all() else mean(sample, share)
    uncorrected, corrected, biserial, dropped, d27 = _with_the_total(column, moments, float(full[column]))
    reason = (
        NoItemNumber.NO_ANSWERS
        if not len(given)
        else NoItemNumber.TOO_FEW_ROWS
        if moments is None
        else NoItemNumber.ALL_ALIKE
        if uncorrected is None
        else None
    )
    nearly_all = limits.nearly_all + 1e-9  # sums of weights round
    earned = {
        ItemFlag.NEARLY_ALL_RIGHT: weighted.estimate is not None and weighted.estimate > nearly_all,
        ItemFlag.NEARLY_ALL_WRONG: weighted.estimate is not None and 1 - weighted.estimate > nearly_all,
        ItemFlag.LOW_ITEM_TOTAL: corrected is not None and corrected < limits.min_item_total,
        ItemFlag.ATTRACTIVE_WRONG_OPTION: any(
            not one.is_key and one.point_biserial_rest is not None and one.point_biserial_rest >= 0 for one in options
        ),
        ItemFlag.DIF: any(one.ets_class is EtsClass.C for one in dif.values()),
    }
    return Item(
        name,
        len(given),
        float(given.mean()) if len(given) else None,
        weighted,
        uncorrected,
        corrected,
        biserial,
        dropped,
        d27,
        options,
        dif,
        tuple(flag for flag, is_so in earned.items() if is_so),
        reason,
    )


def _with_the_total(
    column: int, moments: _Moments | None, full: float
) -> tuple[float | None, float | None, float | None, float | None, float | None]:
    """Correlation with the total and with the rest, biserial, alpha without the item, D27."""
    if moments is None:
        return None, None, None, None, None
    own = moments.points[:, column]
    rest = moments.total - own
    others = np.arange(len(moments.covariance)) != column
    return (
        _correlation(own, moments.total),
        _correlation(own, rest),
        _biserial(own == full, rest) if np.isin(own, (0, full)).all() else None,
        alpha(moments.covariance[np.ix_(others, others)]),
        float((own[moments.high].mean() - own[moments.low].mean()) / full),
    )


def _biserial(right: Mask, rest: Floats) -> float | None:
    """The correlation of the rest score with a normal trait behind the item (Pearson 1909); R's `psych::biserial`."""
    from scipy.special import ndtri

    p = float(right.mean())
    if p in (0, 1) or np.ptp(rest) == 0:
        return None
    ordinate = float(np.exp(-(ndtri(p) ** 2) / 2) / np.sqrt(2 * np.pi))
    apart = rest[right].mean() - rest[~right].mean()
    return float(apart * p * (1 - p) / (ordinate * np.std(rest, ddof=1)))


def _extremes(total: Floats) -> tuple[Mask, Mask]:
    """The totals at or below the 27th percentile and at or above the 73rd (Kelley 1939)."""
    low, high = np.quantile(total, [0.27, 0.73])
    return total <= low, total >= high


def _correlation(x: Floats, y: Floats) -> float | None:
    return None if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0 else float(np.corrcoef(x, y)[0, 1])


def _options(
    column: int, points: Floats, whole: Mask, weights: Floats, choices: Choices | None
) -> tuple[OptionTaken, ...]:
    """The distractor table; () for an item without options."""
    if choices is None:
        return ()
    answered = choices.picked.any(axis=1)
    both = answered & whole
    total = points[both].sum(axis=1)
    rest = total - points[both, column]
    low, high = _extremes(total) if len(total) else (both[:0], both[:0])
    rows = []
    for number, option in enumerate(choices.options):
        took, weight = choices.picked[:, number], float(weights[answered].sum())
        took_both = took[both]
        rows.append(
            OptionTaken(
                option,
                option in choices.key,
                int(took.sum()),
                _mean(took[answered]),
                float(weights[took].sum()) / weight if weight > 0 else None,
                _mean(rest[took_both]),
                _correlation(took_both.astype(np.float64), rest),
                _mean(took_both[low]),
                _mean(took_both[high]),
            )
        )
    return tuple(rows)


def _mean(values: Floats | Mask) -> float | None:
    return float(values.mean()) if len(values) else None
