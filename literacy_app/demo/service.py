"""Making the demonstration: a frozen draw, what was found at its doors, interviews through the one door, and sign-ins for every role."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.accounts import queries as staff
from literacy_app.accounts.rules import Grant, Role
from literacy_app.accounts.service import set_password, take_on
from literacy_app.areas.models import AreaRow
from literacy_app.areas.queries import residences
from literacy_app.demo.rules import PEOPLE_A_HOUSEHOLD, PLAN, SEED, Found, Home, Village, frame, people
from literacy_app.fieldwork.loader import as_json
from literacy_app.fieldwork.models import RosterRow, VisitRow
from literacy_app.fieldwork.rules import respondent_id
from literacy_app.fieldwork.service import assign, open_field, settle_village
from literacy_app.foundation.errors import NotFound
from literacy_app.sampling.models import DrawRow
from literacy_app.sampling.queries import households
from literacy_app.sampling.rules import Member, Table, kish_person
from literacy_app.sampling.service import freeze, keep_frame, make_draw
from literacy_app.surveys import queries
from literacy_app.surveys.loader import instrument_from, key_from
from literacy_app.surveys.models import Respondent
from literacy_app.surveys.rules import Caller, Credential, Mode, Wave
from literacy_app.surveys.service import receive_submission

NAMES = {
    Role.OFFICER: "演示·宣传干部",
    Role.INTERVIEWER: "演示·调查员",
    Role.SUPERVISOR: "演示·督导员",
    Role.EDITOR: "演示·编辑",
    Role.ADMINISTRATOR: "演示·管理员",
}
AUTHOR = "demo"
DRAWN_AT = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
FIRST_DAY = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)
BEGUN = 12  # households of the last village to which somebody has been


@dataclass(frozen=True)
class Household:
    """A household of the demonstration as found, when somebody was there, and the bytes of the interview (None for no one)."""

    found: Found
    started_at: datetime
    raw: bytes | None

    @property
    def finished_at(self) -> datetime:
        """When the interview ended."""
        return self.started_at + timedelta(minutes=self.found.minutes)


def is_made(session: Session, wave: Wave) -> bool:
    """Whether the people of the demonstration wave are drawn already."""
    return bool(
        session.scalar(select(func.count()).where(Respondent.pilot_id == wave.pilot, Respondent.wave_id == wave.id))
    )


def draw_sample(session: Session, wave: Wave) -> DrawRow:
    """Read the county's frame, draw from it and freeze the draw: the same households at every call."""
    villages = _villages(session, wave)
    names = dict(session.execute(select(AreaRow.code, AreaRow.name_zh)).all())
    lines = [
        f"{one.code},{names[one.code]},{one.size},{round(one.size / PEOPLE_A_HOUSEHOLD)},{one.residence.value}"
        for one in villages.values()
    ]
    raw = "\n".join(["code,name,size,households,residence", *lines]).encode()
    frame_row = keep_frame(session, wave.pilot, "demo.csv", raw, AUTHOR, DRAWN_AT)
    row = make_draw(session, wave, frame_row.id, PLAN, AUTHOR, DRAWN_AT, seed=f"{SEED:032x}")
    freeze(session, wave.pilot, row.id, AUTHOR, DRAWN_AT)
    open_field(session, row, AUTHOR, DRAWN_AT)
    return row


def imagine(session: Session, wave: Wave, draw: DrawRow) -> list[Household]:
    """What is found in the households of the sample, but for the last of one village, where interviewers are still to go."""
    row = queries.instrument_row(session, wave.instrument, wave.version)
    if row is None:
        raise NotFound(wave.instrument)
    rng, villages = _random(), _villages(session, wave)
    homes = [
        Home(villages[one.village], one.number, Table(str(one.kish_table)))
        for one in households(session, wave.pilot, draw.id)
        if not one.reserve
    ]
    found = people(homes, instrument_from(row.body), key_from(row.key_body), rng)
    last = homes[-1].village
    begun = [one for one in found if one.home.village != last]
    begun += [one for one in found if one.home.village == last][:BEGUN]
    return [_household(one, number, wave, draw, rng) for number, one in enumerate(begun)]


