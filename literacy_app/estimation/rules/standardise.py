"""Levels as they would be if everybody had one age structure, so that places and waves of different ages can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from literacy_app.estimation.rules.design import Codes
from literacy_app.estimation.rules.estimates import (
    FEW,
    Estimate,
    Reason,
    Sample,
    Statistic,
    contrast,
    interval_by,
    no_variance,
    proportion,
)
from literacy_app.estimation.rules.forms import mean_form
from literacy_app.estimation.rules.intervals import NO_SPREAD, Method


@dataclass(frozen=True)
class Standardised:
    """A share under a standard population, and the crude share of the same people beside it."""

    standardised: Estimate  # deff is None: no simple random sample is standardised
    crude: Estimate
    empty_groups: tuple[Any, ...]  # groups of the standard that nobody with an answer and a weight is in
    left_out: int  # rows of the domain with an answer and in no group of the standard


def standardise(
    design: Sample,
    y: ArrayLike,
    group: Codes,
    standard: Mapping[Any, float],
    domain: ArrayLike | None = None,
    *,
    level: float = 0.95,
    method: Method | None = None,
) -> Standardised:
    """sum over groups a of W_a p_a: directly standardised, with the covariance of the groups' shares.

    `y` is (n,) of 0, 1 and NaN for no answer, `group` (n,) of labels (age groups), `domain` (n,) of bool. `standard` gives
    each group's people or share; only their proportions matter. A group that has nobody makes the reason EMPTY_GROUP:
    the others are not made to stand for it. The interval is chosen as in `proportion`. Raises ValueError for a standard
    that is empty or not above 0, and as `proportion`. R's `svyby` and `svycontrast`; Ahmad et al. 2001 (WHO) on the method.
    """
    total = sum(standard.values())
    if not standard or not np.isfinite(total) or min(standard.values()) <= 0:
        raise ValueError("a standard population needs at least one group, and people above 0 in each")
    groups = np.asarray(group)
    if groups.shape != (design.rows,):
        raise ValueError(f"the groups must have one label for each of the design's {design.rows} rows")
    values = np.asarray(y, dtype=np.float64)
    everybody = proportion(design, values, domain, level=level, method=method)
    inside = np.ones(design.rows, np.bool_) if domain is None else np.array(domain, np.bool_)
    members = {label: inside & (groups == label) & ~np.isnan(values) for label in standard}
    counted = np.logical_or.reduce(list(members.values()))
    crude = proportion(design, values, counted, level=level, method=method)
    empty = tuple(label for label, mask in members.items() if not (design.weights[mask] > 0).any())
    left_out = everybody.n - crude.n
    made = Estimate(Statistic.PROPORTION, crude.n, df=crude.df)
    if crude.estimate is None:  # nobody, no weight or a lonely PSU: the same holds for the groups
        return Standardised(replace(made, reason=crude.reason), crude, empty, left_out)
    if empty:
        return Standardised(replace(made, reason=Reason.EMPTY_GROUP), crude, empty, left_out)
    forms = [mean_form(np.flatnonzero(mask), values[mask], design.weights) for mask in members.values()]
    found = contrast(design, forms, [share / total for share in standard.values()])
    if found is None:
        return Standardised(replace(made, reason=no_variance(design)), crude, empty, left_out)
    # Where all agree, the shares of the standard add up to 1 but for rounding; the crude share is exact.
    share, se = (crude.estimate if crude.estimate in (0, 1) else found[0]), found[1]
    if method is None:
        weighed = values[counted & (design.weights > 0)]
        method = Method.KORN_GRAUBARD if min(weighed.sum(), (1 - weighed).sum()) < FEW else Method.LOGIT
    effective_n = share * (1 - share) / se**2 if se >= NO_SPREAD else None
    made = replace(made, estimate=share, se=se, effective_n=effective_n)
    interval = interval_by(method, made, design, level)
    reason = Reason.NO_DEGREES_OF_FREEDOM if interval is None else None
    return Standardised(replace(made, interval=interval, reason=reason), crude, empty, left_out)
