"""Keeping an answer, joining learners, certificates and leaving no trace, on each kind of database."""

from datetime import datetime, timedelta
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
from literacy_app.practice.queries import attempts_of
from literacy_app.practice.rules import Setting

B = ["b"]


def practise(
    session: Session,
    learner: UUID | None,
    now: datetime,
    attempt: UUID | None = None,
    item: str = "alpha.q1",
    chosen: list[str] = B,
) -> str | None:
    found = curriculum_in_force(session).items[item]
    return service.practise(session, "own", learner, attempt or uuid4(), found, chosen, Setting.PRACTICE, now)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_first_answer_makes_a_learner_who_is_known_again_only_in_the_own_pilot(
    stocked: Session, now: datetime
) -> None:
    secret = practise(stocked, None, now)
    assert secret is not None
    assert learner_by_secret(stocked, "own", secret) is not None
    assert learner_by_secret(stocked, "neighbour", secret) is None


def test_a_doubled_tap_counts_once_and_the_first_answer_stands(stocked: Session, now: datetime) -> None:
    learner, attempt = learners.welcome(stocked, "own", now)[0], uuid4()
    for chosen in (["b"], ["a"]):
        practise(stocked, learner, now, attempt, chosen=chosen)
    assert [one.answer for one in attempts_of(stocked, "own", learner)] == [("b",)]


def test_a_phone_whose_first_reply_was_lost_is_known_as_the_same_learner(stocked: Session, now: datetime) -> None:
    attempt = uuid4()
    first, second = practise(stocked, None, now, attempt), practise(stocked, None, now, attempt)
    assert first and second
    assert learner_by_secret(stocked, "own", first) == learner_by_secret(stocked, "own", second)
    assert (count(stocked, Learner), count(stocked, Attempt)) == (1, 1)


def test_an_attempts_id_opens_nothing_later(stocked: Session, now: datetime) -> None:
    attempt = uuid4()
    practise(stocked, None, now, attempt)
    assert practise(stocked, None, now + timedelta(minutes=11), attempt) is None
    assert count(stocked, LearnerPhone) == 1


def test_a_resume_code_finds_the_learner_and_a_new_one_replaces_it(stocked: Session, now: datetime) -> None:
    learner = learners.welcome(stocked, "own", now)[0]
    old = learners.make_resume_code(stocked, "own", learner, now)
    new = learners.make_resume_code(stocked, "own", learner, now)
    assert [learner_by_code(stocked, "own", code) for code in (old, new)] == [None, learner]


def test_two_learners_become_one_with_all_attempts_and_phones(stocked: Session, now: datetime) -> None:
    (one, secret), (other, its_secret) = learners.welcome(stocked, "own", now), learners.welcome(stocked, "own", now)
    practise(stocked, one, now)
    practise(stocked, other, now)
    service.join_learners(stocked, "own", one, other)
    assert len(attempts_of(stocked, "own", other)) == 2
    assert {learner_by_secret(stocked, "own", known) for known in (secret, its_secret)} == {other}
    assert count(stocked, Learner) == 1


def test_forgetting_leaves_nothing(stocked: Session, now: datetime) -> None:
    learner = learners.welcome(stocked, "own", now)[0]
    practise(stocked, learner, now)
    learners.make_resume_code(stocked, "own", learner, now)
    service.forget(stocked, "own", learner)
    assert [count(stocked, table) for table in (Attempt, Certificate, Learner, LearnerPhone)] == [0, 0, 0, 0]


def test_there_is_no_certificate_before_every_article_is_kept(stocked: Session, now: datetime) -> None:
    learner = learners.welcome(stocked, "own", now)[0]
    with pytest.raises(Refused, match="not_kept"):
        service.certify(stocked, "own", learner, curriculum_in_force(stocked), Dimension.CONCEPTS, now)
