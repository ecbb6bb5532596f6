"""What a cell may hold, and answers that are cut out of the stored text."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy_app.exports.rules.cells import (
    CODE_MARK,
    Cutter,
    in_zone,
    neutral,
    original,
    stored_in_zone,
    with_marked_codes,
)
from literacy_app.exports.rules.columns import CODE_NUMBERS, FAR_CODE_NUMBERS
from literacy_app.questions.kinds.number import LARGEST

pytestmark = pytest.mark.thorough

IDS = ("a", "q07", "code", "x-1", "z")
CODES = st.sampled_from([{"code": "dont_know"}, {"code": "refused"}])
TRICKY = st.lists(st.sampled_from(['"', "\\", ": ", ", ", "{", "}", '"q07": ', "字", "code", "\n"]), max_size=8).map(
    "".join
)
# As the door takes texts: no control characters but line ends and tabs, no half characters.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"))) | TRICKY
ANSWERS = st.one_of(
    CODES, TEXTS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.lists(TEXTS, max_size=3)
)
SHEETS = st.dictionaries(st.sampled_from(IDS), ANSWERS)


def as_read(answer: Any) -> Any:
    if isinstance(answer, dict):
        return CODE_MARK + answer["code"]
    return tuple(answer) if isinstance(answer, list) else answer


@given(sheets=st.lists(SHEETS, max_size=4), plain=st.booleans(), compact=st.booleans())
def test_what_is_cut_out_is_what_json_says(sheets: list[dict[str, Any]], plain: bool, compact: bool) -> None:
    cutter: Cutter[Any] = Cutter(IDS, [lambda answer: answer] * len(IDS), [None] * len(IDS))
    for sheet in sheets:
        stored = json.dumps(sheet, ensure_ascii=plain, separators=(",", ":") if compact else None)
        wanted = [as_read(sheet[id]) if id in sheet else None for id in IDS]
        assert cutter.row(with_marked_codes(stored)) == wanted


@given(TEXTS | st.sampled_from(["=1", "'", "''=1", "＝1", "\t", "\0"]))
def test_neutral_is_harmless_and_loses_nothing(text: str) -> None:
    assert neutral(text)[:1] not in set("=+-@\t\r\n\0＝＋－＠")
    assert original(neutral(text)) == text


@given(st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - as a database gives it
def test_a_stored_moment_is_the_same_moment_in_the_zone(moment: datetime) -> None:
    assert stored_in_zone(str(moment)) == in_zone(moment.replace(tzinfo=UTC))


@pytest.mark.parametrize("number", FAR_CODE_NUMBERS.values())
def test_no_answer_in_numbers_is_taken_for_a_code(number: float) -> None:
    assert abs(number) > LARGEST


def test_no_day_and_no_place_is_taken_for_a_code() -> None:
    assert all(number < 0 and number % 86_400 for number in CODE_NUMBERS.values())
