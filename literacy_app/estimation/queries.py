"""Looking up what a wave measured: everybody drawn, where in the design, and which scales each person attained."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from literacy_app.surveys.models import Respondent, ScoreRow, SubmissionRow
from literacy_app.surveys.rules import Status, Stream


@dataclass(frozen=True)
class Drawn:
    """One person drawn for a wave. `attained` holds the scales reached; it is None for whoever gave no interview that counts."""

    stratum: str
    psu: str
    area_code: str
    probability: float
    attained: frozenset[str] | None


def drawn(session: Session, pilot_id: str, wave_id: str, scales: Sequence[str]) -> list[Drawn]:
    """Everybody drawn for a wave. Only interviews of drawn people count; answers through open links never come in here."""
    counted = and_(
        SubmissionRow.pilot_id == Respondent.pilot_id,
        SubmissionRow.respondent_id == Respondent.id,
        SubmissionRow.stream == Stream.PROBABILITY,
        SubmissionRow.status == Status.ACCEPTED,
    )
    people = session.execute(
        select(
            Respondent.id,
            Respondent.stratum,
            Respondent.psu,
            Respondent.area_code,
            Respondent.probability,
            SubmissionRow.id,
        )
        .outerjoin(SubmissionRow, counted)
        .where(Respondent.pilot_id == pilot_id, Respondent.wave_id == wave_id)
        .order_by(Respondent.id)
    ).all()
    attained: dict[object, set[str]] = {}
    reached = (
        select(ScoreRow.submission_id, ScoreRow.scale)
        .join(
            SubmissionRow, and_(SubmissionRow.pilot_id == ScoreRow.pilot_id, SubmissionRow.id == ScoreRow.submission_id)
        )
        .where(
            ScoreRow.pilot_id == pilot_id,
            SubmissionRow.wave_id == wave_id,
            ScoreRow.scale.in_(scales),
            ScoreRow.attained,
        )
    )
    for submission_id, scale in session.execute(reached):
        attained.setdefault(submission_id, set()).add(scale)
    return [
        Drawn(stratum, psu, area, probability, None if submission is None else frozenset(attained.get(submission, ())))
        for _, stratum, psu, area, probability, submission in people
    ]
