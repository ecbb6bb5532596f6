"""The people of a wave as arrays: what their answers say, and interviews that have no score."""

from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from literacy_app.areas.rules import Sex
from literacy_app.estimation import queries
from literacy_app.estimation.service import Measured, chosen_to_answer, measure
from literacy_app.foundation.orm import WRITES
from literacy_app.surveys.rules import Decision
from literacy_app.surveys.service import decide, receive_submission, wave_of
from tests.accounts.test_service import POLICY
from tests.builders import ALL_RIGHT, ALL_WRONG, body, desk, draw, link, load_files
from tests.conftest import NOW

REFUSED = {"code": "refused"}


def answered(session: Session, now: datetime, answers: dict[str, Any]) -> None:
    receive_submission(session, body(answers, respondent=str(draw(session))), desk(), now)


def with_unknown_version(session: Session, now: datetime, by: Any = None, **about: Any) -> UUID:
    """An interview that names an instrument version that was never kept, accepted by a person."""
    outcome = receive_submission(session, body(ALL_RIGHT, version=9, **about), by or desk(), now)
    assert outcome.receipt is not None
    decide(session, "own", outcome.receipt.id, Decision.ACCEPT, "su", "test", now)
    return outcome.receipt.id


def measured(session: Session) -> Measured:
    found = measure(session, wave_of(session, "open"), POLICY)
    assert found is not None
    return found


def test_what_people_say_of_themselves_is_coded_and_what_they_do_not_say_is_unknown(
    stocked: Session, now: datetime
) -> None:
    answered(stocked, now, {"sex": "male", "birth_year": 2001} | ALL_RIGHT)
    answered(stocked, now, {"sex": REFUSED, "birth_year": REFUSED} | ALL_WRONG)
    draw(stocked)
    people = measured(stocked).people
    said = zip(people.sex.tolist(), people.age.tolist(), people.attained["total"].tolist(), strict=True)
    assert sorted(map(str, said)) == ["(-1, -1, 0.0)", "(-1, -1, nan)", "(1, 1, 1.0)"]
    assert list(Sex)[1] is Sex.MALE and people.age.max() == 1  # the second group, 20 to 29


def test_an_interview_with_a_version_that_was_never_kept_counts_as_answered_and_has_no_score(
    stocked: Session, now: datetime
) -> None:
    answered(stocked, now, ALL_RIGHT)
    answered(stocked, now, ALL_WRONG)
    with_unknown_version(stocked, now, respondent=str(draw(stocked)))
    found = measured(stocked)
    assert (found.unscored, int(found.people.responded.sum())) == (1, 3)
    assert found.level().estimate.n == 2
    assert found.level().estimate.estimate == pytest.approx(0.5)
    assert sum(np.isnan(column).sum() for column in found.people.attained.values()) == len(found.people.attained)


def test_where_no_interview_has_a_score_there_is_no_level(stocked: Session, now: datetime) -> None:
    with_unknown_version(stocked, now, respondent=str(draw(stocked)))
    found = measured(stocked)
    assert (found.unscored, found.level().estimate.n, found.level().estimate.estimate) == (1, 0, None)


def test_an_open_answer_with_a_version_that_was_never_kept_is_no_share(stocked: Session, now: datetime) -> None:
    answered(stocked, now, ALL_RIGHT)
    with_unknown_version(stocked, now, link())
    receive_submission(stocked, body(ALL_WRONG), link(), now)
    made = chosen_to_answer(stocked, wave_of(stocked, "open"), measured(stocked))
    assert (made.n, made.crude) == (1, 0)


def test_points_of_an_instrument_version_are_those_of_who_was_asked_with_it(stocked: Session, now: datetime) -> None:
    answered(stocked, now, ALL_RIGHT)
    draw(stocked)
    people = measured(stocked).people
    version = next(iter(people.instruments))
    assert people.points(version).tolist() == [[3, 3, 4]]
    assert people.asked(version).tolist() == np.flatnonzero(people.responded).tolist()


def test_an_interview_that_arrives_while_a_wave_is_read_is_in_it_or_not(engine: Engine, now: datetime) -> None:
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        load_files(session, NOW)
        people = [str(draw(session)) for _ in range(2)]
        receive_submission(session, body(ALL_RIGHT, respondent=people[0]), desk(), now)
        session.commit()

    @event.listens_for(engine, "after_cursor_execute", once=True)
    def arrive(*said: Any) -> None:
        with Session(engine) as other:
            other.connection(execution_options={WRITES: True})
            receive_submission(other, body(ALL_RIGHT, respondent=people[1]), desk(), now)
            other.commit()

    with Session(engine) as session:
        found = queries.drawn(session, "own", "open")
    assert len(found) == 2 and sum(one.sheet is not None for one in found) in (1, 2)
