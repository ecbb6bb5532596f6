"""Learnt and kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from literacy_app.framework.rules import Dimension
from literacy_app.lessons.rules import Curriculum, PracticeSet
from literacy_app.practice.rules import Setting, Step, Tried, dimension_is_kept, mastery
from literacy_app.questions.rules import Question, QuestionWords
from tests.conftest import NOW
from tests.practice.test_rules import CURRICULUM as TINY

ITEMS = tuple(f"a01-{n}" for n in range(1, 7))
SET = PracticeSet(
    article="a01",
    questions=(*(Question(id, "single", ("a", "b", "c")) for id in ITEMS), Question("a01-9", "true_false")),
    words={language: {id: QuestionWords(stem="?") for id in (*ITEMS, "a01-9")} for language in ("zh_Hans", "en")},
    key=dict.fromkeys((*ITEMS, "a01-9"), "a"),
)
CURRICULUM = Curriculum(TINY.edition, (), (SET,))


def known(*answers: tuple[str, bool, float], setting: Setting = Setting.PRACTICE) -> Step:
    """The step after answers (item, right, days later)."""
    tried = [
        Tried(uuid4(), "a01", item, (), right, NOW + timedelta(days=days), setting) for item, right, days in answers
    ]
    return mastery(CURRICULUM, tried)["a01"].step


LEARNT = (("a01-1", True, 0.0), ("a01-2", True, 0.0), ("a01-3", True, 0.0))


def test_an_article_is_new_then_begun_then_learnt_by_three_different_items_in_a_row() -> None:
    assert [known(*LEARNT[:n]) for n in range(4)] == [Step.NEW, Step.BEGUN, Step.BEGUN, Step.LEARNT]


def test_a_miss_breaks_the_row() -> None:
    assert known(*LEARNT[:2], ("a01-4", False, 0), LEARNT[2]) is Step.BEGUN


def test_the_same_item_again_is_no_first_try_and_counts_neither_way() -> None:
    assert known(("a01-1", True, 0), ("a01-1", True, 0.1), ("a01-2", True, 0)) is Step.BEGUN
    assert known(*LEARNT[:2], ("a01-1", False, 0.1), LEARNT[2]) is Step.LEARNT


def test_true_or_false_never_counts() -> None:
    assert known(*LEARNT[:2], ("a01-9", True, 0)) is Step.BEGUN


def test_kept_is_another_item_right_at_least_three_days_later() -> None:
    assert known(*LEARNT, ("a01-4", True, 2.9)) is Step.LEARNT
    assert known(*LEARNT, ("a01-1", True, 3.1)) is Step.LEARNT
    assert known(*LEARNT, ("a01-4", True, 3)) is Step.KEPT


def test_a_later_miss_goes_back_one_step() -> None:
    assert known(*LEARNT, ("a01-4", True, 3), ("a01-5", False, 4)) is Step.LEARNT
    assert known(*LEARNT, ("a01-5", False, 4)) is Step.BEGUN


def test_what_was_kept_and_missed_is_kept_again_by_another_item() -> None:
    missed = (*LEARNT, ("a01-4", True, 3), ("a01-5", False, 4))
    assert known(*missed, ("a01-6", True, 6.9)) is Step.LEARNT
    assert known(*missed, ("a01-6", True, 7)) is Step.KEPT


def test_tests_before_and_after_do_not_count() -> None:
    assert known(*LEARNT, setting=Setting.BEFORE) is Step.NEW


def test_a_dimension_is_kept_when_every_article_is() -> None:
    steps = mastery(CURRICULUM, [])
    assert not dimension_is_kept(CURRICULUM, steps, Dimension.CONCEPTS)
    kept = {id: replace(one, step=Step.KEPT) for id, one in steps.items()}
    assert dimension_is_kept(CURRICULUM, kept, Dimension.CONCEPTS)
