"""Reading frames, drawing from them, and freezing what was drawn."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from literacy_app.areas.models import PilotArea
from literacy_app.areas.rules import Residence, within
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import InputError, NotFound, Problem, Refused
from literacy_app.sampling import queries
from literacy_app.sampling.loader import read_frame
from literacy_app.sampling.models import DrawRow, FrameRow, FrameUnit, HouseholdRow
from literacy_app.sampling.rules import Allocation, Draw, Method, Plan, Selection, Strata, Unit, draw
from literacy_app.surveys.rules import Wave


class OutsidePilot(InputError):
    """Villages of a frame that do not lie in the pilot; `codes` names them."""

    def __init__(self, file: str, codes: Sequence[str]) -> None:
        self.codes = tuple(codes)
        super().__init__([Problem(file, code, "is not in this pilot area") for code in codes])


def keep_frame(session: Session, pilot_id: str, name: str, raw: bytes, author: str, now: datetime) -> FrameRow:
    """Read and keep a frame. Raises InputError with all that is wrong; nothing is kept then."""
    found = read_frame(raw, name)
    areas = session.scalars(select(PilotArea.area_code).where(PilotArea.pilot_id == pilot_id)).all()
    foreign = [one.unit.code for one in found if not any(within(one.unit.code, area) for area in areas)]
    if foreign:
        raise OutsidePilot(name, foreign)
    row = FrameRow(
        pilot_id=pilot_id,
        id=uuid4(),
        file_name=name,
        sha256=hashlib.sha256(raw).hexdigest(),
        read_at=now,
        read_by=author,
    )
    session.add(row)
    session.flush()
    rows = [{"pilot_id": pilot_id, "frame_id": row.id, "name": one.name, **vars(one.unit)} for one in found]
    session.execute(insert(FrameUnit), rows)
    record(session, pilot_id, now, author, "frame_read", str(row.id), units=len(found), sha256=row.sha256)
    return row


def make_draw(
    session: Session, wave: Wave, frame_id: UUID, plan: Plan, author: str, now: datetime, *, seed: str | None = None
) -> DrawRow:
    """Draw for a wave with a new seed, unless one is given. Raises NotFound, PlanError, and Refused("frozen") once the wave has its sample."""
    known = queries.draws(session, wave.pilot, wave.id)
    if any(one.frozen_at for one in known):
        raise Refused("frozen")
    if queries.frame(session, wave.pilot, frame_id) is None:
        raise NotFound(str(frame_id))
    seed = seed or secrets.token_hex(16)
    found = draw(_units(session, wave.pilot, frame_id), plan, Random(seed))  # noqa: S311 - anybody must be able to redo it
    row = DrawRow(
        pilot_id=wave.pilot,
        id=uuid4(),
        wave_id=wave.id,
        number=known[0].number + 1 if known else 1,
        frame_id=frame_id,
        plan=asdict(plan),
        seed=seed,
        lonely=list(found.lonely),
        drawn_at=now,
        drawn_by=author,
    )
    session.add(row)
    session.flush()
    session.execute(insert(HouseholdRow), [one | {"pilot_id": wave.pilot, "draw_id": row.id} for one in _rows(found)])
    record(session, wave.pilot, now, author, "sample_drawn", wave.id, draw=str(row.id), number=row.number, seed=seed)
    return row


def freeze(session: Session, pilot_id: str, draw_id: UUID, author: str, now: datetime) -> DrawRow:
    """Make a draw the sample of its wave, for good. Raises NotFound, and Refused("frozen") when the wave has one."""
    row = queries.drawing(session, pilot_id, draw_id, lock=True)
    if row is None:
        raise NotFound(str(draw_id))
    if any(one.frozen_at for one in queries.draws(session, pilot_id, row.wave_id)):
        raise Refused("frozen")
    row.frozen_at, row.frozen_by = now, author
    record(session, pilot_id, now, author, "sample_frozen", row.wave_id, draw=str(row.id), number=row.number)
    session.flush()
    return row


def is_same_again(session: Session, row: DrawRow) -> bool:
    """Draw again from frame, plan and seed, and compare: whether every household and every chance is as kept."""
    found = draw(_units(session, row.pilot_id, row.frame_id), plan_of(row), Random(row.seed))  # noqa: S311
    kept = [{name: getattr(one, name) for name in COLUMNS} for one in queries.households(session, row.pilot_id, row.id)]
    return sorted(_rows(found), key=_key) == sorted(kept, key=_key)


def plan_of(row: DrawRow) -> Plan:
    """The plan that a draw was made by."""
    written = dict(row.plan)
    return Plan(
        villages=written["villages"],
        households=written["households"],
        reserves=written["reserves"],
        townships=written["townships"],
        strata=Strata(written["strata"]),
        allocation=Allocation(written["allocation"]),
        method=Method(written["method"]),
        selection=Selection(written["selection"]),
    )


COLUMNS = (
    "village",
    "number",
    "turn",
    "place",
    "reserve",
    "stratum",
    "psu",
    "township_probability",
    "village_probability",
    "household_probability",
    "kish_table",
)


def _key(row: dict[str, Any]) -> tuple[str, int]:
    return row["village"], row["number"]


def _rows(found: Draw) -> list[dict[str, Any]]:
    return [
        {
            "village": one.village.code,
            "number": one.number,
            "turn": one.village.draw,
            "place": one.order,
            "reserve": one.reserve,
            "stratum": one.village.stratum,
            "psu": one.psu,
            "township_probability": one.village.township_probability,
            "village_probability": one.village.probability,
            "household_probability": one.probability,
            "kish_table": one.table.value if one.table else None,
        }
        for one in found.households
    ]


def _units(session: Session, pilot_id: str, frame_id: UUID) -> Sequence[Unit]:
    return [
        Unit(one.code, one.township, one.size, one.households, Residence(one.residence) if one.residence else None)
        for one in queries.units(session, pilot_id, frame_id)
    ]
