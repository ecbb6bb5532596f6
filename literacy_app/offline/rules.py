"""What a phone sends and what it is told: sealed records, their receipts, and which of them have not come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LARGEST_RECORD = 384 * 1024
# A phone numbers its records from 1; whoever says more than this is not one of ours.
MOST_RECORDS = 1_000_000
# Of a file that is handed in: an interviewer makes some hundred records a week.
MOST_LINES = 5_000
LINES_AT_ONCE = 20


class Kind(StrEnum):
    """What a record tells of."""

    VISIT = "visit"
    ROSTER = "roster"
    INTERVIEW = "interview"
    CONTACT = "contact"


class State(StrEnum):
    """What became of a record: it has its effect, it waits for a person's decision, or it is kept unread for a person's look."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    ATTENTION = "attention"


@dataclass(frozen=True)
class Envelope:
    """A record as it travels: what it is outside, and the sealed bytes."""

    id: UUID
    kind: Kind
    pilot: str
    sequence: int
    key: str
    sealed: bytes


@dataclass(frozen=True)
class RecordReceipt:
    """The server's word that the exact bytes with this digest are kept."""

    id: UUID
    sha256: str
    received_at: datetime
    status: State
    reason: str | None


@dataclass(frozen=True)
class Span:
    """Numbers from `first` to `last` that a phone gave to records which have not come."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


def missing(received: Iterable[int], made: int, began: int = 0) -> tuple[Span, ...]:
    """The numbers above `began` and up to `made` that are not among those received, in spans: what a phone holds, or has lost."""
    spans, next_ = [], began + 1
    for number in sorted(set(received)):
        if number > next_:
            spans.append(Span(next_, number - 1))
        next_ = max(next_, number + 1)
    if made >= next_:
        spans.append(Span(next_, made))
    return tuple(spans)