def keep_interviews(session: Session, wave: Wave, homes: Sequence[Household]) -> None:
    """Bring interviews to the door like any other, each on the day it was finished; every village had its own interviewer."""
    for one in homes:
        if one.raw is not None:
            who = f"{AUTHOR}-{one.found.home.village.code[6:]}"
            desk = Credential(Caller.DESK, wave.pilot, wave.id, who)
            receive_submission(session, one.raw, desk, one.finished_at)


def keep_field_work(session: Session, draw: DrawRow, homes: Sequence[Household], interviewer: UUID) -> None:
    """The visits and rosters of these households, and who still goes to the village that is not done."""
    for one in homes:
        session.add_all(_visits(draw, one, interviewer))
        if one.found.members is not None:
            session.add(_roster(draw, one, one.found.members, interviewer))
    session.flush()
    for village in dict.fromkeys(one.found.home.village.code for one in homes):
        settle_village(session, draw, village)
    assign(session, draw, homes[-1].found.home.village.code, interviewer, AUTHOR, DRAWN_AT)


def sign_ins(session: Session, area_code: str, now: datetime) -> dict[Role, str]:
    """A sign-in for every role with a new random password, which is returned and nowhere else."""
    passwords = {}
    for role in NAMES:
        passwords[role] = secrets.token_urlsafe(15)
        if staff.staff_by_login(session, role) is None:
            take_on(session, role, NAMES[role], passwords[role], (Grant(role, area_code),), now)
        else:
            set_password(session, role, passwords[role], now)
    return passwords


def _random() -> Random:
    return Random(SEED)  # noqa: S311 - a demonstration wants the same numbers every time, not secret ones


def _villages(session: Session, wave: Wave) -> dict[str, Village]:
    places = sorted(residences(session, wave.pilot, wave.opens_on).items())
    return {one.code: one for one in frame(places, _random())}


def _household(found: Found, number: int, wave: Wave, draw: DrawRow, rng: Random) -> Household:
    id = UUID(int=rng.getrandbits(128), version=4)
    started = FIRST_DAY + timedelta(days=number % 40, minutes=(number * 37) % 660)
    if found.answers is None:
        return Household(found, started, None)
    finished = started + timedelta(minutes=found.minutes)
    body = {
        "id": str(id),
        "wave": wave.id,
        "instrument": wave.instrument,
        "version": wave.version,
        "mode": Mode.INTERVIEW,
        "language": "zh_Hans",
        "started_at": started.isoformat(),
        "finished_at": finished.isoformat(),
        "answers": found.answers,
        "respondent": str(respondent_id(draw.id, found.home.village.code, found.home.number)),
    }
    return Household(found, started, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def _visits(draw: DrawRow, one: Household, interviewer: UUID) -> Iterator[VisitRow]:
    """Visits a day and some hours apart; the last of those without an interview is the one of `started_at`, else the day before."""
    results = one.found.results
    for back, result in enumerate(reversed(results)):
        days = back if one.raw is None else back + 1
        at = one.started_at - timedelta(days=days, hours=4 * (back % 2))
        yield VisitRow(**_record(draw, one, at, interviewer), result=result, appointment=None)


def _roster(draw: DrawRow, one: Household, members: Sequence[Member], interviewer: UUID) -> RosterRow:
    chosen, listed = kish_person(one.found.home.table, len(members)), as_json(members)
    made = _record(draw, one, one.started_at - timedelta(minutes=4), interviewer)
    return RosterRow(**made, members=listed, eligible=len(listed), chosen=chosen, reason=None, counts=True)


def _record(draw: DrawRow, one: Household, at: datetime, interviewer: UUID) -> dict[str, Any]:
    home = one.found.home
    return {
        "pilot_id": draw.pilot_id,
        "id": uuid5(respondent_id(draw.id, home.village.code, home.number), at.isoformat()),
        "draw_id": draw.id,
        "village": home.village.code,
        "number": home.number,
        "at": at,
        "staff_id": interviewer,
        "device_id": None,
        "received_at": at,
        "flags": [],
    }
