"""What a wave measured: weights by the recipe, then every level of everybody and of each group, as of now or of a version."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from math import isclose
from threading import Lock
from typing import Any, NamedTuple, cast
from uuid import uuid4

import numpy as np
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from literacy_app.areas.models import PopulationRow
from literacy_app.areas.queries import pilots, population, residences
from literacy_app.areas.rules import AGE_GROUPS, Residence, Sex
from literacy_app.estimation import queries
from literacy_app.estimation.models import EstimationRow, WeightRow
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
from literacy_app.estimation.rules.intervals import NO_SPREAD
from literacy_app.estimation.rules.irt import Fit
from literacy_app.estimation.rules.items import ItemAnalysis, ItemLimits
from literacy_app.estimation.rules.many import proportions
from literacy_app.estimation.rules.standardise import standardise
from literacy_app.estimation.rules.weighting import Margin, Recipe, Weighting, weigh
from literacy_app.estimation.service.people import AGES, Instruments, People
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.policy import Policy
from literacy_app.framework.rules import Dimension
from literacy_app.scoring.rules import TOTAL
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.service import kept_instrument, wave_of

# Named in every version; moves when the same data would give other numbers.
METHOD = "1"
ALL = "all"
STANDARDISED = "age-standardised"
# Numbers are kept to so many digits: beyond them a sum depends on the order that a machine adds in.
DIGITS = 12


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
    given = _given(session, wave, policy)
    with _turn:
        known = _last.pop(wave.id, None)
        if known and known[0] == given:
            _last[wave.id] = known
            return known[1]
    return _measure_afresh(session, given)


def _given(session: Session, wave: Wave, policy: Policy) -> HangsOn:
    recipe, settings = _recipe(policy, population(session, wave.pilot)), _settings(policy)
    places = residences(session, wave.pilot, wave.opens_on)
    stamp = queries.stamp(session, wave.pilot, wave.id)
    return HangsOn(str(session.get_bind().engine.url), wave, recipe, settings, places, stamp)


def _measure_afresh(session: Session, given: HangsOn) -> Measured | None:
    wave = given.wave
    drawn = queries.drawn(session, wave.pilot, wave.id)
    found = _measured(session, wave, drawn, given.recipe, given.settings, given.places) if drawn else None
    with _turn:
        _last.pop(wave.id, None)
        _last[wave.id] = given, found
        people = {id: len(one.people) if one else 0 for id, (_, one) in _last.items()}
        while sum(people.values()) > MOST_REMEMBERED and len(people) > 1:
            oldest = next(iter(people))
            del people[oldest], _last[oldest]
    return found


@dataclass(frozen=True, eq=False)
class Prepared:
    """A version that is measured and can be kept, as long as nothing changes that it hangs on."""

    found: Measured
    given: HangsOn


def prepare_version(session: Session, wave: Wave, policy: Policy) -> Prepared:
    """Measure what the wave says now, whatever is remembered; a session that only reads will do, so nobody waits.

    Raises NotFound when nobody was drawn.
    """
    given = _given(
        session, wave, policy
    )  # before the answers: one that comes between the two is noticed when it is kept
    found = _measure_afresh(session, given)
    if found is None:
        raise NotFound(wave.id)
    return Prepared(found, given)


def keep_prepared(
    session: Session, prepared: Prepared, policy: Policy, author: str, now: datetime
) -> EstimationRow | None:
    """Keep a prepared version as `keep_version` does; None when something that it hangs on changed since it was measured."""
    if _given(session, prepared.given.wave, policy) != prepared.given:
        return None
    return _keep(session, prepared.found, author, now)


def keep_version(session: Session, wave: Wave, policy: Policy, author: str, now: datetime) -> EstimationRow:
    """Keep what the wave says now as its next version: weights, results, and all that is needed to make them again.

    Where the latest version says the same already, that is returned and nothing kept. Raises NotFound when nobody was drawn.
    """
    return _keep(session, prepare_version(session, wave, policy).found, author, now)


def _keep(session: Session, found: Measured, author: str, now: datetime) -> EstimationRow:
    wave = found.wave
    known = queries.estimations(session, wave.pilot, wave.id)
    if known and is_current(found, known[0]):
        return known[0]
    row = EstimationRow(
        pilot_id=wave.pilot,
        id=uuid4(),
        wave_id=wave.id,
        number=known[0].number + 1 if known else 1,
        made_at=now,
        made_by=author,
        method=METHOD,
        data_digest=found.people.digest,
        recipe=found.recipe,
        steps=[asdict(step) for step in found.weighting.steps],
        settings=found.settings,
        results=_results(found),
    )
    session.add(row)
    session.flush()
    people = zip(found.people.ids, found.people.submissions, found.weighting.design.weights.tolist(), strict=True)
    session.execute(
        insert(cast(Table, WeightRow.__table__)),  # past the mapping of rows to objects, which takes as long again
        [
            {
                "pilot_id": wave.pilot,
                "estimation_id": row.id,
                "respondent_id": id,
                "submission_id": submission,
                "weight": weight,
            }
            for id, submission, weight in people
        ],
    )
    record(session, wave.pilot, now, author, "level_kept", wave.id, number=row.number, digest=row.data_digest)
    return row


def is_current(found: Measured, row: EstimationRow) -> bool:
    """Whether a version says what the wave says now: the same answers, recipe, settings and method."""
    return (row.data_digest, row.recipe, row.settings, row.method) == (
        found.people.digest,
        found.recipe,
        found.settings,
        METHOD,
    )


class Differs(StrEnum):
    """What is not the same when a version is made again."""

    PEOPLE = "people"  # the people of the version are not there any more
    METHOD = "method"  # it was made by another method
    DATA = "data"  # the answers, places or marks that went in are not what they were
    WEIGHTS = "weights"  # so many of them
    LEVEL = "level"  # on a scale, of a group


@dataclass(frozen=True)
class Difference:
    """One thing that differs, with its number or name ("total of all")."""

    what: Differs
    detail: str = ""


def differences(session: Session, wave: Wave, row: EstimationRow) -> list[Difference]:
    """Make a version again from the interviews that counted in it, and say what differs; nothing when every digit is there."""
    drawn = queries.drawn(session, wave.pilot, wave.id, row.id)
    places = residences(session, wave.pilot, wave.opens_on)
    again = _measured(session, wave, drawn, row.recipe, row.settings, places) if drawn else None
    if again is None:
        return [Difference(Differs.PEOPLE)]
    said = []
    if row.method != METHOD:
        said.append(Difference(Differs.METHOD, row.method))
    if again.people.digest != row.data_digest:
        said.append(Difference(Differs.DATA))
    kept = queries.weights_of(session, wave.pilot, row.id)
    weights = zip(again.people.ids, again.weighting.design.weights.tolist(), strict=True)
    if changed := sum(not _is_same(weight, kept[id]) for id, weight in weights):
        said.append(Difference(Differs.WEIGHTS, str(changed)))
    made = {(one["scale"], one["domain"]): one for one in _results(again)}
    for one in row.results:
        if not _is_same(made.get((one["scale"], one["domain"])), one):
            said.append(Difference(Differs.LEVEL, f"{one['scale']} of {one['domain']}"))
    return said


def check_versions(session: Session, now: datetime) -> Iterator[Callable[[Session], None]]:
    """Make the latest version of every wave again, and give what writes down where it differs: a published number must not move
    unnoticed. A session that only reads will do. What stops the check of one wave is written down too, and the others go on.
    """
    latest = [
        (pilot.id, row.wave_id, row.id, row.number)
        for pilot in pilots(session)
        for row in queries.latest_estimations(session, pilot.id)
    ]
    for pilot_id, wave_id, id, number in latest:
        action, detail = "level_differs", dict[str, Any]()
        try:
            row = session.get_one(EstimationRow, (pilot_id, id))
            if found := differences(session, wave_of(session, wave_id), row):
                detail = {"what": [f"{one.what} {one.detail}".strip() for one in found]}
        except Exception as error:  # whatever it is: the other waves are looked at all the same
            session.rollback()
            action, detail = "level_check_failed", {"error": type(error).__name__}
        if detail:
            told = partial(record, now=now, actor="calendar", action=action, subject=wave_id, number=number, **detail)
            yield partial(_write, told, pilot_id)


def _write(told: Callable[..., None], pilot_id: str, session: Session) -> None:
    told(session, pilot_id)


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


def _measured(
    session: Session,
    wave: Wave,
    drawn: list[queries.Drawn],
    recipe: Mapping[str, Any],
    settings: Mapping[str, Any],
    places: Mapping[str, Residence],
) -> Measured:
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


def _results(found: Measured) -> list[dict[str, Any]]:
    return [_result(one) for one in found.levels.values()]


def _result(one: Level) -> dict[str, Any]:
    made = one.estimate
    numbers = {name: _digits(getattr(made, name)) for name in ("estimate", "se", "deff", "deff_wr", "effective_n")}
    interval = made.interval
    ends = None if interval is None else [_digits(interval.low), _digits(interval.high)]
    return {
        "scale": one.scale,
        "domain": one.domain,
        "n": made.n,
        **numbers,
        "df": made.df,
        "interval": ends,
        "method": interval.method.value if interval else None,
        "reason": made.reason.value if made.reason else None,
        "flags": [flag.value for flag in one.flags],
    }


def _is_same(made: Any, kept: Any) -> bool:
    """Whether a result that was made again is the one that was kept: the order that a machine adds in may move the last digit
    by one, and a standard error that is none anyway.
    """
    if isinstance(made, float) and isinstance(kept, float):
        return isclose(made, kept, rel_tol=10 ** (1 - DIGITS), abs_tol=NO_SPREAD)
    if isinstance(made, dict) and isinstance(kept, dict):
        return made.keys() == kept.keys() and all(_is_same(made[key], kept[key]) for key in kept)
    if isinstance(made, list) and isinstance(kept, list):
        return len(made) == len(kept) and all(map(_is_same, made, kept))
    return bool(made == kept)


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
