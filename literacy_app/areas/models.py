"""Divisions with their history, and pilots with the codes that make them up."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
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


class PopulationRow(Base):
    """The residents of a pilot in the surveyed ages. `groups` is a list of [residence, sex, from age, to age, people]."""

    __tablename__ = "population"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    year: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    groups: Mapped[list[list[Any]]] = mapped_column(JSON)
