"""Ids of questions and options: they stand in addresses, tables and files, so they are short and plain."""

import pytest

from literacy_app.foundation.files import Document
from literacy_app.questions.loader import check_questions
from literacy_app.questions.rules import Question

FORM = Document("form.yml", [], {})


def found(id: str, *options: str) -> list[str]:
    return [problem.message for problem in check_questions(FORM, (), [Question(id, "single", options)])]


@pytest.mark.parametrize("id", ["q1", "a09-1", "birth_year", "x" * 40])
def test_a_plain_id_of_a_question_is_taken(id: str) -> None:
    assert found(id, "a", "b") == []


@pytest.mark.parametrize("id", ["", "x" * 41, "Q1", "题一", "a b", "<b>", "q1\n", "a.b", "dont_know", "refused"])
def test_any_other_id_of_a_question_is_refused(id: str) -> None:
    assert [message for message in found(id, "a", "b") if "up to 40 of a-z" in message]


@pytest.mark.parametrize("option", ["", "x" * 21, "A", "好 <b>", "a b", "dont_know", "refused"])
def test_an_option_that_is_no_plain_id_or_equals_a_code_is_refused(option: str) -> None:
    assert [message for message in found("q1", "a", option) if "up to 20 of a-z" in message]
