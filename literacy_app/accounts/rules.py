"""Roles, passwords, sessions and delays: what is allowed, decided without a database."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address
from uuid import UUID

from literacy_app.areas.rules import within

# Argon2id, OWASP's minimum of 2023: a hash takes 0.05-0.15 s of one core and 19 MiB. A flood of sign-ins is kept from
# residents' cores, threads and database not by these numbers but by `service`: few at once, and never in a transaction.
ARGON2_MEMORY_KIB = 19 * 1024
ARGON2_PASSES = 2
ARGON2_LANES = 1

PASSWORD_MIN = 12
PASSWORD_MAX = 128

LOGIN_MAX = 60
NAME_MAX = 60

# How long a try that failed slows others.
WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """How tries that failed within WINDOW slow the next one.

    The first `free` do not; then 2, 4, 8 seconds up to `longest`; `most` in an hour are ever compared with a password.
    """

    free: int
    longest: timedelta
    most: int


# One account from one network: whoever guesses from one place has some 15 guesses an hour.
ACCOUNT_FROM_NETWORK = Limit(free=4, longest=timedelta(minutes=15), most=60)
# One account from anywhere. Its owner, elsewhere, waits a minute at most, unless guesses have come from many networks for
# three quarters of an hour: then until the first of the 60 is an hour old, which is 12 minutes at worst.
ACCOUNT = Limit(free=8, longest=timedelta(minutes=1), most=60)
# Any accounts from one network. Carriers put many people behind one address, so many are free and the wait stays short.
NETWORK = Limit(free=30, longest=timedelta(seconds=30), most=600)


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


# A device token begins so; the door tells it from a survey link by that.
DEVICE = "device-"

DEVICE_NAME_MAX = 40
# "(Linux; Android 9; SM-A105F Build/PPR1; wv)", also "(Linux; U; Android 8.1; zh-cn; MI 6X Build/OPM1)".
_ANDROID = re.compile(
    r"Android\b[^;)]*(?:; *(?:[a-z]{2}[-_][A-Za-z]{2}|HarmonyOS)\b)?(?:; *(?P<model>[\w .+()-]*?) *(?:Build/|[;)]|$))?",
    re.ASCII,
)
# What browsers say in the place of the model when they do not say it.
_NO_MODEL = ("", "K", "Mobile", "Tablet", "wv")
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Harmony", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Holder:
    """Who calls with a device token: the phone, and the member of staff (`id`, `login`) who collects with it."""

    device: UUID
    id: UUID
    login: str
    grants: tuple[Grant, ...]
    revoked: bool

    @property
    def scopes(self) -> tuple[str, ...]:
        """The areas in which this person interviews."""
        return tuple(sorted({grant.area_code for grant in self.grants if grant.role is Role.INTERVIEWER}))


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


def wait_after(tries: Sequence[datetime], now: datetime, limit: Limit) -> timedelta:
    """How long to wait before the next try, after `tries` (the newest first, at most WINDOW old). Zero is now; never a lockout."""
    if len(tries) < limit.free:
        return timedelta(0)
    until = tries[0] + min(timedelta(seconds=2 ** min(len(tries) - limit.free + 1, 20)), limit.longest)
    if len(tries) >= limit.most:
        until = max(until, tries[limit.most - 1] + WINDOW)
    return max(until - now, timedelta(0))


def network_of(address: str) -> str:
    """What tries are counted by: an address of version 4, or the /64 of one of version 6, which one subscriber holds whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))
    return str(found)


def device_name(browser: str) -> str:
    """What people call a phone by, from its browser's `User-Agent`: "Android SM-A105F", "iPhone", "Windows". At most 40 characters."""
    found = _ANDROID.search(browser)
    if found is not None:
        model = (found["model"] or "").strip()
        return f"Android {model}"[:DEVICE_NAME_MAX].strip() if model not in _NO_MODEL else "Android"
    return next((name for mark, name in _SYSTEMS if mark in browser), "")


def session_over(created: datetime, seen: datetime, now: datetime, idle: timedelta, absolute: timedelta) -> bool:
    """Whether a sign-in has been idle or has lasted too long."""
    return now - seen > idle or now - created > absolute
