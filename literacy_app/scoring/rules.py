"""The national rule, exact in integers: a person has literacy when the points reach the instrument's pass mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from literacy_app.questions.rules import Answer, Code, Question

TOTAL = "total"


class MultipleMode(StrEnum):
    """How a choice of several options earns points."""

    ALL_OR_NOTHING = "all_or_nothing"
    PARTIAL = "partial"


@dataclass(frozen=True)
class PassMark:
    """So many points `of` so many; 70 of 100 in the national instrument, but always the instrument's own."""

    __pydantic_config__ = {"extra": "forbid"}

    points: int
    of: int


@dataclass(frozen=True)
class Marking:
    """The right answer of one item and what it is worth."""

    __pydantic_config__ = {"extra": "forbid"}

    answer: str | tuple[str, ...]
    points: int


@dataclass(frozen=True)
class Key:
    """The right answers of an instrument version. Never leaves the server."""

    __pydantic_config__ = {"extra": "forbid"}

    pass_mark: PassMark
    multiple_mode: MultipleMode
    items: dict[str, Marking]


@dataclass(frozen=True)
class Score:
    """Points on one scale. `answered`, `dont_know` and `missing` (blank or refused) add up to the scale's items."""

    scale: str
    points: int
    max_points: int
    attained: bool
    answered: int
    dont_know: int
    missing: int


def attains(points: int, max_points: int, mark: PassMark) -> bool:
    """Whether `points` of `max_points` reach the mark: `mark.of * points >= mark.points * max_points`, in integers."""
    return mark.of * points >= mark.points * max_points


def points_for(answer: Answer | None, options: Sequence[str], marking: Marking, mode: MultipleMode) -> int:
    """The points that one answer earns; 0 for "don't know", refused and blank."""
    if answer is None or isinstance(answer, Code):
        return 0
    if mode is MultipleMode.PARTIAL and isinstance(marking.answer, tuple) and isinstance(answer, tuple):
        # Every option is a decision of its own: rightly ticked or rightly left. Rounded down, so full points need all.
        right = sum((option in answer) == (option in marking.answer) for option in options)
        return marking.points * right // len(options)
    wanted = set(marking.answer) if isinstance(marking.answer, tuple) else marking.answer
    given = set(answer) if isinstance(answer, tuple) else answer
    return marking.points if given == wanted else 0


def scales_of(question: Question) -> tuple[str, ...]:
    """The scales that an item counts in: the total, its dimension, its second-level class."""
    return tuple(str(scale) for scale in (TOTAL, question.dimension, question.second_class) if scale)


def score(questions: Sequence[Question], key: Key, answers: Mapping[str, Answer]) -> dict[str, Score]:
    """The score on every scale, the total first. Each scale is judged by the same mark; the total alone is the headline."""
    items: dict[str, list[Question]] = {}
    for question in questions:
        if question.id in key.items:
            for scale in scales_of(question):
                items.setdefault(scale, []).append(question)
    return {scale: _score(scale, members, key, answers) for scale, members in items.items()}


def _score(scale: str, items: Sequence[Question], key: Key, answers: Mapping[str, Answer]) -> Score:
    given = [answers.get(item.id) for item in items]
    pairs = zip(items, given, strict=True)
    points = sum(points_for(answer, item.options, key.items[item.id], key.multiple_mode) for item, answer in pairs)
    most = sum(key.items[item.id].points for item in items)
    dont_know = sum(answer is Code.DONT_KNOW for answer in given)
    missing = sum(answer is None or answer is Code.REFUSED for answer in given)
    return Score(
        scale, points, most, attains(points, most, key.pass_mark), len(items) - dont_know - missing, dont_know, missing
    )


def losses(questions: Sequence[Question], key: Key, points: Mapping[str, int]) -> list[Question]:
    """The items that cost most of their points, worst first, then in the order of the instrument."""
    lost = [
        (question, key.items[question.id].points - points.get(question.id, 0))
        for question in questions
        if question.id in key.items
    ]
    return [question for question, points in sorted(lost, key=lambda pair: -pair[1]) if points > 0]
