"""Looking up what a wave measured: everybody drawn, where in the design, and which scales each person attained."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from literacy_app.surveys.models import AnswerSheet, Respondent, SubmissionRow
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
    sheets = (
        select(AnswerSheet.submission_id, AnswerSheet.scores)
        .join(
            SubmissionRow,
            and_(SubmissionRow.pilot_id == AnswerSheet.pilot_id, SubmissionRow.id == AnswerSheet.submission_id),
        )
        .where(AnswerSheet.pilot_id == pilot_id, SubmissionRow.wave_id == wave_id)
    )
    attained = {
        submission_id: frozenset(scale for scale in scales if scale in scores and scores[scale]["attained"])
        for submission_id, scores in session.execute(sheets)
    }
    return [
        Drawn(stratum, psu, area, probability, None if submission is None else attained.get(submission, frozenset()))
        for _, stratum, psu, area, probability, submission in people
    ]
