"""Before and after."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from literacy_app.framework.rules import Dimension
from literacy_app.practice.rules import ArticleGain, Setting, Tried, gain, next_item, parallel_items, total_gain
from tests.conftest import NOW
from tests.practice.test_mastery import CURRICULUM as SIX
from tests.practice.test_mastery import SET

CURRICULUM = replace(SIX, sets=(replace(SET, parallel=("a01-4", "a01-5")),))
EVEN, ODD = UUID(int=2), UUID(int=3)


def answered(item: str, right: bool, setting: Setting, minutes: int = 0) -> Tried:
    return Tried(uuid4(), "a01", item, (), right, NOW + timedelta(minutes=minutes), setting)


def test_the_pair_is_swapped_for_every_second_learner() -> None:
    found = [
        parallel_items(CURRICULUM, Dimension.CONCEPTS, who, when)
        for who in (EVEN, ODD)
        for when in (Setting.BEFORE, Setting.AFTER)
    ]
    assert found == [("a01-4",), ("a01-5",), ("a01-5",), ("a01-4",)]


def test_the_pair_is_kept_out_of_practice() -> None:
    seen = [answered(f"a01-{n}", True, Setting.PRACTICE) for n in (1, 2, 3, 6)] + [
        answered("a01-9", True, Setting.PRACTICE)
    ]
    item = next_item(CURRICULUM, seen)
    assert item is not None and item.id not in ("a01-4", "a01-5")


def test_what_is_open_shrinks_and_only_the_first_answer_counts() -> None:
    tried = [
        answered("a01-4", False, Setting.BEFORE),
        answered("a01-4", True, Setting.BEFORE, 1),
        answered("a01-5", True, Setting.AFTER, 2),
    ]
    made = gain(CURRICULUM, Dimension.CONCEPTS, EVEN, tried)
    assert (made.before, made.after) == ((), ())
    assert made.articles == (ArticleGain("a01", 1, 0, 1),)


def test_whoever_began_as_another_learner_goes_on_with_what_that_one_was_asked() -> None:
    begun = [answered("a01-5", False, Setting.BEFORE)]
    made = gain(CURRICULUM, Dimension.CONCEPTS, EVEN, begun)
    assert (made.before, made.after) == ((), ("a01-4",))
    ended = gain(CURRICULUM, Dimension.CONCEPTS, EVEN, [*begun, answered("a01-4", True, Setting.AFTER, 9)])
    assert ended.articles == (ArticleGain("a01", 1, 0, 1),)


def test_of_two_learners_who_both_took_the_test_before_the_first_answer_comes_first() -> None:
    tried = [answered("a01-4", False, Setting.BEFORE, 9), answered("a01-5", False, Setting.BEFORE)]
    assert gain(CURRICULUM, Dimension.CONCEPTS, EVEN, tried).after == ("a01-4",)


def test_what_was_answered_after_before_before_is_no_gain() -> None:
    tried = [answered("a01-5", True, Setting.AFTER), answered("a01-4", False, Setting.BEFORE, 9)]
    made = gain(CURRICULUM, Dimension.CONCEPTS, EVEN, tried)
    assert (made.before, made.after, made.articles) == ((), (), ())


@pytest.mark.parametrize(("before", "after", "share"), [(2, 8, 0.75), (5, 5, 0.0), (6, 3, -0.75), (10, 10, None)])
def test_the_normalised_gain_is_the_share_of_what_could_be_gained(before: int, after: int, share: float | None) -> None:
    assert ArticleGain("a01", 10, before, after).normalised == share


def test_gains_of_many_learners_add_up_by_article() -> None:
    total = total_gain([ArticleGain("a01", 1, 0, 1), ArticleGain("a01", 1, 1, 1), ArticleGain("a02", 1, 0, 0)])
    assert total == {"a01": ArticleGain("a01", 2, 1, 2), "a02": ArticleGain("a02", 1, 0, 0)}
