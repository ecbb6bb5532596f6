"""Looking up instruments, waves, links, drafts and submissions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, defer

from literacy_app.foundation.secrets import digest_of
from literacy_app.scoring.rules import Score
from literacy_app.surveys.models import (
    AnswerSheet,
    Conflict,
    Draft,
    InstrumentRow,
    Invitation,
    Judgement,
    LinkRow,
    Respondent,
    SubmissionRow,
    WaveRow,
)
from literacy_app.surveys.rules import LinkKind, Receipt, Status, Stream, Tally


def instrument_row(session: Session, name: str, version: int) -> InstrumentRow | None:
    """One instrument version, or None."""
    return session.get(InstrumentRow, (name, version))


def instrument_digest(session: Session, name: str, version: int) -> str | None:
    """The digest of one instrument version, or None."""
    query = select(InstrumentRow.digest).where(InstrumentRow.name == name, InstrumentRow.version == version)
    return session.scalar(query)


def wave_row(session: Session, wave_id: str) -> WaveRow | None:
    """One wave, or None."""
    return session.get(WaveRow, wave_id)


def waves_of(session: Session, pilot_id: str) -> Sequence[WaveRow]:
    """The waves of a pilot, the latest first."""
    return session.scalars(
        select(WaveRow).where(WaveRow.pilot_id == pilot_id).order_by(WaveRow.opens_on.desc(), WaveRow.id)
    ).all()


def waves_using(session: Session, name: str, version: int) -> Sequence[WaveRow]:
    """The waves that ask with an instrument version."""
    query = select(WaveRow).where(WaveRow.instrument_name == name, WaveRow.instrument_version == version)
    return session.scalars(query).all()


def link(session: Session, token: str) -> LinkRow | None:
    """One public link, or None."""
    return session.get(LinkRow, token)


def link_of(session: Session, wave_id: str, kind: LinkKind = LinkKind.OPEN) -> LinkRow | None:
    """The link of a wave that is in use, or None."""
    query = select(LinkRow).where(LinkRow.wave_id == wave_id, LinkRow.kind == kind, LinkRow.revoked_at.is_(None))
    return session.scalars(query.order_by(LinkRow.created_at, LinkRow.token).limit(1)).first()


def open_link(session: Session, pilot_id: str, day: date) -> LinkRow | None:
    """A public link of a wave of this pilot that is open on `day`, or None."""
    query = (
        select(LinkRow)
        .join(WaveRow, WaveRow.id == LinkRow.wave_id)
        .where(
            WaveRow.pilot_id == pilot_id,
            WaveRow.opens_on <= day,
            WaveRow.last_day >= day,
            LinkRow.kind == LinkKind.OPEN,
            LinkRow.revoked_at.is_(None),
        )
        .order_by(WaveRow.opens_on.desc(), LinkRow.created_at)
        .limit(1)
    )
    return session.scalars(query).first()


def invited(session: Session, pilot_id: str, secret: str) -> UUID | None:
    """The person drawn whom an invitation's secret names, or None."""
    query = select(Invitation.respondent_id).where(
        Invitation.pilot_id == pilot_id, Invitation.secret_sha256 == digest_of(secret)
    )
    return session.scalar(query)


def has_answered(session: Session, pilot_id: str, respondent_id: UUID) -> bool:
    """Whether an interview of this person counts already."""
    query = select(SubmissionRow.id).where(
        SubmissionRow.pilot_id == pilot_id,
        SubmissionRow.respondent_id == respondent_id,
        SubmissionRow.status == Status.ACCEPTED,
    )
    return session.scalar(query) is not None


def draft_by_secret(session: Session, wave_id: str, secret: str, *, lock: bool = False) -> Draft | None:
    """The draft that a cookie's secret opens, or None. `lock` keeps others from changing it until the transaction ends."""
    query = select(Draft).where(Draft.wave_id == wave_id, Draft.secret_sha256 == digest_of(secret))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def draft_by_code(session: Session, wave_id: str, code: str) -> Draft | None:
    """The draft that a resume code opens, or None."""
    query = select(Draft).where(Draft.wave_id == wave_id, Draft.resume_sha256 == digest_of(code))
    return session.scalars(query).first()


