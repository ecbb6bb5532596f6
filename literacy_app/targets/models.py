"""Targets and baselines, each with its source."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId


class TargetRow(Base):
    """The share to be reached on a scale by the end of a year."""

    __tablename__ = "target"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    scale: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    share: Mapped[float]
    source: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(Moment)


class BaselineRow(Base):
    """The share that a pilot started from on a scale."""

    __tablename__ = "baseline"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    scale: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int]
    share: Mapped[float]
    source: Mapped[str] = mapped_column(String(200))
