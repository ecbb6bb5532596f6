"""What is done with staff: taken on, signed in and out, given a new password, disabled.

A password is compared in three steps, because a hash takes 0.1 s and must hold neither a transaction nor a connection:
`begin_try` counts the try before it is made, `prove` compares, and `sign_in` or `change_password` keeps what follows.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from literacy_app.accounts import queries
from literacy_app.accounts.models import FailedSignIn, GrantRow, SignIn, StaffRow
from literacy_app.accounts.rules import (
    ACCOUNT,
    ACCOUNT_FROM_NETWORK,
    ARGON2_LANES,
    ARGON2_MEMORY_KIB,
    ARGON2_PASSES,
    NETWORK,
    WINDOW,
    Grant,
    Role,
    Staff,
    normal_password,
    password_fault,
    session_over,
    wait_after,
)
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.policy import Policy
from literacy_app.foundation.secrets import digest_of

_hasher = PasswordHasher(time_cost=ARGON2_PASSES, memory_cost=ARGON2_MEMORY_KIB, parallelism=ARGON2_LANES)
# Compared with when there is no such login, so that both answers take equally long.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
# In each process at most two hashes at once, and two waiting; a flood is turned away and leaves threads and a core to residents.
_hashing = threading.BoundedSemaphore(2)
_turns = threading.BoundedSemaphore(4)

SEEN_EVERY = timedelta(minutes=1)

# Who acts when it is nobody who signed in: whoever may run commands on the server.
CONSOLE = "console"
# Staff belong to no pilot; their events stand in the audit log under the empty one.
NO_PILOT = ""


@dataclass(frozen=True)
class Try:
    """A try that was counted and may now be made."""

    id: UUID
    login: str
    network: str


@dataclass(frozen=True)
class Stored:
    """What a password is compared with. `staff_id` is None when nobody may sign in with it, and then no password is right."""

    staff_id: UUID | None
    password_hash: str


@dataclass(frozen=True)
class Proof:
    """A password was right: whose, against which hash, and the better hash to keep when ours have become stronger."""

    staff_id: UUID
    password_hash: str
    better_hash: str | None


@dataclass(frozen=True)
class Opened:
    """A sign-in just made: the secret goes into the cookie and is nowhere else."""

    secret: str
    staff: Staff


def take_on(session: Session, login: str, name: str, password: str, grants: tuple[Grant, ...], now: datetime) -> UUID:
    """Add a member of staff. Raises Refused with the fault of the password, or `taken`. Hashes: for commands, not for pages."""
    if fault := password_fault(password, login):
        raise Refused(fault)
    if login == CONSOLE or queries.staff_by_login(session, login) is not None:
        raise Refused("taken")
    staff = StaffRow(
        id=uuid4(), login=login, name=name, password_hash=_hash(password), created_at=now, disabled_at=None
    )
    staff.grants = [GrantRow(staff_id=staff.id, role=grant.role, area_code=grant.area_code) for grant in grants]
    session.add(staff)
    session.flush()
    roles = [f"{grant.role}@{grant.area_code}" for grant in grants]
    record(session, NO_PILOT, now, CONSOLE, "staff_added", login, grants=roles)
    return staff.id


@contextmanager
def turn() -> Iterator[None]:
    """A place among the few whose passwords this process compares. Raises Refused `busy` when all are taken."""
    if not _turns.acquire(blocking=False):
        raise Refused("busy")
    try:
        yield
    finally:
        _turns.release()


def begin_try(session: Session, login: str, network: str, now: datetime) -> Try | timedelta:
    """Count a try before it is made, so that tries at once cannot pass the limits together; or say how long to wait first.

    What is counted stands as failed until `sign_in` or `change_password` takes it back.
    """
    if session.get_bind().dialect.name == "postgresql":
        # SQLite's writers come one after the other anyway; here two could count before either is counted.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(FailedSignIn.__tablename__))))
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - WINDOW))
    digest = digest_of(login)
    wait = max(
        wait_after(queries.tries(session, limit.most, **those), now, limit)
        for limit, those in (
            (ACCOUNT_FROM_NETWORK, {"login_sha256": digest, "network": network}),
            (ACCOUNT, {"login_sha256": digest}),
            (NETWORK, {"network": network}),
        )
    )
    if wait:
        return wait
    made = Try(uuid4(), login, network)
    session.add(FailedSignIn(id=made.id, login_sha256=digest, network=network, at=now))
    return made


def stored_password(session: Session, login: str) -> Stored:
    """What a password for `login` is compared with; for a login that there is not, something that takes as long."""
    # PostgreSQL cannot even be asked for a text with NUL in it.
    row = None if "\0" in login else queries.staff_by_login(session, login)
    if row is None:
        return Stored(None, _NOBODY)
    return Stored(row.id if row.disabled_at is None else None, row.password_hash)


def prove(stored: Stored, password: str) -> Proof | None:
    """Compare a password; None when it is wrong. Takes 0.1 s: hold no transaction meanwhile."""
    right = is_right(stored.password_hash, password)
    if stored.staff_id is None or not right:
        return None
    better = _hash(password) if _hasher.check_needs_rehash(stored.password_hash) else None
    return Proof(stored.staff_id, stored.password_hash, better)


def is_right(password_hash: str, password: str) -> bool:
    """Whether `password` is the one that was hashed, whoever it belongs to. Takes 0.1 s: hold no transaction meanwhile."""
    with _hashing:
        try:
            return _hasher.verify(password_hash, normal_password(password))
        except (VerificationError, InvalidHashError):
            return False


def new_hash(password: str, login: str) -> str:
    """The hash to keep of a new password. Raises Refused with its fault. Takes 0.1 s: hold no transaction meanwhile."""
    if fault := password_fault(password, login):
        raise Refused(fault)
    return _hash(password)


def sign_in(session: Session, made: Try, proof: Proof | None, browser: str, now: datetime) -> Opened | None:
    """Open a sign-in, or note a failed try and return None, for whichever reason."""
    row = _proven(session, proof)
    if row is None:
        record(session, NO_PILOT, now, made.network, "sign_in_failed", digest_of(made.login))
        return None
    if proof is not None and proof.better_hash is not None:
        row.password_hash = proof.better_hash
    _take_back(session, made)
    secret = secrets.token_urlsafe(32)
    opened = SignIn(
        id=uuid4(),
        secret_sha256=digest_of(secret),
        staff_id=row.id,
        created_at=now,
        seen_at=now,
        ended_at=None,
        browser=browser[:120],
    )
    session.add(opened)
    record(session, NO_PILOT, now, row.login, "sign_in", row.login, network=made.network)
    return Opened(secret, _staff(row, opened.id))


def whose(session: Session, secret: str, policy: Policy, now: datetime) -> tuple[Staff, bool] | None:
    """Who holds this secret, and whether it is time to note that they were seen. None when the sign-in is over."""
    found = queries.sign_in_by_secret(session, digest_of(secret))
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


def change_password(
    session: Session, staff: Staff, made: Try, proof: Proof | None, password_hash: str, now: datetime
) -> None:
    """Keep one's own new password and end one's other sign-ins. Raises Refused `old_password` when the old one was wrong."""
    row = _proven(session, proof)
    if row is None or row.id != staff.id:
        raise Refused("old_password")
    _take_back(session, made)
    row.password_hash = password_hash
    sign_out(session, staff.id, now, but=staff.session_id)
    record(session, NO_PILOT, now, row.login, "password_changed", row.login)


def set_password(session: Session, login: str, password: str, now: datetime) -> None:
    """Give a person a new password and end their sign-ins. Raises NotFound, or Refused with the password's fault. Hashes: for commands."""
    row = _known(session, login)
    row.password_hash = new_hash(password, login)
    sign_out(session, row.id, now)
    record(session, NO_PILOT, now, CONSOLE, "password_set", login)


