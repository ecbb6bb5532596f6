"""Variances from replicate weights, for files that come with them instead of strata and PSUs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from literacy_app.estimation.rules.design import DesignError, Floats, Ints
from literacy_app.estimation.rules.forms import Form

# A replicate that others explain to within this share brings no degree of freedom, as in R survey.
DEPENDENT = 1e-5


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
        used = self.replicates[rows]
        squares = np.linalg.eigvalsh(used.T @ used)  # of the singular values
        return max(int((squares > DEPENDENT**2 * squares.max()).sum()) - 1, 0)

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
