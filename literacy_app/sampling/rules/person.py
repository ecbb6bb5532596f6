"""One person of a household: Kish's tables or the next birthday; and how many residents that person stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import inf, prod

from literacy_app.areas.rules import Sex
from literacy_app.sampling.rules.frame import Selection
from literacy_app.sampling.rules.selecting import Randomness, shuffled

# Kish's tables reach to the sixth person of the roster; those after are never chosen.
LAST_PERSON = 6


class Table(StrEnum):
    """The tables of Kish 1949, by their letters."""

    A = "A"
    B1 = "B1"
    B2 = "B2"
    C = "C"
    D = "D"
    E1 = "E1"
    E2 = "E2"
    F = "F"


# Which person of the roster each table takes, when there are 1, 2, 3, 4, 5, and 6 or more.
PERSONS = {
    Table.A: (1, 1, 1, 1, 1, 1),
    Table.B1: (1, 1, 1, 1, 2, 2),
    Table.B2: (1, 1, 1, 2, 2, 2),
    Table.C: (1, 1, 2, 2, 3, 3),
    Table.D: (1, 2, 2, 3, 4, 4),
    Table.E1: (1, 2, 3, 3, 3, 5),
    Table.E2: (1, 2, 3, 4, 5, 5),
    Table.F: (1, 2, 3, 4, 5, 6),
}
# Of twelve households, how many have each table.
TWELFTHS = {
    Table.A: 2,
    Table.B1: 1,
    Table.B2: 1,
    Table.C: 2,
    Table.D: 2,
    Table.E1: 1,
    Table.E2: 1,
    Table.F: 2,
}
DOZEN = tuple(table for table, times in TWELFTHS.items() for _ in range(times))


@dataclass(frozen=True)
class Member:
    """Somebody of the surveyed ages who lives in a household; `key` is whatever the roster knows the person by."""

    key: str
    sex: Sex
    age: int
    birthday: tuple[int, int] | None = None  # month and day


def kish_tables(count: int, rng: Randomness) -> tuple[Table, ...]:
    """Tables for `count` households in the order of their list: each twelve hold the published shares, in random order.

    Every household has each table with its published share. Raises ValueError for a count below 0.
    """
    if count < 0:
        raise ValueError("give the number of households, 0 or more")
    dozens = -(-count // len(DOZEN))
    return tuple(table for _ in range(dozens) for table in shuffled(DOZEN, rng))[:count]


def kish_person(table: Table, eligible: int) -> int:
    """Which person of a roster of `eligible` is asked, counted from 1. Raises ValueError where there is nobody."""
    _check(eligible)
    return PERSONS[table][min(eligible, LAST_PERSON) - 1]


def kish_probability(eligible: int, person: int) -> float:
    """The chance of the person at place `person` of a roster of `eligible`, over the tables.

    1 / eligible up to four people and with six; with five people 1/4 for the third and the fifth and 1/6 for the others;
    0 after the sixth. Raises ValueError for a place that the roster does not have.
    """
    _check(eligible)
    if not 1 <= person <= eligible:
        raise ValueError(f"give a place from 1 to {eligible}, not {person}")
    twelfths = sum(times for table, times in TWELFTHS.items() if kish_person(table, eligible) == person)
    return float(Fraction(twelfths, len(DOZEN)))


def roster(people: Iterable[Member]) -> tuple[Member, ...]:
    """Men from the oldest to the youngest, then women from the oldest to the youngest; equals stay as they were given.

    `people` are those who may be asked, and no others.
    """
    return tuple(sorted(people, key=lambda member: (member.sex is Sex.FEMALE, -member.age)))


def next_birthday(people: Iterable[Member], day: date) -> Member:
    """Whose birthday is `day` or comes next after it; of two, the first of the roster.

    29 February lies between 28 February and 1 March in every year. Raises ValueError where there is nobody or a birthday
    is not known or none.
    """
    members = roster(people)
    _check(len(members))
    today = _day_of_leap_year(day.month, day.day)
    return min(members, key=lambda member: (_birthday(member) - today) % 366)


def person_probability(selection: Selection, eligible: int, person: int) -> float:
    """The chance of the person at place `person` of the roster, by the way in which persons are chosen. Raises ValueError."""
    chance = kish_probability(eligible, person)
    return chance if selection is Selection.KISH else 1 / eligible


def weight(*probabilities: float) -> float:
    """How many residents somebody stands for: 1 over the product of the chances of all stages.

    Draws expected of a village drawn with replacement may be above 1. Raises ValueError for a chance that is not above 0.
    """
    if not all(0 < probability < inf for probability in probabilities):
        raise ValueError("a chance must be above 0: who could not be drawn has no weight")
    return 1 / prod(probabilities)


def _birthday(member: Member) -> int:
    if member.birthday is None:
        raise ValueError(f"ask for month and day of the birthday of everybody, or use Kish's tables: {member.key}")
    return _day_of_leap_year(*member.birthday)


def _day_of_leap_year(month: int, day: int) -> int:
    return date(2000, month, day).timetuple().tm_yday


def _check(eligible: int) -> None:
    if eligible < 1:
        raise ValueError("nobody in the household can be asked; record it as not eligible")
