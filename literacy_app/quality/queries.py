"""Looking up interviews as checks need them, back-checks, and what supervisors noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, defer

from literacy_app.areas.models import AreaRow
from literacy_app.fieldwork.models import RosterRow
from literacy_app.fieldwork.queries import frozen_draw
from literacy_app.fieldwork.rules import respondent_id
from literacy_app.quality.models import BackCheck, BackCheckSeed, ReviewNote
from literacy_app.quality.rules import Result, Review
from literacy_app.quality.rules.drawing import Candidate
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.models import AnswerSheet, Respondent, SubmissionRow, WaveRow
from literacy_app.surveys.rules import Mode, Status, Stream

DEVICE = "device:"


@dataclass(frozen=True)
class Sheet:
    """One interview as it is kept, without its raw bytes."""

    id: UUID
    instrument: tuple[str, int]
    mode: Mode
    flags: Sequence[str]
    status: Status
    respondent: UUID | None
    started: datetime
    finished: datetime
    received: datetime
    actor: str
    area_code: str
    answers: dict[str, Any]
    paradata: Any


@dataclass(frozen=True)
class Checked:
    """A back-check with the interview that it is of."""

    row: BackCheck
    submission: SubmissionRow
    area_code: str


def _of_interviewers(pilot_id: str, wave_id: str) -> list[ColumnElement[bool]]:
    """Interviews of drawn people that somebody made, not those who answered by themselves."""
    row = SubmissionRow
    return [
        row.pilot_id == pilot_id,
        row.wave_id == wave_id,
        row.stream == Stream.PROBABILITY,
        or_(row.mode != Mode.SELF, row.actor.startswith(DEVICE, autoescape=True)),
    ]


def sheets(session: Session, pilot_id: str, wave_id: str) -> list[Sheet]:
    """The interviews of a wave that count or wait, as they came in."""
    row = SubmissionRow
    query = (
        select(
            row.id,
            row.instrument_name,
            row.instrument_version,
            row.mode,
            row.flags,
            row.status,
            row.respondent_id,
            row.started_at,
            row.finished_at,
            row.received_at,
            row.actor,
            Respondent.area_code,
            AnswerSheet.answers,
            AnswerSheet.paradata,
        )
        .join(AnswerSheet, and_(AnswerSheet.pilot_id == row.pilot_id, AnswerSheet.submission_id == row.id))
        .join(Respondent, and_(Respondent.pilot_id == row.pilot_id, Respondent.id == row.respondent_id))
        .where(*_of_interviewers(pilot_id, wave_id), row.status.in_([Status.ACCEPTED, Status.QUARANTINED]))
        .order_by(row.received_at, row.id)
    )
    return [
        Sheet(id, (name, version), Mode(mode), flags, Status(status), *rest)
        for id, name, version, mode, flags, status, *rest in session.execute(query)
    ]


def is_of_interviewer(session: Session, pilot_id: str, wave_id: str, submission_id: UUID) -> bool:
    """Whether a submission is an interview that somebody made, whatever became of it."""
    query = select(SubmissionRow.id).where(*_of_interviewers(pilot_id, wave_id), SubmissionRow.id == submission_id)
    return session.scalar(query) is not None


def rosters_made(session: Session, pilot_id: str, wave_id: str) -> dict[UUID, int]:
    """How many rosters were made of a household, where there was more than one, by the person's id."""
    drawn = frozen_draw(session, pilot_id, wave_id)
    if drawn is None:
        return {}
    query = (
        select(RosterRow.village, RosterRow.number, func.count())
        .where(RosterRow.pilot_id == pilot_id, RosterRow.draw_id == drawn.id)
        .group_by(RosterRow.village, RosterRow.number)
        .having(func.count() > 1)
    )
    return {respondent_id(drawn.id, village, number): count for village, number, count in session.execute(query)}


def household_of(session: Session, pilot_id: str, wave_id: str, respondent: UUID) -> tuple[UUID, str, int] | None:
    """Draw, village and number of the household that a drawn person lives in, or None where nobody drew households."""
    drawn = frozen_draw(session, pilot_id, wave_id)
    person = session.get(Respondent, (pilot_id, respondent))
    if drawn is None or person is None:
        return None
    query = select(HouseholdRow.number).where(
        HouseholdRow.pilot_id == pilot_id,
        HouseholdRow.draw_id == drawn.id,
        HouseholdRow.village == person.area_code,
    )
    number = next(
        (one for one in session.scalars(query) if respondent_id(drawn.id, person.area_code, one) == respondent), None
    )
    return None if number is None else (drawn.id, person.area_code, number)


