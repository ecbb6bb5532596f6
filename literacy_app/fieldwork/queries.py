"""Looking up households in the field with what is known of each, and who goes where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from literacy_app.accounts.models import StaffRow
from literacy_app.accounts.rules import Role
from literacy_app.areas.rules import within
from literacy_app.fieldwork.models import AssignmentRow, ReplacementRow, RosterRow, VisitRow
from literacy_app.fieldwork.rules import Case, Disposition, Ground, Rostered, Visited, respondent_id
from literacy_app.sampling.models import DrawRow, FrameUnit, HouseholdRow
from literacy_app.surveys.models import Respondent, SubmissionRow, WaveRow
from literacy_app.surveys.rules import Reason, Status, Stream

# A household within a draw: its village and its number there.
Address = tuple[str, int]


@dataclass(frozen=True)
class Spot:
    """Part of a draw: some villages, or one household. Everything where nothing is said."""

    villages: Sequence[str] | None = None
    number: int | None = None

    def of(self, table: Any, draw: DrawRow) -> list[ColumnElement[bool]]:
        """The rows of a table that lie there."""
        here = [table.pilot_id == draw.pilot_id, table.draw_id == draw.id]
        if self.villages is not None:
            here.append(table.village.in_(self.villages))
        if self.number is not None:
            here.append(table.number == self.number)
        return here


EVERYWHERE = Spot()


def frozen_draw(session: Session, pilot_id: str, wave_id: str) -> DrawRow | None:
    """The sample of a wave, or None before it is frozen."""
    query = select(DrawRow).where(
        DrawRow.pilot_id == pilot_id, DrawRow.wave_id == wave_id, DrawRow.frozen_at.is_not(None)
    )
    return session.scalars(query).one_or_none()


def household(session: Session, pilot_id: str, draw_id: UUID, address: Address) -> HouseholdRow | None:
    """One household of a draw, or None."""
    return session.get(HouseholdRow, (pilot_id, draw_id, *address))


def households(session: Session, draw: DrawRow, spot: Spot = EVERYWHERE) -> Sequence[HouseholdRow]:
    """The households there: by village and turn, those of the sample before the reserves, each in their order."""
    row = HouseholdRow
    query = select(row).where(*spot.of(row, draw))
    return session.scalars(query.order_by(row.village, row.turn, row.reserve, row.place)).all()


def replacements(session: Session, draw: DrawRow, spot: Spot = EVERYWHERE) -> Sequence[ReplacementRow]:
    """The reserves that were brought in, in the order in which they were."""
    here = Spot(spot.villages).of(ReplacementRow, draw)
    return session.scalars(select(ReplacementRow).where(*here).order_by(ReplacementRow.made_at)).all()


def visits(session: Session, draw: DrawRow, spot: Spot = EVERYWHERE) -> dict[Address, tuple[Visited, ...]]:
    """The visits to each household, in the order of time."""
    row = VisitRow
    query = select(row.village, row.number, row.at, row.result).where(*spot.of(row, draw))
    found: dict[Address, list[Visited]] = {}
    for village, number, at, result in session.execute(query.order_by(row.at, row.id)):
        found.setdefault((village, number), []).append(Visited(at, Disposition(result)))
    return {address: tuple(made) for address, made in found.items()}


def rosters(session: Session, draw: DrawRow, spot: Spot = EVERYWHERE) -> dict[Address, RosterRow]:
    """The roster of each household that counts."""
    found = session.scalars(select(RosterRow).where(*spot.of(RosterRow, draw), RosterRow.counts))
    return {(row.village, row.number): row for row in found}


def interviews(
    session: Session, draw: DrawRow, respondent: UUID | None = None
) -> tuple[dict[UUID, Disposition], dict[UUID, Visited]]:
    """By respondent: COMPLETE or PARTIAL for the interview that counts, and those that broke off and wait, as visits."""
    row = SubmissionRow
    query = select(row.respondent_id, row.status, row.reason, row.finished_at).where(
        row.pilot_id == draw.pilot_id,
        row.wave_id == draw.wave_id,
        row.stream == Stream.PROBABILITY,
        row.status.in_([Status.ACCEPTED, Status.QUARANTINED]),
        row.respondent_id.is_not(None),
    )
    if respondent is not None:
        query = query.where(row.respondent_id == respondent)
    counted: dict[UUID, Disposition] = {}
    broken: dict[UUID, Visited] = {}
    for person, status, reason, finished_at in session.execute(query):
        broke_off = reason == Reason.BROKEN_OFF
        assert person is not None  # noqa: S101 - the database was asked for no others
        if status == Status.ACCEPTED:
            counted[person] = Disposition.PARTIAL if broke_off else Disposition.COMPLETE
        elif broke_off:
            broken[person] = Visited(finished_at, Disposition.BREAK_OFF)
    return counted, broken


def cases(
    session: Session, draw: DrawRow, spot: Spot = EVERYWHERE, *, reserves: bool = False
) -> list[tuple[HouseholdRow, Case]]:
    """The households in the field with all that is known of each; `reserves` adds those that were not brought in."""
    brought_in = replacements(session, draw, spot)
    in_field = {(row.village, row.number) for row in brought_in}
    replaced = {(row.village, row.replaces): row.number for row in brought_in}
    seen, listed = visits(session, draw, spot), rosters(session, draw, spot)
    one = respondent_id(draw.id, spot.villages[0], spot.number) if spot.villages and spot.number else None
    counted, broken = interviews(session, draw, one)
    found = []
    for row in households(session, draw, spot):
        address = row.village, row.number
        if row.reserve and not reserves and address not in in_field:
            continue
        person = respondent_id(draw.id, *address)
        roster = listed.get(address)
        case = Case(
            village=row.village,
            turn=row.turn,
            number=row.number,
            place=row.place,
            reserve=row.reserve,
            visits=(*seen.get(address, ()), *((broken[person],) if person in broken else ())),
            roster=Rostered(roster.at, roster.eligible, roster.chosen) if roster else None,
            interview=counted.get(person),
            replaced_by=replaced.get(address),
        )
        found.append((row, case))
    return found


def reserves_left(session: Session, draw: DrawRow) -> dict[str, int]:
    """How many reserves each village has that were not brought in."""
    home = HouseholdRow
    query = select(home.village, func.count()).where(*EVERYWHERE.of(home, draw), home.reserve).group_by(home.village)
    used = Counter(row.village for row in replacements(session, draw))
    return {village: listed - used[village] for village, listed in session.execute(query)}


def in_turn(session: Session, draw: DrawRow, row: HouseholdRow) -> tuple[int, int]:
    """How many households of the sample this draw of a village has, and how many reserves came in for those out of scope."""
    home = HouseholdRow
    here = home.pilot_id == draw.pilot_id, home.draw_id == draw.id, home.village == row.village, home.turn == row.turn
    sampled = session.scalar(select(func.count()).select_from(home).where(*here, ~home.reserve))
    came = (
        select(func.count())
        .select_from(ReplacementRow)
        .join(
            home,
            (home.pilot_id == ReplacementRow.pilot_id)
            & (home.draw_id == ReplacementRow.draw_id)
            & (home.village == ReplacementRow.village)
            & (home.number == ReplacementRow.number),
        )
        .where(*here, ReplacementRow.ground == Ground.OUT_OF_SCOPE)
    )
    return sampled or 0, session.scalar(came) or 0


def respondent(session: Session, pilot_id: str, id: UUID) -> Respondent | None:
    """One row of the sample, or None."""
    return session.get(Respondent, (pilot_id, id))


def respondents(session: Session, draw: DrawRow) -> set[UUID]:
    """The ids of everybody in the sample of a wave."""
    query = select(Respondent.id).where(Respondent.pilot_id == draw.pilot_id, Respondent.wave_id == draw.wave_id)
    return set(session.scalars(query))


def assignment(session: Session, draw: DrawRow, village: str) -> AssignmentRow | None:
    """Who goes to a cluster now, or None."""
    row = AssignmentRow
    here = row.pilot_id == draw.pilot_id, row.draw_id == draw.id, row.village == village
    return session.scalars(select(row).where(*here, row.ended_at.is_(None))).one_or_none()


def assignments(session: Session, draw: DrawRow) -> Sequence[tuple[AssignmentRow, StaffRow]]:
    """Who goes and went where, the latest first."""
    row = AssignmentRow
    query = select(row, StaffRow).join(StaffRow, StaffRow.id == row.staff_id)
    found = session.execute(query.where(row.pilot_id == draw.pilot_id, row.draw_id == draw.id))
    return sorted(((one, who) for one, who in found), key=lambda pair: pair[0].assigned_at, reverse=True)


def assigned_draws(session: Session, staff_id: UUID, day: date) -> list[tuple[DrawRow, list[str]]]:
    """The samples of waves not over on `day` in which somebody has clusters, each with their villages."""
    row = AssignmentRow
    query = (
        select(DrawRow, row.village)
        .join(row, (row.pilot_id == DrawRow.pilot_id) & (row.draw_id == DrawRow.id))
        .join(WaveRow, WaveRow.id == DrawRow.wave_id)
        .where(row.staff_id == staff_id, row.ended_at.is_(None), WaveRow.last_day >= day)
    )
    found: dict[UUID, tuple[DrawRow, list[str]]] = {}
    for draw, village in session.execute(query.order_by(WaveRow.opens_on, DrawRow.id, row.village)):
        found.setdefault(draw.id, (draw, []))[1].append(village)
    return list(found.values())


def village_names(session: Session, draw: DrawRow) -> Mapping[str, str]:
    """The names of the villages of a draw's frame, by code."""
    unit = FrameUnit
    drawn = select(HouseholdRow.village).where(HouseholdRow.pilot_id == draw.pilot_id, HouseholdRow.draw_id == draw.id)
    query = select(unit.code, unit.name).where(
        unit.pilot_id == draw.pilot_id, unit.frame_id == draw.frame_id, unit.code.in_(drawn)
    )
    return dict(session.execute(query).all())


