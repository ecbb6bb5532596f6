"""Looking up staff, sign-ins, devices and failed tries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.accounts.models import Device, FailedSignIn, SignIn, StaffRow


def staff_by_login(session: Session, login: str) -> StaffRow | None:
    """The member of staff with this login."""
    return session.scalars(select(StaffRow).where(StaffRow.login == login)).one_or_none()


def staff_by_id(session: Session, staff_id: UUID) -> StaffRow | None:
    """The member of staff with this id."""
    return session.get(StaffRow, staff_id)


def all_staff(session: Session) -> Sequence[StaffRow]:
    """Everybody, by login."""
    return session.scalars(select(StaffRow).order_by(StaffRow.login)).all()


def sign_in_by_secret(session: Session, secret_sha256: str) -> tuple[SignIn, StaffRow] | None:
    """The open sign-in with this secret and whose it is; None when it ended or its owner is disabled."""
    query = (
        select(SignIn, StaffRow)
        .join(StaffRow, StaffRow.id == SignIn.staff_id)
        .where(SignIn.secret_sha256 == secret_sha256, SignIn.ended_at.is_(None), StaffRow.disabled_at.is_(None))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def device_by_token(session: Session, token_sha256: str) -> tuple[Device, StaffRow] | None:
    """The phone with this token and whose it is, also when it is revoked or has expired."""
    query = select(Device, StaffRow).join(StaffRow, StaffRow.id == Device.staff_id)
    row = session.execute(query.where(Device.token_sha256 == token_sha256)).one_or_none()
    return None if row is None else (row[0], row[1])


def device(session: Session, device_id: UUID) -> Device | None:
    """One phone, or None."""
    return session.get(Device, device_id)


def devices(session: Session) -> Sequence[tuple[Device, StaffRow]]:
    """Every phone with its owner, the one seen last first."""
    query = select(Device, StaffRow).join(StaffRow, StaffRow.id == Device.staff_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Device.seen_at.desc(), Device.id))]


def open_sign_ins(session: Session, staff_id: UUID) -> Sequence[SignIn]:
    """The sign-ins of one person that have not ended, newest first."""
    query = select(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None)).order_by(SignIn.seen_at.desc())
    return session.scalars(query).all()


def tries(
    session: Session, most: int, *, login_sha256: str | None = None, network: str | None = None
) -> Sequence[datetime]:
    """When tries to sign in failed that are remembered, the newest first, at most `most`: of a login, from a network, or both."""
    query = select(FailedSignIn.at).order_by(FailedSignIn.at.desc()).limit(most)
    if login_sha256 is not None:
        query = query.where(FailedSignIn.login_sha256 == login_sha256)
    if network is not None:
        query = query.where(FailedSignIn.network == network)
    return session.scalars(query).all()
