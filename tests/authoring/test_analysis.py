"""Item analysis: the sums of the database against plain arithmetic, and the flags."""

import random
import statistics
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from literacy_app.authoring.queries import answers_by_article, first_choices, first_try_sums
from literacy_app.authoring.rules.analysis import Flag, Sums, analyse, discrimination
from literacy_app.learners.models import Learner
from literacy_app.lessons.rules import Item
from literacy_app.practice.models import Attempt
from literacy_app.practice.rules import Setting
from literacy_app.questions.rules import Question

ITEM = Item("i1", "a01", Question("i1", "single", ("a", "b", "c")), {}, "a", None)


def sums(n: int, right: int, **more: float) -> Sums:
    given = {"paired": 0, "paired_right": 0, "rest": 0.0, "rest_squared": 0.0, "rest_right": 0.0}
    return Sums(n=n, right=right, **(given | more))  # type: ignore[arg-type]


def learner(session: Session, now: datetime, pilot: str = "own") -> UUID:
    id = uuid4()
    session.add(Learner(pilot_id=pilot, id=id, created_at=now))
    session.flush()
    return id


def answer(
    session: Session,
    who: UUID,
    item: str,
    chosen: list[str],
    at: datetime,
    *,
    right: bool,
    pilot: str = "own",
    setting: Setting = Setting.PRACTICE,
) -> None:
    session.add(
        Attempt(
            pilot_id=pilot,
            id=uuid4(),
            learner_id=who,
            article_id="a01" if item.startswith("i") else "a02",
            item_id=item,
            answer=chosen,
            right=right,
            setting=setting,
            at=at,
        )
    )
    session.flush()


def test_the_sums_give_the_point_biserial_that_plain_arithmetic_gives(stocked: Session, now: datetime) -> None:
    chance = random.Random(7)
    here, elsewhere = [], []
    for _ in range(40):
        who, able = learner(stocked, now), chance.random()
        results = {item: chance.random() < able for item in ("i1", "i2", "j1", "j2")}
        for item, right in results.items():
            answer(stocked, who, item, ["a" if right else "b"], now, right=right)
        here.append(results["i1"])
        elsewhere.append(statistics.mean([results[item] for item in ("i2", "j1", "j2")]))
    found = first_try_sums(stocked, ["own"], "a01")
    assert set(found) == {"i1", "i2"} and found["i1"].n == found["i1"].paired == 40
    assert found["i1"].right == sum(here)
    assert discrimination(found["i1"]) == pytest.approx(statistics.correlation(here, elsewhere), abs=1e-9)


def test_only_the_first_try_counts(stocked: Session, now: datetime) -> None:
    who = learner(stocked, now)
    answer(stocked, who, "i1", ["a"], now + timedelta(hours=1), right=True)
    answer(stocked, who, "i1", ["b"], now, right=False)
    assert first_try_sums(stocked, ["own"], "a01")["i1"].right == 0
    assert first_choices(stocked, ["own"], "a01") == {"i1": {"b": 1}}


def test_tests_before_and_after_are_no_practice(stocked: Session, now: datetime) -> None:
    who = learner(stocked, now)
    answer(stocked, who, "i1", ["a"], now, right=True, setting=Setting.BEFORE)
    answer(stocked, who, "i2", ["a", "c"], now, right=False, setting=Setting.REVIEW)
    assert answers_by_article(stocked, ["own"]) == {"a01": 1}
    assert first_choices(stocked, ["own"], "a01") == {"i2": {"a": 1, "c": 1}}


def test_another_pilot_is_not_counted(stocked: Session, now: datetime) -> None:
    answer(stocked, learner(stocked, now, "neighbour"), "i1", ["a"], now, right=True, pilot="neighbour")
    assert first_try_sums(stocked, ["own"], "a01") == {}
    assert answers_by_article(stocked, ["own"]) == {} and answers_by_article(stocked, []) == {}
    assert first_try_sums(stocked, ["neighbour"], "a01")["i1"].n == 1


def test_a_learner_who_tried_nothing_else_is_in_no_pair(stocked: Session, now: datetime) -> None:
    answer(stocked, learner(stocked, now), "i1", ["a"], now, right=True)
    assert first_try_sums(stocked, ["own"], "a01")["i1"] == sums(1, 1)


def test_too_few_learners_give_no_number() -> None:
    found = analyse(ITEM, sums(29, 29), {"a": 29})
    assert (found.n, found.facility, found.discrimination, found.flags) == (29, None, None, ())
    assert [option.share for option in found.options] == [None, None, None]


@pytest.mark.parametrize(
    ("right", "chosen", "flags"),
    [
        (60, {"a": 60, "b": 20, "c": 20}, ()),
        (29, {"a": 29, "b": 40, "c": 31}, (Flag.HARD,)),
        (91, {"a": 91, "b": 5, "c": 4}, (Flag.EASY, Flag.IDLE)),
        (30, {"a": 30, "b": 66, "c": 4}, (Flag.IDLE,)),
    ],
)
def test_an_item_is_flagged_outside_its_limits(right: int, chosen: dict[str, int], flags: tuple[Flag, ...]) -> None:
    found = analyse(ITEM, sums(100, right), chosen)
    assert found.flags == flags and found.facility == right / 100
    assert [option.share for option in found.options] == [chosen[id] / 100 for id in "abc"]


@pytest.mark.parametrize(("paired", "told"), [(99, None), (100, 0.0)])
def test_discrimination_waits_for_a_hundred_learners_and_flags_what_tells_nobody_apart(
    paired: int, told: float | None
) -> None:
    # Half are right here; the rest shares are 0 and 1 in equal parts on both sides: no connection at all.
    half = paired / 2
    given = sums(
        paired, 50, paired=paired, paired_right=50, rest=half, rest_squared=half, rest_right=half * 50 / paired
    )
    found = analyse(ITEM, given, {"a": 50, "b": 25, "c": 24})
    assert found.discrimination == (None if told is None else pytest.approx(told))
    assert (Flag.WEAK in found.flags) is (told is not None)


@pytest.mark.parametrize(
    "same", [sums(9, 9, paired=9, paired_right=9, rest=3, rest_squared=2, rest_right=3), sums(1, 1)]
)
def test_without_spread_there_is_no_discrimination(same: Sums) -> None:
    assert discrimination(same) is None
    equal = sums(30, 10, paired=30, paired_right=10, rest=30 / 3, rest_squared=30 / 9, rest_right=10 / 3)
    assert discrimination(equal) is None
