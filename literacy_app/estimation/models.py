"""What is kept of an estimation: the weights with their recipe, and the results that were made with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId


class EstimationRow(Base):
    """One version of a wave's weights and results, never changed: who made it when, from which data, by which method.

    `recipe` holds all that the weights were made with (figures, population), `steps` what each step did to them, `settings`
    what the results were made with, `results` the numbers. `data_digest` names the people and answers that went in.
    """

    __tablename__ = "estimation"
    __table_args__ = (UniqueConstraint("pilot_id", "wave_id", "number"),)

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int]  # 1, 2, 3 in the wave
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(String(80))
    method: Mapped[str] = mapped_column(String(20))
    data_digest: Mapped[str] = mapped_column(String(64))
    recipe: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class WeightRow(Base):
    """The weight of one person drawn in one version, and the interview that counted in it (None: gave none, weighs nothing)."""

    __tablename__ = "weight"
    __table_args__ = (
        ForeignKeyConstraint(["pilot_id", "estimation_id"], ["estimation.pilot_id", "estimation.id"]),
        ForeignKeyConstraint(["pilot_id", "respondent_id"], ["respondent.pilot_id", "respondent.id"]),
        ForeignKeyConstraint(["pilot_id", "submission_id"], ["submission.pilot_id", "submission.id"]),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    estimation_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    respondent_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    submission_id: Mapped[UUID | None] = mapped_column(Uuid)
    weight: Mapped[float]
    # With which chance this person was drawn, as it was known then; versions made before rosters were kept have none.
    probability: Mapped[float | None]
