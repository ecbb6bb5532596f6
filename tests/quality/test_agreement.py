"""Agreement and kappa, worked by hand."""

import pytest

from literacy_app.quality.rules.agreement import agreement, pooled


def pairs(*cells: tuple[str, str, int]) -> list[tuple[str, str]]:
    return [(first, second) for first, second, count in cells for _ in range(count)]


# 50 pairs: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no. po = 35/50; pe = (25*30 + 25*20)/2500 = 0.5; kappa = 0.2/0.5.
FIFTY = pairs(("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15))


def test_kappa_of_fifty_pairs() -> None:
    found = agreement(FIFTY)
    assert (found.n, found.agreed, found.share, found.expected) == (50, 35, 0.7, 0.5)
    assert found.kappa == pytest.approx(0.4)


def test_the_standard_error_of_fifty_pairs() -> None:
    # Fleiss, Cohen and Everitt: on the diagonal 0.4 (1 - 1.1*0.6)^2 + 0.3 (1 - 0.9*0.6)^2 = 0.10972, off it
    # 0.36 (0.1*1.1^2 + 0.2*0.9^2) = 0.10188, minus (0.4 - 0.5*0.6)^2 = 0.01; 0.2016 / (50 * 0.25) = 0.016128.
    assert agreement(FIFTY).error == pytest.approx(0.016128**0.5)


def test_three_answers() -> None:
    # 10 pairs, 7 on the diagonal; first 4, 3, 3, second 3, 4, 3: pe = (12 + 12 + 9)/100; kappa = (0.7 - 0.33)/0.67.
    found = agreement(pairs(("a", "a", 3), ("a", "b", 1), ("b", "b", 2), ("b", "c", 1), ("c", "c", 2), ("c", "b", 1)))
    assert found.kappa == pytest.approx(0.37 / 0.67)


def test_perfect_agreement_is_one_without_error() -> None:
    found = agreement(pairs(("a", "a", 6), ("b", "b", 4)))
    assert (found.kappa, found.error) == (pytest.approx(1), pytest.approx(0))


def test_agreement_as_often_as_by_chance_is_nought() -> None:
    assert agreement(pairs(("a", "a", 1), ("a", "b", 1), ("b", "a", 1), ("b", "b", 1))).kappa == pytest.approx(0)


def test_worse_than_chance_is_below_nought() -> None:
    assert agreement(pairs(("a", "b", 5), ("b", "a", 5))).kappa == pytest.approx(-1)


def test_where_everybody_says_the_same_kappa_is_not_defined() -> None:
    found = agreement(pairs(("a", "a", 7)))
    assert (found.share, found.expected, found.kappa, found.error) == (1, 1, None, None)


def test_without_pairs_nothing_is_known() -> None:
    found = agreement([])
    assert (found.n, found.share, found.kappa) == (0, None, None)


def test_questions_together_are_weighed_by_what_chance_leaves_over() -> None:
    # kappa 0.4 with 1 - pe = 0.5, and 0.37/0.67 with 0.67: (0.2 + 0.37) / 1.17.
    three = pairs(("a", "a", 3), ("a", "b", 1), ("b", "b", 2), ("b", "c", 1), ("c", "c", 2), ("c", "b", 1))
    found = pooled([agreement(FIFTY), agreement(three), agreement([]), agreement(pairs(("a", "a", 7)))])
    assert (found.n, found.agreed) == (67, 35 + 7 + 7)
    assert found.kappa == pytest.approx(0.57 / 1.17)
    errors = [agreement(FIFTY).error, agreement(three).error]
    assert None not in errors
    assert found.error == pytest.approx(((0.5 * errors[0]) ** 2 + (0.67 * errors[1]) ** 2) ** 0.5 / 1.17)  # type: ignore[operator]


def test_together_without_any_kappa_there_is_none() -> None:
    assert pooled([agreement(pairs(("a", "a", 7)))]).kappa is None
    assert pooled([]).share is None
