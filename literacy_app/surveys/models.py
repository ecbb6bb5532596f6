"""Instruments and waves as loaded, links, the people drawn, drafts, and submissions with what they hold."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import AreaCode, Base, Moment, PilotId
from literacy_app.surveys.rules import Decision, DrawnUnit, LinkKind, Mode, Reason, Status, Stream


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
    """A link to a wave; its token is the last part of the address. Whoever uses it alone is self-selected."""

    __tablename__ = "survey_link"

    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[LinkKind] = mapped_column(String(20), server_default=LinkKind.OPEN)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class Respondent(Base):
    """One person drawn for a wave, or a household that is to give one: where in the design, and with which probability.

    Nothing that names the person.
    """

    __tablename__ = "respondent"
    __table_args__ = (Index("ix_respondent_pilot_id_wave_id", "pilot_id", "wave_id"),)

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(AreaCode)
    probability: Mapped[float]
    unit: Mapped[DrawnUnit] = mapped_column(String(20), server_default=DrawnUnit.PERSON)  # what has that probability


class Invitation(Base):
    """The one-time link of a person drawn: `<open link>.<secret>`. A new one takes the place of the one before."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "respondent_id"], ["respondent.pilot_id", "respondent.id"]),
        UniqueConstraint("pilot_id", "secret_sha256"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    respondent_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)


class Draft(Base):
    """Answers of a person who has not sent them yet; its id becomes the submission's."""

    __tablename__ = "draft"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "respondent_id"], ["respondent.pilot_id", "respondent.id"]),)

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
    respondent_id: Mapped[UUID | None] = mapped_column(Uuid)
    resume_sha256: Mapped[str | None] = mapped_column(String(64), index=True)


class SubmissionRow(Base):
    """One submission: the exact bytes, what they were judged to be, and when. Never deleted.

    What came in never changes; `verdict` and `reason` are the door's, as in the receipt. `status` is where the submission
    stands now: a person's decision (Judgement) or a correction (`replaces` of a later one) moves it.
    """

    __tablename__ = "submission"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "respondent_id"], ["respondent.pilot_id", "respondent.id"]),
        ForeignKeyConstraint(["pilot_id", "replaces"], ["submission.pilot_id", "submission.id"]),
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
    mode: Mapped[Mode] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    stream: Mapped[Stream] = mapped_column(String(20))
    status: Mapped[Status] = mapped_column(String(20))
    verdict: Mapped[Status] = mapped_column(String(20))
    reason: Mapped[Reason | None] = mapped_column(String(40))
    flags: Mapped[list[str]] = mapped_column(JSON)
    respondent_id: Mapped[UUID | None] = mapped_column(Uuid)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    sequence: Mapped[int | None]
    consent_version: Mapped[str | None] = mapped_column(String(20))
    replaces: Mapped[UUID | None] = mapped_column(Uuid)
    correction: Mapped[str | None] = mapped_column(String(400))
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class AnswerSheet(Base):
    """The answers of one submission as the server read them, by question id as the door takes them, and what they earned:
    `points` by question id, and `scores` by scale, each with the fields of scoring.rules.Score but its name.

    One row a person, because that is how they are written, exported and analysed; made anew from `raw` at any time.
    """

    __tablename__ = "answer_sheet"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    points: Mapped[dict[str, int]] = mapped_column(JSON)
    scores: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)
    paradata: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


class Judgement(Base):
    """What a person decided about a submission, and why. Rows are only added."""

    __tablename__ = "judgement"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    decision: Mapped[Decision] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(400))


class NetworkUse(Base):
    """How many unproved answers came, and were begun, through an open link from one network in one span; forgotten after a day.

    `network` is a keyed digest that changes every day: it tells two networks apart and names none.
    """

    __tablename__ = "network_use"

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    wave_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    span: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    count: Mapped[int]
    begun: Mapped[int]


class SpentProof(Base):
    """A proof of work that was used; forgotten once it has expired anyway."""

    __tablename__ = "spent_proof"

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class Conflict(Base):
    """Other bytes that came under the id of a stored submission; kept for review."""

    __tablename__ = "submission_conflict"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Moment)
