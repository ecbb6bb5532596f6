"""Leading the field work: who goes to which cluster, and reserves that take the place of households."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from literacy_app.fieldwork import queries
from literacy_app.fieldwork.models import AssignmentRow, ReplacementRow
from literacy_app.fieldwork.queries import Address, Spot
from literacy_app.fieldwork.rules import Effort, may_replace, next_reserve
from literacy_app.fieldwork.service.settling import add_reserve, open_field, sample_of, settle_village
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.policy import Policy
from literacy_app.sampling.models import DrawRow


def effort_of(policy: Policy) -> Effort:
    """How much must have been tried before a household counts as not reached."""
    return Effort(
        visits=int(policy.replacement_visits.value),
        days=int(policy.replacement_days.value),
        times=int(policy.replacement_times.value),
        free_time=int(policy.replacement_free_time.value),
        noon=int(policy.afternoon_from.value),
        evening=int(policy.evening_from.value),
    )


def assign(session: Session, draw: DrawRow, village: str, staff_id: UUID, author: str, now: datetime) -> None:
    """Let an interviewer go to a cluster, in the place of whoever went before; the same again changes nothing.

    Raises NotFound for a cluster that was not drawn, Refused("not_interviewer") for somebody who does not interview there.
    """
    _cluster(session, draw, village)
    if not any(one.id == staff_id for one in queries.interviewers(session, village)):
        raise Refused("not_interviewer")
    open_field(session, draw, author, now)
    current = queries.assignment(session, draw, village)
    if current is not None and current.staff_id == staff_id:
        return
    if current is not None:
        current.ended_at, current.ended_by = now, author
        session.flush()
    session.add(
        AssignmentRow(
            pilot_id=draw.pilot_id,
            id=uuid4(),
            draw_id=draw.id,
            village=village,
            staff_id=staff_id,
            assigned_at=now,
            assigned_by=author,
        )
    )
    record(session, draw.pilot_id, now, author, "cluster_assigned", village, draw=str(draw.id), staff=str(staff_id))
    session.flush()


def end_assignment(session: Session, draw: DrawRow, village: str, author: str, now: datetime) -> None:
    """Take a cluster back from whoever goes there. What they already recorded still comes in. Raises NotFound."""
    _cluster(session, draw, village)
    current = queries.assignment(session, draw, village)
    if current is None:
        raise NotFound(village)
    current.ended_at, current.ended_by = now, author
    record(
        session, draw.pilot_id, now, author, "assignment_ended", village, draw=str(draw.id), staff=str(current.staff_id)
    )
    session.flush()


def bring_in_reserve(
    session: Session, draw: DrawRow, address: Address, effort: Effort, author: str, now: datetime
) -> int:
    """Let the next reserve take the place of a household; returns the reserve's number on the list of the village.

    Raises NotFound; Refused("rule") where the rule does not allow it yet or ever, Refused("no_reserve") when none is left.
    """
    sample_of(session, draw.pilot_id, draw.id, lock=True)
    open_field(session, draw, author, now)
    known = queries.cases(session, draw, Spot([address[0]]), reserves=True)
    cases = [case for _row, case in known]
    case = next((one for one in cases if (one.village, one.number) == address), None)
    if case is None or (case.reserve and not any(one.replaced_by == case.number for one in cases)):
        raise NotFound(f"{address[0]}/{address[1]}")
    finding = may_replace(case, effort)
    if finding.ground is None:
        raise Refused("rule")
    reserve = next_reserve(cases, case)
    if reserve is None:
        raise Refused("no_reserve")
    session.add(
        ReplacementRow(
            pilot_id=draw.pilot_id,
            draw_id=draw.id,
            village=case.village,
            number=reserve.number,
            replaces=case.number,
            ground=finding.ground,
            made_at=now,
            made_by=author,
        )
    )
    session.flush()
    row = next(row for row, one in known if one is reserve)
    add_reserve(session, draw, row)
    settle_village(session, draw, case.village)
    detail = {"draw": str(draw.id), "reserve": reserve.number, "replaces": case.number, "ground": finding.ground}
    record(session, draw.pilot_id, now, author, "reserve_brought_in", case.village, **detail)
    session.flush()
    return reserve.number


def _cluster(session: Session, draw: DrawRow, village: str) -> None:
    sample_of(session, draw.pilot_id, draw.id)
    if not queries.households(session, draw, Spot([village])):
        raise NotFound(village)
