"""Names and telephone numbers of households: what may be kept, how they are shown, and why somebody may look."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LONGEST_NAME, LONGEST_PHONE = 40, 40

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
# An area code (010, 02x, or 0 and three figures) or none, and a number; the country code may stand before.
_LANDLINE = re.compile(r"(?:(?:(?:\+?86|0086)0?|0)(10|2\d|[3-9]\d\d))?([2-9]\d{6,7})")
# What follows a landline; four figures after a dash are rather the end of the number itself.
_EXTENSION = re.compile(r"(?:-(?=\d{1,3}$)|转|x|ext)(\d{1,6})$")


class Reveal(StrEnum):
    """Why somebody looks at a name and a number. A list, not a text: the audit log never holds what a person typed about another."""

    CALL = "call"
    VISIT = "visit"
    ASKED = "asked"


class Kept(StrEnum):
    """What became of a contact that was brought."""

    NEW = "new"
    AGAIN = "again"
    TOO_LATE = "too_late"  # its wave's contacts are deleted already, so it was not kept


@dataclass(frozen=True)
class Contact:
    """Whom to ask for in a household and at which number, as an interviewer wrote it down. Either may be empty, not both."""

    id: UUID
    draw: UUID
    village: str
    number: int
    at: datetime
    name: str = field(repr=False)  # so that no message and no log prints it by accident
    phone: str = field(repr=False)

    @property
    def masked(self) -> tuple[str, str]:
        """Name and number as lists show them."""
        return masked_name(self.name), masked_phone(self.phone)


def telephone(text: str) -> str | None:
    """A mobile or landline number of China in its plain form (`13800005678`, `0571-88001234`, `88001234-12`), or None.

    Full-width digits, spaces, brackets, dots and the country code are taken as people write them.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain)
    plain = re.sub(r"[\s.()]", "", plain)
    end = _EXTENSION.search(plain)
    digits = (plain[: end.start()] if end else plain).replace("-", "")
    if found := _MOBILE.fullmatch(digits):
        return None if end else found[1]
    if found := _LANDLINE.fullmatch(digits):
        area, number = found.groups()
        return (f"0{area}-" if area else "") + number + (f"-{end[1]}" if end else "")
    return None


def person_name(text: str) -> str | None:
    """A name in its plain form, or None for what is none: figures, lines, long texts."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    letters = all(unicodedata.category(sign)[0] in "LM" or sign in " ·・.'’-" for sign in plain)
    return plain if letters and len(plain) <= LONGEST_NAME else None


def masked_name(name: str) -> str:
    """张三 as 张**."""
    return f"{name[0]}**" if name else ""


def masked_phone(phone: str) -> str:
    """13800005678 as 138****5678, and of a landline only its area code and last two figures."""
    if not phone:
        return ""
    if re.fullmatch(r"1\d{10}", phone):
        return f"{phone[:3]}****{phone[-4:]}"
    area, number = re.fullmatch(r"(0\d{2,3}-)?(\d{7,8})(?:-\d+)?", phone).groups()  # type: ignore[union-attr]
    return f"{area or ''}****{number[-2:]}"
