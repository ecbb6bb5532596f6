"""Keeping an answer, on each kind of database."""

from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from literacy_app.foundation.errors import Refused
from literacy_app.learners.queries import learner_by_secret
from literacy_app.learners.service import welcome
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.practice.queries import attempts_of
from literacy_app.practice.service import keep_attempt


def test_a_learner_is_known_again_by_the_secret_and_only_in_the_own_pilot(stocked: Session, now: datetime) -> None:
    id, secret = welcome(stocked, "own", now)
    assert learner_by_secret(stocked, "own", secret) == id
    assert learner_by_secret(stocked, "neighbour", secret) is None
    assert learner_by_secret(stocked, "own", "another") is None


def test_a_doubled_tap_counts_once_and_the_first_answer_stands(stocked: Session, now: datetime) -> None:
    item = curriculum_in_force(stocked).items["alpha.q1"]
    learner, attempt = welcome(stocked, "own", now)[0], uuid4()
    assert keep_attempt(stocked, "own", learner, attempt, item, ["b"], now)
    assert keep_attempt(stocked, "own", learner, attempt, item, ["a"], now)
    assert [one.answer for one in attempts_of(stocked, "own", learner)] == [("b",)]


def test_an_attempt_of_somebody_else_cannot_be_taken_over(stocked: Session, now: datetime) -> None:
    item, attempt = curriculum_in_force(stocked).items["alpha.q1"], uuid4()
    keep_attempt(stocked, "own", welcome(stocked, "own", now)[0], attempt, item, ["b"], now)
    with pytest.raises(Refused, match="not_yours"):
        keep_attempt(stocked, "own", welcome(stocked, "own", now)[0], attempt, item, ["a"], now)
