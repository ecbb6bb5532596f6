"""Records from doors: read exactly, or told what is wrong by field."""

from typing import Any
from uuid import UUID

import pytest

from literacy_app.areas.rules import Sex
from literacy_app.fieldwork.loader import Roster, Visit, as_json, read_roster, read_visit
from literacy_app.fieldwork.rules import Disposition
from literacy_app.sampling.rules import Member

ID, DRAW = "6f1d3c9a-3a52-4c1a-9c65-0b1d6b0e7a11", "0b54b1d6-9f6e-4e0e-8f64-1f8a5f6c2d22"
PLACE = {"id": ID, "draw": DRAW, "village": "990201001201", "number": 17, "at": "2026-10-05T09:30:00+08:00"}
VISIT = {"kind": "visit", **PLACE, "result": "no_one_home", "appointment": None}
MEMBERS = [
    {"sex": "male", "age": 61, "birthday": [2, 29]},
    {"sex": "male", "age": 17, "birthday": None},
    {"sex": "female", "age": 58, "birthday": None},
]
ROSTER = {"kind": "roster", **PLACE, "members": MEMBERS, "chosen": 2, "reason": None}


def test_a_visit_is_read_with_its_time_in_utc() -> None:
    found = read_visit(VISIT)
    assert isinstance(found, Visit) and found.id == UUID(ID) and found.number == 17
    assert found.at.isoformat() == "2026-10-05T01:30:00+00:00" and found.result is Disposition.NO_ONE_HOME


def test_an_appointment_says_when_to_come_again() -> None:
    found = read_visit(VISIT | {"result": "appointment", "appointment": "2026-10-06T19:00:00+08:00"})
    assert isinstance(found, Visit) and found.appointment is not None and found.appointment.hour == 11


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"result": "complete"}, "result"),
        ({"result": "partial"}, "result"),
        ({"result": "not_attempted"}, "result"),
        ({"result": "gone"}, "result"),
        ({"appointment": "2026-10-06T19:00:00+08:00"}, "appointment"),
        ({"at": "2026-10-05T09:30:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"id": "17"}, "id"),
        ({"draw": ""}, "draw"),
        ({"village": "990201"}, "village"),
        ({"village": 990201001201}, "village"),
        ({"number": 0}, "number"),
        ({"number": True}, "number"),
        ({"number": "17"}, "number"),
        ({"kind": "roster"}, "kind"),
        ({"answers": {}}, "answers"),
    ],
)
def test_a_visit_that_says_what_cannot_be_is_told_by_field(change: dict[str, Any], field: str) -> None:
    found = read_visit(VISIT | change)
    assert isinstance(found, dict) and list(found) == [field]


def test_a_visit_without_a_field_is_told() -> None:
    found = read_visit({name: value for name, value in VISIT.items() if name != "result"})
    assert isinstance(found, dict) and list(found) == ["result"]


def test_a_roster_is_read_in_its_order_and_written_again_the_same() -> None:
    found = read_roster(ROSTER)
    assert isinstance(found, Roster) and found.members[0] == Member("0", Sex.MALE, 61, (2, 29))
    assert as_json(found.members) == MEMBERS


def test_a_roster_of_nobody_is_a_roster() -> None:
    found = read_roster(ROSTER | {"members": [], "chosen": None})
    assert isinstance(found, Roster) and found.members == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"members": list(reversed(MEMBERS))}, "members"),
        ({"members": [MEMBERS[0] | {"age": 14}]}, "members.0.age"),
        ({"members": [MEMBERS[0] | {"age": 70}]}, "members.0.age"),
        ({"members": [MEMBERS[0] | {"age": 61.5}]}, "members.0.age"),
        ({"members": [MEMBERS[0] | {"sex": "man"}]}, "members.0.sex"),
        ({"members": [MEMBERS[0] | {"birthday": [2, 30]}]}, "members.0.birthday"),
        ({"members": [MEMBERS[0] | {"birthday": [2]}]}, "members.0.birthday"),
        ({"members": [MEMBERS[0] | {"name": "x"}]}, "members.0.name"),
        ({"members": [MEMBERS[0]] * 41}, "members"),
        ({"chosen": 0}, "chosen"),
        ({"chosen": True}, "chosen"),
        ({"reason": "x" * 201}, "reason"),
        ({"phone": "1"}, "phone"),
    ],
)
def test_a_roster_that_says_what_cannot_be_is_told_by_field(change: dict[str, Any], field: str) -> None:
    found = read_roster(ROSTER | change)
    assert isinstance(found, dict) and list(found) == [field]
