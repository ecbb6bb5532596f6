"""The seeded generator of the demonstration."""

from collections import Counter
from random import Random

from literacy_app.areas.rules import Residence
from literacy_app.demo.rules import DRAWN_A_VILLAGE, Village, draw_villages, people
from literacy_app.surveys.loader import read_surveys
from tests.builders import FILES

VILLAGES = [
    Village(f"99020100{t}{n:03d}", Residence.URBAN if t == 1 else Residence.RURAL, 500 + 100 * n)
    for t in (1, 2)
    for n in range(1, 9)
]
FROZEN = read_surveys(FILES / "surveys")[0][0]


def test_the_same_seed_makes_the_same_county() -> None:
    first, second = (people(VILLAGES, FROZEN.instrument, FROZEN.key, Random(7)) for _ in range(2))
    assert first == second


def test_villages_are_drawn_as_often_as_their_stored_probability_says() -> None:
    rng, drawn, chance = Random(1), Counter[str](), dict[str, float]()
    for _ in range(4000):
        for village, probability in draw_villages(VILLAGES, 5, rng):
            drawn[village.code] += 1
            chance[village.code] = probability
    assert all(abs(drawn[code] / 4000 - probability) < 0.03 for code, probability in chance.items())


def test_everybody_in_a_township_has_the_same_probability() -> None:
    drawn = people(VILLAGES, FROZEN.instrument, FROZEN.key, Random(7))
    assert len(drawn) == 2 * 5 * DRAWN_A_VILLAGE
    assert all(
        len({round(one.probability, 12) for one in drawn if one.village.code[:9] == code}) == 1
        for code in ("990201001", "990201002")
    )
