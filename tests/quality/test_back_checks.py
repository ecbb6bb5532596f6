"""Back-checks from the draw to the agreement."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.policy import Policy
from literacy_app.jobs import JOBS
from literacy_app.quality import queries
from literacy_app.quality.models import BackCheck, BackCheckSeed
from literacy_app.quality.rules import Method, Outcome, Result
from literacy_app.quality.rules.drawing import lot
from literacy_app.quality.service import back_checks as service
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.rules import Decision
from literacy_app.surveys.service import decide, instrument_of, receive_submission, wave_of
from tests.builders import body, desk, draw, link
from tests.quality.field import interview, sample
from tests.quality.simulation import CONTENT

NOW = datetime(2026, 11, 3, 15, tzinfo=REPORTING_ZONE)
POLICY = shape(read_yaml(CONTENT / "policy.yml", CONTENT), Policy)


@pytest.fixture
def homes(stocked: Session) -> list[HouseholdRow]:
    return sample(stocked, NOW)


def drawn(session: Session) -> list[UUID]:
    service.draw_back_checks(session, wave_of(session, "open"), POLICY, NOW)
    return [one.row.submission_id for one in queries.back_checks(session, "own", "open")]


@pytest.fixture
def one(stocked: Session, homes: list[HouseholdRow]) -> UUID:
    """The only interview, which is therefore drawn."""
    id = interview(stocked, homes[0], NOW)
    assert drawn(stocked) == [id]
    return id


def keep(
    session: Session, id: UUID, answers: Mapping[str, Any], outcome: Outcome = Outcome.ASKED, by: str = "su"
) -> Result:
    return service.keep_result(session, wave_of(session, "open"), id, Method.CALL, outcome, answers, by, NOW)


def test_every_interviewer_is_checked_and_drawing_again_changes_nothing(
    stocked: Session, homes: list[HouseholdRow]
) -> None:
    for n, home in enumerate(homes):
        interview(stocked, home, NOW - timedelta(hours=n), actor=f"device:i{n % 4}")
    first = drawn(stocked)
    assert {one.submission.actor for one in queries.back_checks(stocked, "own", "open")} == {
        f"device:i{n}" for n in range(4)
    }
    assert not service.is_due(stocked, wave_of(stocked, "open"), POLICY)
    assert drawn(stocked) == first
    [event] = stocked.scalars(select(AuditEvent).where(AuditEvent.action == "back_checks_drawn"))
    assert event.detail == {"count": len(first)}


def test_the_draw_is_that_of_the_kept_seed(stocked: Session, homes: list[HouseholdRow]) -> None:
    ids = [interview(stocked, home, NOW - timedelta(hours=n)) for n, home in enumerate(homes)]
    found = set(drawn(stocked))
    seed = stocked.scalars(select(BackCheckSeed.seed)).one()
    assert len(seed) == 64
    assert {id for id in ids if lot(seed, id) < POLICY.back_check_share.value} <= found
    ranks = sorted(ids, key=lambda id: lot(seed, id))
    assert found == set(ranks[: len(found)])


def test_before_anything_came_nothing_is_due(stocked: Session) -> None:
    assert not service.is_due(stocked, wave_of(stocked, "open"), POLICY)
    assert drawn(stocked) == []


def test_only_interviews_that_count_and_that_somebody_made_are_drawn(
    stocked: Session, homes: list[HouseholdRow]
) -> None:
    receive_submission(stocked, body(), link(), NOW)
    receive_submission(stocked, body(respondent=str(draw(stocked)), mode="self"), desk(), NOW)
    void = interview(stocked, homes[0], NOW)
    decide(stocked, "own", void, Decision.VOID, "su", "x", NOW)
    assert drawn(stocked) == []


def test_twice_the_share_in_the_first_weeks_by_phone_or_by_server(stocked: Session, homes: list[HouseholdRow]) -> None:
    """Neither a clock set back nor a late sync makes an interview less likely to be drawn."""
    wave = wave_of(stocked, "open")
    id = interview(stocked, homes[0], NOW)
    [candidate] = queries.candidates(stocked, "own", "open")
    assert candidate.id == id and candidate.at == NOW - timedelta(hours=1, minutes=20)
    assert wave.opens_on == date(2020, 1, 1)


def test_a_job_draws_for_every_wave(stocked: Session, homes: list[HouseholdRow]) -> None:
    interview(stocked, homes[0], NOW)
    [job] = [job for job in JOBS if job.name == "draw_back_checks"]
    assert job.work is not None
    job.work(stocked, POLICY, NOW)
    assert len(queries.drawn_ids(stocked, "own", "open")) == 1


def test_the_facts_are_never_what_has_a_right_answer(stocked: Session) -> None:
    facts = service.facts_of(instrument_of(stocked, wave_of(stocked, "open")))
    assert [question.id for question in facts] == ["sex", "birth_year"]


def test_the_same_facts_confirm_an_interview(stocked: Session, one: UUID) -> None:
    assert keep(stocked, one, {"sex": "female", "birth_year": 1980}) is Result.CONFIRMED
    [event] = stocked.scalars(select(AuditEvent).where(AuditEvent.action == "back_check_done"))
    assert (event.actor, event.subject, event.detail) == ("su", str(one), {"result": "confirmed", "method": "call"})


def test_another_fact_differs(stocked: Session, one: UUID) -> None:
    assert keep(stocked, one, {"sex": "male", "birth_year": 1980}) is Result.DIFFERS


def test_a_code_is_no_answer(stocked: Session, one: UUID) -> None:
    assert keep(stocked, one, {"sex": {"code": "refused"}, "birth_year": 1980}) is Result.CONFIRMED


def test_nobody_was_there(stocked: Session, one: UUID) -> None:
    assert keep(stocked, one, {"sex": "male"}, Outcome.NOT_INTERVIEWED) is Result.NOT_INTERVIEWED
    row = queries.back_check(stocked, "own", one)
    assert row is not None and row.answers is None


def test_who_was_not_reached_is_tried_again_and_what_was_found_stays(stocked: Session, one: UUID) -> None:
    keep(stocked, one, {}, Outcome.UNREACHABLE)
    assert keep(stocked, one, {"sex": "female"}) is Result.CONFIRMED
    with pytest.raises(Refused, match="done"):
        keep(stocked, one, {"sex": "male"})


def test_nobody_checks_their_own_interview(stocked: Session, one: UUID) -> None:
    with pytest.raises(Refused, match="own"):
        keep(stocked, one, {"sex": "female"}, by="in")
    with pytest.raises(Refused, match="own"):
        service.take(stocked, wave_of(stocked, "open"), one, "in", NOW)


def test_taking_is_seen_by_the_others(stocked: Session, one: UUID) -> None:
    service.take(stocked, wave_of(stocked, "open"), one, "su", NOW)
    assert stocked.scalars(select(BackCheck.assigned_to)).one() == "su"


def test_what_was_not_drawn_and_what_is_of_another_wave_is_not_found(stocked: Session, one: UUID) -> None:
    for wave, id in (("open", UUID(int=1)), ("closed", one)):
        with pytest.raises(NotFound):
            service.take(stocked, wave_of(stocked, wave), id, "su", NOW)


def test_agreement_by_question_and_by_interviewer(stocked: Session, homes: list[HouseholdRow]) -> None:
    said = [("female", 1980), ("male", 1980), ("female", 1970), ("male", 1990)]
    again = [("female", 1980), ("male", 1981), ("male", 1970), ("male", 1990)]
    for n, ((sex, year), (sex2, year2)) in enumerate(zip(said, again, strict=True)):
        actor = "device:a" if n < 2 else "device:b"
        id = interview(stocked, homes[n], NOW - timedelta(hours=n), actor, answers={"sex": sex, "birth_year": year})
        stocked.add(BackCheck(pilot_id="own", submission_id=id, drawn_at=NOW))
        stocked.flush()
        keep(stocked, id, {"sex": sex2, "birth_year": year2})
    found = service.agreements_of(stocked, wave_of(stocked, "open"))
    assert {id: (one.agreed, one.n) for id, one in found.questions.items()} == {"sex": (3, 4), "birth_year": (3, 4)}
    # sex: first f m f m, second f m m m; po 3/4, pe (2*1 + 2*3)/16 = 1/2, kappa 1/2.
    assert found.questions["sex"].kappa == pytest.approx(0.5)
    assert {
        one.actor: (one.agreement.agreed, one.agreement.n, one.results[Result.DIFFERS]) for one in found.interviewers
    } == {
        "device:a": (3, 4, 1),
        "device:b": (3, 4, 1),
    }


def test_an_interviewer_whose_interviews_did_not_take_place_leads(stocked: Session, homes: list[HouseholdRow]) -> None:
    ids = [interview(stocked, homes[n], NOW - timedelta(hours=n), f"device:{n}") for n in range(2)]
    drawn(stocked)
    keep(stocked, ids[0], {"sex": "male"})
    keep(stocked, ids[1], {}, Outcome.NOT_INTERVIEWED)
    people = service.agreements_of(stocked, wave_of(stocked, "open")).interviewers
    assert [one.actor for one in people] == ["device:1", "device:0"] and people[0].agreement.n == 0
