"""What people who chose to answer say, raked to what the probability sample says about the population. Experimental, never the level.

Raking takes away only what sex, age, education and the like explain; that somebody chose to answer stays in the number, and no
interval can tell by how much. So there is none. Elliott and Valliant 2017; Meng 2018 on why many answers do not help.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from literacy_app.estimation.rules.calibration import rake
from literacy_app.estimation.rules.design import Design, DesignError, Floats, Ints
from literacy_app.estimation.rules.weighting import kish

# Fewer people than this, and a raked share is noise.
FEWEST = 30


@dataclass(frozen=True)
class Reference:
    """One characteristic: its name, each self-selected person's code (n,), -1 unknown, and the population's shares (k,)."""

    name: str
    codes: Ints
    shares: Floats


@dataclass(frozen=True)
class SelfSelected:
    """Shares 0-1. `raked` and `kish` (1 + cv^2 of the weights) are None where the answers cannot be weighted."""

    n: int
    crude: float | None
    raked: float | None = None
    kish: float | None = None
    used: tuple[str, ...] = ()  # characteristics raked to
    left_out: tuple[str, ...] = ()  # some label has nobody


def self_selected(attained: Floats, references: Sequence[Reference]) -> SelfSelected:
    """The share of `attained` (n,) of 0, 1 and NaN, as it is and raked to the references.

    A reference with a label that nobody has is left out, and people of whom one used is unknown do not count in the raked share.
    """
    answered = ~np.isnan(attained)
    n = int(answered.sum())
    crude = float(attained[answered].mean()) if n else None
    used = [one for one in references if _has_everybody(one, answered)]
    left_out = tuple(one.name for one in references if one not in used)
    rows = answered.copy()
    for one in used:
        rows &= one.codes >= 0
    if not used or rows.sum() < FEWEST:
        return SelfSelected(n, crude, left_out=left_out)
    margins = []
    for one in used:
        held = one.shares > 0
        place = np.cumsum(held) - 1
        margins.append((place[one.codes[rows]], one.shares[held] / one.shares[held].sum()))
    try:
        weights = rake(Design(np.ones(int(rows.sum()))), margins).weights
    except DesignError:  # no weights meet all of them at once
        return SelfSelected(n, crude, left_out=tuple(one.name for one in references))
    raked = float(weights @ attained[rows])  # the weights add up to 1
    return SelfSelected(n, crude, raked, kish(weights), tuple(one.name for one in used), left_out)


def _has_everybody(one: Reference, answered: np.ndarray) -> bool:
    people = np.bincount(one.codes[answered & (one.codes >= 0)], minlength=len(one.shares))
    return len(people) == len(one.shares) and bool(((people > 0) == (one.shares > 0)).all())
