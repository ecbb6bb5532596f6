"""What a group session is about, where it stands, what a phone may do, and how answers spread."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from literacy_app.accounts.rules import Role
from literacy_app.lessons.rules import Curriculum, Item
from literacy_app.questions.kinds import KINDS

# A session that nobody ends is over after half a working day, so that its code opens nothing the next morning.
LASTS = timedelta(hours=6)

# Without 0 and O, 1 and I, which cannot be told apart on a screen at the far end of a hall.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6

# Far above any hall; it keeps a bored script from filling the table.
MOST_PARTICIPANTS = 2000

# Whoever may lead a session.
LEADERS = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.EDITOR, Role.INTERVIEWER})


class Subject(StrEnum):
    """What a session is on."""

    LESSON = "lesson"
    ARTICLE = "article"


class Turn(StrEnum):
    """What a phone shows."""

    OVER = "over"
    GATHERING = "gathering"
    ASKED = "asked"
    KEPT = "kept"
    SHOWN = "shown"


@dataclass(frozen=True)
class Stage:
    """Where a session stands: 0 while phones gather, then the number of the question, and whether its answers are shown."""

    position: int = 0
    shown: bool = False


@dataclass(frozen=True)
class Bar:
    """How many chose one option; `share` is of those who answered, 0 to 1."""

    option: str
    count: int
    share: float
    right: bool


@dataclass(frozen=True)
class Tally:
    """Who takes part: phones that joined, people who share them, answers to each item."""

    phones: int
    people: int
    answers: dict[str, int]


def items_on(curriculum: Curriculum, subject: Subject, subject_id: str) -> tuple[Item, ...]:
    """The items that a session on a lesson or an article asks, in their order; empty when there is none.

    Those kept for the tests before and after the lessons are not asked: a hall that had seen them would spoil the measure.
    """
    return tuple(
        item
        for item in curriculum.items.values()
        if subject_id == (item.lesson if subject is Subject.LESSON else item.article)
        and item.id not in curriculum.kept_back
        and KINDS[item.question.kind].options(item.question)
    )


def following(stage: Stage, total: int) -> Stage | None:
    """What comes next: the first question, its answers, the second question and so on; None after the last answers."""
    if stage.position and not stage.shown:
        return Stage(stage.position, shown=True)
    return Stage(stage.position + 1) if stage.position < total else None


def is_over(opened_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a session was ended or has run out."""
    return ended_at is not None or now >= opened_at + LASTS


def turn_of(stage: Stage, *, over: bool, answered: bool) -> Turn:
    """What a phone that joined shows at this stage."""
    if over:
        return Turn.OVER
    if not stage.position:
        return Turn.GATHERING
    if stage.shown:
        return Turn.SHOWN
    return Turn.KEPT if answered else Turn.ASKED


def spread(item: Item, answers: Sequence[Sequence[str]]) -> tuple[Bar, ...]:
    """How the answers to an item spread over its options, in their order. Where several may be chosen, shares add to more than 1."""
    counts = {
        option: sum(option in answer for answer in answers)
        for option in KINDS[item.question.kind].options(item.question)
    }
    right = item.answer if isinstance(item.answer, tuple) else (item.answer,)
    return tuple(
        Bar(option, count, count / len(answers) if answers else 0.0, option in right)
        for option, count in counts.items()
    )


def normal_code(typed: str) -> str:
    """A code as a person types it, made plain: capitals, no spaces or dashes, full-width letters narrowed."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())[: CODE_LENGTH + 1]


def runs(matrix: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    """The dark squares of a QR code as bars: column, row and length, in squares. Bars print without hairlines between squares."""
    found: list[tuple[int, int, int]] = []
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if not dark:
                continue
            if found and found[-1][1] == y and found[-1][0] + found[-1][2] == x:
                found[-1] = (found[-1][0], y, found[-1][2] + 1)
            else:
                found.append((x, y, 1))
    return found
