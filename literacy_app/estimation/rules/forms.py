"""What every statistic comes down to: a ratio of two weighted sums over some rows."""

from dataclasses import dataclass

import numpy as np

from literacy_app.estimation.rules.design import Floats, Ints


@dataclass(frozen=True, eq=False)
class Form:
    """A statistic: shift + sum(w top) / sum(w bottom) over the m rows `rows` (ascending indices).

    Without bottom (and shift) it is sum(w top).
    """

    rows: Ints  # (m,)
    top: Floats  # (m,)
    bottom: Floats | None = None  # (m,)
    shift: float = 0.0

    def value(self, weights: Floats) -> float:
        """The statistic under the weights (n,) of the whole design."""
        return self.shift + self._ratio(weights[self.rows])

    def values(self, replicates: Floats) -> Floats:
        """(R,) the statistic under each column of replicate weights (n, R); NaN or infinite where it has none."""
        w: Floats = replicates[self.rows].T
        if self.bottom is None:
            sums: Floats = w @ self.top
            return sums
        below = w @ self.bottom
        ratios: Floats = np.divide(w @ self.top, below, out=np.full(len(w), np.nan), where=below != 0)
        return self.shift + ratios

    def residual(self, weights: Floats) -> Floats:
        """(m,) what each row adds to the linearised statistic, before its weight."""
        if self.bottom is None:
            return self.top
        w = weights[self.rows]
        below = weighed_sum(w, self.bottom)
        found = (-weighed_sum(w, self.top) / below) * self.bottom
        found += self.top
        found /= below
        return found

    def _ratio(self, w: Floats) -> float:
        total = weighed_sum(w, self.top)
        return total if self.bottom is None else total / weighed_sum(w, self.bottom)


def mean_form(rows: Ints, top: Floats, weights: Floats) -> Form:
    """The mean of top (m,). A constant is taken off first, so that a share of 1 is exactly 1 with a variance of exactly 0."""
    weighed = top[weights[rows] > 0]
    shift = float(weighed[0]) if len(weighed) and (weighed == weighed[0]).all() else 0.0
    return Form(rows, top - shift, np.ones(len(rows)), shift)


def weighed_sum(w: Floats, column: Floats) -> float:
    """sum(w column). Not w @ column: that starts BLAS's threads, which wait for each other where a machine is busy."""
    return float(np.einsum("i,i", w, column))
