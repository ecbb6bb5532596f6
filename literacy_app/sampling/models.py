"""Frames that were read, and what was drawn from them with every chance."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import AreaCode, Base, Moment, PilotId


class FrameRow(Base):
    """A list of villages and neighbourhoods that can be drawn from, as it was read; never changed, a new one is read instead."""

    __tablename__ = "frame"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime] = mapped_column(Moment)
    read_by: Mapped[str] = mapped_column(String(80))


class FrameUnit(Base):
    """One village or neighbourhood of a frame."""

    __tablename__ = "frame_unit"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "frame_id"], ["frame.pilot_id", "frame.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    frame_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    township: Mapped[str] = mapped_column(AreaCode)
    size: Mapped[int]
    households: Mapped[int]
    residence: Mapped[str | None] = mapped_column(String(10))


class DrawRow(Base):
    """One draw for a wave: plan and seed are enough to draw it again. Once frozen it is the wave's sample for good."""

    __tablename__ = "draw"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "frame_id"], ["frame.pilot_id", "frame.id"]),
        UniqueConstraint("pilot_id", "wave_id", "number"),
        Index(
            "uq_draw_pilot_id_wave_id",
            "pilot_id",
            "wave_id",
            unique=True,
            sqlite_where=text("frozen_at IS NOT NULL"),
            postgresql_where=text("frozen_at IS NOT NULL"),
        ),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int]  # 1, 2, 3 in the wave
    frame_id: Mapped[UUID] = mapped_column(Uuid)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    seed: Mapped[str] = mapped_column(String(32))
    lonely: Mapped[list[str]] = mapped_column(JSON)  # strata with a single PSU
    drawn_at: Mapped[datetime] = mapped_column(Moment)
    drawn_by: Mapped[str] = mapped_column(String(80))
    frozen_at: Mapped[datetime | None] = mapped_column(Moment)
    frozen_by: Mapped[str | None] = mapped_column(String(80))


class HouseholdRow(Base):
    """A household drawn, by its number on the list of its village, with the chances of every stage."""

    __tablename__ = "household"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "draw_id"], ["draw.pilot_id", "draw.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    draw_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    village: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int]  # which draw of the village, from 1
    place: Mapped[int]  # the order within this draw, from 1, apart for households and reserves
    reserve: Mapped[bool]
    stratum: Mapped[str] = mapped_column(String(40))
    psu: Mapped[str] = mapped_column(String(40))
    township_probability: Mapped[float]
    village_probability: Mapped[float]
    household_probability: Mapped[float]
    kish_table: Mapped[str | None] = mapped_column(String(2))
