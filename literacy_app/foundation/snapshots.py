"""The last good version of what people write in files, kept in the database so that every node serves the same."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from literacy_app.foundation.lately import forget_answers, lately
from literacy_app.foundation.orm import Base, Moment

T = TypeVar("T")

# What this process has parsed already, by kind: (digest, object). Snapshots never change under their digest.
_parsed: dict[str, tuple[str, object]] = {}


class Snapshot(Base):
    """One checked version of one kind of content; the latest loaded is the one in force."""

    __tablename__ = "snapshot"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    loaded_at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[str] = mapped_column(Text)


def keep_snapshot(session: Session, kind: str, body: str, now: datetime) -> bool:
    """Put `body` in force for `kind`. Returns whether this changed anything."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    if digest == digest_in_force(session, kind):
        return False
    session.merge(Snapshot(kind=kind, digest=digest, loaded_at=now, body=body))
    forget_answers()
    return True


def digest_in_force(session: Session, kind: str) -> str | None:
    """The digest of the version in force, or None when nothing was ever loaded."""
    return session.scalar(
        select(Snapshot.digest).where(Snapshot.kind == kind).order_by(Snapshot.loaded_at.desc()).limit(1)
    )


def in_force(session: Session, kind: str, parse: Callable[[str], T], empty: T) -> T:
    """The version in force as `parse` makes it (done once a process and version), or `empty` when nothing was ever loaded."""
    digest = lately(session, f"digest {kind}", lambda: digest_in_force(session, kind))
    if digest is None:
        return empty
    known = _parsed.get(kind)
    if known is None or known[0] != digest:
        body = session.scalars(select(Snapshot.body).where(Snapshot.kind == kind, Snapshot.digest == digest)).one()
        known = _parsed[kind] = (digest, parse(body))
    return known[1]  # type: ignore[return-value]  # one kind is always parsed by the same function
