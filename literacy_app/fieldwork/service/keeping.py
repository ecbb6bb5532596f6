"""Keeping what was recorded at doors: once, whatever is sent again, and whoever has the cluster by now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.fieldwork import queries
from literacy_app.fieldwork.loader import Roster, Visit, as_json
from literacy_app.fieldwork.models import RosterRow, VisitRow
from literacy_app.fieldwork.rules import RecordFlag, respondent_id
from literacy_app.fieldwork.service.settling import open_field, sample_of, settle
from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import LiteracyError, NotFound
from literacy_app.foundation.orm import insert_new
from literacy_app.sampling.models import DrawRow, HouseholdRow
from literacy_app.sampling.rules import Member, Selection, Table, kish_person, next_birthday
from literacy_app.sampling.service import plan_of
from literacy_app.surveys.service import wave_of

# A clock that says more than this of the future is wrong.
CLOCK_TOLERANCE = timedelta(minutes=10)


class Recorder(Protocol):
    """Whoever recorded something: a member of staff."""

    @property
    def id(self) -> UUID:
        """Of the member of staff."""

    @property
    def login(self) -> str:
        """As the audit log names people."""


class Kept(StrEnum):
    """What became of a record that is sent."""

    NEW = "new"
    AGAIN = "again"  # its id is known; nothing happened


class RecordError(LiteracyError):
    """A record that says what cannot be; `errors` tells by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = errors


def keep_visit(
    session: Session, pilot_id: str, visit: Visit, staff: Recorder, device_id: UUID | None, now: datetime
) -> Kept:
    """Keep a visit. What was done at a door is kept, also late or by somebody else than is assigned; it is flagged.

    Raises NotFound for a household that is not of a frozen draw of the pilot.
    """
    draw, _row = _found(session, pilot_id, visit)
    values = _values(session, draw, visit, staff, device_id, now) | {
        "result": visit.result,
        "appointment": visit.appointment,
    }
    if not insert_new(session, VisitRow, values):
        return Kept.AGAIN
    record(session, pilot_id, now, staff.login, "visit_kept", str(visit.id), result=visit.result, flags=values["flags"])
    _follow(session, draw, visit, staff, now)
    return Kept.NEW


def keep_roster(
    session: Session, pilot_id: str, roster: Roster, staff: Recorder, device_id: UUID | None, now: datetime
) -> Kept:
    """Keep a roster. The first of a household counts for good; one that comes later is kept beside it and changes nothing.

    Raises NotFound as `keep_visit`, and RecordError where another place was chosen than the draw's rule chooses.
    """
    draw, row = _found(session, pilot_id, roster)
    _check_choice(draw, row, roster)
    values = _values(session, draw, roster, staff, device_id, now) | {
        "members": as_json(roster.members),
        "eligible": len(roster.members),
        "chosen": roster.chosen,
        "reason": roster.reason,
        "counts": True,
    }
    first = insert_new(session, RosterRow, values)
    if not first and not insert_new(session, RosterRow, values | {"counts": False}):
        return Kept.AGAIN
    action = "roster_kept" if first else "roster_repeated"
    people = {"eligible": len(roster.members), "chosen": roster.chosen}
    record(session, pilot_id, now, staff.login, action, str(roster.id), **people, flags=values["flags"])
    _follow(session, draw, roster, staff, now)
    return Kept.NEW


def chosen_place(selection: Selection, table: Table | None, members: Sequence[Member], at: datetime) -> int | None:
    """Whom chance chooses of a roster, by place from 1; None where nobody may be asked.

    Raises ValueError where a birthday is wanted and not known, or the household has no table.
    """
    if not members:
        return None
    if selection is Selection.BIRTHDAY:
        return members.index(next_birthday(members, reporting_date(at))) + 1
    if table is None:
        raise ValueError("the household has no table of Kish")
    return kish_person(table, len(members))


def _check_choice(draw: DrawRow, row: HouseholdRow, roster: Roster) -> None:
    table = Table(row.kish_table) if row.kish_table else None
    try:
        chosen = chosen_place(plan_of(draw).selection, table, roster.members, roster.at)
    except ValueError as error:
        raise RecordError({"members": str(error)}) from error
    if chosen != roster.chosen:
        raise RecordError({"chosen": f"must be {chosen}, by the household's own table or the next birthday"})


def _found(session: Session, pilot_id: str, sent: Visit | Roster) -> tuple[DrawRow, HouseholdRow]:
    draw = sample_of(session, pilot_id, sent.draw)
    row = queries.household(session, pilot_id, sent.draw, (sent.village, sent.number))
    if row is None:
        raise NotFound(f"{sent.village}/{sent.number}")
    return draw, row


def _values(
    session: Session, draw: DrawRow, sent: Visit | Roster, staff: Recorder, device_id: UUID | None, now: datetime
) -> dict[str, Any]:
    """What every record keeps."""
    return {
        "pilot_id": draw.pilot_id,
        "id": sent.id,
        "draw_id": draw.id,
        "village": sent.village,
        "number": sent.number,
        "at": sent.at,
        "staff_id": staff.id,
        "device_id": device_id,
        "received_at": now,
        "flags": _flags(session, draw, sent, staff, now),
    }


def _flags(session: Session, draw: DrawRow, sent: Visit | Roster, staff: Recorder, now: datetime) -> list[str]:
    """What a person who looks at the record should know."""
    assigned = queries.assignment(session, draw, sent.village)
    flags = []
    if assigned is None or assigned.staff_id != staff.id:
        flags.append(RecordFlag.OTHER_INTERVIEWER)
    if not wave_of(session, draw.wave_id).is_open(reporting_date(sent.at)):
        flags.append(RecordFlag.WAVE_CLOSED)
    if sent.at > now + CLOCK_TOLERANCE:
        flags.append(RecordFlag.CLOCK)
    return [flag.value for flag in flags]


def _follow(session: Session, draw: DrawRow, sent: Visit | Roster, staff: Recorder, now: datetime) -> None:
    """Let the sample follow from a record that is new."""
    if queries.respondent(session, draw.pilot_id, respondent_id(draw.id, sent.village, sent.number)) is None:
        open_field(session, draw, staff.login, now)
    settle(session, draw, (sent.village, sent.number))
    session.flush()
