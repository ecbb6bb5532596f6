"""What an instrument, a wave and a submission are, and what the door may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from literacy_app.foundation.languages import Bilingual
from literacy_app.questions.rules import Answer, Question, QuestionWords


@dataclass(frozen=True)
class Consent:
    """What a respondent agrees to, in one language; a change of the text is a new version."""

    __pydantic_config__ = {"extra": "forbid"}

    version: str
    text: str
    agree: str
    decline: str


@dataclass(frozen=True)
class InstrumentWords:
    """An instrument in one language."""

    __pydantic_config__ = {"extra": "forbid"}

    title: str
    introduction: str
    rights: tuple[str, ...]
    consent: Consent
    labels: dict[str, str]
    sections: dict[str, str]
    questions: dict[str, QuestionWords]


@dataclass(frozen=True)
class Instrument:
    """One version of an instrument: shape and words, all that a respondent may see. Its key is apart."""

    __pydantic_config__ = {"extra": "forbid"}

    name: str
    version: int
    edition: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    words: dict[str, InstrumentWords] = field(default_factory=dict)

    @property
    def scored(self) -> tuple[Question, ...]:
        """The questions that have a right answer."""
        return tuple(question for question in self.questions if question.dimension)

    def question(self, question_id: str) -> Question | None:
        """The question with this id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)


@dataclass(frozen=True)
class Header:
    """What the Statistics Law (articles 17 and 33) wants on every form."""

    __pydantic_config__ = {"extra": "forbid"}

    form_number: str
    issuing_body: Bilingual
    approval_number: str
    valid_until: date


@dataclass(frozen=True)
class Wave:
    """One round of a survey: an instrument version, a pilot, and the days on which answers count."""

    __pydantic_config__ = {"extra": "forbid"}

    id: str
    pilot: str
    instrument: str
    version: int
    title: Bilingual
    opens_on: date
    closes_on: date
    header: Header
    show_result: bool = True

    @property
    def last_day(self) -> date:
        """The last day of collection: the wave's own end or the form's expiry, whichever comes first."""
        return min(self.closes_on, self.header.valid_until)

    def is_open(self, day: date) -> bool:
        """Whether answers of `day` count."""
        return self.opens_on <= day <= self.last_day


class Mode(StrEnum):
    """How the answers were given."""

    SELF = "self"
    INTERVIEW = "interview"
    READ_ALOUD = "read_aloud"
    PAPER = "paper"


class Stream(StrEnum):
    """Where a respondent came from. Only the first is ever an official level."""

    PROBABILITY = "probability"
    SELF_SELECTED = "self_selected"


class Status(StrEnum):
    """Whether a stored submission counts."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """Why a submission waits for a person's decision."""

    WAVE_CLOSED = "wave_closed"
    OTHER_VERSION = "other_version"
    RESPONDENT_UNKNOWN = "respondent_unknown"
    RESPONDENT_ANSWERED = "respondent_answered"


class Caller(StrEnum):
    """Who brings a submission."""

    LINK = "link"
    DESK = "desk"


@dataclass(frozen=True)
class Credential:
    """What the caller may bring in: answers to one wave of one pilot. A link brings self-selected ones only."""

    caller: Caller
    pilot_id: str
    wave_id: str
    actor: str


@dataclass(frozen=True)
class Submission:
    """A submission that could be read. `answers` holds what was sent, before it is held against the instrument."""

    id: UUID
    wave: str
    instrument: str
    version: int
    mode: Mode
    language: str
    started_at: datetime
    finished_at: datetime
    answers: Mapping[str, Any]
    respondent: UUID | None


@dataclass(frozen=True)
class Receipt:
    """The server's word that these bytes are kept."""

    id: UUID
    sha256: str
    received_at: datetime
    status: Status
    reason: Reason | None

    @property
    def code(self) -> str:
        """A short form for people to write down."""
        digits = self.sha256[:8].upper()
        return f"{digits[:4]}-{digits[4:]}"


class Reply(StrEnum):
    """How the door answers."""

    STORED = "stored"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Outcome:
    """The door's answer: a receipt, or what is wrong by field."""

    reply: Reply
    receipt: Receipt | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tally:
    """How many submissions of a wave there are, by stream, counted or waiting."""

    drawn: int
    interviewed: int
    self_selected: int
    quarantined: int


def gaps(instrument: Instrument, answers: Mapping[str, Answer]) -> tuple[int, ...]:
    """The numbers (from 1) of the questions without an answer or a code."""
    return tuple(number for number, question in enumerate(instrument.questions, start=1) if question.id not in answers)


def next_step(instrument: Instrument, seen: int) -> int:
    """The number of the question to go on with: the one after the last that was seen, at most the last."""
    return min(seen + 1, len(instrument.questions))
