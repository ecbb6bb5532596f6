"""Instruments and waves as loaded, links, the people drawn, drafts, and submissions with what they hold."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import AreaCode, Base, Moment, PilotId
from literacy_app.surveys.rules import Mode, Reason, Status, Stream


class InstrumentRow(Base):
    """One instrument version. `body` is what respondents may see; `key_body` never leaves the server."""

    __tablename__ = "instrument"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    key_body: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class WaveRow(Base):
    """One wave. Once opened it holds the digest of its instrument and its places, which may not change any more."""

    __tablename__ = "wave"
    __table_args__ = (
        ForeignKeyConstraint(["instrument_name", "instrument_version"], ["instrument.name", "instrument.version"]),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), index=True)
    instrument_name: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[int]
    opens_on: Mapped[date]
    last_day: Mapped[date]
    body: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    frozen_digest: Mapped[str | None] = mapped_column(String(64))
    # The townships offered, frozen with the instrument: code, Chinese name, English name.
    places: Mapped[list[list[str]] | None] = mapped_column(JSON)


class LinkRow(Base):
    """A public link to a wave; its token is the last part of the address. Whoever uses it is self-selected."""

    __tablename__ = "survey_link"

    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Respondent(Base):
    """One person drawn for a wave: where in the design, and with which probability. Nothing that names the person."""

    __tablename__ = "respondent"
    __table_args__ = (Index("ix_respondent_pilot_id_wave_id", "pilot_id", "wave_id"),)

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(AreaCode)
    probability: Mapped[float]


class Draft(Base):
    """Answers of a person who has not sent them yet; its id becomes the submission's."""

    __tablename__ = "draft"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    secret_sha256: Mapped[str] = mapped_column(String(64), index=True)
    consent_version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    seen: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment, index=True)
    sent_body: Mapped[bytes | None] = mapped_column(LargeBinary)


class SubmissionRow(Base):
    """One submission: the exact bytes, what they were judged to be, and when. Never changed, never deleted."""

    __tablename__ = "submission"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "respondent_id"], ["respondent.pilot_id", "respondent.id"]),
        Index("ix_submission_pilot_id_wave_id", "pilot_id", "wave_id"),
        # One counted interview for each person drawn, whatever is sent in parallel.
        Index(
            "uq_submission_pilot_id_respondent_id",
            "pilot_id",
            "respondent_id",
            unique=True,
            sqlite_where=text("status = 'accepted'"),
            postgresql_where=text("status = 'accepted'"),
        ),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    instrument_name: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    mode: Mapped[Mode] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    stream: Mapped[Stream] = mapped_column(String(20))
    status: Mapped[Status] = mapped_column(String(20))
    reason: Mapped[Reason | None] = mapped_column(String(40))
    respondent_id: Mapped[UUID | None] = mapped_column(Uuid)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment)


class AnswerRow(Base):
    """One answer of one submission: a value or a code, and the points it earned (None where nothing is scored)."""

    __tablename__ = "answer"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    question_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    code: Mapped[str | None] = mapped_column(String(20))
    points: Mapped[int | None]


class ScoreRow(Base):
    """The score of one submission on one scale."""

    __tablename__ = "score"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    scale: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[int]
    max_points: Mapped[int]
    attained: Mapped[bool]
    answered: Mapped[int]
    dont_know: Mapped[int]
    missing: Mapped[int]


class Conflict(Base):
    """Other bytes that came under the id of a stored submission; kept for review."""

    __tablename__ = "submission_conflict"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Moment)
