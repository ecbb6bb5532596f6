"""The national rule, exact in integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.questions.rules import Answer, Code, Question
from literacy_app.scoring.rules import Key, Marking, MultipleMode, PassMark, attains, points_for, score

MARK = PassMark(70, 100)
QUESTIONS = (
    Question("q1", "true_false", dimension=Dimension.CONCEPTS, second_class=SecondClass.BASIC_COGNITION),
    Question("q2", "single", ("a", "b"), dimension=Dimension.KNOWLEDGE, second_class=SecondClass.SCIENTIFIC_KNOWLEDGE),
    Question("q3", "multiple", ("a", "b", "c"), dimension=Dimension.SKILLS, second_class=SecondClass.COGNITIVE_SKILLS),
    Question("about", "single", ("x", "y")),
)
KEY = Key(
    MARK, MultipleMode.ALL_OR_NOTHING, {"q1": Marking("true", 3), "q2": Marking("a", 3), "q3": Marking(("a", "c"), 4)}
)


@pytest.mark.parametrize(
    ("points", "of", "answer"),
    [(70, 100, True), (69, 100, False), (7, 10, True), (35, 50, True), (34, 49, False), (1, 1, True), (0, 3, False)],
)
def test_seventy_of_a_hundred_is_reached_exactly_and_not_a_point_earlier(points: int, of: int, answer: bool) -> None:
    assert attains(points, of, MARK) is answer


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_national_mark_is_ten_times_points_against_seven_times_the_most(points: int, most: int) -> None:
    assert attains(points, most, MARK) is (10 * points >= 7 * most)


def test_the_total_alone_decides_about_literacy() -> None:
    scores = score(QUESTIONS, KEY, {"q1": "true", "q2": "b", "q3": ("a", "c")})
    assert (scores["total"].points, scores["total"].attained) == (7, True)
    assert (scores["knowledge"].attained, scores["concepts"].attained) == (False, True)


def test_dont_know_refused_and_blank_earn_nothing_and_are_counted_apart() -> None:
    total = score(QUESTIONS, KEY, {"q1": Code.DONT_KNOW, "q2": Code.REFUSED})["total"]
    assert (total.points, total.answered, total.dont_know, total.missing) == (0, 0, 1, 2)


def test_every_dimension_and_second_level_class_has_its_scale() -> None:
    assert set(score(QUESTIONS, KEY, {})) == {
        "total",
        "concepts",
        "knowledge",
        "skills",
        "basic_cognition",
        "scientific_knowledge",
        "cognitive_skills",
    }


@pytest.mark.parametrize(
    ("answer", "points"), [(("a", "c"), 4), (("c", "a"), 4), (("a",), 0), (("a", "b", "c"), 0), (("b",), 0)]
)
def test_a_choice_of_several_is_all_or_nothing(answer: Answer, points: int) -> None:
    assert points_for(answer, ("a", "b", "c"), KEY.items["q3"], MultipleMode.ALL_OR_NOTHING) == points


def test_where_an_instrument_says_so_each_option_counts_and_points_stay_whole() -> None:
    assert points_for(("a",), ("a", "b", "c"), KEY.items["q3"], MultipleMode.PARTIAL) == 2


def test_a_question_without_key_is_on_no_scale() -> None:
    assert score(QUESTIONS, KEY, {"about": "x"})["total"].max_points == 10
