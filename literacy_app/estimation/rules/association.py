"""Whether two categorical answers go together, tested so that clusters and weights are taken into account."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from literacy_app.estimation.rules.design import Codes, Floats, Mask
from literacy_app.estimation.rules.estimates import Reason, Sample, covariance_of, no_variance
from literacy_app.estimation.rules.forms import mean_form

# A matrix worse conditioned than this is taken as singular.
SINGULAR = 1e-12
# A table of up to this many (r - 1)(c - 1) is tested whatever the degrees of freedom, as in R: the test needs no covariance
# of full rank. Beyond them and beyond this, somebody has crossed codes or ages, not answers.
SMALL_TABLE = 100


@dataclass(frozen=True, eq=False)
class Association:
    """A two-way table of shares with the test that its rows and columns are independent; None and `reason` where there is none.

    `pearson` is Pearson's X2 of the weighted table scaled to n people; alone it overstates what a clustered sample says.
    `first_order` is X2 / mean_deff, read as chi-squared with (r - 1)(c - 1) degrees of freedom; `f`, the second order, is
    the test to report.
    """

    n: int  # rows used: in the domain, with both answers, whatever their weight
    rows: tuple[Any, ...]  # (r,) labels, sorted
    columns: tuple[Any, ...]  # (c,)
    left_out_rows: tuple[Any, ...]  # labels that nobody used has, though somebody in the file has
    left_out_columns: tuple[Any, ...]
    shares: Floats | None = None  # (r, c), adding up to 1
    df: int | None = None  # of the design: PSUs minus strata over the rows used that have a weight
    pearson: float | None = None
    mean_deff: float | None = None  # the mean generalised design effect
    first_order: float | None = None
    first_order_df: int | None = None
    first_order_p: float | None = None
    f: float | None = None
    f_df: tuple[float, float] | None = None  # Satterthwaite's, of numerator and denominator
    p: float | None = None  # of f
    reason: Reason | None = None


def association(
    design: Sample, row_variable: Codes, column_variable: Codes, domain: ArrayLike | None = None
) -> Association:
    """Rao and Scott's test of independence of two variables, (n,) of labels each, over the domain, (n,) of bool.

    NaN and None are no answer. Raises ValueError for another length. Rao and Scott 1984;
    R's `svychisq` with statistic "Chisq" (first order) and "F".
    """
    shape = (design.rows,)
    columns = [np.asarray(variable) for variable in (row_variable, column_variable)]
    if any(column.shape != shape for column in columns):
        raise ValueError(f"a variable must have one label for each of the design's {design.rows} rows")
    mask = np.ones(shape, np.bool_) if domain is None else np.asarray(domain)
    if mask.shape != shape or mask.dtype != np.bool_:
        raise ValueError(f"a domain must say True or False for each of the design's {design.rows} rows")
    answered = [_answered(column) for column in columns]
    used = np.flatnonzero(mask & answered[0] & answered[1])
    weighed = used[design.weights[used] > 0]
    levels = [np.unique(column[weighed]) for column in columns]
    left_out = [
        tuple(np.setdiff1d(column[with_answer], kept).tolist())
        for column, with_answer, kept in zip(columns, answered, levels, strict=True)
    ]
    labels = [tuple(kept.tolist()) for kept in levels]
    made = Association(len(used), labels[0], labels[1], left_out[0], left_out[1])
    if not len(weighed):
        return replace(made, reason=Reason.NO_WEIGHT if len(used) else Reason.EMPTY_DOMAIN)
    r, c = len(levels[0]), len(levels[1])
    cell = np.searchsorted(levels[0], columns[0][weighed]) * c + np.searchsorted(levels[1], columns[1][weighed])
    size = np.bincount(cell, weights=design.weights[weighed], minlength=r * c)
    shares = size / size.sum()
    made = replace(made, shares=shares.reshape(r, c), df=design.degrees_of_freedom(used))
    if min(r, c) < 2:
        return replace(made, reason=Reason.ONE_LEVEL)
    made = _with_pearson(made, shares)
    if (r - 1) * (c - 1) > max(made.df or 0, SMALL_TABLE):
        return replace(made, reason=Reason.MANY_CELLS)
    basis = _basis(shares, len(used), r, c)
    if basis is None:
        return replace(made, reason=Reason.SINGULAR)
    forms = [mean_form(weighed, (cell == code).astype(np.float64), design.weights) for code in range(r * c)]
    covariance = covariance_of(design, forms)
    if covariance is None:
        return replace(made, reason=no_variance(design))
    return _tested(made, basis.T @ covariance @ basis)


def _with_pearson(made: Association, shares: Floats) -> Association:
    """Pearson's X2 of the shares (rc,) and its degrees of freedom."""
    r, c = len(made.rows), len(made.columns)
    table = shares.reshape(r, c)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    return replace(
        made,
        pearson=float(made.n * ((table - expected) ** 2 / expected).sum()),
        first_order_df=(r - 1) * (c - 1),
    )


def _tested(made: Association, designed: Floats) -> Association:
    """The table with its tests. `designed`, ((r - 1)(c - 1),) a side is the covariance of the basis under the design."""
    df, pearson, freedom = made.df or 0, made.pearson or 0.0, made.first_order_df or 0
    if not np.isfinite(designed).all():
        return replace(made, reason=Reason.OUT_OF_RANGE)
    # The generalised design effects.
    effects: Floats = np.maximum(np.linalg.eigvalsh(designed), 0.0)
    if effects.max() <= SINGULAR:
        return replace(made, reason=Reason.SINGULAR)
    trace = float(effects.sum())
    first = pearson / (trace / freedom)
    made = replace(
        made,
        mean_deff=trace / freedom,
        first_order=first,
        first_order_p=float(chdtrc(freedom, first)),
        f=pearson / trace,
    )
    if df < 1:
        return replace(made, reason=Reason.NO_DEGREES_OF_FREEDOM)
    numerator = 1 / float(((effects / trace) ** 2).sum())
    return replace(made, f_df=(numerator, numerator * df), p=float(fdtrc(numerator, numerator * df, pearson / trace)))


def _basis(shares: Floats, n: int, r: int, c: int) -> Floats | None:
    """(rc, (r - 1)(c - 1)) interactions of log p, as sums of shares (rc,), that simple random sampling of n leaves uncorrelated.

    Each has the variance 1 there, so under the design they have the generalised design effects as eigenvalues. None where
    the table leaves some open. A cell that nobody is in takes no part, as in R.
    """
    if np.count_nonzero(shares) < (r - 1) * (c - 1):
        return None
    contrasts = _interactions(r, c)
    inverse = np.divide(1, shares, out=np.zeros_like(shares), where=shares > 0)
    spread = inverse[:, None] * contrasts
    values, vectors = np.linalg.eigh(contrasts.T @ spread / n)
    if values.min() <= SINGULAR * values.max():
        return None
    basis: Floats = spread @ (vectors / np.sqrt(values))
    return basis


def _interactions(r: int, c: int) -> Floats:
    """(rc, (r - 1)(c - 1)) a basis of what rows and columns do not explain in a table of r x c cells."""
    result: Floats = np.kron(np.eye(r)[:, 1:] - 1 / r, np.eye(c)[:, 1:] - 1 / c).astype(np.float64)
    return result


def _answered(labels: Codes) -> Mask:
    """(n,) where there is an answer: neither NaN nor None."""
    if labels.dtype == np.object_:
        return np.array([label is not None and label == label for label in labels], np.bool_)
    return ~np.isnan(labels) if labels.dtype.kind == "f" else np.ones(labels.shape, np.bool_)
