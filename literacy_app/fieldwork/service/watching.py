"""What an interviewer's phone is given, and how far the field work of a wave is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.fieldwork import queries
from literacy_app.fieldwork.queries import Address, Spot
from literacy_app.fieldwork.rules import (
    Case,
    Counts,
    Disposition,
    Effort,
    Finding,
    Progress,
    Rate,
    RateName,
    Visited,
    count,
    may_replace,
    next_reserve,
    progress,
    rates,
    respondent_id,
    valid_rate,
)
from literacy_app.foundation.errors import NotFound
from literacy_app.sampling.models import DrawRow, HouseholdRow
from literacy_app.sampling.rules import Selection
from literacy_app.sampling.service import plan_of


@dataclass(frozen=True)
class RosterGiven:
    """The roster of a household that counts, as it was recorded."""

    members: Sequence[Mapping[str, Any]]
    chosen: int | None


@dataclass(frozen=True)
class Given:
    """A household as an interviewer's phone gets it. Visits in the order of time; `done`: nobody goes there again."""

    number: int
    turn: int
    place: int
    reserve: bool
    kish_table: str | None
    respondent: UUID
    visits: tuple[Visited, ...]
    roster: RosterGiven | None
    disposition: Disposition
    done: bool


@dataclass(frozen=True)
class Cluster:
    """A village with those of its households that are in the field."""

    pilot: str
    wave: str
    draw: UUID
    village: str
    name: str
    selection: Selection
    households: tuple[Given, ...]


@dataclass(frozen=True)
class Monitor:
    """How far a wave is: by village, and in total, with the rates of both as if field work ended now."""

    total: Progress
    counts: Counts
    rates: Mapping[RateName, Rate]
    clusters: Mapping[str, Progress]
    cluster_rates: Mapping[str, Mapping[RateName, Rate]]


def households_for(session: Session, staff_id: UUID, day: date) -> tuple[Cluster, ...]:
    """The clusters that an interviewer has in waves not over on `day`, with all households in the field; a few statements."""
    found = []
    for draw, villages in queries.assigned_draws(session, staff_id, day):
        names, selection = queries.village_names(session, draw), plan_of(draw).selection
        given = _given(session, draw, Spot(villages))
        found += [
            Cluster(
                draw.pilot_id, draw.wave_id, draw.id, code, names.get(code, code), selection, tuple(given.get(code, ()))
            )
            for code in villages
        ]
    return tuple(found)


def monitor(session: Session, draw: DrawRow) -> Monitor:
    """How far the field work of a wave is."""
    cases = [case for _row, case in queries.cases(session, draw)]
    parts: dict[str, list[Case]] = {}
    for one in cases:
        parts.setdefault(one.village, []).append(one)
    counts = _counts(cases)
    return Monitor(
        total=progress(cases),
        counts=counts,
        rates=rates(counts) | {RateName.VALID: valid_rate(*queries.received(session, draw))},
        clusters={village: progress(part) for village, part in parts.items()},
        cluster_rates={village: rates(_counts(part)) for village, part in parts.items()},
    )


def _counts(cases: Sequence[Case]) -> Counts:
    return count(one.disposition for one in cases)


def _given(session: Session, draw: DrawRow, spot: Spot) -> dict[str, list[Given]]:
    rosters = queries.rosters(session, draw, spot)
    found: dict[str, list[Given]] = {}
    for row, case in queries.cases(session, draw, spot):
        listed = rosters.get((row.village, row.number))
        found.setdefault(row.village, []).append(
            Given(
                number=row.number,
                turn=row.turn,
                place=row.place,
                reserve=row.reserve,
                kish_table=row.kish_table,
                respondent=respondent_id(draw.id, row.village, row.number),
                visits=case.visits,
                roster=RosterGiven(listed.members, listed.chosen) if listed else None,
                disposition=case.disposition,
                done=case.is_done,
            )
        )
    return found


@dataclass(frozen=True)
class Look:
    """One household of the field with what the rule says of it, and the number of the reserve that would come in."""

    row: HouseholdRow
    case: Case
    finding: Finding
    reserve: int | None
    replaces: int | None  # the household whose place it took


def look_at(session: Session, draw: DrawRow, address: Address, effort: Effort) -> Look:
    """A household with all that is known of it. Raises NotFound for one that is not in the field."""
    known = queries.cases(session, draw, Spot([address[0]]), reserves=True)
    cases = [case for _row, case in known]
    found = next(((row, case) for row, case in known if (case.village, case.number) == address), None)
    replaces = {one.replaced_by: one.number for one in cases if one.replaced_by is not None}
    if found is None or (found[1].reserve and found[1].number not in replaces):
        raise NotFound(f"{address[0]}/{address[1]}")
    row, case = found
    reserve = next_reserve(cases, case)
    return Look(row, case, may_replace(case, effort), reserve.number if reserve else None, replaces.get(case.number))
