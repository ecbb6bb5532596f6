"""Who did what to which thing, when: rows that are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, String, Uuid
from sqlalchemy.orm import Mapped, Session, mapped_column

from literacy_app.foundation.orm import Base, Moment, PilotId


class AuditEvent(Base):
    """One thing that somebody did. Nothing personal about respondents is ever written here."""

    __tablename__ = "audit_event"

    pilot_id: Mapped[str] = mapped_column(PilotId, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(
    session: Session, pilot_id: str, now: datetime, actor: str, action: str, subject: str, **detail: Any
) -> None:
    """Add one row to the audit log, in the transaction of the thing it tells about."""
    session.add(
        AuditEvent(pilot_id=pilot_id, id=uuid4(), at=now, actor=actor, action=action, subject=subject, detail=detail)
    )
