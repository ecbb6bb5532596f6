"""The seeded generator of the demonstration: how large villages are, who lives in the households drawn, and what they answer.

Levels follow the national round of 2022 (about 19 in 100 overall, town 23, country 14; concepts 27, knowledge 14, skills 26).
Every random number comes from the generator that is passed in, so the same seed makes the same county.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import exp, sqrt
from typing import TYPE_CHECKING, Any

from literacy_app.areas.rules import Residence, Sex, township_of
from literacy_app.fieldwork.rules import Disposition
from literacy_app.framework.rules import Dimension
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question
from literacy_app.sampling.rules import Member, Plan, Strata, Table, kish_person, roster
from literacy_app.scoring.rules import Key
from literacy_app.surveys.rules import Instrument

if TYPE_CHECKING:
    from random import Random

SEED = 20260901
PLAN = Plan(villages=5, households=32, reserves=6, strata=Strata.TOWNSHIP)
# Shares of households where nobody lives, nobody was ever met, the door stayed shut, and the person chosen said no.
VACANT, SILENT, SHUT, UNWILLING = 0.03, 0.02, 0.015, 0.015
NOT_AT_FIRST = 0.2  # of the others: those where the first visit met nobody
HOUSEHOLDS = ((1, 18), (2, 45), (3, 22), (4, 11), (5, 4))  # people of 15-69 in a household
PEOPLE_A_HOUSEHOLD = 2.1

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
class Home:
    """A household of the sample: where, by its number on the list of its village, and with which table of Kish."""

    village: Village
    number: int
    table: Table


@dataclass(frozen=True)
class Found:
    """What interviewers found there: the result of each visit without an interview, who lives there as far as it was asked,
    and the answers of whoever was chosen; None for who could not be interviewed."""

    home: Home
    results: tuple[Disposition, ...]
    members: tuple[Member, ...] | None
    answers: dict[str, Any] | None
    minutes: int


def frame(villages: Sequence[tuple[str, Residence]], rng: "Random") -> list[Village]:
    """Sizes for the villages: towns larger than the country."""
    return [
        Village(code, residence, round(rng.lognormvariate(0, 0.35) * (3200 if residence is Residence.URBAN else 1500)))
        for code, residence in villages
    ]


def people(homes: Sequence[Home], instrument: Instrument, key: Key, rng: "Random") -> list[Found]:
    """What is found in every household, village by village in their order."""
    own = {question.id: rng.gauss(0, ITEMS_DIFFER) for question in instrument.scored}
    result = []
    for village, here in groupby(homes, key=lambda home: home.village):
        usual = rng.gauss(TOWN if village.residence is Residence.URBAN else COUNTRY, BETWEEN_VILLAGES)
        result += [_found(home, usual, instrument, key, own, rng) for home in here]
    return result


def _found(
    home: Home, usual: float, instrument: Instrument, key: Key, own: Mapping[str, float], rng: "Random"
) -> Found:
    minutes, fate = rng.randint(13, 34), rng.random()
    for share, results in (
        (VACANT, (Disposition.VACANT,)),
        (SILENT, (Disposition.NO_ONE_HOME,) * 3),
        (SHUT, (Disposition.REFUSAL_HOUSEHOLD,)),
    ):
        if fate < share:
            return Found(home, results, None, None, minutes)
        fate -= share
    count = rng.choices([many for many, _ in HOUSEHOLDS], [share for _, share in HOUSEHOLDS])[0]
    members = roster(Member(str(place), rng.choice((Sex.FEMALE, Sex.MALE)), _years(rng)) for place in range(count))
    if fate < UNWILLING:
        return Found(home, (Disposition.REFUSAL_PERSON,), members, None, minutes)
    before = (Disposition.NO_ONE_HOME,) if rng.random() < NOT_AT_FIRST else ()
    chosen = members[kish_person(home.table, count) - 1]
    return Found(home, before, members, _answers(home.village, chosen, usual, instrument, key, own, rng), minutes)


def _years(rng: "Random") -> int:
    low, high, _ = rng.choices(AGES, [share for _, _, share in AGES])[0]
    return rng.randint(low, high)


def _answers(
    village: Village,
    chosen: Member,
    usual: float,
    instrument: Instrument,
    key: Key,
    own: Mapping[str, float],
    rng: "Random",
) -> dict[str, Any]:
    schooling = rng.choices(range(6), EDUCATION_SHARES[(chosen.age >= 40) + (chosen.age >= 60)])[0]
    ability = usual + 0.33 * (schooling - 2.4) + rng.gauss(0, sqrt(0.72))
    answers = _about(village, chosen, EDUCATION[schooling], rng)
    for question in instrument.scored:
        given = _answer(question, key, own, ability, rng)
        if given is not None:
            answers[question.id] = given
    return answers


def _about(village: Village, chosen: Member, education: str, rng: "Random") -> dict[str, Any]:
    age = chosen.age
    jobs = (
        ["student"]
        if age < 18
        else ["retired", "farmer", "home"]
        if age >= 60
        else ["farmer", "worker", "service", "office", "professional", "other"]
    )
    refuses = rng.random() < 0.02
    return {
        "sex": chosen.sex.value,
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
