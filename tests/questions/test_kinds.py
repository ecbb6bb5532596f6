"""The kinds of question."""

from decimal import Decimal
from typing import Any

import pytest

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Fault, Question

ONE = Question("q", "single", ("a", "b", "c"))
TRUE = Question("q", "true_false")
MANY = Question("q", "multiple", ("a", "b", "c"))
YEAR = Question("q", "number", min=1940, max=2012)
WORDS = Question("q", "text", max=10)


@pytest.mark.parametrize(
    ("question", "sent", "expected"),
    [
        (ONE, "b", "b"),
        (ONE, "d", Fault.NOT_AN_OPTION),
        (ONE, ["b"], Fault.NOT_AN_OPTION),
        (ONE, None, Fault.NOT_AN_OPTION),
        (TRUE, "true", "true"),
        (TRUE, True, Fault.NOT_AN_OPTION),
        (MANY, ["c", "a"], ("a", "c")),
        (MANY, ["a", "a"], Fault.NOT_AN_OPTION),
        (MANY, [], Fault.NOT_A_LIST),
        (MANY, "a", Fault.NOT_A_LIST),
        (MANY, [1], Fault.NOT_AN_OPTION),
        (YEAR, 1968, Decimal(1968)),
        (YEAR, "1968", Fault.NOT_A_NUMBER),
        (YEAR, True, Fault.NOT_A_NUMBER),
        (YEAR, Decimal("1968.5"), Fault.NOT_WHOLE),
        (YEAR, Decimal("1e400"), Fault.TOO_LARGE),
        (YEAR, Decimal("-1e400"), Fault.TOO_SMALL),
        (YEAR, 1939, Fault.TOO_SMALL),
        (YEAR, 2013, Fault.TOO_LARGE),
        (WORDS, "好\n𠮷😀", "好\n𠮷😀"),
        (WORDS, "a" * 11, Fault.TOO_LONG),
        (WORDS, "a\x07", Fault.BAD_CHARACTERS),
        (WORDS, "\ud800", Fault.BAD_CHARACTERS),
        (WORDS, 5, Fault.NOT_A_TEXT),
    ],
)
def test_a_value_is_taken_exactly_or_refused_with_its_fault(question: Question, sent: Any, expected: Any) -> None:
    assert KINDS[question.kind].from_json(question, sent) == expected


@pytest.mark.parametrize(
    ("question", "typed", "expected"),
    [
        (ONE, [], None),
        (ONE, ["a", "b"], Fault.NOT_ONE),
        (MANY, [], None),
        (YEAR, ["  "], None),
        (YEAR, [" 1968 "], Decimal(1968)),
        (YEAR, ["１９６８"], Decimal(1968)),
        (YEAR, ["--1"], Fault.NOT_A_NUMBER),
        (YEAR, ["1e3"], Fault.NOT_A_NUMBER),
        (WORDS, ["a\r\nb"], "a\nb"),
        (WORDS, [" "], None),
    ],
)
def test_what_is_typed_on_a_page_is_understood_or_asked_again(
    question: Question, typed: list[str], expected: Any
) -> None:
    assert KINDS[question.kind].from_form(question, typed) == expected


@pytest.mark.parametrize(
    ("question", "sent"), [(ONE, "b"), (TRUE, "false"), (MANY, ["a", "c"]), (YEAR, 1968), (WORDS, "好")]
)
def test_what_is_stored_is_what_was_sent(question: Question, sent: Any) -> None:
    kind = KINDS[question.kind]
    value = kind.from_json(question, sent)
    assert not isinstance(value, Fault)
    assert kind.to_json(value) == sent
