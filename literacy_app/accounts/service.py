"""What is done with staff: taken on, signed in and out, disabled."""

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from literacy_app.accounts import queries
from literacy_app.accounts.models import FailedSignIn, GrantRow, SignIn, StaffRow
from literacy_app.accounts.rules import (
    ARGON2_LANES,
    ARGON2_MEMORY_KIB,
    ARGON2_PASSES,
    Grant,
    Role,
    Staff,
    normal_password,
    password_fault,
    session_over,
    wait_after,
)
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.policy import Policy

_hasher = PasswordHasher(time_cost=ARGON2_PASSES, memory_cost=ARGON2_MEMORY_KIB, parallelism=ARGON2_LANES)
# Verified against when there is no such login, so that both answers take equally long.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
# At most two at once: a flood of sign-ins must not take both cores from residents.
_hashing = threading.BoundedSemaphore(2)

FREE_TRIES = 4
WINDOW = timedelta(hours=1)
LONGEST_FROM_NETWORK = timedelta(minutes=15)
LONGEST_FOR_ACCOUNT = timedelta(seconds=30)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Opened:
    """A sign-in just made: the secret goes into the cookie and is nowhere else."""

    secret: str
    staff: Staff


def take_on(session: Session, login: str, name: str, password: str, grants: tuple[Grant, ...], now: datetime) -> UUID:
    """Add a member of staff. Raises Refused with the fault of the password, or `taken`."""
    if fault := password_fault(password, login):
        raise Refused(fault)
    if queries.staff_by_login(session, login) is not None:
        raise Refused("taken")
    staff = StaffRow(
        id=uuid4(), login=login, name=name, password_hash=_hash(password), created_at=now, disabled_at=None
    )
    staff.grants = [GrantRow(staff_id=staff.id, role=grant.role, area_code=grant.area_code) for grant in grants]
    session.add(staff)
    session.flush()
    return staff.id


def wait_before_sign_in(session: Session, login: str, network: str, now: datetime) -> timedelta:
    """How long this network must wait before it may try this login again. Zero is now."""
    digest, since = _sha256(login), now - WINDOW
    near = wait_after(*queries.failures(session, digest, since, network), now, FREE_TRIES, LONGEST_FROM_NETWORK)
    anywhere = wait_after(*queries.failures(session, digest, since), now, FREE_TRIES * 5, LONGEST_FOR_ACCOUNT)
    return max(near, anywhere)


def sign_in(session: Session, login: str, password: str, network: str, browser: str, now: datetime) -> Opened | None:
    """Open a sign-in, or note a failed try and return None: for whichever reason, in the same time."""
    row = queries.staff_by_login(session, login)
    right = _verify(row.password_hash if row else _NOBODY, password)
    if row is None or not right or row.disabled_at is not None:
        session.add(FailedSignIn(id=uuid4(), login_sha256=_sha256(login), network=network, at=now))
        return None
    if _hasher.check_needs_rehash(row.password_hash):
        row.password_hash = _hash(password)
    session.execute(
        delete(FailedSignIn).where(FailedSignIn.login_sha256 == _sha256(login), FailedSignIn.network == network)
    )
    secret = secrets.token_urlsafe(32)
    opened = SignIn(
        id=uuid4(),
        secret_sha256=_sha256(secret),
        staff_id=row.id,
        created_at=now,
        seen_at=now,
        ended_at=None,
        browser=browser[:120],
    )
    session.add(opened)
    return Opened(secret, _staff(row, opened.id))


def whose(session: Session, secret: str, policy: Policy, now: datetime) -> tuple[Staff, bool] | None:
    """Who holds this secret, and whether it is time to note that they were seen. None when the sign-in is over."""
    found = queries.sign_in_by_secret(session, _sha256(secret))
    if found is None:
        return None
    opened, row = found
    idle = timedelta(minutes=policy.staff_idle_minutes.value)
    if session_over(opened.created_at, opened.seen_at, now, idle, timedelta(hours=policy.staff_session_hours.value)):
        return None
    return _staff(row, opened.id), now - opened.seen_at > SEEN_EVERY


def note_seen(session: Session, sign_in_id: UUID, now: datetime) -> None:
    """Remember that somebody was here, which keeps the sign-in from going idle."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def sign_out(
    session: Session, staff_id: UUID, now: datetime, only: UUID | None = None, but: UUID | None = None
) -> None:
    """End the sign-ins of one person: all, `only` one, or all `but` one."""
    ending = update(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None)).values(ended_at=now)
    if only is not None:
        ending = ending.where(SignIn.id == only)
    if but is not None:
        ending = ending.where(SignIn.id != but)
    session.execute(ending)


def change_password(session: Session, staff: Staff, old: str, new: str, now: datetime) -> None:
    """Change one's own password and end one's other sign-ins. Raises Refused: `old_password` or the fault of the new one."""
    row = session.get_one(StaffRow, staff.id)
    if not _verify(row.password_hash, old):
        raise Refused("old_password")
    if fault := password_fault(new, row.login):
        raise Refused(fault)
    row.password_hash = _hash(new)
    sign_out(session, staff.id, now, but=staff.session_id)


def set_password(session: Session, login: str, password: str, now: datetime) -> None:
    """Give a person a new password and end their sign-ins. Raises NotFound, or Refused with the password's fault."""
    row = queries.staff_by_login(session, login)
    if row is None:
        raise NotFound(login)
    if fault := password_fault(password, login):
        raise Refused(fault)
    row.password_hash = _hash(password)
    sign_out(session, row.id, now)


def disable(session: Session, login: str, now: datetime) -> None:
    """End a person's access at once. Raises NotFound."""
    row = queries.staff_by_login(session, login)
    if row is None:
        raise NotFound(login)
    row.disabled_at = row.disabled_at or now
    sign_out(session, row.id, now)


def forget_ended_sign_ins(session: Session, now: datetime) -> None:
    """Drop failed tries that no longer slow anybody, and sign-ins older than a month."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - WINDOW))
    session.execute(delete(SignIn).where(SignIn.created_at < now - timedelta(days=31)))


def _staff(row: StaffRow, sign_in_id: UUID) -> Staff:
    grants = tuple(Grant(Role(grant.role), grant.area_code) for grant in row.grants)
    return Staff(id=row.id, login=row.login, name=row.name, grants=grants, session_id=sign_in_id)


def _hash(password: str) -> str:
    with _hashing:
        return _hasher.hash(normal_password(password))


def _verify(hashed: str, password: str) -> bool:
    with _hashing:
        try:
            return _hasher.verify(hashed, normal_password(password))
        except VerificationError:
            return False


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
