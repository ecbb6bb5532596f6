"""Records that came from phones, and the keys that they are sealed to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId
from literacy_app.offline.rules import Kind, State


class FieldKey(Base):
    """A key pair that phones seal records to. The private half lies here enciphered under the installation's secret.

    The newest one is given to phones; the others stay, because a phone may come back with what it sealed long ago.
    """

    __tablename__ = "field_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[bytes] = mapped_column(LargeBinary)  # a point of P-256, uncompressed
    private: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)


class RecordRow(Base):
    """One record of a phone, by the id that the phone made. `raw` is kept while nobody has been able to read what it holds."""

    __tablename__ = "field_record"
    __table_args__ = (Index("ix_field_record_pilot_id_device_id", "pilot_id", "device_id"),)

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    sequence: Mapped[int]
    kind: Mapped[Kind] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[State] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(200))
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)


class RecordConflict(Base):
    """Other bytes that came under the id of a record; kept for review."""

    __tablename__ = "field_record_conflict"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    received_at: Mapped[datetime] = mapped_column(Moment)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
