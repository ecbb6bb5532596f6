"""What phones noted is taken as far as it has a meaning, and never breaks anything."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy_app.quality.loader import Paradata, read_paradata

WHOLE = {
    "times": {"q1": 4.25, "q2": 0},
    "edits": {"q1": 2},
    "total": 1234.5,
    "app": "1.2",
    "zone": 480,
    "pauses": 1,
    "device": "ab12",
}


def test_what_a_phone_notes_is_read() -> None:
    assert read_paradata(WHOLE) == Paradata({"q1": 4.25, "q2": 0.0}, {"q1": 2}, 1234.5, "1.2", 480, 1, "ab12")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("times", [1, 2]),
        ("times", {"q1": "4"}),
        ("times", {"q1": -1}),
        ("times", {"q1": 1e300}),
        ("times", {"q1": True}),
        ("times", {"q1": {"a": 1}}),
        ("edits", {"q1": -2}),
        ("edits", "many"),
        ("total", "1234"),
        ("total", float("nan")),
        ("total", 10**400),
        ("zone", 5000),
        ("pauses", None),
        ("device", 7),
        ("app", "x\n"),
    ],
)
def test_what_has_another_shape_is_passed_over_and_the_rest_is_kept(name: str, value: Any) -> None:
    found = read_paradata(WHOLE | {name: value})
    assert getattr(found, name) == getattr(Paradata(), name)
    assert all(getattr(found, other) for other in WHOLE if other != name)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(Decimal("1.5")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHOLE, "q1"]), inner, max_size=4),
    max_leaves=12,
)


@given(json)
def test_nothing_at_all_breaks_it(sent: Any) -> None:
    assert isinstance(read_paradata(sent), Paradata)
