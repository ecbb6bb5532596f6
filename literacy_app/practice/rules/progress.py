"""What an attempt shows, how far a learner is, and what comes next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from literacy_app.foundation.clock import reporting_date
from literacy_app.framework.rules import Dimension
from literacy_app.lessons.rules import Curriculum, Item, Lesson, item_id


class Setting(StrEnum):
    """Where an attempt was made. Before and after are tests: they have no feedback and count for nothing else."""

    LESSON = "lesson"
    PRACTICE = "practice"
    REVIEW = "review"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Tried:
    """One attempt as it was stored."""

    id: UUID
    article_id: str
    item_id: str
    answer: tuple[str, ...]
    right: bool
    at: datetime
    setting: Setting = Setting.PRACTICE


class State(StrEnum):
    """How far a learner is with a lesson."""

    NEW = "new"
    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True)
class Progress:
    """Lessons done of all, in one dimension."""

    dimension: Dimension
    done: int
    total: int


def counts(attempt: Tried) -> bool:
    """Whether an attempt shows learning: all but the tests before and after."""
    return attempt.setting not in (Setting.BEFORE, Setting.AFTER)


def week_days(tried: Sequence[Tried], today: date) -> int:
    """On how many of the seven days up to `today` (of the reporting zone) something was answered."""
    days = {reporting_date(attempt.at) for attempt in tried}
    return sum(today - timedelta(days=back) in days for back in range(7))


def is_right(item: Item, chosen: Sequence[str]) -> bool:
    """Whether the chosen options are exactly the right ones."""
    return set(chosen) == (set(item.answer) if isinstance(item.answer, tuple) else {item.answer})


def state_of(lesson: Lesson, tried: Sequence[Tried]) -> State:
    """New before any answer, done when every question was answered, begun in between."""
    own = {item_id(lesson.id, question.id) for question in lesson.questions}
    answered = own & {attempt.item_id for attempt in tried if counts(attempt)}
    if not answered:
        return State.NEW
    return State.DONE if answered == own else State.BEGUN


def progress(curriculum: Curriculum, tried: Sequence[Tried]) -> tuple[Progress, ...]:
    """How many lessons of each dimension are done."""
    result = []
    for dimension in Dimension:
        lessons = curriculum.of(dimension)
        done = sum(state_of(lesson, tried) is State.DONE for lesson in lessons)
        result.append(Progress(dimension, done, len(lessons)))
    return tuple(result)


def next_lesson(curriculum: Curriculum, tried: Sequence[Tried]) -> Lesson | None:
    """The lesson to go on with: one begun, else the first new one; None when all are done or there is none."""
    states = {lesson.id: state_of(lesson, tried) for lesson in curriculum.lessons}
    for wanted in (State.BEGUN, State.NEW):
        for lesson in curriculum.lessons:
            if states[lesson.id] is wanted:
                return lesson
    return None


def next_item(curriculum: Curriculum, tried: Sequence[Tried]) -> Item | None:
    """The item to practise: never answered first, then last answered not right, then longest ago. None without items.

    Among the never answered the article that was asked least comes first, so that topics mix, which helps them stay.
    """
    seen = sorted((attempt for attempt in tried if counts(attempt)), key=lambda attempt: attempt.at)
    last = {attempt.item_id: attempt for attempt in seen}
    asked = Counter(attempt.article_id for attempt in seen)

    def urgency(item: Item) -> tuple[int, float]:
        attempt = last.get(item.id)
        return (0, asked[item.article]) if attempt is None else (1 + attempt.right, attempt.at.timestamp())

    return min(
        (item for item in curriculum.items.values() if item.id not in curriculum.kept_back), key=urgency, default=None
    )
