"""The kinds of question."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Fault, Question, as_text

ONE = Question("q", "single", ("a", "b", "c"))
TRUE = Question("q", "true_false")
MANY = Question("q", "multiple", ("a", "b", "c"))
YEAR = Question("q", "number", min=1940, max=2012)
WORDS = Question("q", "text", max=10)
LENGTH = Question("q", "number", min=-5, max=300, decimals=2)
DAY = Question("q", "date")
NOTE = Question("q", "note")
WORKED_OUT = Question("q", "calculated", calculation="1")


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
        (LENGTH, Decimal("1.75"), Decimal("1.75")),
        (LENGTH, Decimal("1.750"), Decimal("1.75")),
        (LENGTH, 1.75, Decimal("1.75")),
        (LENGTH, 2, Decimal(2)),
        (LENGTH, Decimal("-0.00"), Decimal(0)),
        (LENGTH, Decimal("1.755"), Fault.TOO_FINE),
        (LENGTH, Decimal("1e-400"), Fault.TOO_FINE),
        (LENGTH, Decimal("300.01"), Fault.TOO_LARGE),
        (LENGTH, Decimal("-5.01"), Fault.TOO_SMALL),
        (LENGTH, Decimal("NaN"), Fault.NOT_A_NUMBER),
        (LENGTH, float("inf"), Fault.NOT_A_NUMBER),
        (LENGTH, "1.75", Fault.NOT_A_NUMBER),
        (DAY, "2026-01-31", date(2026, 1, 31)),
        (DAY, "0001-01-01", date(1, 1, 1)),
        (DAY, "2026-1-31", Fault.NOT_A_DAY),
        (DAY, "2026-02-30", Fault.NOT_A_DAY),
        (DAY, "2026-W05-6", Fault.NOT_A_DAY),
        (DAY, "20260131", Fault.NOT_A_DAY),
        (DAY, "2026-01-31T00:00", Fault.NOT_A_DAY),
        (DAY, "２０２６-01-31", Fault.NOT_A_DAY),
        (DAY, 20260131, Fault.NOT_A_DAY),
        (DAY, None, Fault.NOT_A_DAY),
        (NOTE, "read", Fault.NOT_ASKED),
        (WORKED_OUT, 1, Fault.NOT_ASKED),
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
        (LENGTH, [" 1.5 "], Decimal("1.5")),
        (LENGTH, ["１．７５"], Decimal("1.75")),
        (LENGTH, ["－１"], Decimal(-1)),
        (LENGTH, ["1,75"], Fault.NOT_A_NUMBER),
        (LENGTH, [".5"], Fault.NOT_A_NUMBER),
        (LENGTH, ["1.755"], Fault.TOO_FINE),
        (DAY, [], None),
        (DAY, ["  "], None),
        (DAY, ["2026-01-31"], date(2026, 1, 31)),
        (DAY, ["2026/1/31"], date(2026, 1, 31)),
        (DAY, [" 2026.1.31 "], date(2026, 1, 31)),
        (DAY, ["２０２６-１-３１"], date(2026, 1, 31)),
        (DAY, ["31.1.2026"], Fault.NOT_A_DAY),
        (DAY, ["2026-2-30"], Fault.NOT_A_DAY),
        (DAY, ["9" * 5000 + "-1-1"], Fault.NOT_A_DAY),
        (NOTE, ["anything"], None),
        (WORKED_OUT, ["anything"], None),
    ],
)
def test_what_is_typed_on_a_page_is_understood_or_asked_again(
    question: Question, typed: list[str], expected: Any
) -> None:
    assert KINDS[question.kind].from_form(question, typed) == expected


@pytest.mark.parametrize(
    ("question", "sent"),
    [
        (ONE, "b"),
        (TRUE, "false"),
        (MANY, ["a", "c"]),
        (YEAR, 1968),
        (WORDS, "好"),
        (LENGTH, 1.75),
        (LENGTH, 100),
        (DAY, "2026-01-31"),
    ],
)
def test_what_is_stored_is_what_was_sent(question: Question, sent: Any) -> None:
    kind = KINDS[question.kind]
    value = kind.from_json(question, sent)
    assert not isinstance(value, Fault)
    assert kind.to_json(value) == sent


@pytest.mark.parametrize(("sent", "text"), [("1.70", "1.7"), ("100", "100"), ("0.00", "0"), ("-2.50", "-2.5")])
def test_a_number_is_seen_by_conditions_as_json_writes_it(sent: str, text: str) -> None:
    value = KINDS["number"].from_json(LENGTH, Decimal(sent))
    assert not isinstance(value, Fault)
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "sent"), [(Decimal("20.5"), 20.5), (Decimal("46"), 46), (Decimal("1E+21"), 10**21), ("grown", "grown")]
)
def test_what_was_worked_out_is_stored_as_a_number_or_a_text(value: Decimal | str, sent: Any) -> None:
    assert KINDS["calculated"].to_json(value) == sent


def test_only_notes_and_what_is_worked_out_are_not_asked() -> None:
    assert {name for name, kind in KINDS.items() if not kind.asked} == {"note", "calculated"}
