"""Group sessions, who takes part (a secret's hash and nothing more) and what was answered. No row leads to a learner."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId
from literacy_app.groups.rules import Stage, Subject


class GroupSession(Base):
    """One session of a class or a hall. Its items are fixed when it opens; `position` and `shown` say where it stands."""

    __tablename__ = "group_session"
    __table_args__ = (UniqueConstraint("pilot_id", "code"), Index("ix_group_session_code", "code"))

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(6))
    staff_id: Mapped[UUID] = mapped_column(Uuid)
    subject: Mapped[Subject] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(40))
    item_ids: Mapped[list[str]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    position: Mapped[int]
    shown: Mapped[bool]

    @property
    def stage(self) -> Stage:
        """Where the session stands."""
        return Stage(self.position, self.shown)


class Participant(Base):
    """Somebody who answers; `carried` is one who was handed a phone that had joined already."""

    __tablename__ = "group_participant"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "session_id"], ["group_session.pilot_id", "group_session.id"]),
        UniqueConstraint("pilot_id", "session_id", "secret_sha256"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    carried: Mapped[bool]
    joined_at: Mapped[datetime] = mapped_column(Moment)


class GroupAnswer(Base):
    """One answer of one participant to one item: the key says that there is no second."""

    __tablename__ = "group_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pilot_id", "session_id", "participant_id"],
            ["group_participant.pilot_id", "group_participant.session_id", "group_participant.id"],
            name="fk_group_answer_participant",  # in full it is longer than PostgreSQL's 63 characters
        ),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    item_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    answer: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)