def interviewers(session: Session, village: str) -> Sequence[StaffRow]:
    """Who interviews in the area that a village lies in and may still sign in, by login."""
    query = select(StaffRow).where(StaffRow.disabled_at.is_(None)).order_by(StaffRow.login)
    return [
        row
        for row in session.scalars(query)
        if any(grant.role == Role.INTERVIEWER and within(village, grant.area_code) for grant in row.grants)
    ]


def visit_rows(session: Session, draw: DrawRow, address: Address) -> Sequence[tuple[VisitRow, StaffRow]]:
    """The visits to one household with who made them, in the order of time."""
    here = Spot([address[0]], address[1]).of(VisitRow, draw)
    query = select(VisitRow, StaffRow).join(StaffRow, StaffRow.id == VisitRow.staff_id).where(*here)
    return [(row, who) for row, who in session.execute(query.order_by(VisitRow.at, VisitRow.id))]


def roster_rows(session: Session, draw: DrawRow, address: Address) -> Sequence[tuple[RosterRow, StaffRow]]:
    """All rosters of one household with who made them: the one that counts, then the others in the order they came."""
    here = Spot([address[0]], address[1]).of(RosterRow, draw)
    query = select(RosterRow, StaffRow).join(StaffRow, StaffRow.id == RosterRow.staff_id).where(*here)
    return [(row, who) for row, who in session.execute(query.order_by(RosterRow.counts.desc(), RosterRow.received_at))]


