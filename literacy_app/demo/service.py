"""Making the demonstration: drawn people and their interviews through the one door, and sign-ins for every role."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.accounts import queries as staff
from literacy_app.accounts.rules import Grant, Role
from literacy_app.accounts.service import set_password, take_on
from literacy_app.areas.queries import residences
from literacy_app.demo.rules import SEED, Person, frame, people
from literacy_app.foundation.errors import NotFound
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
FIRST_DAY = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Interview:
    """A drawn person as stored, and the bytes of the interview (None for who gave none)."""

    id: UUID
    person: Person
    raw: bytes | None
    finished_at: datetime


def is_made(session: Session, wave: Wave) -> bool:
    """Whether the people of the demonstration wave are drawn already."""
    return bool(
        session.scalar(select(func.count()).where(Respondent.pilot_id == wave.pilot, Respondent.wave_id == wave.id))
    )


def imagine(session: Session, wave: Wave) -> list[Interview]:
    """Everybody drawn for the wave and what they say: the same people at every call."""
    row = queries.instrument_row(session, wave.instrument, wave.version)
    if row is None:
        raise NotFound(wave.instrument)
    rng = Random(SEED)  # noqa: S311 - a demonstration wants the same numbers every time, not secret ones
    villages = frame(sorted(residences(session, wave.pilot, wave.opens_on).items()), rng)
    drawn = people(villages, instrument_from(row.body), key_from(row.key_body), rng)
    return [_interview(person, number, wave, rng) for number, person in enumerate(drawn)]


def keep_interviews(session: Session, wave: Wave, interviews: Sequence[Interview]) -> None:
    """Store drawn people, then bring their interviews to the door like any other, each on the day it was finished."""
    session.add_all(
        Respondent(
            pilot_id=wave.pilot,
            id=one.id,
            wave_id=wave.id,
            stratum=one.person.village.code[:9],
            psu=one.person.village.code,
            area_code=one.person.village.code,
            probability=one.person.probability,
        )
        for one in interviews
    )
    session.flush()
    desk = Credential(Caller.DESK, wave.pilot, wave.id, "demo")
    for one in interviews:
        if one.raw is not None:
            receive_submission(session, one.raw, desk, one.finished_at)


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


def _interview(person: Person, number: int, wave: Wave, rng: Random) -> Interview:
    id, respondent = UUID(int=rng.getrandbits(128), version=4), UUID(int=rng.getrandbits(128), version=4)
    if person.answers is None:
        return Interview(respondent, person, None, FIRST_DAY)
    started = FIRST_DAY + timedelta(days=number % 40, minutes=(number * 37) % 660)
    finished = started + timedelta(minutes=person.minutes)
    body = {
        "id": str(id),
        "wave": wave.id,
        "instrument": wave.instrument,
        "version": wave.version,
        "mode": Mode.INTERVIEW,
        "language": "zh_Hans",
        "started_at": started.isoformat(),
        "finished_at": finished.isoformat(),
        "answers": person.answers,
        "respondent": str(respondent),
    }
    return Interview(respondent, person, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), finished)
