"""Staff, their grants, their sign-ins and devices, and failed tries to sign in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from literacy_app.accounts.rules import Role
from literacy_app.foundation.orm import AreaCode, Base, Moment


class StaffRow(Base):
    """One member of staff; `disabled_at` ends every sign-in."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    grants: Mapped[list["GrantRow"]] = relationship(order_by="GrantRow.role", lazy="selectin")


class GrantRow(Base):
    """A role that a member of staff holds in an area; the empty code is everywhere."""

    __tablename__ = "staff_grant"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(String(20), primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode, primary_key=True)


class SignIn(Base):
    """One sign-in, known by the hash of the secret in the cookie, so that the table alone opens nothing."""

    __tablename__ = "staff_sign_in"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    browser: Mapped[str] = mapped_column(String(120))


class Device(Base):
    """A phone that one interviewer collects with, known by the hash of its token.

    `unsent` and `sequence` are what the phone said of itself when it last called: how many records it still holds, and the
    number of the last one it made. `began` is the number that it had reached when it was registered.
    """

    __tablename__ = "device"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    registered_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    unsent: Mapped[int]
    sequence: Mapped[int]
    began: Mapped[int]
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by: Mapped[str | None] = mapped_column(String(60))


class FailedSignIn(Base):
    """One try that failed, or whose password is being compared; kept for an hour to slow the next.

    The login stands here only as a hash, for it may be a mistyped password.
    """

    __tablename__ = "staff_failed_sign_in"
    __table_args__ = (
        Index("ix_staff_failed_sign_in_login_sha256_at", "login_sha256", "at"),
        Index("ix_staff_failed_sign_in_network_at", "network", "at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    login_sha256: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(Moment)
