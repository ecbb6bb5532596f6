"""What an attempt shows, how far a learner is, and what comes next."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from literacy_app.framework.rules import Dimension
from literacy_app.lessons.loader import read_curriculum
from literacy_app.practice.rules import State, Tried, is_right, next_item, next_lesson, progress, state_of
from tests.builders import FILES
from tests.conftest import NOW

CURRICULUM = read_curriculum(FILES / "content")
ALPHA = CURRICULUM.lessons[0]


def tried(lesson: str, question: str, right: bool = True, at: datetime = NOW) -> Tried:
    return Tried(uuid4(), "a01", f"{lesson}.{question}", (), right, at)


@pytest.mark.parametrize(
    ("question", "chosen", "right"),
    [("q1", ["b"], True), ("q1", ["a"], False), ("q2", ["true"], True), ("q3", ["c", "a"], True), ("q3", ["a"], False)],
)
def test_an_answer_is_right_when_it_is_exactly_the_key(question: str, chosen: list[str], right: bool) -> None:
    assert is_right(CURRICULUM.items[f"alpha.{question}"], chosen) is right


def test_a_lesson_is_new_then_begun_then_done() -> None:
    some = [tried("alpha", "q1")]
    assert [
        state_of(ALPHA, seen) for seen in ([], some, [*some, tried("alpha", "q2"), tried("alpha", "q3", False)])
    ] == [State.NEW, State.BEGUN, State.DONE]


def test_one_goes_on_with_what_was_begun_before_something_new() -> None:
    assert next_lesson(CURRICULUM, []) is ALPHA
    assert next_lesson(CURRICULUM, [tried("beta", "q1")]) == CURRICULUM.lessons[1]


def test_when_all_is_done_there_is_no_next_lesson() -> None:
    assert next_lesson(CURRICULUM, [tried(lesson, f"q{n}") for lesson in ("alpha", "beta") for n in (1, 2, 3)]) is None


def test_practice_asks_the_never_answered_then_the_missed_then_the_oldest() -> None:
    seen = [tried(lesson, f"q{n}", at=NOW + timedelta(minutes=n)) for lesson in ("alpha", "beta") for n in (1, 2, 3)]
    assert _asked(seen) == "a21-1"
    seen.append(Tried(uuid4(), "a21", "a21-1", (), True, NOW + timedelta(minutes=9)))
    assert _asked([*seen, tried("beta", "q2", False, NOW + timedelta(hours=1))]) == "beta.q2"
    assert _asked(seen) == "alpha.q1"


def _asked(seen: list[Tried]) -> str:
    found = next_item(CURRICULUM, seen)
    assert found is not None
    return found.id


def test_progress_counts_lessons_done_by_dimension() -> None:
    seen = [tried("alpha", f"q{n}") for n in (1, 2, 3)]
    assert {one.dimension: (one.done, one.total) for one in progress(CURRICULUM, seen)} == {
        Dimension.CONCEPTS: (1, 1),
        Dimension.KNOWLEDGE: (0, 1),
        Dimension.SKILLS: (0, 0),
    }
