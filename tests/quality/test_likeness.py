"""How alike interviews are, every two at once, against the plain way of counting."""

import random
from collections import Counter
from math import log, sqrt

import pytest

from literacy_app.quality.rules.likeness import most_alike

Items = list[dict[str, object]]


def weights(items: Items) -> dict[tuple[str, object], float]:
    """What each answer weighs: the rarer, the more."""
    said = [pair for answers in items for pair in answers.items()]
    asked = Counter(question for question, _ in said)
    return {pair: log((asked[pair[0]] + 1) / count) for pair, count in Counter(said).items()}


def by_hand(
    one: dict[str, object], two: dict[str, object], weight: dict[tuple[str, object], float]
) -> tuple[float, float]:
    """Share of the same answers, and what is rare in common, of two interviews."""
    both = one.keys() & two.keys()
    same = [(question, one[question]) for question in both if one[question] == two[question]]
    norms = [sum(weight[pair] for pair in answers.items()) for answers in (one, two)]
    return len(same) / len(both), sum(weight[pair] for pair in same) / sqrt(norms[0] * norms[1])


def people(n: int, seed: int) -> Items:
    chance = random.Random(seed)
    return [
        {f"q{item}": chance.choice("abcd") for item in range(30) if chance.random() < 0.95 or item < 25}
        for _ in range(n)
    ]


def test_the_most_alike_is_the_one_that_counting_finds() -> None:
    items = people(600, 1)  # more than one block of rows
    found = most_alike(items, ["a"] * 600, list(range(600)))
    weight = weights(items)
    for one in (0, 511, 512, 599):
        wanted = max(by_hand(items[one], items[two], weight)[1] for two in range(600) if two != one)
        share, rare = by_hand(items[one], items[int(found.other[one])], weight)
        assert abs(found.rare[one] - wanted) < 1e-5 and abs(rare - wanted) < 1e-5
        assert abs(found.share[one] - share) < 1e-6


def test_a_copy_is_found_with_its_share() -> None:
    items = people(50, 2)
    items[40] = {**items[7], "q0": "z", "q1": "z"}
    found = most_alike(items, ["a"] * 50, list(range(50)))
    assert (found.other[40], found.other[7]) == (7, 40)
    assert found.share[40] == pytest.approx(28 / 30)


def test_whoever_was_copied_by_somebody_else_later_is_not_accused() -> None:
    items = people(50, 3)
    items[40] = dict(items[7])
    groups = ["honest"] * 40 + ["cheat"] * 10
    found = most_alike(items, groups, list(range(50)))
    assert found.other[40] == 7 and found.share[40] == 1
    assert found.other[7] != 40 and found.share[7] < 0.8


def test_few_questions_in_common_say_nothing() -> None:
    items: Items = [{"q1": "a", "q2": "b"}] * 3
    assert list(most_alike(items, ["a"] * 3, [1, 2, 3]).other) == [-1, -1, -1]


def test_one_or_none_is_like_nobody() -> None:
    assert list(most_alike([], [], []).other) == []
    assert list(most_alike([{"q": 1}], ["a"], [1]).other) == [-1]


def test_where_all_say_the_same_nothing_breaks() -> None:
    items: Items = [{f"q{item}": "a" for item in range(30)}] * 5
    found = most_alike(items, ["a"] * 5, [0] * 5)
    assert list(found.share) == [1] * 5 and max(found.rare) <= 1.0001
