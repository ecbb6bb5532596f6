"""From what the door kept to what checks see."""

import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import Grant, Role
from literacy_app.accounts.service import take_on
from literacy_app.fieldwork.loader import Roster
from literacy_app.fieldwork.service import keep_roster
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.quality import queries
from literacy_app.quality.rules import Interview, Signal
from literacy_app.quality.service.checking import findings_of, interviews_of, look_at
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.models import AnswerSheet, Respondent, SubmissionRow
from literacy_app.surveys.rules import Decision, Mode, Status, Stream
from literacy_app.surveys.service import decide, receive_submission, wave_of
from tests.builders import ALL_RIGHT, body, desk, draw, link
from tests.quality.field import ABOUT, interview, sample
from tests.quality.simulation import limits

LIMITS = limits()
NOW = datetime(2026, 11, 3, 15, tzinfo=REPORTING_ZONE)


@pytest.fixture
def homes(stocked: Session) -> list[HouseholdRow]:
    return sample(stocked, NOW)


def seen(session: Session) -> list[Interview]:
    return interviews_of(session, wave_of(session, "open"), queries.sheets(session, "own", "open"))


def signals(session: Session, submission_id: object) -> set[Signal]:
    risk = look_at(session, wave_of(session, "open"), submission_id, LIMITS).risk  # type: ignore[arg-type]
    assert risk is not None
    return {finding.signal for finding in risk.findings}


def test_an_interview_is_seen_with_its_person_place_and_answers(stocked: Session, homes: list[HouseholdRow]) -> None:
    answers = {"sex": "female", "birth_year": 1980, "q1": {"code": "dont_know"}, "q3": ["c", "a"]}
    interview(stocked, homes[0], NOW, answers=answers, paradata={"total": 900.5})
    [one] = seen(stocked)
    assert (one.actor, one.village, one.seconds, one.birth_year) == ("device:in", homes[0].village, 900.5, 1980)
    assert (one.asked, one.missing, one.scored, one.dont_know, one.refused) == (7, 3, 3, 1, 0)
    assert one.items == {"sex": "female", "birth_year": 1980, "q1": "dont_know", "q3": frozenset("ac")}
    assert one.places == (0, None, None, None)  # sex, township, q1, q2


def test_without_the_phone_s_count_the_clock_tells_the_time(stocked: Session, homes: list[HouseholdRow]) -> None:
    interview(stocked, homes[0], NOW, minutes=15)
    interview(stocked, homes[1], NOW, minutes=15, paradata={"total": "long"})
    assert [one.seconds for one in seen(stocked)] == [900, 900]


def test_a_paper_form_has_no_hour_and_no_duration(stocked: Session, homes: list[HouseholdRow]) -> None:
    interview(stocked, homes[0], NOW, actor="su", mode="paper")
    [one] = seen(stocked)
    assert (one.by_clock, one.seconds, one.right_mode) == (False, None, True)


def test_a_phone_s_interview_in_another_mode_is_told(stocked: Session, homes: list[HouseholdRow]) -> None:
    id = interview(stocked, homes[0], NOW, mode="self")
    assert Signal.MODE in signals(stocked, id)


def test_people_who_answer_by_themselves_are_not_looked_at(stocked: Session) -> None:
    receive_submission(stocked, body(), link(), NOW)
    receive_submission(stocked, body(respondent=str(draw(stocked)), mode="self"), desk(), NOW)
    assert seen(stocked) == []


def test_what_was_taken_out_is_not_compared(stocked: Session, homes: list[HouseholdRow]) -> None:
    id = interview(stocked, homes[0], NOW)
    decide(stocked, "own", id, Decision.VOID, "su", "made up", NOW)
    assert seen(stocked) == []
    assert look_at(stocked, wave_of(stocked, "open"), id, LIMITS).risk is None


