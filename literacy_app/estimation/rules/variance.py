"""Taylor linearisation: the variance of ratios of weighted sums under a design of one or more stages.

After Wolter, Introduction to Variance Estimation (2007), chapters 1 and 6; the conventions are those of R's `survey`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from literacy_app.estimation.rules.calibration import residuals
from literacy_app.estimation.rules.design import TAKEN_WHOLE, Design, Floats, Ints, LonelyPsu, Mask, Stage, distinct
from literacy_app.estimation.rules.forms import Form


@dataclass(frozen=True, eq=False)
class Parts:
    """The P parts that D disjoint domains have of the clusters of a stage: those with rows, in order of domain, then cluster."""

    domain: Ints  # (P,)
    cluster: Ints  # (P,)
    sums: Floats  # (P, k) of k columns over the rows of the part


def taylor(design: Design, forms: Sequence[Form]) -> Floats | None:
    """The covariance matrix (k, k) of k forms. None when a stratum has one PSU and the design's rule gives no number for it.

    Rows outside a form have influence 0 and their PSUs still count: a domain is never a filtered file.
    """
    rows = forms[0].rows
    for form in forms[1:]:
        rows = np.union1d(rows, form.rows)
    influence = np.zeros((len(rows), len(forms)))
    for column, form in enumerate(forms):
        place = np.searchsorted(rows, form.rows) if len(forms) > 1 else slice(None)
        influence[place, column] = design.weights[form.rows] * form.residual(design.weights)
    if design.is_calibrated:
        whole = np.zeros((design.rows, len(forms)))
        whole[rows] = influence
        rows, influence = np.arange(design.rows), residuals(whole, design)
    last = design.stages[-1]
    found, known = covariances(design, gathered(np.zeros_like(rows), last.cluster[rows], influence, 1, last), 1)
    return found[0] if known[0] else None


def gathered(domain: Ints, cluster: Ints, columns: Floats, domains: int, stage: Stage) -> Parts:
    """The parts of m rows or clusters that lie in the `domain` (m,), 0..domains-1, and `cluster` (m,) of `stage`; `columns` (m, k)."""
    clusters = len(stage.stratum)
    codes = cluster if domains == 1 else domain * clusters + cluster
    part, place = distinct(codes, domains * clusters)
    domain = part // clusters
    return Parts(domain, part - domain * clusters, _sums(place, columns, len(part)))


def covariances(design: Design, parts: Parts, domains: int) -> tuple[Floats, Mask]:
    """The covariance matrix (domains, k, k) of the sums of each domain, from its parts of the last stage's clusters.

    And whether it is known (domains,): not when a stratum has one PSU and the design's rule gives no number for it.
    """
    width = parts.sums.shape[1]
    found, known = np.zeros((domains, width, width)), np.ones(domains, np.bool_)
    for number, stage in reversed(list(enumerate(design.stages))):
        part, so = _between_clusters(stage, parts, domains, design.lonely_psu, design.adjust_domain_lonely)
        found, known = found + part, known & so
        if number:
            above = stage.parent[stage.stratum[parts.cluster]]
            parts = gathered(parts.domain, above, parts.sums, domains, design.stages[number - 1])
    return found, known


def _between_clusters(
    stage: Stage, parts: Parts, domains: int, rule: LonelyPsu, in_domains: bool
) -> tuple[Floats, Mask]:
    """sum over strata of (1 - f) n / (n - 1) sum over clusters of (z - mean z)^2, as matrices (domains, k, k); and if it is known."""
    strata = len(stage.size)
    seen, place = distinct(parts.domain * strata + stage.stratum[parts.cluster], domains * strata)
    domain, stratum = np.divmod(seen, strata)
    with_rows, size = np.bincount(place, minlength=len(seen)), stage.size[stratum]
    open_ = stage.unsampled[stratum] >= TAKEN_WHOLE
    lonely = (size == 1) & open_
    known = np.ones(domains, np.bool_)
    if rule is LonelyPsu.FAIL:
        known[domain[lonely]] = False
    if in_domains:
        lonely |= (with_rows == 1) & (size > 1) & open_
    scale = np.where(open_, stage.reach[stratum] * stage.unsampled[stratum] * size / np.maximum(size - 1, 1), 0.0)
    centre = _sums(place, parts.sums, len(seen)) / size[:, None]
    if rule is LonelyPsu.ADJUST:
        centre[lonely] = 0
    if rule is LonelyPsu.AVERAGE and lonely.any():
        used = _share_used(domain, stage.parent[stratum], lonely)
        known[domain[used == 0]] = False
        scale = np.where(lonely | (used == 0), 0.0, scale / np.where(used > 0, used, 1))
    away = parts.sums - centre[place]
    # Clusters without rows in the domain are as far from the centre as it is from 0.
    found = _squares(parts.domain, away, scale[place], domains) + _squares(
        domain, centre, scale * (size - with_rows), domains
    )
    return found, known


def _share_used(domain: Ints, parent: Ints, lonely: Mask) -> Floats:
    """The share of a parent's strata in the domain that have a variance of their own, for each of its strata."""
    parents = int(parent.max()) + 1
    family, place = distinct(domain * parents + parent, int(domain.max() + 1) * parents)
    shares: Floats = np.bincount(place, weights=~lonely, minlength=len(family)) / np.bincount(place)
    return shares[place]


def _squares(domain: Ints, columns: Floats, weights: Floats, domains: int) -> Floats:
    """(domains, k, k) the weighted sums of products of the columns (m, k) within each domain."""
    width = columns.shape[1]
    found = np.empty((domains, width, width))
    for one in range(width):
        for other in range(one + 1):
            products = weights * columns[:, one] * columns[:, other]
            found[:, one, other] = found[:, other, one] = np.bincount(domain, weights=products, minlength=domains)
    return found


def _sums(codes: Ints, columns: Floats, length: int) -> Floats:
    """(length, k) the sums of the columns (m, k) within each code."""
    sums: Floats = np.stack([np.bincount(codes, weights=column, minlength=length) for column in columns.T])
    return sums.T
