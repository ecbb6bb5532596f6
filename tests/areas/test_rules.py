"""What an area code says."""

import pytest

from literacy_app.areas.rules import Residence, is_code, residence_of, township_of, within


@pytest.mark.parametrize(
    ("code", "whole", "answer"),
    [("990201001", "990201", True), ("990202001", "990201", False), ("990201", "990201001", False), ("99", "", True)],
)
def test_a_division_lies_within_those_whose_code_it_begins_with(code: str, whole: str, answer: bool) -> None:
    assert within(code, whole) is answer


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("99", True),
        ("9902", True),
        ("990201", True),
        ("990201001", True),
        ("990201001001", True),
        ("9902011", False),
        ("", False),
        ("99020100100a", False),
        ("９９", False),
    ],
)
def test_codes_have_two_four_six_nine_or_twelve_digits(code: str, answer: bool) -> None:
    assert is_code(code) is answer


def test_the_class_decides_about_town_and_country() -> None:
    assert [residence_of(code) for code in ("111", "123", "210", "220")] == [Residence.URBAN] * 2 + [
        Residence.RURAL
    ] * 2


def test_a_village_lies_in_its_township_and_a_county_in_none() -> None:
    assert township_of("990201001001") == "990201001"
    with pytest.raises(ValueError, match="larger"):
        township_of("990201")