def receipt(session: Session, pilot_id: str, submission_id: UUID) -> Receipt | None:
    """The receipt of a stored submission, or None."""
    row = SubmissionRow
    query = select(row.sha256, row.received_at, row.verdict, row.reason)
    found = session.execute(query.where(row.pilot_id == pilot_id, row.id == submission_id)).first()
    return Receipt(submission_id, *found) if found else None


def submission(session: Session, pilot_id: str, submission_id: UUID, *, lock: bool = False) -> SubmissionRow | None:
    """One submission, or None. `lock` keeps others from deciding about it until the transaction ends."""
    query = select(SubmissionRow).where(SubmissionRow.pilot_id == pilot_id, SubmissionRow.id == submission_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def waiting(session: Session, pilot_id: str, wave_id: str, most: int) -> Sequence[SubmissionRow]:
    """Submissions that wait for a person's decision, the oldest first."""
    query = (
        select(SubmissionRow)
        .where(
            SubmissionRow.pilot_id == pilot_id,
            SubmissionRow.wave_id == wave_id,
            SubmissionRow.status == Status.QUARANTINED,
        )
        .options(defer(SubmissionRow.raw))
        .order_by(SubmissionRow.received_at, SubmissionRow.id)
        .limit(most)
    )
    return session.scalars(query).all()


def sheet(session: Session, pilot_id: str, submission_id: UUID) -> AnswerSheet | None:
    """The answers of one submission, or None."""
    return session.get(AnswerSheet, (pilot_id, submission_id))


def judgements(session: Session, pilot_id: str, submission_id: UUID) -> Sequence[Judgement]:
    """What was decided about a submission, in order."""
    query = select(Judgement).where(Judgement.pilot_id == pilot_id, Judgement.submission_id == submission_id)
    return session.scalars(query.order_by(Judgement.made_at)).all()


def conflicts(session: Session, pilot_id: str, wave_id: str) -> Sequence[Conflict]:
    """Other bytes that came under the ids of submissions to a wave."""
    query = (
        select(Conflict)
        .join(
            SubmissionRow,
            and_(SubmissionRow.pilot_id == Conflict.pilot_id, SubmissionRow.id == Conflict.submission_id),
        )
        .where(Conflict.pilot_id == pilot_id, SubmissionRow.wave_id == wave_id)
        .order_by(Conflict.received_at)
    )
    return session.scalars(query).all()


def respondent(session: Session, pilot_id: str, wave_id: str, respondent_id: UUID) -> Respondent | None:
    """A person drawn for this wave, or None."""
    row = session.get(Respondent, (pilot_id, respondent_id))
    return row if row is not None and row.wave_id == wave_id else None


def scores(session: Session, pilot_id: str, submission_id: UUID) -> dict[str, Score]:
    """The scores of one submission by scale."""
    found = sheet(session, pilot_id, submission_id)
    return {scale: Score(scale, **one) for scale, one in found.scores.items()} if found else {}


def tally(session: Session, pilot_id: str, wave_id: str) -> Tally:
    """How many were drawn, and how many answered in which way."""
    drawn = (
        session.scalar(select(func.count()).where(Respondent.pilot_id == pilot_id, Respondent.wave_id == wave_id)) or 0
    )
    query = (
        select(SubmissionRow.stream, SubmissionRow.status, func.count())
        .where(SubmissionRow.pilot_id == pilot_id, SubmissionRow.wave_id == wave_id)
        .group_by(SubmissionRow.stream, SubmissionRow.status)
    )
    counts = {(stream, status): count for stream, status, count in session.execute(query)}
    return Tally(
        drawn=drawn,
        interviewed=counts.get((Stream.PROBABILITY, Status.ACCEPTED), 0),
        self_selected=counts.get((Stream.SELF_SELECTED, Status.ACCEPTED), 0),
        quarantined=sum(count for (stream, status), count in counts.items() if status == Status.QUARANTINED),
        voided=sum(count for (stream, status), count in counts.items() if status == Status.VOIDED),
        replaced=sum(count for (stream, status), count in counts.items() if status == Status.REPLACED),
    )
