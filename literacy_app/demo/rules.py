"""The seeded generator of the demonstration: which villages are drawn, who lives there, and what they answer.

Levels follow the national round of 2022 (about 19 in 100 overall, town 23, country 14; concepts 27, knowledge 14, skills 26).
Every random number comes from the generator that is passed in, so the same seed makes the same county.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING, Any

from literacy_app.areas.rules import Residence, township_of
from literacy_app.framework.rules import Dimension
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question
from literacy_app.scoring.rules import Key
from literacy_app.surveys.rules import Instrument

if TYPE_CHECKING:
    from random import Random

SEED = 20260901
VILLAGES_A_TOWNSHIP = 5
DRAWN_A_VILLAGE = 32
RESPONSE = 0.94

EDUCATION = ("none", "primary", "junior", "senior", "college", "degree")
# Shares of education by age group (under 40, under 60, older), town and country mixed; ability follows education.
EDUCATION_SHARES = ((0.5, 4, 28, 30, 20, 17.5), (2, 16, 46, 22, 8, 6), (9, 36, 38, 12, 3, 2))
AGES = ((15, 19, 8), (20, 29, 16), (30, 39, 21), (40, 49, 19), (50, 59, 22), (60, 69, 14))

# Ability is in standard deviations; villages differ with an intra-class correlation of about 0.04.
BETWEEN_VILLAGES = 0.2
TOWN, COUNTRY = 0.17, -0.2
EASE = {Dimension.CONCEPTS: 0.25, Dimension.KNOWLEDGE: -0.3, Dimension.SKILLS: -0.1}
STEEPNESS = 1.15
ITEMS_DIFFER = 0.55
EASE_OF_KIND = {"true_false": 0.4, "single": 0.1, "multiple": -0.75}


@dataclass(frozen=True)
class Village:
    """A village of the frame: its size is the number of residents aged 15-69."""

    code: str
    residence: Residence
    size: int


@dataclass(frozen=True)
class Person:
    """One person drawn: where, with which probability, and the answers; None for who could not be interviewed."""

    village: Village
    probability: float
    answers: dict[str, Any] | None
    minutes: int


def frame(villages: Sequence[tuple[str, Residence]], rng: "Random") -> list[Village]:
    """Sizes for the villages: towns larger than the country."""
    return [
        Village(code, residence, round(rng.lognormvariate(0, 0.35) * (3200 if residence is Residence.URBAN else 1500)))
        for code, residence in villages
    ]


def draw_villages(villages: Sequence[Village], count: int, rng: "Random") -> list[tuple[Village, float]]:
    """A systematic draw with probability proportional to size, from the villages in their order; with each probability."""
    step = sum(village.size for village in villages) / count
    start, passed = rng.random() * step, 0.0
    chosen: list[tuple[Village, float]] = []
    for village in villages:
        passed += village.size
        if start + len(chosen) * step < passed:
            chosen.append((village, village.size / step))
    return chosen


def people(villages: Sequence[Village], instrument: Instrument, key: Key, rng: "Random") -> list[Person]:
    """Everybody drawn: villages by size within townships (the strata), then as many people in each."""
    townships = sorted({township_of(village.code) for village in villages})
    own = {question.id: rng.gauss(0, ITEMS_DIFFER) for question in instrument.scored}
    result = []
    for township in townships:
        here = [village for village in villages if township_of(village.code) == township]
        for village, probability in draw_villages(here, VILLAGES_A_TOWNSHIP, rng):
            usual = rng.gauss(TOWN if village.residence is Residence.URBAN else COUNTRY, BETWEEN_VILLAGES)
            chance = probability * DRAWN_A_VILLAGE / village.size
            result += [_person(village, chance, usual, instrument, key, own, rng) for _ in range(DRAWN_A_VILLAGE)]
    return result


def _person(
    village: Village,
    probability: float,
    usual: float,
    instrument: Instrument,
    key: Key,
    own: Mapping[str, float],
    rng: "Random",
) -> Person:
    low, high, _ = rng.choices(AGES, [share for _, _, share in AGES])[0]
    age = rng.randint(low, high)
    schooling = rng.choices(range(6), EDUCATION_SHARES[(age >= 40) + (age >= 60)])[0]
    ability = usual + 0.33 * (schooling - 2.4) + rng.gauss(0, sqrt(0.72))
    answers = _about(village, age, EDUCATION[schooling], rng)
    for question in instrument.scored:
        given = _answer(question, key, own, ability, rng)
        if given is not None:
            answers[question.id] = given
    return Person(village, probability, answers if rng.random() < RESPONSE else None, rng.randint(13, 34))


def _about(village: Village, age: int, education: str, rng: "Random") -> dict[str, Any]:
    jobs = (
        ["student"]
        if age < 18
        else ["retired", "farmer", "home"]
        if age >= 60
        else ["farmer", "worker", "service", "office", "professional", "other"]
    )
    refuses = rng.random() < 0.02
    return {
        "sex": rng.choice(("female", "male")),
        "birth_year": 2026 - age,
        "education": education,
        "occupation": {"code": "refused"} if refuses else rng.choice(jobs),
        "township": township_of(village.code),
        "residence": village.residence.value,
        "months_here": rng.choice((12, 12, 12, 12, 11, 10, 9, 8)),
    }


def _answer(question: Question, key: Key, own: Mapping[str, float], ability: float, rng: "Random") -> Any:
    ease = EASE[question.dimension or Dimension.CONCEPTS] + EASE_OF_KIND[question.kind] + own[question.id]
    right = key.items[question.id].answer
    if rng.random() < 1 / (1 + exp(-STEEPNESS * ability - ease)):
        return list(right) if isinstance(right, tuple) else right
    fate = rng.random()
    if fate < 0.012:
        return None
    if fate < 0.3:
        return {"code": "dont_know"}
    options = KINDS[question.kind].options(question)
    if isinstance(right, tuple):
        return sorted(rng.sample(options, rng.randint(1, len(options))))
    return rng.choice([option for option in options if option != right])
