"""Versions of weights and levels: kept with all that made them, and made again to see whether every digit is still there."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from math import isclose
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from literacy_app.areas.queries import pilots, residences
from literacy_app.estimation import queries
from literacy_app.estimation.models import EstimationRow, WeightRow
from literacy_app.estimation.rules.intervals import NO_SPREAD
from literacy_app.estimation.service.level import HangsOn, Level, Measured, given, measure_afresh, measured
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.policy import Policy
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.service import wave_of

# Named in every version; moves when the same data would give other numbers.
METHOD = "1"
# Numbers are kept to so many digits: beyond them a sum depends on the order that a machine adds in.
DIGITS = 12


@dataclass(frozen=True, eq=False)
class Prepared:
    """A version that is measured and can be kept, as long as nothing changes that it hangs on."""

    found: Measured
    hangs_on: HangsOn


def prepare_version(session: Session, wave: Wave, policy: Policy) -> Prepared:
    """Measure what the wave says now, whatever is remembered; a session that only reads will do, so nobody waits.

    Raises NotFound when nobody was drawn.
    """
    # Before the answers: one that comes between the two is noticed when the version is kept.
    hangs_on = given(session, wave, policy)
    found = measure_afresh(session, hangs_on)
    if found is None:
        raise NotFound(wave.id)
    return Prepared(found, hangs_on)


def keep_prepared(
    session: Session, prepared: Prepared, policy: Policy, author: str, now: datetime
) -> EstimationRow | None:
    """Keep a prepared version as `keep_version` does; None when something that it hangs on changed since it was measured."""
    if given(session, prepared.found.wave, policy) != prepared.hangs_on:
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
    weights, chances = found.weighting.design.weights.tolist(), found.people.probability.tolist()
    people = zip(found.people.ids, found.people.submissions, weights, chances, strict=True)
    session.execute(
        insert(cast(Table, WeightRow.__table__)),  # past the mapping of rows to objects, which takes as long again
        [
            {
                "pilot_id": wave.pilot,
                "estimation_id": row.id,
                "respondent_id": id,
                "submission_id": submission,
                "weight": weight,
                "probability": probability,
            }
            for id, submission, weight, probability in people
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
    again = measured(session, wave, drawn, row.recipe, row.settings, places) if drawn else None
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
            about = partial(record, pilot_id=pilot_id, now=now, actor="calendar", action=action, subject=wave_id)
            yield partial(about, number=number, **detail)


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
