"""What a wave measured: weights by the recipe, then every level of everybody and of each group, as of now or of a version."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import insert
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
    proportion,
)
from literacy_app.estimation.rules.design import Mask
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

    people: People
    weighting: Weighting
    recipe: dict[str, Any]
    settings: dict[str, Any]
    levels: dict[tuple[str, str], Level]

    def level(self, scale: str = TOTAL, domain: str = ALL) -> Level:
        """One level; that of nobody where the wave did not ask about the scale or drew nobody of the group."""
        return self.levels.get((scale, domain)) or nobody(scale, domain)

    def domains(self, kind: str, scale: str = TOTAL) -> list[Level]:
        """The levels of a kind of groups: residence, sex, age, education, area."""
        return [one for (of, domain), one in self.levels.items() if of == scale and domain.startswith(f"{kind}:")]

    def scales(self, kind: str) -> list[Level]:
        """The levels of everybody on the scales of a kind: topic, article."""
        return [one for (of, domain), one in self.levels.items() if domain == ALL and of.startswith(f"{kind}:")]


# What was measured last, by wave, with all that it hangs on: a page asks for the same numbers again and again.
_last: dict[str, tuple[tuple[Any, ...], Measured | None]] = {}
MOST_REMEMBERED = 8


def measure(session: Session, wave: Wave, policy: Policy) -> Measured | None:
    """What the wave says now; None when nobody was drawn for it, so there is no level to speak of."""
    recipe, settings = _recipe(policy, population(session, wave.pilot)), _settings(policy)
    places = residences(session, wave.pilot, wave.opens_on)
    hangs_on = (str(session.get_bind().engine.url), wave, recipe, settings, places)
    now = (*hangs_on, *queries.stamp(session, wave.pilot, wave.id))
    known = _last.get(wave.id)
    if known is None or known[0] != now:
        drawn = queries.drawn(session, wave.pilot, wave.id)
        found = _measured(session, wave, drawn, recipe, settings, places) if drawn else None
        if len(_last) >= MOST_REMEMBERED:
            _last.clear()
        known = _last[wave.id] = (now, found)
    return known[1]


def keep_version(session: Session, wave: Wave, policy: Policy, author: str, now: datetime) -> EstimationRow:
    """Keep what the wave says now as its next version: weights, results, and all that is needed to make them again.

    Raises NotFound when nobody was drawn.
    """
    found = measure(session, wave, policy)
    if found is None:
        raise NotFound(wave.id)
    known = queries.estimations(session, wave.pilot, wave.id)
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
    people = zip(found.people.ids, found.people.sheets, found.weighting.design.weights.tolist(), strict=True)
    session.execute(
        insert(WeightRow),
        [
            {
                "pilot_id": wave.pilot,
                "estimation_id": row.id,
                "respondent_id": id,
                "submission_id": sheet.submission if sheet else None,
                "weight": weight,
            }
            for id, sheet, weight in people
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
    if changed := sum(_digits(weight) != _digits(kept[id]) for id, weight in weights):
        said.append(Difference(Differs.WEIGHTS, str(changed)))
    made = {(one["scale"], one["domain"]): one for one in _results(again)}
    for one in row.results:
        if made.get((one["scale"], one["domain"])) != one:
            said.append(Difference(Differs.LEVEL, f"{one['scale']} of {one['domain']}"))
    return said


def check_versions(session: Session, now: datetime) -> None:
    """Make the latest version of every wave again, and write down where it differs: a published number must not move unnoticed."""
    for pilot in pilots(session):
        for row in queries.latest_estimations(session, pilot.id):
            if found := differences(session, wave_of(session, row.wave_id), row):
                record(
                    session,
                    pilot.id,
                    now,
                    "calendar",
                    "level_differs",
                    row.wave_id,
                    number=row.number,
                    what=[f"{one.what} {one.detail}".strip() for one in found],
                )


def instruments_of(session: Session, wave: Wave, versions: set[tuple[str, int]]) -> Instruments:
    """The wave's own instrument version first, then the others that people were asked with. Raises NotFound."""
    own = (wave.instrument, wave.version)
    found = {}
    for name, version in (own, *sorted(versions - {own})):
        kept = kept_instrument(session, name, version)
        if kept is None:
            raise NotFound(f"{name}-v{version}")
        found[name, version] = kept
    return found


def domains_of(people: People) -> Iterator[tuple[str, Mask | None]]:
    """Every group that levels are shown of, by name: everybody, and the labels of each characteristic that somebody has."""
    yield ALL, None
    coded = (
        ("residence", people.residence, [str(one) for one in Residence]),
        ("sex", people.sex, [str(one) for one in Sex]),
        ("age", people.age, AGES),
        ("education", people.education, people.educations),
    )
    for name, codes, labels in coded:
        for place, label in enumerate(labels):
            if (here := codes == place).any():
                yield f"{name}:{label}", here
    for township in np.unique(people.township):
        yield f"area:{township}", people.township == township


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
    return Measured(people, weighting, dict(recipe), dict(settings), _levels(people, weighting.design, settings))


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
    thresholds = Reliability(**settings["reliability"])
    found: dict[tuple[str, str], Level] = {}

    def add(scale: str, domain: str, estimate: Estimate) -> None:
        found[scale, domain] = Level(scale, domain, estimate, flags(estimate, thresholds))

    asked = [scale for scale in (TOTAL, *Dimension) if scale in people.attained]
    for domain, mask in domains_of(people):
        for scale in people.attained if domain == ALL else asked:
            add(scale, domain, proportion(design, people.attained[scale], mask, level=settings["confidence"]))
    standard = dict(enumerate(settings["standard"]))
    age = people.age
    made = standardise(design, people.attained[TOTAL], age, standard, level=settings["confidence"])
    add(TOTAL, STANDARDISED, made.standardised)
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


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
