"""Putting an officer's pages together from what was measured and what was aimed at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from literacy_app.areas.queries import townships
from literacy_app.areas.rules import Residence
from literacy_app.estimation.models import EstimationRow
from literacy_app.estimation.queries import estimations
from literacy_app.estimation.rules.equating import CarriedMark
from literacy_app.estimation.rules.waves import Change
from literacy_app.estimation.service import (
    ALL,
    STANDARDISED,
    Level,
    Measured,
    carried_mark,
    change,
    is_current,
    measure,
)
from literacy_app.foundation.policy import Policy
from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.reports.rules import Overview, Row
from literacy_app.scoring.rules import TOTAL
from literacy_app.surveys.queries import link_of, tally, waves_of
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.service import pass_mark_of, wave_of
from literacy_app.targets.models import TargetRow
from literacy_app.targets.queries import baselines, targets_for
from literacy_app.targets.rules import Path, judge

GROUPS = ("residence", "sex", "age", "education")
MakeRow = Callable[..., Row]


@dataclass(frozen=True)
class Turn:
    """One wave in the series: its level, and how it stands to the wave before.

    With the same instrument the change since then. With another there is none (`broken`); `mark` is the earlier pass mark in
    points of the new instrument, where anchor items link the two.
    """

    wave: Wave
    level: Level
    broken: bool
    change: Change | None
    mark: CarriedMark | None


@dataclass(frozen=True)
class Detail:
    """One wave in detail: everybody on every scale, every group, the way to the target, and the waves before."""

    wave: Wave
    level: Row
    standardised: Row
    dimensions: tuple[Row, ...]
    classes: tuple[Row, ...]
    topics: tuple[Row, ...]
    articles: tuple[Row, ...]  # weakest first
    groups: dict[str, tuple[Row, ...]]
    path: Path | None
    turns: tuple[Turn, ...]  # the earliest first
    version: EstimationRow | None  # the latest that was kept
    current: bool  # whether it says what the answers say now


def overview(session: Session, wave: Wave, policy: Policy) -> Overview | None:
    """The first page of the office for one wave; None when nobody was drawn for it, so there is no level to speak of."""
    found = measure(session, wave, policy)
    if found is None:
        return None
    row, aim, path = _rows(session, wave, policy)
    link = link_of(session, wave.id)
    return Overview(
        wave=wave,
        tally=tally(session, wave.pilot, wave.id),
        psus=found.people.psus,
        strata=found.people.strata,
        pass_mark=pass_mark_of(session, wave),
        level=row(TOTAL, found.level()),
        target_year=aim.year if aim else None,
        expected=path.expected(wave.opens_on.year) if path else None,
        dimensions=_asked(found, row, Dimension),
        residences=tuple(row(kind, found.level(domain=f"residence:{kind}")) for kind in Residence),
        townships=tuple(
            row(place.code, found.level(domain=f"area:{place.code}"), {"zh_Hans": place.name_zh, "en": place.name_en})
            for place in townships(session, wave.pilot, wave.opens_on)
        ),
        link=link.token if link else None,
    )


def detail(session: Session, wave: Wave, policy: Policy) -> Detail | None:
    """One wave in detail; None when nobody was drawn for it."""
    found = measure(session, wave, policy)
    if found is None:
        return None
    row, _, path = _rows(session, wave, policy)
    kept = estimations(session, wave.pilot, wave.id)
    weakest = sorted(found.scales("article"), key=lambda one: (one.estimate.estimate is None, one.estimate.estimate))
    return Detail(
        wave=wave,
        level=row(TOTAL, found.level()),
        standardised=row(STANDARDISED, found.level(domain=STANDARDISED), judged=False),
        dimensions=_asked(found, row, Dimension),
        classes=_asked(found, row, SecondClass),
        topics=tuple(row(one.scale, one) for one in found.scales("topic")),
        articles=tuple(row(one.scale, one) for one in weakest),
        groups={kind: tuple(row(one.domain, one, judged=False) for one in found.domains(kind)) for kind in GROUPS},
        path=path,
        turns=_turns(session, wave, policy),
        version=kept[0] if kept else None,
        current=bool(kept) and is_current(found, kept[0]),
    )


def _turns(session: Session, wave: Wave, policy: Policy) -> tuple[Turn, ...]:
    """Every wave of the pilot up to this one that somebody was drawn for."""
    turns: list[Turn] = []
    before: tuple[Wave, Measured] | None = None
    for one in reversed(waves_of(session, wave.pilot)):
        each = wave_of(session, one.id)
        found = measure(session, each, policy) if each.opens_on <= wave.opens_on else None
        if found is None:
            continue
        broken = before is not None and (before[0].instrument, before[0].version) != (each.instrument, each.version)
        since = change(before[1], found) if before and not broken else None
        mark = carried_mark(before[1], found) if before and broken else None
        turns.append(Turn(each, found.level(), broken, since, mark))
        before = each, found
    return tuple(turns)


def _rows(session: Session, wave: Wave, policy: Policy) -> tuple[MakeRow, TargetRow | None, Path | None]:
    """What makes a row of a level beside its target in the wave's year; the total's target, and the path that it is on."""
    aims = targets_for(session, wave.pilot, wave.opens_on.year)

    def row(id: str, level: Level, names: Mapping[str, str] | None = None, *, judged: bool = True) -> Row:
        aim = aims.get(level.scale) if judged else None
        judgement = None if aim is None else judge(level.estimate, aim.share, policy.verdict_confidence.value)
        return Row(id, level.estimate, level.flags, None if aim is None else aim.share, judgement, names)

    base, aim = baselines(session, wave.pilot).get(TOTAL), aims.get(TOTAL)
    path = Path(base.year, base.share, aim.year, aim.share) if base and aim and base.year < aim.year else None
    return row, aim, path


def _asked(found: Measured, row: MakeRow, scales: type[Dimension] | type[SecondClass]) -> tuple[Row, ...]:
    return tuple(row(scale, found.level(scale)) for scale in scales if (scale, ALL) in found.levels)
