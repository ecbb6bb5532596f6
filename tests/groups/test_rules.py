"""What a session asks, where it goes, and how answers spread."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from literacy_app.groups.rules import (
    ALPHABET,
    LASTS,
    Bar,
    Stage,
    Subject,
    Turn,
    following,
    is_over,
    items_on,
    normal_code,
    runs,
    spread,
    turn_of,
)
from literacy_app.lessons.loader import read_curriculum
from literacy_app.lessons.rules import Curriculum, PracticeSet
from literacy_app.questions.rules import Question, QuestionWords

FILES = Path(__file__).parents[1] / "files" / "content"


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    return read_curriculum(FILES)


def test_a_lesson_asks_its_own_questions_in_their_order(curriculum: Curriculum) -> None:
    ids = [item.id for item in items_on(curriculum, Subject.LESSON, "alpha")]
    assert ids == ["alpha.q1", "alpha.q2", "alpha.q3"]


def test_an_article_asks_the_questions_of_its_practice_set_too(curriculum: Curriculum) -> None:
    ids = {item.id for item in items_on(curriculum, Subject.ARTICLE, "a21")}
    assert "a21-1" in ids and "alpha.q1" not in ids


def test_what_is_kept_for_the_tests_before_and_after_is_never_asked(curriculum: Curriculum) -> None:
    questions = tuple(Question(id, "single", options=("a", "b")) for id in ("a01-1", "a01-2", "a01-3"))
    words = {"zh_Hans": {one.id: QuestionWords(stem="?") for one in questions}}
    practice = PracticeSet(
        "a01", questions, parallel=("a01-2", "a01-3"), words=words, key=dict.fromkeys(words["zh_Hans"], "a")
    )
    found = items_on(Curriculum(curriculum.edition, (), (practice,)), Subject.ARTICLE, "a01")
    assert [item.id for item in found] == ["a01-1"]


def test_what_is_not_there_asks_nothing(curriculum: Curriculum) -> None:
    assert items_on(curriculum, Subject.LESSON, "nowhere") == ()


def test_a_session_goes_from_gathering_through_question_and_answers_to_its_end() -> None:
    stage, walked = Stage(), []
    while (stage := following(stage, 2)) is not None:  # type: ignore[assignment]
        walked.append((stage.position, stage.shown))
    assert walked == [(1, False), (1, True), (2, False), (2, True)]


def test_a_session_is_over_when_it_was_ended_or_has_run_out(now: datetime) -> None:
    assert not is_over(now, None, now + LASTS - timedelta(seconds=1))
    assert is_over(now, None, now + LASTS)
    assert is_over(now, now, now)


@pytest.mark.parametrize(
    ("stage", "over", "answered", "turn"),
    [
        (Stage(), False, False, Turn.GATHERING),
        (Stage(1), False, False, Turn.ASKED),
        (Stage(1), False, True, Turn.KEPT),
        (Stage(1, shown=True), False, False, Turn.SHOWN),
        (Stage(1, shown=True), True, True, Turn.OVER),
    ],
)
def test_a_phone_shows_an_answer_only_after_the_leader_did(
    stage: Stage, over: bool, answered: bool, turn: Turn
) -> None:
    assert turn_of(stage, over=over, answered=answered) is turn


def test_answers_spread_over_all_options_and_shares_are_of_those_who_answered(curriculum: Curriculum) -> None:
    bars = spread(curriculum.items["alpha.q1"], [["b"], ["b"], ["a"], ["b"]])
    assert bars == (Bar("a", 1, 0.25, False), Bar("b", 3, 0.75, True), Bar("c", 0, 0.0, False))


def test_where_several_are_chosen_each_is_counted(curriculum: Curriculum) -> None:
    bars = spread(curriculum.items["alpha.q3"], [["a", "c"], ["a"]])
    assert [(bar.count, bar.right) for bar in bars] == [(2, True), (0, False), (1, True), (0, False)]


def test_without_answers_every_bar_is_empty(curriculum: Curriculum) -> None:
    assert {bar.share for bar in spread(curriculum.items["alpha.q2"], [])} == {0.0}


@pytest.mark.parametrize("typed", ["abc234", " ABC 234 ", "abc-234", "ＡＢＣ２３４"])
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == "ABC234"


def test_a_code_has_no_letters_that_look_alike() -> None:
    assert len(ALPHABET) == 32 and not set("01OI") & set(ALPHABET)


def test_dark_squares_of_a_row_are_one_bar() -> None:
    assert runs([[1, 1, 0, 1], [1, 0, 0, 0]]) == [(0, 0, 2), (3, 0, 1), (0, 1, 1)]
