"""What an instrument, a wave and a submission are, and what the door may answer.

walk    which questions a person is asked, in which order and words, and what does not fit
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from literacy_app.foundation.codes import short
from literacy_app.foundation.languages import Bilingual
from literacy_app.questions.rules import Question, QuestionWords

# Where a wave states no day; time enough for back-checks (GB/T 35273-2020, 6.1: no longer than the purpose needs).
CONTACTS_KEPT = timedelta(days=90)


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
    """One version of an instrument: shape and words, all that a respondent may see. Its key is apart.

    The questions of a section in `shuffle_sections` come to each person in an order of their own.
    """

    __pydantic_config__ = {"extra": "forbid"}

    name: str
    version: int
    edition: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    words: dict[str, InstrumentWords] = field(default_factory=dict)
    shuffle_sections: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name and version as files and messages have them."""
        return f"{self.name}-v{self.version}"

    @property
    def scored(self) -> tuple[Question, ...]:
        """The questions that have a right answer."""
        return tuple(question for question in self.questions if question.dimension)

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """The questions by their ids."""
        return {question.id: question for question in self.questions}

    @cached_property
    def has_logic(self) -> bool:
        """Whether what is asked depends on what was answered."""
        return any(q.show_if or q.constraint or q.calculation or q.option_if for q in self.questions)

    def question(self, question_id: str) -> Question | None:
        """The question with this id, or None."""
        return self.by_id.get(question_id)


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
    contacts_until: date | None = None

    @property
    def last_day(self) -> date:
        """The last day of collection: the wave's own end or the form's expiry, whichever comes first."""
        return min(self.closes_on, self.header.valid_until)

    @property
    def contacts_last_day(self) -> date:
        """The last day on which names and telephone numbers are kept: as the wave states it, else 90 days after collection."""
        return self.contacts_until or self.last_day + min(CONTACTS_KEPT, date.max - self.last_day)

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


class DrawnUnit(StrEnum):
    """What the probability of a row of the sample is the chance of."""

    PERSON = "person"
    HOUSEHOLD = "household"  # nobody in it is chosen yet
    NOBODY = "nobody"  # it turned out that nobody in it may be asked
    REPLACED = "replaced"  # a reserve took its place before anybody answered


class Status(StrEnum):
    """Whether a stored submission counts. At the door it is one of the first two; a person may decide the others."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    VOIDED = "voided"
    REPLACED = "replaced"


class Reason(StrEnum):
    """Why a submission waits for a person's decision."""

    WAVE_CLOSED = "wave_closed"
    OTHER_VERSION = "other_version"
    RESPONDENT_UNKNOWN = "respondent_unknown"
    RESPONDENT_ANSWERED = "respondent_answered"
    CREDENTIAL_REVOKED = "credential_revoked"
    CONTRADICTION = "contradiction"
    CROWDED = "crowded"
    BROKEN_OFF = "broken_off"


class Flag(StrEnum):
    """What a person who looks at a submission should know; it counts all the same."""

    LATE = "late"
    CLOCK = "clock"


class Caller(StrEnum):
    """Who brings a submission: a program with a link, a page of ours with one, a desk (keyed paper, a file), or an interviewer's phone."""

    LINK = "link"
    PAGE = "page"
    DESK = "desk"
    DEVICE = "device"


# Staff: they may name the person drawn, and what they began in time counts.
OF_STAFF = frozenset({Caller.DESK, Caller.DEVICE})


class LinkKind(StrEnum):
    """What a survey link is for: anybody's phone, or a tablet at an event that forgets each person."""

    OPEN = "open"
    KIOSK = "kiosk"


@dataclass(frozen=True)
class Entry:
    """Where a survey link leads: to a wave, and for an invitation to the person drawn."""

    token: str
    kind: LinkKind
    wave: Wave
    respondent: UUID | None
    revoked: bool

    @property
    def is_open_to_all(self) -> bool:
        """Whether anybody may answer here, so that answers are self-selected."""
        return self.respondent is None


@dataclass(frozen=True)
class Correction:
    """Which submission a new one corrects, and why."""

    of: UUID
    reason: str


@dataclass(frozen=True)
class Credential:
    """What the caller may bring in: answers to one wave of one pilot, and what the server itself knows of how they came.

    Without `respondent` (an invitation's) a link brings self-selected answers only; staff may name the person drawn.
    `broken_off` says that the interview ended before its end. `consent_version` and `began_at` are known where the answers were given on our own pages.
    """

    caller: Caller
    pilot_id: str
    wave_id: str
    actor: str
    respondent: UUID | None = None
    revoked: bool = False
    consent_version: str | None = None
    began_at: datetime | None = None
    correction: Correction | None = None
    broken_off: bool = False


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
    sequence: int | None = None
    paradata: Any = None


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
        return short(self.sha256)


class Decision(StrEnum):
    """What a person decides about a stored submission; each decision is kept with its author and reason."""

    ACCEPT = "accept"
    VOID = "void"


# From which states a decision leads where.
DECISIONS: dict[tuple[Status, Decision], Status] = {
    (Status.QUARANTINED, Decision.ACCEPT): Status.ACCEPTED,
    (Status.QUARANTINED, Decision.VOID): Status.VOIDED,
    (Status.ACCEPTED, Decision.VOID): Status.VOIDED,
}


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
    """How many submissions of a wave there are: counted by stream, waiting, or taken out. Together all that were received."""

    drawn: int
    interviewed: int
    self_selected: int
    quarantined: int
    voided: int
    replaced: int

    @property
    def received(self) -> int:
        """Everything that came through the door."""
        return self.interviewed + self.self_selected + self.quarantined + self.voided + self.replaced
