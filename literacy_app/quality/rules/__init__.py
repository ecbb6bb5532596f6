"""What speaks for looking at an interview again, and what is asked again of whom.

checks      signals of one interview, and how interviewers differ from each other; needs NumPy, as likeness does
likeness    how much of two interviews is the same
drawing     which interviews are asked about again
agreement   how far the second answers agree with the first
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from literacy_app.foundation.policy import Policy


class Signal(StrEnum):
    """What a person should know who looks at an interview. None of them decides anything, alone or together."""

    SHORT = "short"
    HURRIED = "hurried"
    STRAIGHT = "straight"
    NIGHT = "night"
    CROWDED = "crowded"
    OVERLAP = "overlap"
    ALIKE = "alike"
    SAME_PERSON = "same_person"
    MISSING = "missing"
    REFUSED = "refused"
    DONT_KNOW = "dont_know"
    AGE = "age"
    ROSTERS = "rosters"
    CLOCK = "clock"
    LATE = "late"
    MODE = "mode"


class Method(StrEnum):
    """How a household is asked again."""

    CALL = "call"
    VISIT = "visit"


class Result(StrEnum):
    """What came of a back-check. The first two follow from the answers; nobody chooses between them."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    NOT_INTERVIEWED = "not_interviewed"
    UNREACHABLE = "unreachable"


class Outcome(StrEnum):
    """What somebody says who has tried to ask again."""

    ASKED = "asked"
    NOT_INTERVIEWED = "not_interviewed"
    UNREACHABLE = "unreachable"


class Verdict(StrEnum):
    """What a supervisor decides about an interview."""

    APPROVE = "approve"
    RETURN = "return"
    VOID = "void"


class Review(StrEnum):
    """What a supervisor says of an interview without changing where it stands."""

    APPROVED = "approved"
    RETURNED = "returned"


@dataclass(frozen=True)
class Interview:
    """One interview, as far as checks need it. Shares are of the questions that this person was asked.

    `facts` and `items` are answers as the door takes them, made hashable: the demographic ones, and those compared with
    other interviews. `places` are the places (from 0) of the chosen options in the order asked, None where there is none.
    `seconds` is None where nothing is known of the time, `asked` 0 where the form is not known.
    """

    id: UUID
    actor: str
    village: str
    started: datetime
    finished: datetime
    received: datetime
    seconds: float | None = None
    by_clock: bool = True  # False for paper: nobody's watch says when it was
    asked: int = 0
    missing: int = 0
    refused: int = 0
    scored: int = 0
    dont_know: int = 0
    birth_year: int | None = None
    facts: tuple[object, ...] | None = None
    items: Mapping[str, object] = field(default_factory=dict)
    places: tuple[int | None, ...] = ()
    rosters: int = 1
    clock: bool = False
    late: bool = False
    mode: str = "interview"
    right_mode: bool = True


@dataclass(frozen=True)
class Finding:
    """One signal of one interview: what it adds to the risk, and the figures that words are made of."""

    signal: Signal
    points: float
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Risk:
    """What speaks for looking at one interview, the weightiest first."""

    interview: Interview
    findings: tuple[Finding, ...]

    @property
    def points(self) -> float:
        """All contributions together."""
        return sum(one.points for one in self.findings)


@dataclass(frozen=True)
class Difference:
    """How often a signal shows in one interviewer's interviews: `shrunk` towards the share of the others, `z` against them."""

    signal: Signal
    count: int
    n: int
    share: float
    others: float
    shrunk: float
    z: float
    points: float


@dataclass(frozen=True)
class InterviewerRisk:
    """What speaks for a talk with one interviewer."""

    actor: str
    n: int
    flagged: int
    median_seconds: float | None
    differences: tuple[Difference, ...]

    @property
    def points(self) -> float:
        """All contributions together."""
        return sum(one.points for one in self.differences)


@dataclass(frozen=True)
class Limits:
    """The figures of content/policy.yml that checks use."""

    points: Mapping[Signal, float]
    flag: float
    apart: float
    short_share: float
    seconds_a_question: float
    straight_run: int
    night_from: int
    night_until: int
    most_in_an_hour: int
    alike_share: float
    age_min: int
    age_max: int

    @classmethod
    def of(cls, policy: Policy) -> "Limits":
        """Those in force."""
        return cls(
            points={signal: getattr(policy, f"risk_{signal}").value for signal in Signal},
            flag=policy.risk_flag.value,
            apart=policy.risk_interviewer.value,
            short_share=policy.interview_short_share.value,
            seconds_a_question=policy.interview_floor.value,
            straight_run=int(policy.interview_straight_run.value),
            night_from=int(policy.interview_night_from.value),
            night_until=int(policy.interview_night_until.value),
            most_in_an_hour=int(policy.interview_most_an_hour.value),
            alike_share=policy.interview_alike_share.value,
            age_min=int(policy.interview_age_min.value),
            age_max=int(policy.interview_age_max.value),
        )


def login_of(actor: str) -> str:
    """The sign-in name behind an actor: `device:zhang` is zhang, and who keyed is who keyed."""
    return actor.partition(":")[2] or actor