def eligible_by_stratum(session: Session, pilot_id: str, wave_id: str) -> dict[str, tuple[int, int]]:
    """By stratum of a wave's sample: how many households have a roster that counts, and how many people may be asked in them."""
    row, home = RosterRow, HouseholdRow
    query = (
        select(home.stratum, func.count(), func.sum(row.eligible))
        .join(
            home,
            (home.pilot_id == row.pilot_id)
            & (home.draw_id == row.draw_id)
            & (home.village == row.village)
            & (home.number == row.number),
        )
        .join(DrawRow, (DrawRow.pilot_id == row.pilot_id) & (DrawRow.id == row.draw_id))
        .where(row.pilot_id == pilot_id, row.counts, DrawRow.wave_id == wave_id)
        .group_by(home.stratum)
    )
    return {stratum: (homes, int(people)) for stratum, homes, people in session.execute(query)}


def received(session: Session, draw: DrawRow) -> tuple[int, int]:
    """How many interviews of drawn people count, and how many came; of a corrected one only the last."""
    row = SubmissionRow
    query = select(func.count().filter(row.status == Status.ACCEPTED), func.count()).where(
        row.pilot_id == draw.pilot_id,
        row.wave_id == draw.wave_id,
        row.stream == Stream.PROBABILITY,
        row.status != Status.REPLACED,
    )
    accepted, everything = session.execute(query).one()
    return accepted, everything
