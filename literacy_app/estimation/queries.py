"""Looking up what a wave measured: everybody drawn, where in the design, and what each person answered and earned."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from literacy_app.estimation.models import EstimationRow, WeightRow
from literacy_app.fieldwork.queries import eligible_by_stratum
from literacy_app.surveys.models import AnswerSheet, Judgement, Respondent, SubmissionRow
from literacy_app.surveys.rules import DrawnUnit, Status, Stream

# The questions whose ids every instrument shares, because a level is shown by them (CONTRIBUTING, "An instrument").
SEX, BIRTH_YEAR, EDUCATION, RESIDENCE = SHARED = "sex", "birth_year", "education", "residence"
# Rows that are held as the database gave them, before they are made into something smaller.
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One interview that counts: with which instrument version it was made, what was answered to the shared questions, and the
    points by item as JSON, because most of a sheet is read once."""

    submission: UUID
    instrument: tuple[str, int]
    finished_at: datetime
    answers: dict[str, Any]
    points: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One person drawn for a wave; `sheet` is None for whoever gave no interview that counts.

    A household in which nobody is chosen yet stands for its people as one row: `probability` is its chance over how many
    people such a household holds.
    """

    id: UUID
    stratum: str
    psu: str
    area_code: str
    probability: float
    sheet: Sheet | None


# What says that a wave's answers are still those of a moment ago.
Stamp = tuple[Any, ...]


def stamp(session: Session, pilot_id: str, wave_id: str) -> Stamp:
    """What changes with every person drawn, submission and decision of a wave, and with how people were drawn.

    Places and probabilities are summed by PSU: of two people there who change probabilities with each other it knows nothing.
    """
    one, row = Respondent, SubmissionRow
    place = one.stratum, one.psu, one.area_code
    design = select(
        *place, one.unit, func.count(), func.sum(one.probability), func.sum(one.probability * one.probability)
    )
    arrived = select(func.count(), func.max(row.received_at), func.count().filter(row.status == Status.ACCEPTED))
    decided = (
        select(func.count())
        .select_from(Judgement)
        .join(row, and_(row.pilot_id == Judgement.pilot_id, row.id == Judgement.submission_id))
    )
    here = row.pilot_id == pilot_id, row.wave_id == wave_id
    people = (
        design.where(one.pilot_id == pilot_id, one.wave_id == wave_id)
        .group_by(*place, one.unit)
        .order_by(*place, one.unit)
    )
    return (
        tuple(map(tuple, session.execute(people))),
        *session.execute(arrived.where(*here)).one(),
        session.scalar(decided.where(*here)),
    )


def drawn(session: Session, pilot_id: str, wave_id: str, estimation: UUID | None = None) -> list[Drawn]:
    """Everybody drawn for a wave who may be asked, by id, with the interviews that count now, or that counted in a version.

    Only interviews of drawn people count; answers through open links never come in here. One statement, so that an interview
    which arrives meanwhile is in it or not.
    """
    one, row = Respondent, SubmissionRow
    if estimation is None:
        counts = row.stream == Stream.PROBABILITY, row.status == Status.ACCEPTED
        query = (
            select(one.id, one.stratum, one.psu, one.area_code, one.probability, one.unit, *_columns())
            .outerjoin(row, and_(row.pilot_id == one.pilot_id, row.respondent_id == one.id, *counts))
            .where(in_scope())
        )
        people = people_in_households(session, pilot_id, wave_id)
    else:
        # As a version has it: chances are known better the further field work is.
        weight = WeightRow
        then = func.coalesce(weight.probability, one.probability)
        query = (
            select(one.id, one.stratum, one.psu, one.area_code, then, literal(DrawnUnit.PERSON.value), *_columns())
            .join(
                weight,
                and_(
                    weight.pilot_id == one.pilot_id,
                    weight.respondent_id == one.id,
                    weight.estimation_id == estimation,
                ),
            )
            .outerjoin(row, and_(row.pilot_id == weight.pilot_id, row.id == weight.submission_id))
        )
        people = PeopleInHouseholds({}, 1.0)
    query = query.outerjoin(AnswerSheet, _of_submission())
    found = _rows(session, query.where(one.pilot_id == pilot_id, one.wave_id == wave_id).order_by(one.id))
    return [
        Drawn(id, stratum, psu, area_code, people.chance(probability, unit, stratum), _sheet(said))
        for id, stratum, psu, area_code, probability, unit, *said in found
    ]


@dataclass(frozen=True)
class PeopleInHouseholds:
    """How many people of the surveyed ages the households with a roster hold on average, by stratum and in the whole wave."""

    by_stratum: Mapping[str, float]
    overall: float

    def chance(self, probability: float, unit: str, stratum: str) -> float:
        """The chance of a row of the sample; a household that chose nobody yet weighs as much as its people together would."""
        if unit != DrawnUnit.HOUSEHOLD:
            return probability
        return probability / self.by_stratum.get(stratum, self.overall)


def people_in_households(session: Session, pilot_id: str, wave_id: str) -> PeopleInHouseholds:
    """By the rosters that count, those with nobody to be asked among them; 1 where nobody is on any roster."""
    found = eligible_by_stratum(session, pilot_id, wave_id)
    homes, people = (sum(part) for part in zip(*found.values(), strict=True)) if found else (0, 0)
    by_stratum = {stratum: people / homes for stratum, (homes, people) in found.items() if people}
    return PeopleInHouseholds(by_stratum, people / homes if people else 1.0)


def in_scope() -> ColumnElement[bool]:
    """Of the rows of a sample joined with interviews that count: those that stand for somebody.

    Households that are none, or in which nobody may be asked, do not; nor do those whose place a reserve took. Whoever
    answered all the same does.
    """
    return or_(Respondent.unit.in_([DrawnUnit.PERSON, DrawnUnit.HOUSEHOLD]), SubmissionRow.id.is_not(None))


def self_selected(session: Session, pilot_id: str, wave_id: str) -> list[Sheet]:
    """What came through open links and counts as self-selected, by id."""
    row = SubmissionRow
    query = (
        select(*_columns())
        .join(AnswerSheet, _of_submission())
        .where(row.pilot_id == pilot_id, row.wave_id == wave_id)
        .where(row.stream == Stream.SELF_SELECTED, row.status == Status.ACCEPTED)
        .order_by(row.id)
    )
    return [sheet for said in _rows(session, query) if (sheet := _sheet(said))]


def answers_of(
    session: Session, pilot_id: str, wave_id: str, instrument: tuple[str, int]
) -> Iterator[tuple[UUID, str]]:
    """What was answered in every submission of a wave with an instrument version, whether it counts or not: its id, and JSON."""
    row = SubmissionRow
    query = (
        select(row.id, cast(AnswerSheet.answers, Text))
        .join(AnswerSheet, _of_submission())
        .where(row.pilot_id == pilot_id, row.wave_id == wave_id, row.stream == Stream.PROBABILITY)
        .where(row.instrument_name == instrument[0], row.instrument_version == instrument[1])
    )
    return ((id, said) for id, said in _rows(session, query))


def _columns() -> Sequence[Any]:
    """What a sheet is made of. The database takes the shared answers out of all the others faster than Python."""
    row, sheet = SubmissionRow, AnswerSheet
    shared = (cast(sheet.answers[question], Text) for question in SHARED)
    return (row.id, row.instrument_name, row.instrument_version, row.finished_at, cast(sheet.points, Text), *shared)


def _of_submission() -> ColumnElement[bool]:
    return and_(AnswerSheet.pilot_id == SubmissionRow.pilot_id, AnswerSheet.submission_id == SubmissionRow.id)


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Iterable[Sequence[Any]]:
    return session.execute(query, execution_options={"yield_per": AT_ONCE})


def _sheet(said: Sequence[Any]) -> Sheet | None:
    submission, name, version, finished, points, *shared = said
    if points is None:
        return None
    answers = {question: _read(text) for question, text in zip(SHARED, shared, strict=True)}
    return Sheet(submission, (name, version), finished, answers, points)


@lru_cache(maxsize=1000)
def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)


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
