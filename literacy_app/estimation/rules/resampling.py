"""Replicate weights made from a design, for whoever wants variances without linearisation or hands data on without PSUs.

All resample first-stage PSUs within strata, so later stages need no step of their own. After Wolter 2007, chapters 3-5, and
Rao, Wu and Yue 1992; scales as in R's `as.svrepdesign`. Calibrate afterwards: every replicate is then calibrated by itself.
"""

from enum import StrEnum

import numpy as np

from literacy_app.estimation.rules.design import TAKEN_WHOLE, Design, DesignError, Floats, Ints, LonelyPsu, Mask, Stage
from literacy_app.estimation.rules.replicates import Replicates


class Resampling(StrEnum):
    """How replicates are made; R's names."""

    JK1 = "JK1"  # without strata: one PSU left out at a time
    JKN = "JKn"  # the same within strata
    BRR = "BRR"  # balanced half samples: two PSUs in every stratum
    BOOTSTRAP = "bootstrap"  # n - 1 PSUs drawn again with replacement in every stratum


def resampled(design: Design, kind: Resampling, *, replicates: int = 500, seed: int = 1) -> Replicates:
    """The design as replicate weights; `replicates` and `seed` are the bootstrap's.

    Raises DesignError for a calibrated design, a stratum of one PSU whose rule is none of remove and certainty, more than
    one stratum for JK1, and for BRR a stratum that has not two PSUs.
    """
    if design.is_calibrated:
        raise DesignError("make replicate weights first and calibrate them afterwards")
    stage = design.stages[0]
    if kind is Resampling.JK1 and len(stage.size) > 1:
        raise DesignError("JK1 is for a sample without strata; take JKn")
    if kind is Resampling.BRR:
        return _half_samples(design, stage)
    open_ = (stage.size > 1) & (stage.unsampled >= TAKEN_WHOLE)
    lonely = (stage.size == 1) & (stage.unsampled >= TAKEN_WHOLE)
    if lonely.any() and design.lonely_psu not in (LonelyPsu.REMOVE, LonelyPsu.CERTAINTY):
        raise DesignError("a stratum has one PSU: replicates can be made where lonely PSUs are removed or certain")
    if not open_.any():
        raise DesignError("no stratum has PSUs that could be left out")
    if kind is Resampling.BOOTSTRAP:
        return _bootstrapped(design, stage, open_, replicates, seed)
    left_out = np.flatnonzero(open_[stage.stratum])
    of = stage.stratum[left_out]
    factors = np.ones((len(stage.stratum), len(left_out)))
    for column, (psu, stratum) in enumerate(zip(left_out, of, strict=True)):
        size = stage.size[stratum]
        factors[stage.stratum == stratum, column] = size / (size - 1)
        factors[psu, column] = 0
    rscales = stage.unsampled[of] * (stage.size[of] - 1) / stage.size[of]
    return _replicates(design, stage.cluster, factors, 1.0, rscales)


def _bootstrapped(design: Design, stage: Stage, open_: Mask, replicates: int, seed: int) -> Replicates:
    """Drawn n - 1 times, so that no correction of the variance is needed (Rao and Wu's rescaling with m = n - 1)."""
    if (stage.unsampled[open_] < 1).any():
        raise DesignError("the bootstrap draws with replacement: leave finite population corrections out, or take JKn")
    rng = np.random.default_rng(seed)
    factors = np.ones((len(stage.stratum), replicates))
    for stratum in np.flatnonzero(open_):
        psus, size = np.flatnonzero(stage.stratum == stratum), int(stage.size[stratum])
        times = rng.multinomial(size - 1, np.full(size, 1 / size), size=replicates).T
        factors[psus] = times * size / (size - 1)
    return _replicates(design, stage.cluster, factors, 1 / (replicates - 1), np.ones(replicates))


def _half_samples(design: Design, stage: Stage) -> Replicates:
    if (stage.size != 2).any():
        raise DesignError("BRR needs exactly two PSUs in every stratum; take JKn")
    if (stage.unsampled < 1).any():
        raise DesignError(
            "BRR is for PSUs drawn with replacement: leave finite population corrections out, or take JKn"
        )
    signs = np.ones((1, 1))
    while len(signs) <= len(stage.size):  # Sylvester's: the first column is all ones and stands for no stratum
        signs = np.block([[signs, signs], [signs, -signs]])
    order = np.argsort(stage.stratum, kind="stable")
    first = np.zeros(len(stage.stratum), np.bool_)
    first[order[::2]] = True
    taken: Mask = np.where(first[:, None], signs[:, 1:].T[stage.stratum], -signs[:, 1:].T[stage.stratum]) > 0
    return _replicates(design, stage.cluster, taken * np.float64(2), 1 / len(signs), np.ones(len(signs)))


def _replicates(design: Design, psu: Ints, factors: Floats, scale: float, rscales: Floats) -> Replicates:
    return Replicates(design.weights, design.weights[:, None] * factors[psu], scale, rscales)
