"""Which of a phone's records have not come."""

from hypothesis import given
from hypothesis import strategies as st

from literacy_app.offline.rules import Span, missing

NUMBERS = st.lists(st.integers(1, 60), max_size=80)


def test_what_lies_between_and_after_those_that_came_is_missing() -> None:
    assert missing([2, 3, 6], 9) == (Span(1, 1), Span(4, 5), Span(7, 9))


def test_nothing_is_missing_of_a_phone_that_made_nothing_or_whose_records_all_came() -> None:
    assert missing([], 0) == () and missing([3, 1, 2], 3) == ()


def test_a_phone_that_sent_nothing_holds_everything_it_made() -> None:
    assert missing([], 4) == (Span(1, 4),)


def test_a_gap_below_a_number_that_came_is_missing_even_if_the_phone_has_not_said_so_yet() -> None:
    assert missing([5], 0) == (Span(1, 4),)


@given(NUMBERS, st.integers(0, 60))
def test_spans_are_exactly_the_numbers_that_did_not_come(received: list[int], made: int) -> None:
    spans = missing(received, made)
    held = [number for span in spans for number in range(span.first, span.last + 1)]
    assert held == sorted(set(range(1, max([made, *received]) + 1)) - set(received))
    assert sum(span.count for span in spans) == len(held)
    assert all(one.last + 1 < other.first for one, other in zip(spans, spans[1:], strict=False)), "spans touch"
