"""The national rule, exact in integers: a person has literacy when the points reach the instrument's pass mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat

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

    def least(self, max_points: int) -> int:
        """The fewest points of `max_points` that reach the mark."""
        return -(-self.points * max_points // self.of)


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
    if isinstance(marking.answer, str):
        return marking.points if answer == marking.answer else 0
    if mode is MultipleMode.PARTIAL and isinstance(answer, tuple):
        # Every option is a decision of its own: rightly ticked or rightly left. Rounded down, so full points need all.
        right = sum((option in answer) == (option in marking.answer) for option in options)
        return marking.points * right // len(options)
    return marking.points if isinstance(answer, tuple) and set(answer) == set(marking.answer) else 0


def scales_of(question: Question) -> tuple[str, ...]:
    """The scales that an item counts in: the total, its dimension, its second-level class."""
    return tuple(str(scale) for scale in (TOTAL, question.dimension, question.second_class) if scale)


@dataclass(frozen=True)
class Scale:
    """One scale of an instrument version: its items, and the most points they can earn."""

    name: str
    items: tuple[str, ...]
    max_points: int


@dataclass(frozen=True)
class Scheme:
    """How an instrument version is scored: questions and key, prepared once."""

    items: Mapping[str, tuple[tuple[str, ...], Marking]]
    scales: tuple[Scale, ...]
    key: Key

    @classmethod
    def of(cls, questions: Sequence[Question], key: Key) -> "Scheme":
        """The scheme of an instrument version."""
        scored = [question for question in questions if question.id in key.items]
        members: dict[str, list[str]] = {}
        for question in scored:
            for scale in scales_of(question):
                members.setdefault(scale, []).append(question.id)
        scales = tuple(
            Scale(name, tuple(ids), sum(key.items[id].points for id in ids)) for name, ids in members.items()
        )
        return cls({question.id: (question.options, key.items[question.id]) for question in scored}, scales, key)

    def points(self, answers: Mapping[str, Answer]) -> dict[str, int]:
        """What each answer earned; an item without an answer has no entry."""
        mode = self.key.multiple_mode
        return {
            id: points_for(answers[id], options, marking, mode)
            for id, (options, marking) in self.items.items()
            if id in answers
        }

    def scores(self, answers: Mapping[str, Answer], points: Mapping[str, int]) -> tuple[Score, ...]:
        """The score on every scale, the total first. Each is judged by the same mark; the total alone is the headline."""
        coded = {id for id in points if isinstance(answers[id], Code)}
        dont_know = {id for id in coded if answers[id] is Code.DONT_KNOW}
        missing = (coded - dont_know) | (self.items.keys() - points.keys())
        return tuple(self._score(scale, points, dont_know, missing) for scale in self.scales)

    def _score(self, scale: Scale, points: Mapping[str, int], dont_know: set[str], missing: set[str]) -> Score:
        earned = sum(map(points.get, scale.items, repeat(0)))
        unknown = len(dont_know.intersection(scale.items)) if dont_know else 0
        blank = len(missing.intersection(scale.items)) if missing else 0
        attained = attains(earned, scale.max_points, self.key.pass_mark)
        answered = len(scale.items) - unknown - blank
        return Score(scale.name, earned, scale.max_points, attained, answered, unknown, blank)


def score(questions: Sequence[Question], key: Key, answers: Mapping[str, Answer]) -> dict[str, Score]:
    """The score on every scale by its name, for whoever scores once; `Scheme` is for whoever scores many."""
    scheme = Scheme.of(questions, key)
    return {one.scale: one for one in scheme.scores(answers, scheme.points(answers))}


def losses(questions: Sequence[Question], key: Key, points: Mapping[str, int]) -> list[Question]:
    """The items that cost most of their points, worst first, then in the order of the instrument."""
    lost = [
        (question, key.items[question.id].points - points.get(question.id, 0))
        for question in questions
        if question.id in key.items
    ]
    return [question for question, points in sorted(lost, key=lambda pair: -pair[1]) if points > 0]
