"""What an area code says: its level, what lies within what, whether a place is urban; and who lives there."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from literacy_app.foundation.languages import Bilingual

# Digits of a code at each level: province, prefecture, county, township, village (GB/T 2260, GB/T 10114).
LENGTHS = (2, 4, 6, 9, 12)


class Residence(StrEnum):
    """The urban-rural class of the statistics office, in two: codes beginning with 1 are urban, with 2 rural."""

    URBAN = "urban"
    RURAL = "rural"


class Sex(StrEnum):
    """As the statistics office counts residents; the ids of the options that instruments offer."""

    FEMALE = "female"
    MALE = "male"


def age_group(age: int) -> int | None:
    """The band of AGE_GROUPS that an age lies in, by its place; None outside of the surveyed ages."""
    return next((place for place, (low, high) in enumerate(AGE_GROUPS) if low <= age <= high), None)


@dataclass(frozen=True)
class Area:
    """One division as it stood from `valid_from` to `valid_to` (exclusive; None is still)."""

    code: str
    name_zh: str
    name_en: str
    urban_rural_class: str = ""
    valid_from: date = date(2020, 1, 1)
    valid_to: date | None = None


# The ages that are surveyed, in the bands by which residents are counted and a level is shown.
AGE_GROUPS = ((15, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, 69))


@dataclass(frozen=True)
class Residents:
    """How many people of one residence, sex and age band live in a pilot."""

    __pydantic_config__ = {"extra": "forbid"}

    residence: Residence
    sex: Sex
    ages: tuple[int, int]
    people: int


@dataclass(frozen=True)
class Population:
    """Everybody of the surveyed ages in a pilot, in each combination once, with the year and where the counts come from."""

    __pydantic_config__ = {"extra": "forbid"}

    year: int
    source: str
    groups: tuple[Residents, ...]


@dataclass(frozen=True)
class Pilot:
    """A pilot area: a name and the codes that make it up. `synthetic` marks a demonstration whose people do not exist."""

    __pydantic_config__ = {"extra": "forbid"}

    id: str
    name: Bilingual
    starts_on: date
    areas: tuple[str, ...]
    synthetic: bool = False


def residence_of(urban_rural_class: str) -> Residence:
    """Urban or rural by the class of a village or neighbourhood; the name of a place does not decide."""
    return Residence.URBAN if urban_rural_class.startswith("1") else Residence.RURAL


def is_code(code: str) -> bool:
    """Whether `code` has the form of a division's code at some level."""
    return code.isascii() and code.isdigit() and len(code) in LENGTHS


def within(code: str, whole: str) -> bool:
    """Whether the division `code` is `whole` or lies in it. The empty code is the whole country."""
    return code.startswith(whole)


def township_of(code: str) -> str:
    """The township that a village's code lies in; raises ValueError for a division larger than a township."""
    if len(code) < 9:
        raise ValueError(f"{code} is larger than a township")
    return code[:9]
