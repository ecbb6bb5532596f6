"""What a phone brings, read strictly; no message repeats what was typed."""

from typing import Any
from uuid import uuid4

import pytest

from literacy_app.contacts.loader import read_contact
from literacy_app.contacts.rules import Contact


def sent(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": "contact",
        "id": str(uuid4()),
        "draw": str(uuid4()),
        "village": "990201001201",
        "number": 7,
        "at": "2026-11-01T10:00:00+08:00",
        "name": "张三",
        "phone": "138 0000 5678",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def test_a_contact_is_read() -> None:
    found = read_contact(sent())
    assert isinstance(found, Contact)
    assert (found.name, found.phone, found.number, found.at.utcoffset()) == (
        "张三",
        "13800005678",
        7,
        found.at.utcoffset(),
    )


@pytest.mark.parametrize("changes", [{"name": ""}, {"phone": " "}])
def test_a_name_or_a_number_alone_is_enough(changes: dict[str, str]) -> None:
    assert isinstance(read_contact(sent(**changes)), Contact)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "7"}, "id"),
        ({"draw": None}, "draw"),
        ({"village": "x"}, "village"),
        ({"number": 0}, "number"),
        ({"number": "7"}, "number"),
        ({"number": True}, "number"),
        ({"at": "2026-11-01T10:00:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+23:59"}, "at"),
        ({"name": "张三，家里有狗"}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"phone": "12"}, "phone"),
        ({"name": "", "phone": ""}, "phone"),
        ({"note": "comes home late"}, "note"),
        ({"kind": "visit"}, "kind"),
    ],
)
def test_what_is_wrong_is_said_by_field(changes: dict[str, Any], field: str) -> None:
    assert list(read_contact(sent(**changes))) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [None, [], "x", 7, {}])
def test_other_shapes_are_errors_too(data: Any) -> None:
    assert isinstance(read_contact(data), dict)


def test_no_message_repeats_what_was_typed() -> None:
    found = read_contact(sent(name="金丝雀9", phone="139876501230", at="金丝雀"))
    assert set(found) == {"name", "phone", "at"}  # type: ignore[arg-type]
    assert "金丝雀" not in str(found) and "1398765" not in str(found)
