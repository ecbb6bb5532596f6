"""Field work: the sample's rows, visits and rosters that are kept once, assignments, reserves, and how far it is."""

import time
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.accounts.rules import Role
from literacy_app.areas.rules import Sex
from literacy_app.fieldwork import queries, service
from literacy_app.fieldwork.models import AssignmentRow, ReplacementRow, RosterRow, VisitRow
from literacy_app.fieldwork.rules import Disposition, Ground, RateName, RecordFlag
from literacy_app.fieldwork.service import Kept
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.sampling.models import DrawRow, HouseholdRow
from literacy_app.sampling.rules import Plan, Strata, kish_person, kish_probability
from literacy_app.surveys.models import Respondent
from literacy_app.surveys.rules import DrawnUnit
from tests.fieldwork.conftest import interviewer
from tests.fieldwork.field import BIRTHDAYS, EFFORT, ENOUGH, Field, frozen, local, people, table_of

D = Disposition
DAY = date(2026, 11, 1)
CLOSED = datetime(2019, 1, 1, tzinfo=UTC)


def chance_of(home: HouseholdRow) -> float:
    return home.township_probability * home.village_probability * home.household_probability


def audited(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def bring_in(land: Field, home: HouseholdRow) -> int:
    return service.bring_in_reserve(land.session, land.draw, (home.village, home.number), EFFORT, "su", land.now)


def test_opening_the_field_gives_every_household_of_the_sample_its_row_once(land: Field) -> None:
    assert service.open_field(land.session, land.draw, "su", land.now) == 2 * 3 * 6
    assert service.open_field(land.session, land.draw, "su", land.now) == 0
    home = land.sample()[0]
    row = land.person(home)
    assert row is not None and row.unit == DrawnUnit.HOUSEHOLD and row.probability == pytest.approx(chance_of(home))
    assert (row.wave_id, row.stratum, row.psu, row.area_code) == ("open", home.stratum, home.psu, home.village)
    assert land.person(land.reserves()[0]) is None and audited(land.session, "field_opened") == 1


def test_a_draw_that_is_not_frozen_has_no_field(land: Field) -> None:
    land.draw.frozen_at = None
    land.session.flush()
    with pytest.raises(NotFound):
        service.open_field(land.session, land.draw, "su", land.now)


def test_a_visit_is_kept_once_whatever_is_sent_again(land: Field) -> None:
    home, id = land.sample()[0], uuid4()
    assert land.visit(home, D.NO_ONE_HOME, local(5, 9), id=id) is Kept.NEW
    assert land.visit(home, D.NO_ONE_HOME, local(5, 9), id=id) is Kept.AGAIN
    assert land.session.scalar(select(func.count()).select_from(VisitRow)) == 1
    assert audited(land.session, "visit_kept") == 1


def test_the_first_visit_opens_the_field(land: Field) -> None:
    land.visit(land.sample()[0], D.NO_ONE_HOME, local(5, 9))
    assert land.session.scalar(select(func.count()).select_from(Respondent)) == 36


@pytest.mark.parametrize("change", [{"number": 9999}, {"village": "990201009999"}, {"draw": uuid4()}])
def test_a_visit_to_where_nobody_was_drawn_is_not_kept(land: Field, change: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        land.visit(land.sample()[0], D.NO_ONE_HOME, local(5, 9), **change)


def test_what_was_done_by_others_late_or_with_a_wrong_clock_is_kept_and_flagged(land: Field) -> None:
    home = land.sample()[0]
    service.assign(land.session, land.draw, home.village, land.staff.id, "su", land.now)
    land.visit(home, D.NO_ONE_HOME, local(5, 9))
    other = Field(land.session, land.draw, interviewer(land.session, "other", land.now), land.now)
    other.visit(home, D.NO_ONE_HOME, land.now + timedelta(hours=1))
    other.visit(home, D.NO_ONE_HOME, CLOSED)
    flags = [row.flags for row, _who in queries.visit_rows(land.session, land.draw, (home.village, home.number))]
    other_person = [RecordFlag.OTHER_INTERVIEWER]
    assert flags == [[*other_person, RecordFlag.WAVE_CLOSED], [], [*other_person, RecordFlag.CLOCK]]


def test_a_roster_makes_of_a_household_s_chance_the_chance_of_a_person(land: Field) -> None:
    home = land.sample()[0]
    members = (*people(61, 40), *people(58, 33, sex=Sex.FEMALE))
    land.roster(home, members)
    row = land.person(home)
    assert row is not None and row.unit == DrawnUnit.PERSON
    place = kish_person(table_of(home), 4)
    assert row.probability == pytest.approx(chance_of(home) * kish_probability(4, place))


@pytest.mark.parametrize("wrong", [1, 2, 3, 4, 5, None])
def test_a_roster_with_somebody_else_than_chance_chose_is_refused(land: Field, wrong: int | None) -> None:
    home, members = land.sample()[0], people(61, 40, 33, 20)
    if wrong == kish_person(table_of(home), 4):
        return
    with pytest.raises(service.RecordError) as caught:
        land.roster(home, members, chosen=wrong)
    assert list(caught.value.errors) == ["chosen"]
    assert land.session.scalar(select(func.count()).select_from(RosterRow)) == 0


def test_the_first_roster_counts_and_a_later_one_is_kept_beside_it(land: Field) -> None:
    home, first = land.sample()[0], uuid4()
    land.roster(home, people(61, 40), id=first)
    before = land.person(home)
    assert before is not None
    chance = before.probability
    assert land.roster(home, people(61, 40), id=first) is Kept.AGAIN
    assert land.roster(home, people(61, 40, 33), local(6, 9), reason="儿子回来了") is Kept.NEW
    rows = [row for row, _who in queries.roster_rows(land.session, land.draw, (home.village, home.number))]
    assert [(row.counts, len(row.members), row.reason) for row in rows] == [(True, 2, None), (False, 3, "儿子回来了")]
    after = land.person(home)
    assert after is not None and after.probability == chance
    assert audited(land.session, "roster_kept") == audited(land.session, "roster_repeated") == 1


def test_nobody_of_the_surveyed_ages_and_no_dwelling_are_out_of_scope(land: Field) -> None:
    nobody, none = land.sample()[:2]
    land.roster(nobody, ())
    land.visit(none, D.NOT_DWELLING, local(5, 9))
    units = [row.unit for row in (land.person(nobody), land.person(none)) if row]
    assert units == [DrawnUnit.NOBODY, DrawnUnit.NOBODY]
    land.visit(none, D.NO_ONE_HOME, local(6, 9))  # says less than that it is no dwelling
    land.roster(none, people(40), local(7, 9))  # somebody does live there
    row = land.person(none)
    assert row is not None and row.unit == DrawnUnit.PERSON


def test_by_the_next_birthday_the_day_of_the_visit_in_china_decides(stocked: Session, now: datetime) -> None:
    land = Field(stocked, frozen(stocked, now, BIRTHDAYS), interviewer(stocked, "in", now), now)
    members = (*people(61, birthday=(10, 5)), *people(40, sex=Sex.FEMALE, birthday=(10, 6)))
    late = local(5, 23)  # an hour later it is the 6th in China, in UTC still the 5th
    land.roster(land.sample()[0], members, late, chosen=1)
    land.roster(land.sample()[1], members, late + timedelta(hours=1), chosen=2)
    row = land.person(land.sample()[1])
    assert row is not None and row.probability == pytest.approx(chance_of(land.sample()[1]) / 2)
    with pytest.raises(service.RecordError) as caught:
        land.roster(land.sample()[2], people(61, 40), chosen=1, id=uuid4())
    assert list(caught.value.errors) == ["members"]


def test_a_cluster_has_one_interviewer_and_its_history(land: Field) -> None:
    village, other = land.sample()[0].village, interviewer(land.session, "other", land.now)
    for who in (land.staff, land.staff, other):
        service.assign(land.session, land.draw, village, who.id, "su", land.now)
    rows = land.session.scalars(select(AssignmentRow).order_by(AssignmentRow.ended_at.is_(None))).all()
    assert [(row.staff_id, row.ended_by) for row in rows] == [(land.staff.id, "su"), (other.id, None)]
    service.end_assignment(land.session, land.draw, village, "su", land.now)
    assert queries.assignment(land.session, land.draw, village) is None
    assert audited(land.session, "cluster_assigned") == 2 and audited(land.session, "assignment_ended") == 1
    with pytest.raises(NotFound):
        service.end_assignment(land.session, land.draw, village, "su", land.now)


@pytest.mark.parametrize(("area", "role"), [("990202", Role.INTERVIEWER), ("990201", Role.SUPERVISOR)])
def test_a_cluster_goes_to_interviewers_of_the_place_only(land: Field, area: str, role: Role) -> None:
    who = interviewer(land.session, "wrong", land.now, area, role)
    with pytest.raises(Refused, match="not_interviewer"):
        service.assign(land.session, land.draw, land.sample()[0].village, who.id, "su", land.now)


def test_a_village_that_was_not_drawn_cannot_be_assigned(land: Field) -> None:
    with pytest.raises(NotFound):
        service.assign(land.session, land.draw, "990201009999", land.staff.id, "su", land.now)


def test_reserves_come_in_order_and_only_when_the_rule_allows(land: Field) -> None:
    first, second = land.sample()[:2]
    land.visits(first, D.NO_ONE_HOME, ENOUGH[:2])
    with pytest.raises(Refused, match="rule"):
        bring_in(land, first)
    land.visit(first, D.NO_ONE_HOME, ENOUGH[2])
    land.visit(second, D.VACANT, local(5, 9))
    assert [bring_in(land, first), bring_in(land, second)] == [one.number for one in land.reserves()[:2]]
    with pytest.raises(Refused, match="rule"):
        bring_in(land, first)
    grounds = [row.ground for row in queries.replacements(land.session, land.draw)]
    assert (
        sorted(grounds) == [Ground.NOT_REACHED, Ground.OUT_OF_SCOPE]
        and audited(land.session, "reserve_brought_in") == 2
    )


def test_when_reserves_are_used_up_it_is_said_and_a_refusal_never_takes_one(land: Field) -> None:
    homes = land.sample()
    for home in homes[:4]:
        land.visit(home, D.VACANT, local(5, 9))
    land.visit(homes[4], D.REFUSAL_PERSON, local(5, 9))
    with pytest.raises(Refused, match="rule"):
        bring_in(land, homes[4])
    for home in homes[:3]:
        bring_in(land, home)
    with pytest.raises(Refused, match="no_reserve"):
        bring_in(land, homes[3])


def test_a_reserve_that_is_not_in_the_field_cannot_be_replaced_and_has_no_row(land: Field) -> None:
    waiting = land.reserves()[0]
    land.visit(waiting, D.VACANT, local(5, 9))
    assert land.person(waiting) is None
    with pytest.raises(NotFound):
        bring_in(land, waiting)


def test_chances_follow_from_why_reserves_came(land: Field) -> None:
    home, empty, answered = land.sample()[:3]
    land.visits(home, D.NO_ONE_HOME, ENOUGH)
    land.roster(answered, people(40))
    bring_in(land, home)
    reserve, second = land.reserves()[:2]
    replaced, came = land.person(home), land.person(reserve)
    assert replaced is not None and came is not None
    assert replaced.unit == DrawnUnit.REPLACED and came.unit == DrawnUnit.HOUSEHOLD
    assert came.probability == replaced.probability == pytest.approx(chance_of(home))
    land.visit(empty, D.VACANT, local(5, 9))
    bring_in(land, empty)
    found = [land.person(one) for one in (reserve, second, answered)]
    assert [row.probability if row else 0 for row in found] == pytest.approx([chance_of(home) * 7 / 6] * 3)


def test_a_phone_is_given_its_clusters_with_all_that_is_known(land: Field) -> None:
    village = land.sample()[0].village
    service.assign(land.session, land.draw, village, land.staff.id, "su", land.now)
    home, gone, answered = land.sample()[:3]
    land.roster(home, people(61, 40))
    land.visit(home, D.APPOINTMENT, local(5, 10), appointment=local(6, 19))
    land.visit(gone, D.VACANT, local(5, 9))
    number = bring_in(land, gone)
    land.roster(answered, people(50))
    land.interview(answered)
    [cluster] = service.households_for(land.session, land.staff.id, DAY)
    assert (cluster.pilot, cluster.wave, cluster.village, cluster.name[0]) == ("own", "open", village, "村")
    given = {one.number: one for one in cluster.households}
    assert len(given) == 7 and given[number].reserve and not given[number].done
    assert given[gone.number].done and given[answered.number].done and not given[home.number].done
    assert [one.result for one in given[home.number].visits] == [D.APPOINTMENT]
    listed = given[home.number].roster
    assert listed is not None and len(listed.members) == 2 and listed.chosen == kish_person(table_of(home), 2)


def test_nobody_is_given_what_is_not_theirs_or_is_over(land: Field) -> None:
    village, other = land.sample()[0].village, interviewer(land.session, "other", land.now)
    service.assign(land.session, land.draw, village, land.staff.id, "su", land.now)
    assert service.households_for(land.session, other.id, DAY) == ()
    assert service.households_for(land.session, land.staff.id, date(2101, 1, 1)) == ()
    service.assign(land.session, land.draw, village, other.id, "su", land.now)
    assert service.households_for(land.session, land.staff.id, DAY) == ()


def test_a_thousand_households_are_given_in_well_under_a_second(stocked: Session, now: datetime) -> None:
    plan = Plan(villages=5, households=110, reserves=10, strata=Strata.TOWNSHIP)
    land = Field(stocked, frozen(stocked, now, plan), interviewer(stocked, "in", now), now)
    for village in {one.village for one in land.households}:
        service.assign(stocked, land.draw, village, land.staff.id, "su", now)
    for home in land.sample(0)[:100]:
        land.visit(home, D.NO_ONE_HOME, local(5, 9))
    stocked.expire_all()
    begun = time.perf_counter()
    clusters = service.households_for(stocked, land.staff.id, DAY)
    assert time.perf_counter() - begun < 0.7
    assert sum(len(one.households) for one in clusters) == 1100


def test_the_monitor_counts_by_cluster_and_in_total(land: Field) -> None:
    service.open_field(land.session, land.draw, "su", land.now)
    answered, refused, empty = land.sample()[:3]
    land.roster(answered, people(50))
    land.interview(answered)
    land.visit(refused, D.REFUSAL_HOUSEHOLD, local(5, 9))
    land.visit(empty, D.VACANT, local(5, 9))
    bring_in(land, empty)
    found = service.monitor(land.session, land.draw)
    cluster = found.clusters[answered.village]
    assert (cluster.target, cluster.households, cluster.reserves) == (6, 7, 1)
    assert (cluster.interviews, cluster.refusals, cluster.out_of_scope, cluster.not_attempted) == (1, 1, 1, 4)
    assert (found.total.households, found.counts.unknown_household) == (37, 34)
    # 1 / (1 + 1 + 34); by cluster 1 / (1 + 1 + 4)
    assert found.rates[RateName.RR1].value == pytest.approx(1 / 36)
    assert found.cluster_rates[answered.village][RateName.RR1].value == pytest.approx(1 / 6)
    assert found.rates[RateName.VALID].value == 1.0


def test_everything_that_field_work_keeps_is_of_the_pilot_s_own(land: Field, session: Session) -> None:
    land.visit(land.sample()[0], D.VACANT, local(5, 9))
    bring_in(land, land.sample()[0])
    for table in (VisitRow, ReplacementRow, DrawRow):
        assert set(session.scalars(select(table.pilot_id))) == {"own"}
