"""Frames that are kept, draws that anybody can make again, and the one that is frozen."""

from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from literacy_app.foundation.errors import Refused
from literacy_app.sampling import queries, service
from literacy_app.sampling.loader import FrameError
from literacy_app.sampling.models import FrameRow, FrameUnit, HouseholdRow
from literacy_app.sampling.rules import Plan, PlanError, Strata
from literacy_app.surveys.service import wave_of

PLAN = Plan(villages=3, households=12, reserves=5, strata=Strata.TOWNSHIP)


def frame_file(code: str = "990201") -> bytes:
    """Ten villages in each of two townships."""
    lines = ["code,name,size,households,residence"]
    for township in (1, 2):
        for village in range(1, 11):
            place = f"{code}{township:03}{200 + village}"
            lines.append(f"{place},村{township}-{village},{600 + 40 * village},{200 + 10 * village},rural")
    return "\n".join(lines).encode()


@pytest.fixture
def frame(stocked: Session, now: datetime) -> FrameRow:
    return service.keep_frame(stocked, "own", "frame.csv", frame_file(), "ou", now)


def test_a_frame_is_kept_with_its_villages_and_its_file_s_digest(stocked: Session, frame: FrameRow) -> None:
    [(row, units, size, households)] = queries.frames(stocked, "own")
    assert (row.id, units, size, households) == (frame.id, 20, 2 * (6000 + 40 * 55), 2 * (2000 + 10 * 55))
    assert queries.units(stocked, "own", frame.id)[0].name == "村1-1"


def test_a_frame_with_a_village_of_elsewhere_is_refused_whole(stocked: Session, now: datetime) -> None:
    with pytest.raises(service.OutsidePilot) as caught:
        service.keep_frame(stocked, "own", "frame.csv", frame_file("990777"), "ou", now)
    assert len(caught.value.codes) == 20 and not queries.frames(stocked, "own")


def test_a_frame_that_cannot_be_read_keeps_nothing(stocked: Session, now: datetime) -> None:
    with pytest.raises(FrameError):
        service.keep_frame(stocked, "own", "frame.csv", frame_file() + frame_file(), "ou", now)
    assert not queries.frames(stocked, "own")


def test_a_draw_keeps_every_household_with_its_chances(stocked: Session, frame: FrameRow, now: datetime) -> None:
    row = service.make_draw(stocked, wave_of(stocked, "open"), frame.id, PLAN, "ou", now)
    households = queries.households(stocked, "own", row.id)
    assert sum(not one.reserve for one in households) == 2 * 3 * 12
    assert sum(one.reserve for one in households) == 2 * 3 * 5
    units = {one.code: one for one in queries.units(stocked, "own", frame.id)}
    for one in households:
        village = units[one.village]
        assert one.household_probability == 12 / village.households
        assert one.village_probability == pytest.approx(3 * village.size / 8200)


def test_a_draw_comes_out_the_same_again_from_its_seed(stocked: Session, frame: FrameRow, now: datetime) -> None:
    row = service.make_draw(stocked, wave_of(stocked, "open"), frame.id, PLAN, "ou", now)
    assert service.is_same_again(stocked, row)
    assert service.plan_of(row) == PLAN


@pytest.mark.parametrize(
    "tamper",
    [
        update(HouseholdRow).where(HouseholdRow.place == 1).values(number=HouseholdRow.number + 1000),
        update(HouseholdRow).values(village_probability=HouseholdRow.village_probability * 0.99),
        update(FrameUnit).where(FrameUnit.code == "990201001201").values(size=9000),
    ],
    ids=["households", "chances", "frame"],
)
def test_what_was_changed_behind_a_draw_is_noticed(
    stocked: Session, frame: FrameRow, now: datetime, tamper: object
) -> None:
    row = service.make_draw(stocked, wave_of(stocked, "open"), frame.id, PLAN, "ou", now)
    stocked.execute(tamper)  # type: ignore[call-overload]
    stocked.expire_all()
    assert not service.is_same_again(stocked, row)


def test_two_draws_have_seeds_of_their_own(stocked: Session, frame: FrameRow, now: datetime) -> None:
    wave = wave_of(stocked, "open")
    first, second = (service.make_draw(stocked, wave, frame.id, PLAN, "ou", now) for _ in range(2))
    assert (first.number, second.number) == (1, 2) and first.seed != second.seed


def test_a_wave_has_one_sample_and_after_it_nothing_is_drawn(stocked: Session, frame: FrameRow, now: datetime) -> None:
    wave = wave_of(stocked, "open")
    first, second = (service.make_draw(stocked, wave, frame.id, PLAN, "ou", now) for _ in range(2))
    assert service.freeze(stocked, "own", first.id, "ou", now).frozen_by == "ou"
    for again in (
        lambda: service.freeze(stocked, "own", second.id, "ou", now),
        lambda: service.make_draw(stocked, wave, frame.id, PLAN, "ou", now),
    ):
        with pytest.raises(Refused, match="frozen"):
            again()


def test_a_plan_that_does_not_fit_draws_nothing(stocked: Session, frame: FrameRow, now: datetime) -> None:
    with pytest.raises(PlanError):
        service.make_draw(
            stocked,
            wave_of(stocked, "open"),
            frame.id,
            Plan(villages=11, households=5, strata=Strata.TOWNSHIP),
            "ou",
            now,
        )
    assert not queries.draws(stocked, "own", "open")
