"""What a wave measured: weights by the recipe, then every level of everybody and of each group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from literacy_app.areas.models import PopulationRow
from literacy_app.areas.queries import population, residences
from literacy_app.areas.rules import AGE_GROUPS, Residence, Sex
from literacy_app.estimation import queries
from literacy_app.estimation.rules import (
    Design,
    Estimate,
    Flag,
    Reason,
    Reliability,
    Statistic,
    flags,
    may_be_shown,
)
from literacy_app.estimation.rules.design import Ints
from literacy_app.estimation.rules.irt import Fit
from literacy_app.estimation.rules.items import ItemAnalysis, ItemLimits
from literacy_app.estimation.rules.many import proportions
from literacy_app.estimation.rules.standardise import standardise
from literacy_app.estimation.rules.weighting import Margin, Recipe, Weighting, weigh
from literacy_app.estimation.service.people import AGES, Instruments, People
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.policy import Policy
from literacy_app.framework.rules import Dimension
from literacy_app.scoring.rules import TOTAL
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.service import kept_instrument

ALL = "all"
STANDARDISED = "age-standardised"


@dataclass(frozen=True)
class Level:
    """The share that attains a scale, of everybody or of one group ("all", "sex:male", "area:990101001", ...)."""

    scale: str
    domain: str
    estimate: Estimate
    flags: tuple[Flag, ...]

    @property
    def shown(self) -> bool:
        """Whether a number may be shown: there is one, from enough people."""
        return may_be_shown(self.flags)


def nobody(scale: str, domain: str) -> Level:
    """The level of a group that nobody drawn belongs to: no number, and why."""
    return Level(scale, domain, Estimate(Statistic.PROPORTION, 0, reason=Reason.EMPTY_DOMAIN), (Flag.NO_ESTIMATE,))


@dataclass(frozen=True, eq=False)
class Measured:
    """Everything that a wave says, with what it was made from. Levels by (scale, domain), in the order of pages."""

    wave: Wave
    people: People
    weighting: Weighting
    recipe: dict[str, Any]
    settings: dict[str, Any]
    levels: dict[tuple[str, str], Level]
    # What `item_analysis` found, by its limits: it goes when what was measured goes.
    analyses: dict[ItemLimits, tuple[ItemAnalysis, Fit]] = field(default_factory=dict, init=False, repr=False)

    @property
    def unscored(self) -> int:
        """How many people drawn gave an interview that counts but has no score: its instrument version is not kept."""
        return self.people.unscored

    def level(self, scale: str = TOTAL, domain: str = ALL) -> Level:
        """One level; that of nobody where the wave did not ask about the scale or drew nobody of the group."""
        return self.levels.get((scale, domain)) or nobody(scale, domain)

    def domains(self, kind: str, scale: str = TOTAL) -> list[Level]:
        """The levels of a kind of groups: residence, sex, age, education, area."""
        return [one for (of, domain), one in self.levels.items() if of == scale and domain.startswith(f"{kind}:")]

    def scales(self, kind: str) -> list[Level]:
        """The levels of everybody on the scales of a kind: topic, article."""
        return [one for (of, domain), one in self.levels.items() if domain == ALL and of.startswith(f"{kind}:")]


class HangsOn(NamedTuple):
    """All that a measurement hangs on: the same as long as the wave says the same."""

    database: str
    wave: Wave
    recipe: dict[str, Any]
    settings: dict[str, Any]
    places: dict[str, Residence]
    stamp: queries.Stamp


# What was measured last, by wave, with all that it hangs on: a page asks for the same numbers again and again.
_last: dict[str, tuple[HangsOn, Measured | None]] = {}
_turn = Lock()
# People in all that is remembered, each about a kilobyte; what was measured last is always there.
MOST_REMEMBERED = 100_000


def measure(session: Session, wave: Wave, policy: Policy) -> Measured | None:
    """What the wave says now; None when nobody was drawn for it, so there is no level to speak of."""
    now = given(session, wave, policy)
    with _turn:
        known = _last.pop(wave.id, None)
        if known and known[0] == now:
            _last[wave.id] = known
            return known[1]
    return measure_afresh(session, now)


def given(session: Session, wave: Wave, policy: Policy) -> HangsOn:
    """All that a measurement of the wave would hang on now."""
    recipe, settings = _recipe(policy, population(session, wave.pilot)), _settings(policy)
    places = residences(session, wave.pilot, wave.opens_on)
    stamp = queries.stamp(session, wave.pilot, wave.id)
    return HangsOn(str(session.get_bind().engine.url), wave, recipe, settings, places, stamp)


def measure_afresh(session: Session, now: HangsOn) -> Measured | None:
    """`measure`, whatever is remembered."""
    wave = now.wave
    drawn = queries.drawn(session, wave.pilot, wave.id)
    found = measured(session, wave, drawn, now.recipe, now.settings, now.places) if drawn else None
    with _turn:
        _last.pop(wave.id, None)
        _last[wave.id] = now, found
        people = {id: len(one.people) if one else 0 for id, (_, one) in _last.items()}
        while sum(people.values()) > MOST_REMEMBERED and len(people) > 1:
            oldest = next(iter(people))
            del people[oldest], _last[oldest]
    return found


def instruments_of(session: Session, wave: Wave, versions: set[tuple[str, int]]) -> Instruments:
    """The wave's own instrument version first, then the others that people were asked with, as far as they are kept: a person
    can accept a submission that names one which never was. Raises NotFound where the wave's own is not.
    """
    own = (wave.instrument, wave.version)
    named = {one: kept_instrument(session, *one) for one in (own, *sorted(versions - {own}))}
    if named[own] is None:
        raise NotFound(f"{wave.instrument}-v{wave.version}")
    return {one: kept for one, kept in named.items() if kept is not None}


def groups_of(people: People) -> Iterator[tuple[list[str], Ints]]:
    """Each characteristic that levels are shown by: the names of its groups, and who is in which (n,), -1 for unknown."""
    townships, township = np.unique(people.township, return_inverse=True)
    coded = (
        ("residence", people.residence, [str(one) for one in Residence]),
        ("sex", people.sex, [str(one) for one in Sex]),
        ("age", people.age, AGES),
        ("education", people.education, people.educations),
        ("area", township, townships.tolist()),
    )
    for name, codes, labels in coded:
        yield [f"{name}:{label}" for label in labels], codes


def measured(
    session: Session,
    wave: Wave,
    drawn: list[queries.Drawn],
    recipe: Mapping[str, Any],
    settings: Mapping[str, Any],
    places: Mapping[str, Residence],
) -> Measured:
    """What the people drawn say, by a recipe for weights and the settings of levels."""
    versions = {one.sheet.instrument for one in drawn if one.sheet}
    people = People(drawn, instruments_of(session, wave, versions), places)
    weighting = _weighed(people, recipe)
    levels = _levels(people, weighting.design, settings)
    return Measured(wave, people, weighting, dict(recipe), dict(settings), levels)


def _weighed(people: People, recipe: Mapping[str, Any]) -> Weighting:
    figures = Recipe(recipe["min_cell"], recipe["max_factor"], recipe["trim_at"])
    margins: tuple[Margin, ...] = ()
    counts = None
    if recipe["population"] is not None:
        margins = (
            Margin("residence", tuple(Residence), people.residence),
            Margin("sex", tuple(Sex), people.sex),
            Margin("age", AGES, people.age),
        )
        counts = np.zeros([len(margin.labels) for margin in margins])
        for residence, sex, low, high, number in recipe["population"]["groups"]:
            place = list(Residence).index(residence), list(Sex).index(sex), AGE_GROUPS.index((low, high))
            counts[place] = number
    return weigh(people.probability, people.stratum, people.psu, people.responded, figures, margins, counts)


def _levels(people: People, design: Design, settings: Mapping[str, Any]) -> dict[tuple[str, str], Level]:
    thresholds, level = Reliability(**settings["reliability"]), settings["confidence"]
    found: dict[tuple[str, str], Level] = {}

    def add(scale: str, domain: str, estimate: Estimate) -> None:
        found[scale, domain] = Level(scale, domain, estimate, flags(estimate, thresholds))

    everybody = np.zeros(len(people), np.int64)
    for scale, attained in people.attained.items():
        add(scale, ALL, *proportions(design, attained, everybody, 1, level=level))
    asked = [scale for scale in (TOTAL, *Dimension) if scale in people.attained]
    for domains, codes in groups_of(people):
        made = [proportions(design, people.attained[scale], codes, len(domains), level=level) for scale in asked]
        for place in np.unique(codes[codes >= 0]).tolist():
            for scale, estimates in zip(asked, made, strict=True):
                add(scale, domains[place], estimates[place])
    standard = dict(enumerate(settings["standard"]))
    age = people.age
    add(TOTAL, STANDARDISED, standardise(design, people.attained[TOTAL], age, standard, level=level).standardised)
    return found


def _recipe(policy: Policy, counted: PopulationRow | None) -> dict[str, Any]:
    known = None if counted is None else {"year": counted.year, "source": counted.source, "groups": counted.groups}
    return {
        "min_cell": int(policy.weights_min_cell.value),
        "max_factor": policy.weights_max_factor.value,
        "trim_at": policy.weights_trim.value,
        "population": known,
    }


def _settings(policy: Policy) -> dict[str, Any]:
    return {
        "confidence": policy.confidence_level.value,
        "reliability": {
            "min_n": int(policy.reliability_min_n.value),
            "min_df": int(policy.reliability_min_df.value),
            "max_interval_width": policy.reliability_max_interval_width.value,
            "max_relative_width": policy.reliability_max_relative_width.value,
            "narrow_width": policy.reliability_narrow_width.value,
        },
        "standard": [getattr(policy, f"standard_{low}_{high}").value for low, high in AGE_GROUPS],
    }
