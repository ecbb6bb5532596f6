"""What an attempt shows, how far a learner is, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from literacy_app.framework.rules import Dimension
from literacy_app.lessons.rules import Curriculum, Lesson
from literacy_app.questions.rules import Question


@dataclass(frozen=True)
class Tried:
    """One attempt as it was stored."""

    id: UUID
    lesson_id: str
    question_id: str
    answer: tuple[str, ...]
    right: bool
    at: datetime


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


def is_right(lesson: Lesson, question_id: str, chosen: Sequence[str]) -> bool:
    """Whether the chosen options are exactly the right ones."""
    answer = lesson.key[question_id]
    return set(chosen) == (set(answer) if isinstance(answer, tuple) else {answer})


def state_of(lesson: Lesson, tried: Sequence[Tried]) -> State:
    """New before any answer, done when every question was answered, begun in between."""
    answered = {attempt.question_id for attempt in tried if attempt.lesson_id == lesson.id}
    if not answered:
        return State.NEW
    return State.DONE if answered >= {question.id for question in lesson.questions} else State.BEGUN


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


def next_question(curriculum: Curriculum, tried: Sequence[Tried]) -> tuple[Lesson, Question] | None:
    """The question to practise: never answered first, then last answered not right, then longest ago. None without lessons."""
    last = {
        (attempt.lesson_id, attempt.question_id): attempt for attempt in sorted(tried, key=lambda attempt: attempt.at)
    }

    def urgency(pair: tuple[Lesson, Question]) -> tuple[int, float]:
        attempt = last.get((pair[0].id, pair[1].id))
        return (0, 0.0) if attempt is None else (1 + attempt.right, attempt.at.timestamp())

    pairs = [(lesson, question) for lesson in curriculum.lessons for question in lesson.questions]
    return min(pairs, key=urgency, default=None)
