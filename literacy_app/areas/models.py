"""Divisions with their history, and pilots with the codes that make them up."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import AreaCode, Base, PilotId


class AreaRow(Base):
    """One division in one period; a changed code or name is a new row, so history is kept."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    urban_rural_class: Mapped[str] = mapped_column(String(3))


class PilotRow(Base):
    """One pilot. `synthetic` is shown on every page that shows its data."""

    __tablename__ = "pilot"

    id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    starts_on: Mapped[date]
    synthetic: Mapped[bool]


class PilotArea(Base):
    """One code that belongs to a pilot."""

    __tablename__ = "pilot_area"

    pilot_id: Mapped[str] = mapped_column(ForeignKey("pilot.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode, primary_key=True)
