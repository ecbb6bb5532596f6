"""Back-checks that were drawn and what came of them, and what supervisors noted about interviews."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId
from literacy_app.quality.rules import Method, Result, Review


class BackCheckSeed(Base):
    """The secret from which a wave's back-checks are drawn: with it anybody can make the draw again, without it nobody guess."""

    __tablename__ = "back_check_seed"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    seed: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)


class BackCheck(Base):
    """An interview that somebody else is to ask about again. `answers` are the basic facts as they were said then."""

    __tablename__ = "back_check"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    drawn_at: Mapped[datetime] = mapped_column(Moment)
    assigned_to: Mapped[str | None] = mapped_column(String(80))
    method: Mapped[Method | None] = mapped_column(String(20))
    result: Mapped[Result | None] = mapped_column(String(20))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by: Mapped[str | None] = mapped_column(String(80))
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ReviewNote(Base):
    """What a supervisor says of an interview: looked at and fine, or to be asked again, and what. Changes nothing; rows are only added."""

    __tablename__ = "review_note"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    review: Mapped[Review] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(400))
