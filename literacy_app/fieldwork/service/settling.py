"""Keeping the rows of the sample true to what is known: who may be asked in a household, and with which chance."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from literacy_app.fieldwork import queries
from literacy_app.fieldwork.queries import Address, Spot
from literacy_app.fieldwork.rules import Case, chance, respondent_id
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound
from literacy_app.sampling import queries as drawing
from literacy_app.sampling.models import DrawRow, HouseholdRow
from literacy_app.sampling.service import plan_of
from literacy_app.surveys.models import Respondent
from literacy_app.surveys.rules import DrawnUnit


def sample_of(session: Session, pilot_id: str, draw_id: UUID, *, lock: bool = False) -> DrawRow:
    """A draw that is the sample of its wave. Raises NotFound for any other."""
    row = drawing.drawing(session, pilot_id, draw_id, lock=lock)
    if row is None or row.frozen_at is None:
        raise NotFound(str(draw_id))
    return row


def open_field(session: Session, draw: DrawRow, author: str, now: datetime) -> int:
    """Give every household of a frozen draw its row in the wave's sample; returns how many were new. Again does nothing.

    Raises NotFound for a draw that is not frozen. Reserves get their rows when they are brought in.
    """
    sample_of(session, draw.pilot_id, draw.id, lock=True)
    known = queries.respondents(session, draw)
    new = [
        _row(draw, row)
        for row in queries.households(session, draw)
        if not row.reserve and respondent_id(draw.id, row.village, row.number) not in known
    ]
    if new:
        session.execute(insert(Respondent), new)
        record(
            session, draw.pilot_id, now, author, "field_opened", draw.wave_id, draw=str(draw.id), households=len(new)
        )
        session.flush()
    return len(new)


def add_reserve(session: Session, draw: DrawRow, row: HouseholdRow) -> None:
    """Give a reserve that was brought in its row in the wave's sample."""
    session.execute(insert(Respondent), [_row(draw, row)])


def settle(session: Session, draw: DrawRow, address: Address) -> None:
    """Let the sample's row of one household follow from what is known of it. A reserve that is not in the field has none."""
    [(row, case)] = queries.cases(session, draw, Spot([address[0]], address[1]), reserves=True)
    _settle(session, draw, row, case, *queries.in_turn(session, draw, row))


def settle_village(session: Session, draw: DrawRow, village: str) -> None:
    """The same for all households of a village in the field; the chances of those of one draw of it hang together."""
    turns: dict[int, tuple[int, int]] = {}
    for row, case in queries.cases(session, draw, Spot([village])):
        if row.turn not in turns:
            turns[row.turn] = queries.in_turn(session, draw, row)
        _settle(session, draw, row, case, *turns[row.turn])
    session.flush()


def _settle(session: Session, draw: DrawRow, row: HouseholdRow, case: Case, sampled: int, extra: int) -> None:
    known = queries.respondent(session, draw.pilot_id, respondent_id(draw.id, row.village, row.number))
    if known is None:
        return
    place = (case.roster.eligible, case.roster.chosen) if case.roster and case.roster.chosen else None
    known.unit = case.unit
    known.probability = chance(_reached(row), sampled, extra, plan_of(draw).selection, place)


def _row(draw: DrawRow, row: HouseholdRow) -> dict[str, Any]:
    return {
        "pilot_id": draw.pilot_id,
        "id": respondent_id(draw.id, row.village, row.number),
        "wave_id": draw.wave_id,
        "stratum": row.stratum,
        "psu": row.psu,
        "area_code": row.village,
        "probability": _reached(row),
        "unit": DrawnUnit.HOUSEHOLD,
    }


def _reached(row: HouseholdRow) -> float:
    return row.township_probability * row.village_probability * row.household_probability
