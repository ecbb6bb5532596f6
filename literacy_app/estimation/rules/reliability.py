"""Whether a number is steady enough to be shown: flags by thresholds that a committee sets."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from literacy_app.estimation.rules.estimates import Estimate, Statistic


@dataclass(frozen=True)
class Reliability:
    """The thresholds, as in the NCHS standard for proportions (Parker et al. 2017). Widths are shares 0-1."""

    min_n: int  # of people, and of the effective n
    min_df: int
    max_interval_width: float
    max_relative_width: float  # interval's width / share
    narrow_width: float = 0.0  # an interval this narrow or narrower is never called relatively wide


class Flag(StrEnum):
    """What a reader must know before using a number."""

    NO_ESTIMATE = "no_estimate"
    NO_INTERVAL = "no_interval"
    FEW_PEOPLE = "few_people"
    FEW_PSUS = "few_psus"
    WIDE = "wide"
    RELATIVELY_WIDE = "relatively_wide"
    ALL_ALIKE = "all_alike"  # a share of 0 or 1


def may_be_shown(earned: Collection[Flag]) -> bool:
    """Whether a number with these flags may be shown at all: there is one, with an interval, from enough people."""
    return not {Flag.NO_ESTIMATE, Flag.NO_INTERVAL, Flag.FEW_PEOPLE} & set(earned)


def flags(estimate: Estimate, thresholds: Reliability) -> tuple[Flag, ...]:
    """Every flag that the estimate of a proportion earns, in the order of Flag; () for a number that may stand alone.

    The interval judged is the estimate's own. NO_ESTIMATE comes alone.
    """
    value = estimate.estimate
    if value is None:
        return (Flag.NO_ESTIMATE,)
    few = estimate.n < thresholds.min_n or (
        estimate.effective_n is not None and estimate.effective_n < thresholds.min_n
    )
    width = None if estimate.interval is None else estimate.interval.high - estimate.interval.low
    share = estimate.statistic is Statistic.PROPORTION
    relatively = (
        width is not None
        and width > thresholds.narrow_width
        and value > 0
        and width > thresholds.max_relative_width * value
    )
    earned = {
        Flag.NO_INTERVAL: width is None,
        Flag.FEW_PEOPLE: few,
        Flag.FEW_PSUS: estimate.df is not None and estimate.df < thresholds.min_df,
        Flag.WIDE: width is not None and width >= thresholds.max_interval_width,
        Flag.RELATIVELY_WIDE: relatively,
        Flag.ALL_ALIKE: share and value in (0, 1),
    }
    return tuple(flag for flag, is_so in earned.items() if is_so)
