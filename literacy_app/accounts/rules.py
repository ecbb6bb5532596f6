"""Roles, passwords, sessions and delays: what is allowed, decided without a database."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from literacy_app.areas.rules import within

# Argon2id, OWASP's minimum of 2023: a hash takes 0.05-0.15 s and 19 MiB, so a flood of sign-ins cannot stop the office.
ARGON2_MEMORY_KIB = 19 * 1024
ARGON2_PASSES = 2
ARGON2_LANES = 1

PASSWORD_MIN = 12
PASSWORD_MAX = 128


class Role(StrEnum):
    """What a member of staff does."""

    INTERVIEWER = "interviewer"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


# Whoever sees results of an area.
RESULTS = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Grant:
    """A role in an area and everything within it."""

    role: Role
    area_code: str


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff, as much as pages need to know."""

    id: UUID
    login: str
    name: str
    grants: tuple[Grant, ...]
    session_id: UUID

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def scopes(self, roles: frozenset[Role]) -> tuple[str, ...]:
        """The areas in which one of `roles` is held."""
        return tuple(sorted({grant.area_code for grant in self.grants if grant.role in roles}))

    def may(self, roles: frozenset[Role], area_code: str) -> bool:
        """Whether one of `roles` is held in an area that `area_code` lies within."""
        return any(within(area_code, scope) for scope in self.scopes(roles))


class PasswordFault(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    NAME = "name"


COMMON = (
    "password",
    "12345678",
    "qwerty",
    "11111111",
    "88888888",
    "iloveyou",
    "admin",
    "huanbao",
    "huanjing",
    "jiankang",
    "suyang",
)


def password_fault(password: str, login: str) -> PasswordFault | None:
    """Why `password` cannot be taken, or None. Length counts, composition does not (ASVS 5.0, 6.2)."""
    plain = normal_password(password)
    folded = plain.casefold()
    if len(plain) < PASSWORD_MIN:
        return PasswordFault.SHORT
    if len(plain) > PASSWORD_MAX:
        return PasswordFault.LONG
    if len(login) >= 4 and login.casefold() in folded:
        return PasswordFault.NAME
    # What is left of it without the common word must still be long enough to stand alone.
    if len(set(folded)) < 5 or any(word in folded and len(folded) - len(word) < 8 for word in COMMON):
        return PasswordFault.COMMON
    return None


def normal_password(password: str) -> str:
    """The same characters however a keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


def wait_after(failures: int, last: datetime | None, now: datetime, free: int, longest: timedelta) -> timedelta:
    """How long to wait before the next try: nothing for the first `free`, then 2, 4, 8 seconds up to `longest`. Never a lockout."""
    if last is None or failures < free:
        return timedelta(0)
    delay = min(timedelta(seconds=2 ** min(failures - free + 1, 20)), longest)
    return max(last + delay - now, timedelta(0))


def session_over(created: datetime, seen: datetime, now: datetime, idle: timedelta, absolute: timedelta) -> bool:
    """Whether a sign-in has been idle or has lasted too long."""
    return now - seen > idle or now - created > absolute
