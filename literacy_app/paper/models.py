"""Paper forms that are keyed: one row a form number, one row an entry."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId


class PaperForm(Base):
    """One form number of a wave: how its two entries compared, who settled it, and what it was stored as.

    `alone_*`: that one person may key it twice, by whom and why. `choices` is what was picked where entries differed.
    """

    __tablename__ = "paper_form"
    __table_args__ = (ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),)

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begun_at: Mapped[datetime] = mapped_column(Moment)
    alone_by: Mapped[str | None] = mapped_column(String(80))
    alone_reason: Mapped[str | None] = mapped_column(String(400))
    compared: Mapped[int | None]
    differing: Mapped[int | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    choices: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    submission_id: Mapped[UUID | None] = mapped_column(Uuid)


class KeyedForm(Base):
    """One of the two entries of a form, as typed and as read. Never changed: what was wrong in it shows in the comparison."""

    __tablename__ = "keyed_form"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pilot_id", "wave_id", "number"], ["paper_form.pilot_id", "paper_form.wave_id", "paper_form.number"]
        ),
        ForeignKeyConstraint(["pilot_id", "respondent_id"], ["respondent.pilot_id", "respondent.id"]),
        UniqueConstraint("pilot_id", "page"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    wave_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page: Mapped[UUID] = mapped_column(Uuid)
    clerk: Mapped[str] = mapped_column(String(80))
    day: Mapped[date]
    language: Mapped[str] = mapped_column(String(20))
    respondent_id: Mapped[UUID | None] = mapped_column(Uuid)
    typed: Mapped[dict[str, str]] = mapped_column(JSON)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    keyed_at: Mapped[datetime] = mapped_column(Moment)
