"""How much of two interviews is the same, for every two of a wave at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

# Two interviews with fewer questions in common say nothing when they are alike.
LEAST_IN_COMMON = 20
ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Likeness:
    """For each interview the place of the `other` most like it (-1 where none can be compared), the `share` of the same
    answers in the two, and how much of what is `rare` in either they have in common (0 to 1)."""

    other: NDArray[np.int64]
    share: NDArray[np.float64]
    rare: NDArray[np.float64]


def most_alike(
    items: Sequence[Mapping[str, object]], groups: Sequence[str], times: Sequence[float], least: int = LEAST_IN_COMMON
) -> Likeness:
    """The most similar other interview of each: answers by question id, compared where both have one.

    People who know much give the same right answers and are no copies of each other: what two have in common weighs
    -log of the share of people who say so, as a cosine, so that the same mistakes tell more than the same knowledge.
    A copy comes after what it was made from: an interview is compared with those of its own group (interviewer) and
    with earlier ones of other groups, never with a later one of somebody else's, who may have copied from it.
    """
    n = len(items)
    other, share, rare = np.full(n, -1), np.zeros(n), np.zeros(n)
    if n < 2:
        return Likeness(other, share, rare)
    same, answered, weights, norms = _codes(items)
    weighed = same * weights
    who = np.unique(np.asarray(groups), return_inverse=True)[1]
    when = np.asarray(times, dtype=float)
    for start in range(0, n, ROWS_AT_ONCE):
        rows = slice(start, min(start + ROWS_AT_ONCE, n))
        here = np.arange(rows.stop - rows.start)
        both = answered[rows] @ answered.T
        alike = (weighed[rows] @ same.T) / np.sqrt(np.outer(norms[rows], norms))
        alike[both < least] = 0.0
        alike[(who[rows, None] != who) & (when[rows, None] <= when)] = 0.0
        alike[here, here + start] = 0.0
        best = alike.argmax(axis=1)
        rare[rows] = alike[here, best]
        share[rows] = np.einsum("ij,ij->i", same[rows], same[best]) / np.maximum(both[here, best], 1)
        other[rows] = np.where(rare[rows] > 0, best, -1)
    return Likeness(other, np.where(other >= 0, share, 0.0), rare)


def _codes(items: Sequence[Mapping[str, object]]) -> tuple[NDArray[np.float32], ...]:
    """One column for each answer to each question that two people or more gave, one for each question answered, the
    weight of each answer, and the weight of all that each person said."""
    given = Counter((question, answer) for one in items for question, answer in one.items())
    asked = Counter(question for one in items for question in one)
    weight = {pair: log((asked[pair[0]] + 1) / count) for pair, count in given.items()}
    columns = {pair: place for place, pair in enumerate(pair for pair, count in given.items() if count > 1)}
    questions = {question: place for place, question in enumerate(asked)}
    # Sums of up to 2**24 ones are exact in single precision, which is twice as fast.
    same = np.zeros((len(items), max(len(columns), 1)), dtype=np.float32)
    answered = np.zeros((len(items), max(len(questions), 1)), dtype=np.float32)
    norms = np.ones(len(items), dtype=np.float32)
    for row, one in enumerate(items):
        answered[row, [questions[question] for question in one]] = 1
        same[row, [columns[pair] for pair in one.items() if pair in columns]] = 1
        norms[row] = sum(weight[pair] for pair in one.items()) or 1.0
    weights = np.asarray([weight[pair] for pair in columns] or [0.0], dtype=np.float32)
    return same, answered, weights, norms
