"""How far second answers agree with the first: the share that is the same, and Cohen's kappa with its standard error."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """`n` pairs of answers, of which `agreed` are the same. `kappa` is None where chance alone would agree always, `error` its standard error."""

    n: int
    agreed: int
    expected: float | None
    kappa: float | None
    error: float | None

    @property
    def share(self) -> float | None:
        """The share that is the same, or None without a pair."""
        return self.agreed / self.n if self.n else None


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Cohen's kappa (1960) of pairs (first answer, second answer), with the large-sample standard error of Fleiss, Cohen and Everitt (1969)."""
    n = len(pairs)
    agreed = sum(first == second for first, second in pairs)
    if not n:
        return Agreement(0, 0, None, None, None)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    # Whole numbers first: rounding must not turn a chance agreement of 1 into nearly 1.
    chance = sum(first[answer] * second[answer] for answer in first)
    if chance == n * n:
        return Agreement(n, agreed, 1.0, None, None)
    p0, pe = agreed / n, chance / (n * n)
    kappa = (p0 - pe) / (1 - pe)
    on = off = 0.0
    for (one, two), count in Counter(pairs).items():
        if one == two:
            on += count / n * (1 - (first[one] + second[one]) / n * (1 - kappa)) ** 2
        else:
            off += count / n * ((second[one] + first[two]) / n) ** 2
    variance = (on + (1 - kappa) ** 2 * off - (kappa - pe * (1 - kappa)) ** 2) / (n * (1 - pe) ** 2)
    return Agreement(n, agreed, pe, kappa, math.sqrt(max(variance, 0.0)))


def pooled(parts: Iterable[Agreement]) -> Agreement:
    """Several questions as one: (mean observed - mean expected) / (1 - mean expected), De Vries and others (2008).

    Its standard error takes the questions as independent of each other; those without a kappa add only to the share.
    """
    found = [one for one in parts if one.n]
    n, agreed = sum(one.n for one in found), sum(one.agreed for one in found)
    weighed = [(1 - one.expected, one.kappa, one.error) for one in found if one.kappa is not None]  # type: ignore[operator]
    total = sum(weight for weight, _, _ in weighed)
    if not total:
        return Agreement(n, agreed, 1.0 if n else None, None, None)
    kappa = sum(weight * value for weight, value, _ in weighed) / total
    error = math.sqrt(sum((weight * (error or 0.0)) ** 2 for weight, _, error in weighed)) / total
    return Agreement(n, agreed, 1 - total / len(weighed), kappa, error)