def test_several_rosters_of_a_household_are_counted(stocked: Session, homes: list[HouseholdRow]) -> None:
    ids = [interview(stocked, home, NOW - timedelta(hours=n)) for n, home in enumerate(homes[:2])]
    take_on(stocked, "in", "In", "a long enough sentence", (Grant(Role.INTERVIEWER, "990201"),), NOW)
    staff = staff_by_login(stocked, "in")
    assert staff is not None
    for hours in (2, 1):
        at, one = NOW - timedelta(hours=hours), homes[0]
        keep_roster(
            stocked, "own", Roster(uuid4(), one.draw_id, one.village, one.number, at, (), None), staff, None, NOW
        )
    assert Signal.ROSTERS in signals(stocked, ids[0]) and Signal.ROSTERS not in signals(stocked, ids[1])


def test_two_at_once_are_found_through_the_door(stocked: Session, homes: list[HouseholdRow]) -> None:
    ids = [interview(stocked, home, NOW) for home in homes[:2]]
    assert all(Signal.OVERLAP in signals(stocked, id) for id in ids)


def test_the_usual_time_of_a_question_is_the_median_of_the_wave(stocked: Session, homes: list[HouseholdRow]) -> None:
    ids = [
        interview(stocked, home, NOW - timedelta(hours=n), paradata={"times": {"q1": 4.0 + n, "q2": 3.0}})
        for n, home in enumerate(homes[:3])
    ]
    look = look_at(stocked, wave_of(stocked, "open"), ids[0], LIMITS)
    assert look.paradata.times == {"q1": 4.0, "q2": 3.0} and look.usual == {"q1": 5.0, "q2": 3.0}


@pytest.mark.parametrize("sent", [7, "x", [1], {"times": {"q1": None}}, {"total": -1}])
def test_odd_paradata_breaks_no_page(stocked: Session, homes: list[HouseholdRow], sent: object) -> None:
    interview(stocked, homes[0], NOW, paradata=sent)
    assert len(findings_of(stocked, wave_of(stocked, "open"), LIMITS).risks) == 1


def test_nothing_came_yet(stocked: Session) -> None:
    found = findings_of(stocked, wave_of(stocked, "open"), LIMITS)
    assert found.interviewers == [] and found.risks == []


def test_a_version_that_is_not_known_here_is_judged_by_its_times_alone(
    stocked: Session, homes: list[HouseholdRow]
) -> None:
    id = interview(stocked, homes[0], NOW)
    row = stocked.get(SubmissionRow, ("own", id))
    assert row is not None
    row.instrument_version = 77
    stocked.flush()
    [one] = seen(stocked)
    assert (one.asked, one.items, one.seconds) == (0, {}, 1200)


def test_two_thousand_interviews_are_looked_at_in_seconds(stocked: Session) -> None:
    began = NOW - timedelta(days=60)
    for n in range(2000):
        person, id = draw(stocked), uuid4()
        started = began + timedelta(minutes=31 * n)
        stocked.add(
            SubmissionRow(
                pilot_id="own", id=id, wave_id="open", instrument_name="tiny", instrument_version=1, sha256="0" * 64,
                mode=Mode.INTERVIEW, language="zh_Hans", stream=Stream.PROBABILITY, status=Status.ACCEPTED,
                verdict=Status.ACCEPTED, flags=[], respondent_id=person, started_at=started,
                finished_at=started + timedelta(minutes=20), received_at=started + timedelta(hours=1),
                actor=f"device:i{n % 20}", raw=b"",
            )
        )  # fmt: skip
        stocked.flush()
        stocked.add(
            AnswerSheet(
                pilot_id="own", submission_id=id, answers=ABOUT | ALL_RIGHT, points={}, scores={}, paradata=None
            )
        )
    stocked.flush()
    wave = wave_of(stocked, "open")
    start = time.perf_counter()
    assert len(findings_of(stocked, wave, LIMITS).risks) == 2000
    assert time.perf_counter() - start < 4
    assert stocked.get(Respondent, ("own", person)) is not None
