"""Looking up keys, and the records of phones."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from literacy_app.offline.models import FieldKey, RecordConflict, RecordRow
from literacy_app.offline.rules import State


def keys(session: Session) -> Sequence[FieldKey]:
    """Every key, the one made last first."""
    return session.scalars(select(FieldKey).order_by(FieldKey.made_at.desc(), FieldKey.id)).all()


def key(session: Session, key_id: str) -> FieldKey | None:
    """One key, or None."""
    return session.get(FieldKey, key_id)


def record_row(session: Session, pilot_id: str, record_id: UUID, *, lock: bool = False) -> RecordRow | None:
    """One record, or None. `lock` keeps others from changing it until the transaction ends."""
    return session.get(RecordRow, (pilot_id, record_id), with_for_update=lock or None, populate_existing=lock)


def sequences(session: Session, devices: Sequence[UUID]) -> dict[UUID, list[int]]:
    """The numbers of the records that came from phones, wherever they were collected: a phone numbers through all pilots."""
    query = select(RecordRow.device_id, RecordRow.sequence).where(RecordRow.device_id.in_(devices))
    found: dict[UUID, list[int]] = {}
    for device, sequence in session.execute(query.order_by(RecordRow.device_id, RecordRow.sequence)):
        found.setdefault(device, []).append(sequence)
    return found


def in_need(session: Session, pilot_id: str, most: int) -> Sequence[RecordRow]:
    """Records that nobody has been able to read, the oldest first."""
    query = select(RecordRow).where(RecordRow.pilot_id == pilot_id, RecordRow.status == State.ATTENTION)
    return session.scalars(query.options(defer(RecordRow.raw)).order_by(RecordRow.received_at).limit(most)).all()


def conflicts(session: Session, pilot_id: str) -> Sequence[RecordConflict]:
    """Other bytes that came under the ids of records."""
    query = select(RecordConflict).where(RecordConflict.pilot_id == pilot_id)
    return session.scalars(query.options(defer(RecordConflict.raw)).order_by(RecordConflict.received_at)).all()
