"""Draws with known probabilities: by size, or evenly over a list.

Of the source of randomness only `random()` is used, whose numbers Python promises never to change for a seed. A number is
taken as the exact fraction that it is, so that a draw comes out alike on every machine.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol, TypeVar

T = TypeVar("T")


class Randomness(Protocol):
    """What a draw needs: `random.Random(seed)` is one."""

    def random(self) -> float:
        """A number from 0 to below 1."""


@dataclass(frozen=True)
class Places:
    """A draw without replacement: the places drawn, in order, and the chance of every place, drawn or not."""

    drawn: tuple[int, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Hits:
    """A draw with replacement: how often each place was hit, and how often it is expected to be."""

    hits: tuple[int, ...]
    expected: tuple[float, ...]


def pps_probabilities(sizes: Sequence[int], n: int) -> tuple[float, ...]:
    """The chance of each place when `n` are drawn by size without replacement; they add up to `n`.

    A place at least as large as the step (total / n) is certain; the others share what is left in proportion to their
    size, again and again until none of them reaches the step (Särndal, Swensson and Wretman 1992, 3.6).
    Raises ValueError where a size is not above 0 or `n` is not from 1 to the number of places.
    """
    _check(sizes, n)
    if n > len(sizes):
        raise ValueError(f"{n} cannot be drawn from {len(sizes)}; ask for fewer, or draw with replacement")
    certain: set[int] = set()
    while True:
        left, total = n - len(certain), sum(size for place, size in enumerate(sizes) if place not in certain)
        reached = {place for place, size in enumerate(sizes) if place not in certain and size * left >= total}
        if not reached:
            break
        certain |= reached
    return tuple(1.0 if place in certain else left * size / total for place, size in enumerate(sizes))


def pps_systematic(sizes: Sequence[int], n: int, rng: Randomness) -> Places:
    """`n` places drawn by size, with one random start and even steps through the sizes in their order (Madow 1949).

    The order stratifies: neighbours are seldom drawn together. Errors as of `pps_probabilities`.
    """
    probabilities = pps_probabilities(sizes, n)
    drawn = [place for place, probability in enumerate(probabilities) if probability == 1]
    others = [place for place, probability in enumerate(probabilities) if probability < 1]
    if others:
        ends = list(accumulate(sizes[place] for place in others))
        drawn += [others[bisect_right(ends, point)] for point in _steps(ends[-1], n - len(drawn), rng)]
    return Places(tuple(sorted(drawn)), probabilities)


def pps_with_replacement(sizes: Sequence[int], n: int, rng: Randomness) -> Hits:
    """`n` draws by size, each from all places (Hansen and Hurwitz 1943). Raises ValueError for a size or `n` not above 0."""
    _check(sizes, n)
    ends = list(accumulate(sizes))
    hits = [0] * len(sizes)
    for _ in range(n):
        hits[bisect_right(ends, _below(ends[-1], rng))] += 1
    return Hits(tuple(hits), tuple(n * size / ends[-1] for size in sizes))


def systematic(total: int, n: int, rng: Randomness) -> tuple[int, ...]:
    """`n` of the numbers 1 to `total`, each with the chance n / total: a random start and steps of total / n, fractions kept.

    Raises ValueError where `n` is not from 0 to `total`.
    """
    if not 0 <= n <= total:
        raise ValueError(f"{n} cannot be drawn from {total}; ask for 0 to {total}")
    return tuple(point + 1 for point in _steps(total, n, rng)) if n else ()


def shuffled(things: Sequence[T], rng: Randomness) -> list[T]:
    """The same things in an order of which every one is equally likely (Fisher and Yates)."""
    result = list(things)
    for last in range(len(result) - 1, 0, -1):
        other = _below(last + 1, rng)
        result[last], result[other] = result[other], result[last]
    return result


def _steps(total: int, n: int, rng: Randomness) -> list[int]:
    """The whole parts of (u + j) total / n for j from 0 to n - 1."""
    numerator, denominator = rng.random().as_integer_ratio()
    return [(numerator + step * denominator) * total // (denominator * n) for step in range(n)]


def _below(total: int, rng: Randomness) -> int:
    """A whole number from 0 to below `total`."""
    numerator, denominator = rng.random().as_integer_ratio()
    return numerator * total // denominator


def _check(sizes: Sequence[int], n: int) -> None:
    if n < 1:
        raise ValueError("draw at least 1")
    if not sizes or min(sizes) < 1:
        raise ValueError("every size must be at least 1; take out what has nobody in it")
