"""Attempts at practice questions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKeyConstraint, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId
from literacy_app.framework.rules import Dimension
from literacy_app.practice.rules import Setting


class Attempt(Base):
    """One answer of one learner. The id is issued with the page, so a doubled tap or a retry is the same row."""

    __tablename__ = "attempt"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "learner_id"], ["learner.pilot_id", "learner.id"]),
        Index("ix_attempt_pilot_id_learner_id", "pilot_id", "learner_id"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(Uuid)
    article_id: Mapped[str] = mapped_column(String(10))
    item_id: Mapped[str] = mapped_column(String(80))
    answer: Mapped[list[str]] = mapped_column(JSON)
    right: Mapped[bool]
    setting: Mapped[Setting] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)


class Certificate(Base):
    """That a learner has kept a dimension; anybody can check its code, and it names nobody.

    Two learners who became one may have two of a dimension, for both may be printed.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "learner_id"], ["learner.pilot_id", "learner.id"]),
        UniqueConstraint("pilot_id", "code"),
        Index("ix_certificate_pilot_id_learner_id", "pilot_id", "learner_id"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    learner_id: Mapped[UUID] = mapped_column(Uuid)
    dimension: Mapped[Dimension] = mapped_column(String(20))
    issued_at: Mapped[datetime] = mapped_column(Moment)
