"""Keeping an answer, joining learners, certificates and leaving no trace, on each kind of database."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.foundation.errors import Refused
from literacy_app.framework.rules import Dimension
from literacy_app.learners import service as learners
from literacy_app.learners.models import Learner, LearnerPhone
from literacy_app.learners.queries import learner_by_code, learner_by_secret
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.practice import service
from literacy_app.practice.models import Attempt, Certificate
from literacy_app.practice.queries import attempts_of, certificate_by_code
from literacy_app.practice.rules import Setting

B = ["b"]


def practise(
    session: Session,
    learner: UUID,
    now: datetime,
    attempt: UUID | None = None,
    item: str = "alpha.q1",
    chosen: list[str] = B,
) -> UUID:
    found = curriculum_in_force(session).items[item]
    return service.practise(session, "own", learner, attempt or uuid4(), found, chosen, Setting.PRACTICE, now)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def welcomed(session: Session, now: datetime, secret: str = "one") -> UUID:
    return learners.welcome(session, "own", secret, now)


def test_a_learner_is_known_again_only_in_the_own_pilot(stocked: Session, now: datetime) -> None:
    assert welcomed(stocked, now) == learner_by_secret(stocked, "own", "one")
    assert learner_by_secret(stocked, "neighbour", "one") is None


def test_a_doubled_tap_counts_once_and_the_first_answer_stands(stocked: Session, now: datetime) -> None:
    learner, attempt = welcomed(stocked, now), uuid4()
    for chosen in (["b"], ["a"]):
        practise(stocked, learner, now, attempt, chosen=chosen)
    assert [one.answer for one in attempts_of(stocked, "own", learner)] == [("b",)]


def test_whoever_comes_twice_with_one_secret_is_one_learner_on_one_phone(stocked: Session, now: datetime) -> None:
    assert welcomed(stocked, now) == welcomed(stocked, now)
    assert (count(stocked, Learner), count(stocked, LearnerPhone)) == (1, 1)


def test_an_answer_on_a_page_of_another_learner_is_kept_once_and_as_ones_own(stocked: Session, now: datetime) -> None:
    one, other, attempt = welcomed(stocked, now), welcomed(stocked, now, "other"), uuid4()
    assert practise(stocked, one, now, attempt) == attempt
    kept = [practise(stocked, other, now, attempt, chosen=["a"]) for _tap in range(2)]
    assert [one.id for one in attempts_of(stocked, "own", other)] == [kept[0]] == [kept[1]]
    assert [one.answer for one in attempts_of(stocked, "own", one)] == [("b",)]


def test_a_resume_code_finds_the_learner_and_a_new_one_replaces_it(stocked: Session, now: datetime) -> None:
    learner = welcomed(stocked, now)
    old = learners.make_resume_code(stocked, "own", learner, now)
    new = learners.make_resume_code(stocked, "own", learner, now)
    assert [learner_by_code(stocked, "own", code) for code in (old, new)] == [None, learner]


def test_two_learners_become_one_with_all_attempts_and_phones(stocked: Session, now: datetime) -> None:
    one, other = welcomed(stocked, now), welcomed(stocked, now, "other")
    code = learners.make_resume_code(stocked, "own", one, now)
    practise(stocked, one, now)
    practise(stocked, other, now)
    service.join_learners(stocked, "own", one, other)
    assert len(attempts_of(stocked, "own", other)) == 2
    assert {learner_by_secret(stocked, "own", known) for known in ("one", "other")} == {other}
    assert learner_by_code(stocked, "own", code) == other
    assert count(stocked, Learner) == 1


def test_both_printed_certificates_of_two_learners_who_became_one_are_still_confirmed(
    stocked: Session, now: datetime
) -> None:
    people = {"AAAAAAAAAA": welcomed(stocked, now), "CCCCCCCCCC": welcomed(stocked, now, "other")}
    for code, learner in people.items():
        row: dict[str, Any] = {"code": code, "learner_id": learner, "dimension": Dimension.SKILLS, "issued_at": now}
        stocked.add(Certificate(pilot_id="own", id=uuid4(), **row))
    stocked.flush()
    one, other = people.values()
    service.join_learners(stocked, "own", one, other)
    assert all(certificate_by_code(stocked, "own", code) for code in people)


def test_forgetting_leaves_nothing(stocked: Session, now: datetime) -> None:
    learner = welcomed(stocked, now)
    practise(stocked, learner, now)
    learners.make_resume_code(stocked, "own", learner, now)
    service.forget(stocked, "own", learner)
    assert [count(stocked, table) for table in (Attempt, Certificate, Learner, LearnerPhone)] == [0, 0, 0, 0]


def test_there_is_no_certificate_before_every_article_is_kept(stocked: Session, now: datetime) -> None:
    learner = welcomed(stocked, now)
    with pytest.raises(Refused, match="not_kept"):
        service.certify(stocked, "own", learner, curriculum_in_force(stocked), Dimension.CONCEPTS, now)
