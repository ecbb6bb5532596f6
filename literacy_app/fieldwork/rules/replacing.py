"""When a reserve household may be brought in, and what is still missing.

Nobody in a household ever takes the place of the person chosen in it, and whoever refuses is not replaced. A household may be:
one that is none or in which nobody may be asked, at once; one where nobody was reached, after visits enough on different days
and at different times of the day, one of them in the evening or at the weekend.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from literacy_app.fieldwork.rules.cases import Case
from literacy_app.fieldwork.rules.dispositions import Disposition
from literacy_app.foundation.clock import REPORTING_ZONE

SATURDAY = 5


class Ground(StrEnum):
    """Why a reserve is brought in; the chance of everybody in the village follows from it."""

    NOT_REACHED = "not_reached"
    OUT_OF_SCOPE = "out_of_scope"


class Hindrance(StrEnum):
    """Why no reserve may be brought in, whatever else is done."""

    INTERVIEWED = "interviewed"
    REFUSED = "refused"
    CANNOT_ANSWER = "cannot_answer"
    NOT_SAFE = "not_safe"
    QUOTA = "quota"
    REPLACED = "replaced"


class Lack(StrEnum):
    """What the visits to a household still lack."""

    VISITS = "visits"
    DAYS = "days"
    TIMES = "times"
    FREE_TIME = "free_time"


class TimeOfDay(StrEnum):
    """Parts of the day that differ in who is at home."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


AT_ONCE = frozenset({Disposition.NOT_DWELLING, Disposition.VACANT, Disposition.NOBODY_ELIGIBLE})
# Everything else is not reached yet.
HINDRANCES = {
    Disposition.COMPLETE: Hindrance.INTERVIEWED,
    Disposition.PARTIAL: Hindrance.INTERVIEWED,
    Disposition.REFUSAL_HOUSEHOLD: Hindrance.REFUSED,
    Disposition.REFUSAL_PERSON: Hindrance.REFUSED,
    Disposition.REFUSAL_GUARDIAN: Hindrance.REFUSED,
    Disposition.BREAK_OFF: Hindrance.REFUSED,
    Disposition.DEAD: Hindrance.CANNOT_ANSWER,
    Disposition.UNABLE: Hindrance.CANNOT_ANSWER,
    Disposition.LANGUAGE: Hindrance.CANNOT_ANSWER,
    Disposition.UNSAFE: Hindrance.NOT_SAFE,
    Disposition.QUOTA_FULL: Hindrance.QUOTA,
}


@dataclass(frozen=True)
class Effort:
    """How much must have been tried before a household counts as not reached (content/policy.yml)."""

    visits: int
    days: int
    times: int  # different times of the day
    free_time: int  # visits in the evening or at the weekend
    noon: int  # the hour at which the afternoon begins
    evening: int  # the hour at which the evening begins


@dataclass(frozen=True)
class Finding:
    """What the rule says of one household: a ground, or a hindrance, or how many of what its visits lack."""

    ground: Ground | None = None
    hindrance: Hindrance | None = None
    lacks: tuple[tuple[Lack, int], ...] = ()


def time_of_day(moment: datetime, effort: Effort) -> TimeOfDay:
    """Which part of the day a moment lies in, in the reporting zone."""
    hour = moment.astimezone(REPORTING_ZONE).hour
    if hour >= effort.evening:
        return TimeOfDay.EVENING
    return TimeOfDay.AFTERNOON if hour >= effort.noon else TimeOfDay.MORNING


def is_free_time(moment: datetime, effort: Effort) -> bool:
    """Whether a moment is in the evening or at the weekend, when those who work are at home."""
    weekend = moment.astimezone(REPORTING_ZONE).weekday() >= SATURDAY
    return weekend or time_of_day(moment, effort) is TimeOfDay.EVENING


def may_replace(case: Case, effort: Effort) -> Finding:
    """Whether a reserve may take the place of this household now, and on what ground."""
    if case.replaced_by is not None:
        return Finding(hindrance=Hindrance.REPLACED)
    if case.disposition in HINDRANCES:
        return Finding(hindrance=HINDRANCES[case.disposition])
    if case.disposition in AT_ONCE:
        return Finding(Ground.OUT_OF_SCOPE)
    lacks = _lacks([one.at for one in case.visits], effort)
    return Finding(lacks=lacks) if lacks else Finding(Ground.NOT_REACHED)


def next_reserve(cases: Sequence[Case], case: Case) -> Case | None:
    """The reserve whose turn it is in this draw of the village: the first in order that is not in the field, or None.

    `cases` are all households of the village, with the reserves that are not in the field.
    """
    taken = {one.replaced_by for one in cases}
    waiting = [one for one in cases if one.reserve and one.turn == case.turn and one.number not in taken]
    return min(waiting, key=lambda one: one.place, default=None)


def _lacks(moments: Sequence[datetime], effort: Effort) -> tuple[tuple[Lack, int], ...]:
    days = {moment.astimezone(REPORTING_ZONE).date() for moment in moments}
    times = {time_of_day(moment, effort) for moment in moments}
    free = sum(is_free_time(moment, effort) for moment in moments)
    short = (
        (Lack.VISITS, effort.visits - len(moments)),
        (Lack.DAYS, effort.days - len(days)),
        (Lack.TIMES, effort.times - len(times)),
        (Lack.FREE_TIME, effort.free_time - free),
    )
    return tuple((lack, count) for lack, count in short if count > 0)
