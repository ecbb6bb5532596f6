"""Frames for the tests: small, with sizes that differ."""

from collections.abc import Iterable

from literacy_app.areas.rules import Residence
from literacy_app.sampling.rules import Unit


class Numbers:
    """A source of randomness that gives what it is told, and then fails."""

    def __init__(self, *numbers: float) -> None:
        self.numbers = iter(numbers)

    def random(self) -> float:
        return next(self.numbers)


def village(township: int, number: int, size: int, households: int = 50, residence: str = "") -> Unit:
    """Village `number` of the township, of the county 990101."""
    code = f"990101{township:03}"
    return Unit(f"{code}{number:03}", code, size, households, Residence(residence) if residence else None)


def county(*townships: Iterable[int], households: int = 50) -> list[Unit]:
    """Villages of these sizes in townships 1, 2, 3; those with an odd number are urban."""
    return [
        village(township, number, size, households, "urban" if number % 2 else "rural")
        for township, sizes in enumerate(townships, start=1)
        for number, size in enumerate(sizes, start=1)
    ]


# 24 villages in five townships, from 60 to 900 residents: none is certain in the plans that use it, unless they say so.
COUNTY = county(
    (310, 250, 480, 90, 520),
    (700, 150, 330, 410),
    (60, 240, 380, 290, 505, 130),
    (900, 620, 210),
    (340, 95, 275, 465, 180, 222),
)
