"""Learners: a secret's hash and when they came. Nothing about the person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId


class Learner(Base):
    """Somebody who learns, as far as the phone's cookie tells."""

    __tablename__ = "learner"
    __table_args__ = (UniqueConstraint("pilot_id", "secret_sha256"),)

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
