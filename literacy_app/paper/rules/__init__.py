"""What a paper form is once it is keyed: two entries, where they differ, and where the form stands.

keying    what a clerk types for a question, taken apart and written back
sheet     what stands on the printed form, question by question
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from literacy_app.accounts.rules import Role
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.questions.kinds import KINDS
from literacy_app.surveys.rules import Instrument, Status

# Whoever keys and compares; whoever corrects what is stored; whoever lets one person key a form twice.
CLERKS = frozenset({Role.INTERVIEWER, Role.SUPERVISOR, Role.OFFICER, Role.ADMINISTRATOR})
CORRECTORS = frozenset({Role.SUPERVISOR, Role.OFFICER, Role.ADMINISTRATOR})
HEADS = frozenset({Role.OFFICER, Role.ADMINISTRATOR})

LARGEST_NUMBER = 999_999
# A copy of sixty questions takes a quarter of a second to set: a page may ask for so many, the command for more.
MOST_COPIES = 50
_FORMS = uuid5(NAMESPACE_URL, "environmental-health-literacy/paper")
# An interview's day is all that is written on paper; noon is the same day wherever the clock stands.
NOON = time(12)


class State(StrEnum):
    """Where a form number stands."""

    ONCE = "once"
    DIFFERS = "differs"
    STORED = "stored"
    ATTENTION = "attention"
    VOIDED = "voided"


class Side(StrEnum):
    """What is taken where two entries differ: one of them, or what the paper says after all."""

    FIRST = "first"
    SECOND = "second"
    OTHER = "other"


class Part(StrEnum):
    """What is keyed of a form besides its questions."""

    DAY = "day"
    RESPONDENT = "respondent"
    LANGUAGE = "language"


@dataclass(frozen=True)
class Keyed:
    """One entry of one form: `answers` by question as the door takes them, `typed` as the clerk typed them.

    `page` is the id of the entry page it came from, so that a second click is known as one.
    """

    page: UUID
    day: date
    language: str
    answers: Mapping[str, Any]
    typed: Mapping[str, str] = field(default_factory=dict)
    respondent: UUID | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """Everything that two entries are compared by, by name; questions by their ids behind `a-`."""
        parts: dict[str, Any] = {Part.DAY: self.day.isoformat(), Part.LANGUAGE: self.language}
        if self.respondent is not None:
            parts[Part.RESPONDENT] = str(self.respondent)
        return parts | {field_of(id): answer for id, answer in self.answers.items()}


@dataclass(frozen=True)
class Comparison:
    """How two entries compare: names of the fields that differ, in form order, and how many were filled in by either."""

    differing: tuple[str, ...]
    compared: int


@dataclass(frozen=True)
class Agreement:
    """How well the double entry of a wave agrees: forms keyed twice, fields compared, and those that differed."""

    forms: int
    fields: int
    differing: int

    @property
    def share(self) -> float | None:
        """The share of compared fields that were equal, 0-1; None before anything was compared."""
        return (self.fields - self.differing) / self.fields if self.fields else None


def field_of(question_id: str) -> str:
    """The name of a question's field, apart from those of `Part`."""
    return f"a-{question_id}"


def written_number(number: int) -> str:
    """A form number as it is printed: at least four digits."""
    return f"{number:04d}"


def submission_id(pilot_id: str, wave_id: str, number: int) -> UUID:
    """The id of a form's submission: always the same, so that a form can never be stored twice."""
    return uuid5(_FORMS, f"{pilot_id}/{wave_id}/{number}")


def correction_id(of: UUID, content: str) -> UUID:
    """The id of a correction: the same for the same correction sent twice, another for any other."""
    return uuid5(of, content)


def moment_of(day: date, now: datetime) -> datetime:
    """When an interview of `day` took place, as far as paper says it: noon in the reporting zone, and never later than `now`."""
    return min(datetime.combine(day, NOON, REPORTING_ZONE), now)


def compare(instrument: Instrument, first: Keyed, second: Keyed) -> Comparison:
    """Hold two entries against each other. Fields that both left empty are not counted as agreeing."""
    names = [*Part, *(field_of(question.id) for question in instrument.questions if KINDS[question.kind].asked)]
    one, other = first.fields, second.fields
    filled = [name for name in names if name in one or name in other]
    return Comparison(tuple(name for name in filled if one.get(name) != other.get(name)), len(filled))


def state_of(entries: int, status: Status | None, *, foreign: bool = False) -> State:
    """Where a form stands, by its entries and by what became of its submission.

    `foreign`: something that is no paper form was stored under its id; what was keyed is kept as a conflict.
    """
    if foreign:
        return State.ATTENTION
    if status is None:
        return State.ONCE if entries < 2 else State.DIFFERS
    by_status = {Status.QUARANTINED: State.ATTENTION, Status.VOIDED: State.VOIDED}
    return by_status.get(status, State.STORED)


def next_number(numbers: Sequence[int]) -> int:
    """The number after the largest one that was keyed."""
    return min(max(numbers, default=0) + 1, LARGEST_NUMBER)
