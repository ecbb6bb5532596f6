"""Who goes where, what happened at each door, who was chosen in each household, and reserves that were brought in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.fieldwork.rules import Disposition, Ground
from literacy_app.foundation.orm import AreaCode, Base, Moment, PilotId

HOUSEHOLD = ("household.pilot_id", "household.draw_id", "household.village", "household.number")
CURRENT, COUNTS = text("ended_at IS NULL"), text("counts")


class AssignmentRow(Base):
    """Who goes to a cluster, the village of a draw. One person at a time; those before stay in the history."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "draw_id"], ["draw.pilot_id", "draw.id"]),
        Index("ix_assignment_pilot_id_staff_id", "pilot_id", "staff_id"),
        Index(
            "uq_assignment_pilot_id_draw_id_village",
            "pilot_id",
            "draw_id",
            "village",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draw_id: Mapped[UUID] = mapped_column(Uuid)
    village: Mapped[str] = mapped_column(AreaCode)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    assigned_at: Mapped[datetime] = mapped_column(Moment)
    assigned_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str | None] = mapped_column(String(80))


class VisitRow(Base):
    """One visit to a household and what came of it, as the interviewer recorded it; never changed."""

    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "draw_id", "village", "number"], HOUSEHOLD),
        Index("ix_visit_pilot_id_draw_id", "pilot_id", "draw_id", "village", "number"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draw_id: Mapped[UUID] = mapped_column(Uuid)
    village: Mapped[str] = mapped_column(AreaCode)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    result: Mapped[Disposition] = mapped_column(String(40))
    appointment: Mapped[datetime | None] = mapped_column(Moment)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    device_id: Mapped[UUID | None] = mapped_column(Uuid)  # None: keyed at a desk
    received_at: Mapped[datetime] = mapped_column(Moment)
    flags: Mapped[list[str]] = mapped_column(JSON)


class RosterRow(Base):
    """Who of the surveyed ages lives in a household, and whom chance chose. Only the first `counts`; later ones are kept beside it."""

    __tablename__ = "roster"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "draw_id", "village", "number"], HOUSEHOLD),
        Index("ix_roster_pilot_id_draw_id", "pilot_id", "draw_id", "village", "number"),
        Index(
            "uq_roster_pilot_id_draw_id_village_number",
            "pilot_id",
            "draw_id",
            "village",
            "number",
            unique=True,
            sqlite_where=COUNTS,
            postgresql_where=COUNTS,
        ),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draw_id: Mapped[UUID] = mapped_column(Uuid)
    village: Mapped[str] = mapped_column(AreaCode)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    members: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # sex, age, birthday, in the order of the roster
    eligible: Mapped[int]  # how many they are
    chosen: Mapped[int | None]  # the place in the roster, from 1; None where nobody may be asked
    reason: Mapped[str | None] = mapped_column(String(200))
    counts: Mapped[bool]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    received_at: Mapped[datetime] = mapped_column(Moment)
    flags: Mapped[list[str]] = mapped_column(JSON)


class ReplacementRow(Base):
    """A reserve household that was brought in, and the household whose place it took."""

    __tablename__ = "replacement"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "draw_id", "village", "number"], HOUSEHOLD),
        ForeignKeyConstraint(["pilot_id", "draw_id", "village", "replaces"], HOUSEHOLD),
        UniqueConstraint("pilot_id", "draw_id", "village", "replaces"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    draw_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    village: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    replaces: Mapped[int]
    ground: Mapped[Ground] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(String(80))
