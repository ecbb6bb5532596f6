"""What answers in practice say about an item: how easy it is, whether it tells learners apart, what each option is good for.

Learners come by themselves and practise what they like, so these numbers are about items and never about the level of an area.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from literacy_app.foundation.policy import Figure
from literacy_app.lessons.rules import Item
from literacy_app.questions.kinds import KINDS

MIN_N = Figure(
    30, "learners", "as reliability_min_n of content/policy.yml: NCHS, Vital and Health Statistics 2(175), 2017"
)
MIN_N_DISCRIMINATION = Figure(
    100,
    "learners",
    "the standard error of a correlation of 0.2 is (1 - 0.2²) / √(n - 1), 0.1 from n = 100 on: half of 0.2",
)
HARDEST = Figure(0.3, "share right", "Haladyna and Rodriguez, Developing and Validating Test Items, 2013")
EASIEST = Figure(0.9, "share right", "Haladyna and Rodriguez, Developing and Validating Test Items, 2013")
WEAKEST = Figure(0.2, "point-biserial", "Ebel and Frisbie, Essentials of Educational Measurement, 1991")
IDLE = Figure(0.05, "share", "Haladyna and Downing, Educational and Psychological Measurement 53, 1993")


class Flag(StrEnum):
    """What an editor should look at."""

    HARD = "hard"
    EASY = "easy"
    WEAK = "weak"
    IDLE = "idle"


@dataclass(frozen=True)
class Sums:
    """First tries at one item. `paired` are those of learners who tried other items too; `rest` is their share right there.

    `rest` and `rest_squared` are sums over the paired, `rest_right` the sum over those of them who got this item right.
    """

    n: int
    right: int
    paired: int
    paired_right: int
    rest: float
    rest_squared: float
    rest_right: float


@dataclass(frozen=True)
class OptionShare:
    """How many first tries chose an option; shares 0-1, None when there are too few tries."""

    id: str
    right: bool
    share: float | None
    idle: bool


@dataclass(frozen=True)
class ItemAnalysis:
    """One item with what practice says about it; None where too few learners tried it."""

    item: Item
    n: int
    facility: float | None
    discrimination: float | None
    options: tuple[OptionShare, ...]
    flags: tuple[Flag, ...]


NOTHING = Sums(0, 0, 0, 0, 0.0, 0.0, 0.0)


def discrimination(sums: Sums) -> float | None:
    """Point-biserial correlation between right here (1 or 0) and the learner's share right elsewhere; None if either never varies."""
    n = sums.paired
    if n < 2:
        return None
    spread_here = n * sums.paired_right - sums.paired_right**2
    spread_rest = n * sums.rest_squared - sums.rest**2
    # Sums of shares are not exact: what is left of equal ones is not spread.
    if spread_here <= 0 or spread_rest <= 1e-9 * n * n:
        return None
    together = n * sums.rest_right - sums.paired_right * sums.rest
    return together / sqrt(spread_here * spread_rest)


def analyse(item: Item, sums: Sums, chosen: Mapping[str, int]) -> ItemAnalysis:
    """The analysis of one item; `chosen` counts the first tries that chose each option."""
    enough = sums.n >= MIN_N.value
    facility = sums.right / sums.n if enough else None
    separation = discrimination(sums) if sums.paired >= MIN_N_DISCRIMINATION.value else None
    right = set(item.answer) if isinstance(item.answer, tuple) else {item.answer}
    options = tuple(
        _option(id, id in right, chosen.get(id, 0) / sums.n if enough else None)
        for id in KINDS[item.question.kind].options(item.question)
    )
    flags = {
        Flag.HARD: facility is not None and facility < HARDEST.value,
        Flag.EASY: facility is not None and facility > EASIEST.value,
        Flag.WEAK: separation is not None and separation < WEAKEST.value,
        Flag.IDLE: any(option.idle for option in options),
    }
    return ItemAnalysis(item, sums.n, facility, separation, options, tuple(flag for flag, on in flags.items() if on))


def _option(id: str, right: bool, share: float | None) -> OptionShare:
    # A right option that few choose shows in the facility already.
    return OptionShare(id, right, share, idle=not right and share is not None and share < IDLE.value)
