"""The change between two waves that were drawn from one frame, some of whose PSUs may be in both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from literacy_app.estimation.rules.calibration import residuals
from literacy_app.estimation.rules.design import Design, Floats, LonelyPsu
from literacy_app.estimation.rules.estimates import Estimate, Reason, Statistic
from literacy_app.estimation.rules.forms import Form, mean_form
from literacy_app.estimation.rules.intervals import wald_interval
from literacy_app.estimation.rules.variance import taylor

# Where every village changes alike, 2 C takes all of V1 + V2 away but for rounding, which the square root would make visible.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Measurement:
    """One wave: its design, y (n,) of 0, 1 and NaN, and what names each row's PSU the same in every wave (n,)."""

    design: Design
    y: Floats
    psu: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Change:
    """The later level less the earlier, and how many PSUs were in both."""

    estimate: Estimate
    shared: int


def change(earlier: Measurement, later: Measurement, level: float = 0.95) -> Change:
    """V1 + V2 - 2 C: each wave has the variance of its own design; C is the covariance of the PSUs that were in both.

    C = sum over those PSUs of the products of their distances from their strata's means, each times sqrt(n / (n - 1)). Where all
    PSUs are the same this is the contrast of the stacked waves; where none is, the waves are independent. df = df1 + df2 less
    what they share. After Kish 1965, 12.4, and Wood 2008 (J Off Stat 24) for samples that overlap in part.
    """
    both = (earlier, later)
    rows = [np.flatnonzero(~np.isnan(one.y)) for one in both]
    n = sum(len(part) for part in rows)
    if not all((one.design.weights[part] > 0).any() for one, part in zip(both, rows, strict=True)):
        return Change(Estimate(Statistic.DIFFERENCE, n, reason=Reason.EMPTY_DOMAIN), 0)
    forms = [mean_form(part, one.y[part], one.design.weights) for one, part in zip(both, rows, strict=True)]
    variances = [taylor(one.design, [form]) for one, form in zip(both, forms, strict=True)]
    if variances[0] is None or variances[1] is None:
        return Change(Estimate(Statistic.DIFFERENCE, n, reason=Reason.LONELY_PSU), 0)
    before, after = (_away(one, form) for one, form in zip(both, forms, strict=True))
    shared = before.keys() & after.keys()
    together = sum(before[psu][1] * after[psu][1] for psu in shared)
    apart = float(variances[0][0, 0] + variances[1][0, 0])
    variance = apart - 2 * together
    if variance < ROUNDING * apart:
        variance = 0.0
    df = [one.design.degrees_of_freedom(part) for one, part in zip(both, rows, strict=True)]
    common = sum(df) - max(len(shared) - len({before[psu][0] for psu in shared}), 0)
    gap = forms[1].value(later.design.weights) - forms[0].value(earlier.design.weights)
    se = float(np.sqrt(variance))
    interval = wald_interval(gap, se, common, level)
    reason = None if interval else Reason.NO_DEGREES_OF_FREEDOM
    return Change(Estimate(Statistic.DIFFERENCE, n, gap, se, common, interval=interval, reason=reason), len(shared))


def _away(wave: Measurement, form: Form) -> dict[tuple[str, ...], tuple[int, float]]:
    """By PSU with a weight: its stratum, and its distance from the stratum's mean, times sqrt(n / (n - 1))."""
    design = wave.design
    influence = np.zeros((design.rows, 1))
    influence[form.rows, 0] = design.weights[form.rows] * form.residual(design.weights)
    if design.is_calibrated:
        influence = residuals(influence, design)
    stage = design.stages[0]
    z = np.bincount(stage.cluster, weights=influence[:, 0], minlength=len(stage.stratum))
    size = stage.size[stage.stratum]
    centre = (np.bincount(stage.stratum, weights=z, minlength=len(stage.size)) / stage.size)[stage.stratum]
    if design.lonely_psu is LonelyPsu.ADJUST:
        centre = np.where(size == 1, 0.0, centre)
    away = (z - centre) * np.sqrt(size / np.maximum(size - 1, 1)) * np.sqrt(stage.unsampled[stage.stratum])
    answered = design.weights > 0
    names = {int(stage.cluster[row]): wave.psu[row] for row in np.flatnonzero(answered).tolist()}
    return {name: (int(stage.stratum[cluster]), float(away[cluster])) for cluster, name in names.items()}
