"""Learners, the phones that they learn on, and codes to go on elsewhere. Nothing about the person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId


class Learner(Base):
    """Somebody who learns."""

    __tablename__ = "learner"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class LearnerPhone(Base):
    """A phone on which a learner is known, by the hash of the secret in its cookie."""

    __tablename__ = "learner_phone"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "learner_id"], ["learner.pilot_id", "learner.id"]),
        Index("ix_learner_phone_pilot_id_learner_id", "pilot_id", "learner_id"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(Moment)


class ResumeCode(Base):
    """A code with which a learner goes on on another phone; only its hash is kept, and only the newest works."""

    __tablename__ = "resume_code"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "learner_id"], ["learner.pilot_id", "learner.id"]),
        Index("ix_resume_code_pilot_id_learner_id", "pilot_id", "learner_id"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(Moment)
