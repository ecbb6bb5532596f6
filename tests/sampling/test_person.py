"""Who in a household is asked, with which chance, and what the answer weighs."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from literacy_app.areas.rules import Sex
from literacy_app.sampling.rules import (
    Member,
    Selection,
    Table,
    kish_person,
    kish_probability,
    kish_tables,
    next_birthday,
    person_probability,
    roster,
    weight,
)

# As printed: the person taken when there are 1 to 6 in the household, and how many of twelve cover sheets bear the table.
PUBLISHED = """
A  2 111111
B1 1 111122
B2 1 111222
C  2 112233
D  2 122344
E1 1 123335
E2 1 123455
F  2 123456
"""


def member(key: str, sex: Sex, age: int, birthday: tuple[int, int] | None = None) -> Member:
    return Member(key, sex, age, birthday)


@pytest.mark.parametrize("line", PUBLISHED.split("\n")[1:-1])
def test_a_table_takes_the_person_that_is_printed_in_it(line: str) -> None:
    letter, _, persons = line.split()
    assert "".join(str(kish_person(Table(letter), eligible)) for eligible in range(1, 7)) == persons


def test_twelve_households_have_the_published_shares_of_tables() -> None:
    wanted = {line.split()[0]: int(line.split()[1]) for line in PUBLISHED.split("\n")[1:-1]}
    tables = kish_tables(36, Random(3))
    for start in (0, 12, 24):
        assert Counter(tables[start : start + 12]) == wanted


def test_every_household_has_each_table_with_its_share_even_in_a_dozen_begun() -> None:
    lists = [kish_tables(5, Random(seed)) for seed in range(1200)]
    for place in range(5):
        found = Counter(tables[place] for tables in lists)
        spread = sum(
            (found[table] - 100 * share) ** 2 / (100 * share)
            for table, share in zip(Table, (2, 1, 1, 2, 2, 1, 1, 2), strict=True)
        )
        assert spread < 24.3  # 7 degrees of freedom, one in a thousand


@pytest.mark.parametrize("eligible", [1, 2, 3, 4, 6])
def test_all_have_the_same_chance_in_households_of_up_to_four_and_of_six(eligible: int) -> None:
    chances = [kish_probability(eligible, person) for person in range(1, eligible + 1)]
    assert chances == pytest.approx([1 / eligible] * eligible)


def test_of_five_the_third_and_the_fifth_have_a_quarter() -> None:
    chances = [kish_probability(5, person) for person in range(1, 6)]
    assert chances == pytest.approx([1 / 6, 1 / 6, 1 / 4, 1 / 6, 1 / 4])


def test_nobody_after_the_sixth_is_ever_taken() -> None:
    assert [kish_probability(8, person) for person in range(1, 9)] == pytest.approx([1 / 6] * 6 + [0, 0])
    assert max(kish_person(table, 8) for table in Table) == 6


@pytest.mark.parametrize(("eligible", "person"), [(0, 1), (3, 4), (3, 0)])
def test_a_place_that_the_roster_does_not_have_has_no_chance(eligible: int, person: int) -> None:
    with pytest.raises(ValueError, match=r"nobody|place"):
        kish_probability(eligible, person)


def test_men_come_before_women_and_the_older_before_the_younger() -> None:
    people = [member("girl", Sex.FEMALE, 16), member("son", Sex.MALE, 30), member("wife", Sex.FEMALE, 55)]
    people += [member("man", Sex.MALE, 58), member("twin", Sex.MALE, 30)]
    assert [one.key for one in roster(people)] == ["man", "son", "twin", "wife", "girl"]


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 6, 2), "june"),
        (date(2026, 6, 3), "june"),  # the day itself counts
        (date(2026, 6, 4), "december"),
        (date(2026, 12, 31), "december"),
        (date(2027, 1, 1), "leap"),
        (date(2027, 2, 28), "leap"),
        (date(2027, 3, 1), "march"),
        (date(2028, 2, 29), "leap"),
        (date(2028, 3, 2), "june"),
    ],
)
def test_the_next_birthday_is_found_over_new_year_and_leap_days(day: date, key: str) -> None:
    days = {"june": (6, 3), "december": (12, 31), "leap": (2, 29), "march": (3, 1)}
    people = [member(name, Sex.FEMALE, 40, birthday) for name, birthday in days.items()]
    assert next_birthday(people, day).key == key


def test_of_two_with_the_same_birthday_the_first_of_the_roster_is_taken() -> None:
    people = [member("wife", Sex.FEMALE, 60, (5, 1)), member("son", Sex.MALE, 20, (5, 1))]
    assert next_birthday(people, date(2026, 4, 1)).key == "son"


def test_a_birthday_that_nobody_knows_is_asked_for() -> None:
    with pytest.raises(ValueError, match="Kish"):
        next_birthday([member("man", Sex.MALE, 60)], date(2026, 4, 1))


def test_the_chance_of_a_person_goes_by_the_way_of_choosing() -> None:
    assert person_probability(Selection.KISH, 5, 3) == 0.25
    assert person_probability(Selection.BIRTHDAY, 5, 3) == 0.2


# 4 of 10 townships' worth, a fifth of it, 60 of 300 households, one of two people.
def test_a_weight_is_one_over_the_product_of_all_chances() -> None:
    assert weight(0.4, 0.2, 60 / 300, 1 / 2) == pytest.approx(125)


def test_who_could_not_be_drawn_has_no_weight() -> None:
    with pytest.raises(ValueError, match="no weight"):
        weight(0.4, kish_probability(7, 7))
