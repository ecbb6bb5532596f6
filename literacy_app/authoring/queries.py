"""Looking up what practice says about items: sums only, never one learner's answers."""

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import CTE, Float, String, case, cast, func, select
from sqlalchemy.orm import Session

from literacy_app.authoring.rules.analysis import Sums
from literacy_app.practice.models import Attempt
from literacy_app.practice.rules import Setting

# The tests before and after lessons are no practice: they have their own page and count for nothing else.
PRACTICE = (Setting.LESSON, Setting.PRACTICE, Setting.REVIEW)


def answers_by_article(session: Session, pilot_ids: Sequence[str]) -> dict[str, int]:
    """How many practice answers the learners of these pilots gave to each article."""
    query = (
        select(Attempt.article_id, func.count())
        .where(Attempt.pilot_id.in_(pilot_ids), Attempt.setting.in_(PRACTICE))
        .group_by(Attempt.article_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def first_try_sums(session: Session, pilot_ids: Sequence[str], article_id: str) -> dict[str, Sums]:
    """What analysis needs of the first tries at each item of an article, summed in the database."""
    first = _first_tries(pilot_ids)
    right = case((first.c.right, 1), else_=0)
    learner = (
        select(
            first.c.pilot_id,
            first.c.learner_id,
            func.count().label("tried"),
            func.sum(right).label("right"),
        )
        .group_by(first.c.pilot_id, first.c.learner_id)
        .cte("learner_total")
    )
    # Null, and so in no sum, for a learner who tried nothing else.
    rest = cast(learner.c.right - right, Float) / func.nullif(learner.c.tried - 1, 0)
    query = (
        select(
            first.c.item_id,
            func.count(),
            func.sum(right),
            func.count(rest),
            func.sum(case((learner.c.tried > 1, right), else_=0)),
            func.coalesce(func.sum(rest), 0.0),
            func.coalesce(func.sum(rest * rest), 0.0),
            func.coalesce(func.sum(rest * right), 0.0),
        )
        .join(learner, (learner.c.pilot_id == first.c.pilot_id) & (learner.c.learner_id == first.c.learner_id))
        .where(first.c.article_id == article_id)
        .group_by(first.c.item_id)
    )
    return {row[0]: Sums(*row[1:]) for row in session.execute(query)}


def first_choices(session: Session, pilot_ids: Sequence[str], article_id: str) -> dict[str, Counter[str]]:
    """How many first tries at each item of an article chose each option."""
    first = _first_tries(pilot_ids)
    # PostgreSQL compares JSON only as text.
    answer = cast(first.c.answer, String)
    query = (
        select(first.c.item_id, answer, func.count())
        .where(first.c.article_id == article_id)
        .group_by(first.c.item_id, answer)
    )
    chosen: dict[str, Counter[str]] = {}
    for item, written, count in session.execute(query):
        counter = chosen.setdefault(item, Counter())
        for option in json.loads(written):
            counter[option] += count
    return chosen


def _first_tries(pilot_ids: Sequence[str]) -> CTE:
    """Every learner's first try at every item, by time and then by id so that it is always the same one."""
    place = func.row_number().over(
        partition_by=(Attempt.pilot_id, Attempt.learner_id, Attempt.item_id), order_by=(Attempt.at, Attempt.id)
    )
    tries = (
        select(
            Attempt.pilot_id,
            Attempt.learner_id,
            Attempt.article_id,
            Attempt.item_id,
            Attempt.answer,
            Attempt.right,
            place.label("place"),
        )
        .where(Attempt.pilot_id.in_(pilot_ids), Attempt.setting.in_(PRACTICE))
        .subquery("tries")
    )
    return select(tries).where(tries.c.place == 1).cte("first_try")
