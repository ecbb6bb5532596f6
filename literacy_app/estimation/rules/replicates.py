"""Variances from replicate weights, for files that come with them instead of strata and PSUs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from literacy_app.estimation.rules.design import DesignError, Floats, Ints, first_rows
from literacy_app.estimation.rules.forms import Form

# A replicate that others explain to within this share brings no degree of freedom, as in R survey.
DEPENDENT = 1e-5
TINY = 1e-300  # stands for the largest weight where all are 0


@dataclass(frozen=True, eq=False)
class Replicates:
    """A sample of n rows with R sets of replicate weights, each a full weight (R's `combined.weights`).

    V = scale * sum_r rscales[r] (theta_r - centre)^2; the centre is the estimate with `mse`, else the replicates' mean.
    Raises DesignError. R's `svrepdesign`.
    """

    weights: Floats  # (n,)
    replicates: Floats  # (n, R)
    scale: float
    rscales: Floats  # (R,)
    mse: bool = False
    # The ranks already sought, by a digest of the rows: every estimate of a domain asks for the same one.
    _ranks: dict[bytes, int] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.replicates.shape != (self.rows, len(self.rscales)) or not len(self.rscales):
            raise DesignError("replicate weights need one value a row and one rscale each")
        for given in (self.weights, self.replicates, self.rscales, np.array([self.scale])):
            if not np.isfinite(given).all() or (given < 0).any():
                raise DesignError("weights and scales must be numbers of at least 0")

    @property
    def rows(self) -> int:
        """How many rows the whole sample has."""
        return len(self.weights)

    def degrees_of_freedom(self, rows: Ints) -> int:
        """The rank of the replicate weights over `rows` (indices), less one."""
        asked = sha256(rows.tobytes()).digest()
        if asked not in self._ranks:
            self._ranks[asked] = _rank(self.replicates[rows])
        return max(self._ranks[asked] - 1, 0)

    def covariance(self, forms: Sequence[Form]) -> Floats | None:
        """The covariance matrix (k, k) of k forms. Replicates that have no value for one of them are left out.

        None when none is left, or a single one to be compared with its own mean.
        """
        thetas = np.stack([form.values(self.replicates) for form in forms], axis=1)
        kept = np.isfinite(thetas).all(axis=1) & (self.rscales > 0)
        if kept.sum() < (1 if self.mse else 2):
            return None
        thetas, rscales = thetas[kept], self.rscales[kept]
        centre = [form.value(self.weights) for form in forms] if self.mse else thetas.mean(axis=0)
        away = thetas - centre
        result: Floats = self.scale * (away * rscales[:, None]).T @ away
        return result


def _rank(columns: Floats) -> int:
    """Of (m, R), by the eigenvalues of the smaller of its two Gram matrices, which are the squares of its singular values."""
    scaled = columns / max(columns.max(initial=0), TINY)
    few = _merged(scaled[scaled.max(axis=1, initial=0) > 0])
    squares = np.linalg.eigvalsh(few @ few.T if len(few) < few.shape[1] else few.T @ few)
    return int((squares > DEPENDENT**2 * squares.max(initial=0)).sum())


def _merged(columns: Floats) -> Floats:
    """(g, R) the rows (m, R) with those that are multiples of each other made one, which leaves the singular values as they are.

    Replicates made from PSUs have one direction a PSU, however many people are in it.
    """
    largest = columns.max(axis=1, initial=0)
    place: dict[bytes, int] = {}
    shapes = (columns / largest[:, None]).astype(np.float32)  # so that rounding sets no rows apart
    group = np.array([place.setdefault(shape.tobytes(), len(place)) for shape in shapes], np.int64)
    first = first_rows(group)
    size = np.sqrt(np.bincount(group, weights=largest**2, minlength=len(place)))
    merged: Floats = columns[first] / largest[first, None] * size[:, None]
    return merged
