"""Making what a test is about, in one line each."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from literacy_app.areas.loader import read_pilots
from literacy_app.areas.service import keep_pilot
from literacy_app.lessons.loader import read_curriculum
from literacy_app.lessons.service import keep_curriculum
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.models import Respondent
from literacy_app.surveys.rules import Caller, Credential
from literacy_app.surveys.service import keep_instrument, keep_wave
from literacy_app.targets.loader import read_targets
from literacy_app.targets.service import keep_targets

FILES = Path(__file__).parent / "files"
STARTED = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)

# Ten points of ten, and exactly seven: a literate person's answers to the tiny instrument.
ALL_RIGHT = {"q1": "true", "q2": "b", "q3": ["a", "c"]}
SEVEN_OF_TEN = {"q1": "true", "q2": "a", "q3": ["a", "c"]}
SIX_OF_TEN = {"q1": "true", "q2": "b", "q3": ["a"]}
ALL_WRONG = {"q1": "false", "q2": "a", "q3": ["b"]}


def load_files(session: Session, now: datetime) -> None:
    """Put everything of tests/files in force."""
    for folder in read_pilots(FILES / "content"):
        keep_pilot(session, folder)
        keep_targets(
            session, folder.pilot.id, read_targets(FILES / "content/pilots" / folder.pilot.id, FILES / "content"), now
        )
    keep_curriculum(session, read_curriculum(FILES / "content"), now)
    instruments, waves = read_surveys(FILES / "surveys")
    for frozen in instruments:
        keep_instrument(session, frozen, now)
    for wave in waves:
        keep_wave(session, wave, now)
    session.flush()


def body(answers: Mapping[str, Any] | None = None, **changes: Any) -> bytes:
    """The bytes of a submission to the wave `open`; `changes` replace or add fields, None takes one away."""
    fields = {
        "id": str(uuid4()),
        "wave": "open",
        "instrument": "tiny",
        "version": 1,
        "mode": "interview",
        "language": "zh_Hans",
        "started_at": STARTED.isoformat(),
        "finished_at": (STARTED + timedelta(minutes=12)).isoformat(),
        "answers": dict(ALL_RIGHT if answers is None else answers),
    } | changes
    return json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False).encode()


def desk(wave: str = "open", pilot: str = "own") -> Credential:
    """Somebody who may bring interviews of drawn people."""
    return Credential(Caller.DESK, pilot, wave, "test")


def link(wave: str = "open", pilot: str = "own") -> Credential:
    """Somebody who came by a public link."""
    return Credential(Caller.LINK, pilot, wave, "test")


def draw(
    session: Session,
    psu: str = "990201001001",
    probability: float = 0.01,
    stratum: str | None = None,
    wave: str = "open",
) -> UUID:
    """A person drawn for a wave, in a village (the PSU); the stratum is its township unless given."""
    id = uuid4()
    session.add(
        Respondent(
            pilot_id="neighbour" if wave == "neighbour" else "own",
            id=id,
            wave_id=wave,
            stratum=stratum or psu[:9],
            psu=psu,
            area_code=psu,
            probability=probability,
        )
    )
    session.flush()
    return id