def place_names(session: Session, codes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The Chinese and English names of divisions, by code; the latest where a name has changed."""
    query = select(AreaRow.code, AreaRow.name_zh, AreaRow.name_en).where(AreaRow.code.in_(sorted(set(codes))))
    return {code: (zh, en) for code, zh, en in session.execute(query.order_by(AreaRow.valid_from))}


def waves_of_interviewers(session: Session) -> Sequence[str]:
    """The waves that have interviews of drawn people."""
    query = select(WaveRow.id).where(
        select(SubmissionRow.id)
        .where(
            SubmissionRow.pilot_id == WaveRow.pilot_id,
            SubmissionRow.wave_id == WaveRow.id,
            SubmissionRow.stream == Stream.PROBABILITY,
        )
        .exists()
    )
    return session.scalars(query.order_by(WaveRow.id)).all()


def candidates(session: Session, pilot_id: str, wave_id: str) -> list[Candidate]:
    """The interviews that count."""
    row = SubmissionRow
    query = select(row.id, row.actor, row.started_at, row.received_at)
    query = query.where(*_of_interviewers(pilot_id, wave_id), row.status == Status.ACCEPTED)
    return [Candidate(id, actor, min(started, received)) for id, actor, started, received in session.execute(query)]


def seed(session: Session, pilot_id: str, wave_id: str) -> str | None:
    """The secret that a wave's back-checks are drawn from, or None before the first."""
    found = session.get(BackCheckSeed, (pilot_id, wave_id))
    return found.seed if found else None


def drawn_ids(session: Session, pilot_id: str, wave_id: str) -> set[UUID]:
    """The interviews of a wave that were drawn to be asked about again."""
    query = (
        select(BackCheck.submission_id)
        .join(
            SubmissionRow,
            and_(SubmissionRow.pilot_id == BackCheck.pilot_id, SubmissionRow.id == BackCheck.submission_id),
        )
        .where(BackCheck.pilot_id == pilot_id, SubmissionRow.wave_id == wave_id)
    )
    return set(session.scalars(query))


def back_checks(session: Session, pilot_id: str, wave_id: str) -> list[Checked]:
    """The back-checks of a wave, the earliest interviews first; of interviews that were taken out only those that are done."""
    row = SubmissionRow
    query = (
        select(BackCheck, row, Respondent.area_code)
        .join(row, and_(row.pilot_id == BackCheck.pilot_id, row.id == BackCheck.submission_id))
        .join(Respondent, and_(Respondent.pilot_id == row.pilot_id, Respondent.id == row.respondent_id))
        .where(
            BackCheck.pilot_id == pilot_id,
            row.wave_id == wave_id,
            or_(row.status.in_([Status.ACCEPTED, Status.QUARANTINED]), BackCheck.result.is_not(None)),
        )
        .options(defer(row.raw))
        .order_by(row.started_at, row.id)
    )
    return [Checked(check, submission, area) for check, submission, area in session.execute(query)]


def back_check(session: Session, pilot_id: str, submission_id: UUID, *, lock: bool = False) -> BackCheck | None:
    """One back-check, or None. `lock` keeps others from changing it until the transaction ends."""
    return session.get(BackCheck, (pilot_id, submission_id), with_for_update=lock)


def answered_twice(session: Session, pilot_id: str, wave_id: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Actor, first answers and second answers of every back-check in which the person answered."""
    row = SubmissionRow
    query = (
        select(row.actor, AnswerSheet.answers, BackCheck.answers)
        .join(row, and_(row.pilot_id == BackCheck.pilot_id, row.id == BackCheck.submission_id))
        .join(AnswerSheet, and_(AnswerSheet.pilot_id == row.pilot_id, AnswerSheet.submission_id == row.id))
        .where(
            BackCheck.pilot_id == pilot_id,
            row.wave_id == wave_id,
            BackCheck.result.in_([Result.CONFIRMED, Result.DIFFERS]),
        )
        .order_by(row.started_at, row.id)
    )
    return [(actor, first, second or {}) for actor, first, second in session.execute(query)]


def notes(session: Session, pilot_id: str, submission_id: UUID) -> Sequence[ReviewNote]:
    """What supervisors noted of an interview, in order."""
    query = select(ReviewNote).where(ReviewNote.pilot_id == pilot_id, ReviewNote.submission_id == submission_id)
    return session.scalars(query.order_by(ReviewNote.made_at)).all()


def reviews(session: Session, pilot_id: str, wave_id: str) -> dict[UUID, Review]:
    """The latest note on each interview of a wave that has one."""
    return {note.submission_id: Review(note.review) for note in _notes(session, pilot_id, wave_id)}


def returned(session: Session, pilot_id: str, wave_id: str, actor: str) -> list[ReviewNote]:
    """What an interviewer is to ask again: the latest note on an interview, where it says so and the interview was not taken out."""
    latest = {note.submission_id: note for note in _notes(session, pilot_id, wave_id, actor)}
    return [note for note in latest.values() if note.review == Review.RETURNED]


def _notes(session: Session, pilot_id: str, wave_id: str, actor: str | None = None) -> Sequence[ReviewNote]:
    row = SubmissionRow
    query = (
        select(ReviewNote)
        .join(row, and_(row.pilot_id == ReviewNote.pilot_id, row.id == ReviewNote.submission_id))
        .where(ReviewNote.pilot_id == pilot_id, row.wave_id == wave_id)
        .order_by(ReviewNote.made_at)
    )
    if actor is not None:
        query = query.where(row.actor == actor, row.status.in_([Status.ACCEPTED, Status.QUARANTINED]))
    return session.scalars(query).all()
