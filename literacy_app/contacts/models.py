"""Names and telephone numbers of households, sealed, and apart from everything that anybody answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import AreaCode, Base, Moment, PilotId


class HouseholdContact(Base):
    """Whom to ask for in a household drawn. The latest of a household is in use; all are deleted on the day that the wave states.

    No key leads from here to a submission, or from there to here. `sealed` is a nonce of 12 bytes and AES-256-GCM under
    the key `key_id`, with the other columns of the row as associated data.
    """

    __tablename__ = "household_contact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pilot_id", "draw_id", "village", "number"],
            ["household.pilot_id", "household.draw_id", "household.village", "household.number"],
        ),
        Index("ix_household_contact_pilot_id_draw_id", "pilot_id", "draw_id", "village", "number"),
    )

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draw_id: Mapped[UUID] = mapped_column(Uuid)
    village: Mapped[str] = mapped_column(AreaCode)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    key_id: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Moment)
    kept_by: Mapped[str] = mapped_column(String(80))
