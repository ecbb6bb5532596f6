"""What can come of going to a household, by the codes of AAPOR, and what a case is in the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5


class Disposition(StrEnum):
    """What came of a visit, or of a case. A visit may say those of VISIT_RESULTS; the others follow from what is kept."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSAL_HOUSEHOLD = "refusal_household"
    REFUSAL_PERSON = "refusal_person"
    REFUSAL_GUARDIAN = "refusal_guardian"
    BREAK_OFF = "break_off"
    NO_ENTRY = "no_entry"
    NO_ONE_HOME = "no_one_home"
    PERSON_AWAY = "person_away"
    DEAD = "dead"
    UNABLE = "unable"
    LANGUAGE = "language"
    APPOINTMENT = "appointment"
    NOT_ATTEMPTED = "not_attempted"
    UNSAFE = "unsafe"
    NOT_FOUND = "not_found"
    UNKNOWN_ELIGIBLE = "unknown_eligible"
    NOT_DWELLING = "not_dwelling"
    VACANT = "vacant"
    NOBODY_ELIGIBLE = "nobody_eligible"
    QUOTA_FULL = "quota_full"


class Group(StrEnum):
    """The letters of which response rates are made (AAPOR Standard Definitions)."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN_HOUSEHOLD = "UH"
    UNKNOWN_OTHER = "UO"
    NOT_ELIGIBLE = "NE"


# An appointment that nothing followed is 2.36, another reason for no interview; a household nobody went to is 3.11.
CODES: dict[Disposition, tuple[str, Group]] = {
    Disposition.COMPLETE: ("1.1", Group.COMPLETE),
    Disposition.PARTIAL: ("1.2", Group.PARTIAL),
    Disposition.REFUSAL_HOUSEHOLD: ("2.111", Group.REFUSAL),
    Disposition.REFUSAL_PERSON: ("2.112", Group.REFUSAL),
    Disposition.REFUSAL_GUARDIAN: ("2.112", Group.REFUSAL),
    Disposition.BREAK_OFF: ("2.12", Group.REFUSAL),
    Disposition.NO_ENTRY: ("2.23", Group.NON_CONTACT),
    Disposition.NO_ONE_HOME: ("2.24", Group.NON_CONTACT),
    Disposition.PERSON_AWAY: ("2.25", Group.NON_CONTACT),
    Disposition.DEAD: ("2.31", Group.OTHER),
    Disposition.UNABLE: ("2.32", Group.OTHER),
    Disposition.LANGUAGE: ("2.33", Group.OTHER),
    Disposition.APPOINTMENT: ("2.36", Group.OTHER),
    Disposition.NOT_ATTEMPTED: ("3.11", Group.UNKNOWN_HOUSEHOLD),
    Disposition.UNSAFE: ("3.17", Group.UNKNOWN_HOUSEHOLD),
    Disposition.NOT_FOUND: ("3.18", Group.UNKNOWN_HOUSEHOLD),
    Disposition.UNKNOWN_ELIGIBLE: ("3.20", Group.UNKNOWN_OTHER),
    Disposition.NOT_DWELLING: ("4.5", Group.NOT_ELIGIBLE),
    Disposition.VACANT: ("4.6", Group.NOT_ELIGIBLE),
    Disposition.NOBODY_ELIGIBLE: ("4.7", Group.NOT_ELIGIBLE),
    Disposition.QUOTA_FULL: ("4.8", Group.NOT_ELIGIBLE),
}
# What a visit may say. An interview is no result of a visit: it follows from the answers that the server keeps.
VISIT_RESULTS = frozenset(Disposition) - {Disposition.COMPLETE, Disposition.PARTIAL, Disposition.NOT_ATTEMPTED}
# After these nobody goes again.
FINAL = frozenset(
    {
        Disposition.COMPLETE,
        Disposition.PARTIAL,
        Disposition.REFUSAL_HOUSEHOLD,
        Disposition.REFUSAL_PERSON,
        Disposition.REFUSAL_GUARDIAN,
        Disposition.DEAD,
        Disposition.UNABLE,
        Disposition.LANGUAGE,
        Disposition.NOT_DWELLING,
        Disposition.VACANT,
        Disposition.NOBODY_ELIGIBLE,
        Disposition.QUOTA_FULL,
    }
)
# Which result says most of a case: who was decided about, then who was spoken of, then that somebody lives there.
WEIGHT = dict.fromkeys(Disposition, 3) | {
    Disposition.PERSON_AWAY: 2,
    Disposition.APPOINTMENT: 2,
    Disposition.NO_ENTRY: 1,
    Disposition.NO_ONE_HOME: 1,
    Disposition.UNSAFE: 0,
    Disposition.NOT_FOUND: 0,
    Disposition.UNKNOWN_ELIGIBLE: 0,
}


@dataclass(frozen=True)
class Visited:
    """One visit, as far as rules need it."""

    at: datetime
    result: Disposition


@dataclass(frozen=True)
class Rostered:
    """The roster of a household that counts: when it was made, how many may be asked, and the place that was chosen."""

    at: datetime
    eligible: int
    chosen: int | None


class RecordFlag(StrEnum):
    """What a person who looks at a record from a door should know; it is kept and counts all the same."""

    OTHER_INTERVIEWER = "other_interviewer"  # the cluster was not, or no longer, this person's when it came
    WAVE_CLOSED = "wave_closed"  # made on a day on which the wave was not open
    CLOCK = "clock"  # made after it was received, so a clock is wrong


def respondent_id(draw_id: UUID, village: str, number: int) -> UUID:
    """The id of the one person whom a household may give, known to phone and server before anything is sent."""
    return uuid5(draw_id, f"{village}/{number}")


def group_of(disposition: Disposition) -> Group:
    """The letter under which rates count a disposition."""
    return CODES[disposition][1]


def disposition_of(
    visits: Iterable[Visited], roster: Rostered | None = None, interview: Disposition | None = None
) -> Disposition:
    """What a case is by all that is known of it, as if field work ended now.

    `interview` is COMPLETE or PARTIAL where one counts, and then decides. Otherwise the latest of the results that say most
    (WEIGHT): whoever refused, and is not met afterwards, has refused. A roster with nobody to be asked is a result of its
    own; one in which somebody was chosen takes back that an earlier visit found no dwelling or nobody to ask.
    """
    if interview is not None:
        return interview
    seen = list(visits)
    if roster is not None and roster.chosen is None:
        seen.append(Visited(roster.at, Disposition.NOBODY_ELIGIBLE))
    elif roster is not None:
        seen = [one for one in seen if one.at > roster.at or group_of(one.result) is not Group.NOT_ELIGIBLE]
    if not seen:
        return Disposition.NOT_ATTEMPTED if roster is None else Disposition.APPOINTMENT
    most = max(WEIGHT[one.result] for one in seen)
    return max((one for one in seen if WEIGHT[one.result] == most), key=lambda one: one.at).result
