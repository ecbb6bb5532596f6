"""Taylor linearisation: the variance of ratios of weighted sums under a design of one or more stages.

After Wolter, Introduction to Variance Estimation (2007), chapters 1 and 6; the conventions are those of R's `survey`.
"""

from collections.abc import Sequence

import numpy as np

from literacy_app.estimation.rules.calibration import residuals
from literacy_app.estimation.rules.design import TAKEN_WHOLE, Design, Floats, Ints, LonelyPsu, Mask, Stage
from literacy_app.estimation.rules.forms import Form


def taylor(design: Design, forms: Sequence[Form]) -> Floats | None:
    """The covariance matrix (k, k) of k forms. None when a stratum has one PSU and the design's rule gives no number for it.

    Rows outside a form have influence 0 and their PSUs still count: a domain is never a filtered file.
    """
    rows = forms[0].rows
    for form in forms[1:]:
        rows = np.union1d(rows, form.rows)
    influence = np.zeros((len(rows), len(forms)))
    for column, form in enumerate(forms):
        influence[np.searchsorted(rows, form.rows), column] = design.weights[form.rows] * form.residual(design.weights)
    if design.is_calibrated:
        whole = np.zeros((design.rows, len(forms)))
        whole[rows] = influence
        rows, influence = np.arange(design.rows), residuals(whole, design)
    total = np.zeros((len(forms), len(forms)))
    for stage in design.stages:
        part = _between_clusters(stage, rows, influence, design.lonely_psu, design.adjust_domain_lonely)
        if part is None:
            return None
        total += part
    return total


def _between_clusters(stage: Stage, rows: Ints, influence: Floats, rule: LonelyPsu, in_domains: bool) -> Floats | None:
    """sum over strata of (1 - f) n / (n - 1) sum over clusters of (z - mean z)^2, as a matrix (k, k)."""
    cluster = stage.cluster[rows]
    z = _sums(cluster, influence, len(stage.stratum))
    seen = np.bincount(stage.stratum[np.bincount(cluster, minlength=len(stage.stratum)) > 0], minlength=len(stage.size))
    open_ = stage.unsampled >= TAKEN_WHOLE
    lonely = (seen > 0) & (stage.size == 1) & open_
    if rule is LonelyPsu.FAIL and lonely.any():
        return None
    if in_domains:
        lonely |= (seen == 1) & (stage.size > 1) & open_
    scale = np.where(open_, stage.reach * stage.unsampled * stage.size / np.maximum(stage.size - 1, 1), 0.0)
    centre = _sums(stage.stratum, z, len(stage.size)) / stage.size[:, None]
    if rule is LonelyPsu.ADJUST:
        centre[lonely] = 0
    if rule is LonelyPsu.AVERAGE and lonely.any():
        used = _share_used(stage, seen > 0, lonely)
        if used is None:
            return None
        scale = np.where(lonely, 0.0, scale / used)
    away = z - centre[stage.stratum]
    result: Floats = (away * scale[stage.stratum, None]).T @ away
    return result


def _share_used(stage: Stage, seen: Mask, lonely: Mask) -> Floats | None:
    """(S,) the share of a parent's strata that have a variance of their own; None when a parent has none."""
    strata = np.bincount(stage.parent, weights=seen)
    kept = np.bincount(stage.parent, weights=seen & ~lonely)
    if ((kept == 0) & (strata > 0)).any():
        return None
    used: Floats = np.where(strata > 0, kept / np.maximum(strata, 1), 1.0)
    return used[stage.parent]


def _sums(codes: Ints, columns: Floats, length: int) -> Floats:
    """(length, k) the sums of the columns (m, k) within each code."""
    return np.stack([np.bincount(codes, weights=column, minlength=length) for column in columns.T], axis=1)