def disable(session: Session, login: str, now: datetime, by: Staff | None = None) -> None:
    """End a person's access at once. Raises NotFound, or Refused `own` for whoever would shut themselves out."""
    row = _known(session, login)
    if by is not None and by.id == row.id:
        raise Refused("own")
    row.disabled_at = row.disabled_at or now
    sign_out(session, row.id, now)
    record(session, NO_PILOT, now, by.login if by is not None else CONSOLE, "staff_disabled", login)


def enable(session: Session, login: str, now: datetime) -> None:
    """Let somebody who was disabled sign in again, with the password they had. Raises NotFound."""
    _known(session, login).disabled_at = None
    record(session, NO_PILOT, now, CONSOLE, "staff_enabled", login)


def forget_ended_sign_ins(session: Session, now: datetime) -> None:
    """Drop failed tries that no longer slow anybody, and sign-ins older than a month."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - WINDOW))
    session.execute(delete(SignIn).where(SignIn.created_at < now - timedelta(days=31)))


def _known(session: Session, login: str) -> StaffRow:
    row = queries.staff_by_login(session, login)
    if row is None:
        raise NotFound(login)
    return row


def _proven(session: Session, proof: Proof | None) -> StaffRow | None:
    """Whose password was right, unless it was changed or its owner disabled while it was being compared."""
    row = queries.staff_by_id(session, proof.staff_id) if proof is not None else None
    if proof is None or row is None or row.disabled_at is not None or row.password_hash != proof.password_hash:
        return None
    return row


def _take_back(session: Session, made: Try) -> None:
    """Whoever knows the password was not guessing: their tries from this network no longer count."""
    session.execute(
        delete(FailedSignIn).where(
            FailedSignIn.login_sha256 == digest_of(made.login), FailedSignIn.network == made.network
        )
    )


def _staff(row: StaffRow, sign_in_id: UUID) -> Staff:
    grants = tuple(Grant(Role(grant.role), grant.area_code) for grant in row.grants)
    return Staff(id=row.id, login=row.login, name=row.name, grants=grants, session_id=sign_in_id)


def _hash(password: str) -> str:
    with _hashing:
        return _hasher.hash(normal_password(password))
