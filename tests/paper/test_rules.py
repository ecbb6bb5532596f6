"""What a clerk types, what stands on paper, and how two entries compare."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from literacy_app.paper.rules import Agreement, State, compare, correction_id, moment_of, next_number, state_of
from literacy_app.paper.rules import submission_id as id_of
from literacy_app.paper.rules.keying import as_typed, choices, read_typed
from literacy_app.paper.rules.sheet import Condition, lines, numbers, page_code, pixels
from literacy_app.questions.rules import Answer, Code, Fault, Question
from literacy_app.surveys.rules import Status
from tests.paper.papers import DAY, keyed, rich

pytestmark = pytest.mark.thorough

FOUR = Question("x", "multiple", options=("a", "b", "c", "d"))
NINE = Question("x", "multiple", options=tuple("abcdefghi"))
TEN = Question("x", "single", options=tuple("abcdefghij"))
YES = Question("x", "true_false", dimension="concepts")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [
        (YES, "1", "true"),
        (YES, " 2 ", "false"),
        (YES, "8", Code.DONT_KNOW),
        (YES, "１", "true"),
        (YES, "", None),
        (FOUR, "134", ("a", "c", "d")),
        (FOUR, "31", ("a", "c")),
        (FOUR, "1, 3、4", ("a", "c", "d")),
        (FOUR, "9", Code.REFUSED),
        (NINE, "9 1", ("a", "i")),
        (NINE, "99", Code.REFUSED),
        (TEN, "10", "j"),
        (TEN, "99", Code.REFUSED),
        (Question("x", "number", min=0, max=99), "8", Decimal(8)),
        (Question("x", "number", min=0, max=99), "*9", Code.REFUSED),
        (Question("x", "number", min=0, max=99), "＊９", Code.REFUSED),
        (Question("x", "number", decimals=2), "1.65", Decimal("1.65")),
        (Question("x", "date"), "20261103", date(2026, 11, 3)),
        (Question("x", "date"), "2026.11.3", date(2026, 11, 3)),
        (Question("x", "date"), "*9", Code.REFUSED),
        (Question("x", "text"), " 骑马 ", "骑马"),
        (Question("x", "text"), "*9", Code.REFUSED),
    ],
)
def test_what_is_typed_is_read(question: Question, typed: str, answer: Answer | None) -> None:
    assert read_typed(question, typed) == answer


@pytest.mark.parametrize(
    ("question", "typed", "fault"),
    [
        (YES, "3", Fault.NOT_AN_OPTION),
        (YES, "11", Fault.NOT_AN_OPTION),
        (YES, "9", Fault.NOT_AN_OPTION),
        (FOUR, "15", Fault.NOT_AN_OPTION),
        (FOUR, "113", Fault.NOT_AN_OPTION),
        (FOUR, "19", Fault.CODE_AND_ANSWER),
        (NINE, "19", Fault.NOT_AN_OPTION),
        (NINE, "1 99", Fault.CODE_AND_ANSWER),
        (Question("x", "number", min=0, max=12), "13", Fault.TOO_LARGE),
        (Question("x", "number"), "x", Fault.NOT_A_NUMBER),
        (Question("x", "date"), "20261303", Fault.NOT_A_DAY),
    ],
)
def test_what_cannot_be_meant_is_a_fault(question: Question, typed: str, fault: Fault) -> None:
    assert read_typed(question, typed) is fault


@pytest.mark.parametrize("question", [YES, FOUR, NINE, TEN])
def test_every_mark_is_typed_back_as_it_was_read(question: Question) -> None:
    for mark in choices(question):
        assert as_typed(question, read_typed(question, mark)) == mark  # type: ignore[arg-type]


def test_several_answers_are_typed_back_apart_where_they_must_be() -> None:
    assert (as_typed(FOUR, ("a", "c")), as_typed(NINE, ("a", "i"))) == ("13", "1 9")
    assert as_typed(Question("x", "number", decimals=2), Decimal("1.60")) == "1.60"


def test_questions_are_numbered_as_on_the_screen_and_what_is_worked_out_is_left_out() -> None:
    form = lines(rich(), "zh_Hans")
    assert "doubled" not in [line.id for line in form]
    assert [line.number for line in form] == [None, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert numbers(rich())["t2"] == 12


def test_a_simple_condition_names_question_and_answer_and_any_other_does_not() -> None:
    found = {line.id: line.condition for line in lines(rich(), "zh_Hans") if line.condition}
    assert found == {"cigarettes": Condition(1, "是"), "which": Condition(5, "别的"), "quit_on": Condition()}


def test_two_entries_are_compared_by_everything_that_either_filled_in() -> None:
    first, second = keyed({"smokes": "true", "cigarettes": 12}), keyed({"smokes": "true", "t1": "false"})
    found = compare(rich(), first, second)
    assert found.differing == ("a-cigarettes", "a-t1")
    assert found.compared == 5  # day, language and three questions


def test_another_day_differs() -> None:
    assert compare(rich(), keyed({}), keyed({}, day=date(2026, 10, 2))).differing == ("day",)


def test_agreement_is_the_share_of_compared_fields_that_were_equal() -> None:
    assert Agreement(10, 400, 4).share == 0.99
    assert Agreement(0, 0, 0).share is None


@pytest.mark.parametrize(
    ("entries", "status", "foreign", "state"),
    [
        (1, None, False, State.ONCE),
        (2, None, False, State.DIFFERS),
        (2, Status.ACCEPTED, False, State.STORED),
        (2, Status.REPLACED, False, State.STORED),
        (2, Status.QUARANTINED, False, State.ATTENTION),
        (2, Status.VOIDED, False, State.VOIDED),
        (2, Status.ACCEPTED, True, State.ATTENTION),
    ],
)
def test_a_form_stands_where_its_entries_and_its_submission_say(
    entries: int, status: Status | None, foreign: bool, state: State
) -> None:
    assert state_of(entries, status, foreign=foreign) is state


def test_ids_are_the_same_for_the_same_form_and_for_no_other() -> None:
    assert id_of("own", "open", 7) == id_of("own", "open", 7)
    assert len({id_of("own", "open", 7), id_of("own", "open", 8), id_of("own", "other", 7)}) == 3
    assert correction_id(id_of("own", "open", 7), "a") != correction_id(id_of("own", "open", 7), "b")


def test_an_interview_of_today_is_not_later_than_now() -> None:
    morning = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
    assert moment_of(DAY, morning) == morning
    assert moment_of(date(2026, 9, 30), morning) == datetime(2026, 9, 30, 4, 0, tzinfo=UTC)


def test_the_next_number_follows_the_largest() -> None:
    assert (next_number([]), next_number([3, 12, 7])) == (1, 13)


def test_a_page_code_says_wave_version_form_and_page() -> None:
    assert page_code("open", "tiny-v1", "0007", 2, 3) == "open tiny-v1 0007 2/3"
    assert page_code("open", "tiny-v1", "", 1, 1) == "open tiny-v1 - 1/1"
    assert pixels([[1, 0], [0, 1]], quiet=1) == [255] * 5 + [0, 255] + [255] * 2 + [255, 0] + [255] * 5
