"""Phones that interviewers collect with: registered, renewed, told apart by their tokens, and stopped."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from literacy_app.accounts import queries
from literacy_app.accounts.models import Device, StaffRow
from literacy_app.accounts.rules import DEVICE, Grant, Holder, Role, Staff, device_name
from literacy_app.accounts.service.staff import NO_PILOT
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.policy import Policy
from literacy_app.foundation.secrets import digest_of


def register_device(
    session: Session, staff: Staff, browser: str, policy: Policy, now: datetime, began: int = 0
) -> tuple[UUID, str]:
    """A phone for somebody who is signed in on it; its id, and the token that goes into the phone and is nowhere else.

    It is called after what its `browser` says of itself. `began` is the number of the last record that the phone has made
    under an earlier registration.
    """
    token = DEVICE + secrets.token_urlsafe(32)
    row = Device(
        id=uuid4(),
        staff_id=staff.id,
        token_sha256=digest_of(token),
        name=device_name(browser),
        registered_at=now,
        expires_at=now + timedelta(days=policy.device_days.value),
        seen_at=now,
        unsent=0,
        sequence=began,
        began=began,
        revoked_at=None,
        revoked_by=None,
    )
    session.add(row)
    session.flush()
    record(session, NO_PILOT, now, staff.login, "device_registered", str(row.id), name=row.name)
    return row.id, token


def renew_device(session: Session, staff: Staff, device_id: UUID, policy: Policy, now: datetime) -> str:
    """A new token for a phone whose owner has signed in on it again; the one before opens nothing any more.

    Raises NotFound for a phone of somebody else, or one that was revoked.
    """
    row = queries.device(session, device_id)
    if row is None or row.staff_id != staff.id or row.revoked_at is not None:
        raise NotFound(str(device_id))
    token = DEVICE + secrets.token_urlsafe(32)
    row.token_sha256, row.expires_at = digest_of(token), now + timedelta(days=policy.device_days.value)
    session.flush()
    record(session, NO_PILOT, now, staff.login, "device_renewed", str(row.id))
    return token


def holder_of(session: Session, token: str, now: datetime) -> Holder | None:
    """Who calls with this token; None when it is unknown or has expired.

    A phone that was revoked, or whose owner was disabled, is still told apart from nobody: what it collected is kept.
    """
    found = queries.device_by_token(session, digest_of(token)) if token.startswith(DEVICE) else None
    if found is None or found[0].expires_at <= now:
        return None
    return _holder(*found)


def _holder(device: Device, row: StaffRow) -> Holder:
    grants = tuple(Grant(Role(grant.role), grant.area_code) for grant in row.grants)
    revoked = device.revoked_at is not None or row.disabled_at is not None
    return Holder(device.id, row.id, row.login, grants, revoked)


def holder_by_hand(session: Session, staff_id: UUID, device_id: UUID | None = None) -> Holder | None:
    """Somebody whose records are handed in as a file, with the phone named or seen last; None for who never had one."""
    own = [(phone, row) for phone, row in queries.devices(session) if row.id == staff_id]
    named = [(phone, row) for phone, row in own if phone.id == device_id]
    return _holder(*(named or own)[0]) if own else None


def note_device(session: Session, device_id: UUID, unsent: int, sequence: int, now: datetime) -> None:
    """Remember what a phone says of itself: how many records it holds, and the number of the last one it made.

    That number never falls: what a phone has once said it made is missing until it comes, also if the phone forgets it.
    """
    last = case((Device.sequence < sequence, sequence), else_=Device.sequence)
    session.execute(update(Device).where(Device.id == device_id).values(seen_at=now, unsent=unsent, sequence=last))


def revoke_device(session: Session, device_id: UUID, by: str, now: datetime) -> None:
    """End a phone's access: it is given nothing any more, and what it still sends waits for a person. Raises NotFound."""
    row = queries.device(session, device_id)
    if row is None:
        raise NotFound(str(device_id))
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, by
        record(session, NO_PILOT, now, by, "device_revoked", str(device_id))
