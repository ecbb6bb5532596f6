"""Looking up what a wave measured: everybody drawn, where in the design, and what each person answered and earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from literacy_app.estimation.models import EstimationRow, WeightRow
from literacy_app.surveys.models import AnswerSheet, Judgement, Respondent, SubmissionRow
from literacy_app.surveys.rules import Status, Stream


@dataclass(frozen=True)
class Sheet:
    """One interview that counts: with which instrument version it was made, what was answered, and the points by item."""

    submission: UUID
    instrument: tuple[str, int]
    finished_at: datetime
    answers: dict[str, Any]
    points: dict[str, int]


@dataclass(frozen=True)
class Drawn:
    """One person drawn for a wave; `sheet` is None for whoever gave no interview that counts."""

    id: UUID
    stratum: str
    psu: str
    area_code: str
    probability: float
    sheet: Sheet | None


# What says that a wave's answers are still those of a moment ago.
Stamp = tuple[Any, ...]


def stamp(session: Session, pilot_id: str, wave_id: str) -> Stamp:
    """What changes with every person drawn, submission and decision of a wave."""
    people = select(func.count()).where(Respondent.pilot_id == pilot_id, Respondent.wave_id == wave_id)
    row = SubmissionRow
    arrived = select(func.count(), func.max(row.received_at), func.count().filter(row.status == Status.ACCEPTED))
    decided = (
        select(func.count())
        .select_from(Judgement)
        .join(row, and_(row.pilot_id == Judgement.pilot_id, row.id == Judgement.submission_id))
    )
    here = row.pilot_id == pilot_id, row.wave_id == wave_id
    return (
        session.scalar(people),
        *session.execute(arrived.where(*here)).one(),
        session.scalar(decided.where(*here)),
    )


def drawn(session: Session, pilot_id: str, wave_id: str, estimation: UUID | None = None) -> list[Drawn]:
    """Everybody drawn for a wave, by id, with the interviews that count now, or that counted in a version.

    Only interviews of drawn people count; answers through open links never come in here.
    """
    if estimation is None:
        counted: ColumnElement[bool] = and_(
            SubmissionRow.respondent_id == Respondent.id,
            SubmissionRow.stream == Stream.PROBABILITY,
            SubmissionRow.status == Status.ACCEPTED,
        )
        people: Any = select(Respondent, SubmissionRow.id).outerjoin(
            SubmissionRow, and_(SubmissionRow.pilot_id == Respondent.pilot_id, counted)
        )
    else:
        people = select(Respondent, WeightRow.submission_id).join(
            WeightRow,
            and_(
                WeightRow.pilot_id == Respondent.pilot_id,
                WeightRow.respondent_id == Respondent.id,
                WeightRow.estimation_id == estimation,
            ),
        )
    sheets = {one.submission: one for one in _sheets(session, pilot_id, wave_id)}
    rows = session.execute(
        people.where(Respondent.pilot_id == pilot_id, Respondent.wave_id == wave_id).order_by(Respondent.id)
    )
    return [
        Drawn(one.id, one.stratum, one.psu, one.area_code, one.probability, sheets[submission] if submission else None)
        for one, submission in rows
    ]


def self_selected(session: Session, pilot_id: str, wave_id: str) -> list[Sheet]:
    """What came through open links and counts as self-selected, by id."""
    return _sheets(
        session,
        pilot_id,
        wave_id,
        SubmissionRow.stream == Stream.SELF_SELECTED,
        SubmissionRow.status == Status.ACCEPTED,
    )


def _sheets(session: Session, pilot_id: str, wave_id: str, *which: ColumnElement[bool]) -> list[Sheet]:
    row = SubmissionRow
    query = (
        select(
            row.id,
            row.instrument_name,
            row.instrument_version,
            row.finished_at,
            AnswerSheet.answers,
            AnswerSheet.points,
        )
        .join(AnswerSheet, and_(AnswerSheet.pilot_id == row.pilot_id, AnswerSheet.submission_id == row.id))
        .where(row.pilot_id == pilot_id, row.wave_id == wave_id, *which)
        .order_by(row.id)
    )
    return [
        Sheet(id, (name, version), finished, answers, points)
        for id, name, version, finished, answers, points in session.execute(query)
    ]


def estimations(session: Session, pilot_id: str, wave_id: str) -> Sequence[EstimationRow]:
    """The versions of a wave, the latest first."""
    query = select(EstimationRow).where(EstimationRow.pilot_id == pilot_id, EstimationRow.wave_id == wave_id)
    return session.scalars(query.order_by(EstimationRow.number.desc())).all()


def latest_estimations(session: Session, pilot_id: str) -> Sequence[EstimationRow]:
    """The latest version of each wave of a pilot that has one."""
    latest = (
        select(EstimationRow.wave_id, func.max(EstimationRow.number).label("number"))
        .where(EstimationRow.pilot_id == pilot_id)
        .group_by(EstimationRow.wave_id)
        .subquery()
    )
    query = select(EstimationRow).join(
        latest, and_(latest.c.wave_id == EstimationRow.wave_id, latest.c.number == EstimationRow.number)
    )
    return session.scalars(query.where(EstimationRow.pilot_id == pilot_id)).all()


def weights_of(session: Session, pilot_id: str, estimation: UUID) -> dict[UUID, float]:
    """The weight of everybody drawn in a version, by person."""
    query = select(WeightRow.respondent_id, WeightRow.weight).where(
        WeightRow.pilot_id == pilot_id, WeightRow.estimation_id == estimation
    )
    return dict(session.execute(query).all())
