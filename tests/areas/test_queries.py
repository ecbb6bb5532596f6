"""Looking up pilots and the divisions in them."""

from datetime import date

from sqlalchemy.orm import Session

from literacy_app.areas.queries import pilots_within, residences, townships


def test_a_scope_sees_the_pilots_that_lie_wholly_within_it(stocked: Session) -> None:
    seen = {
        scope: [pilot.id for pilot in pilots_within(stocked, [scope])]
        for scope in ("9902", "990201", "990201001", "98", "")
    }
    assert seen == {
        "9902": ["neighbour", "own"],
        "990201": ["own"],
        "990201001": [],
        "98": [],
        "": ["neighbour", "own"],
    }


def test_the_townships_of_a_pilot_are_those_of_its_codes(stocked: Session) -> None:
    assert [place.name_en for place in townships(stocked, "own", date(2026, 1, 1))] == ["East Street", "West Township"]


def test_a_village_that_was_abolished_is_gone_after_its_day(stocked: Session) -> None:
    assert "990201002203" in residences(stocked, "own", date(2022, 12, 31))
    assert "990201002203" not in residences(stocked, "own", date(2023, 1, 1))
