"""Signals of single interviews, and how interviewers differ from each other; combined, shown, and left to a person."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from statistics import median

import numpy as np

from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.quality.rules import Difference, Finding, Interview, InterviewerRisk, Limits, Risk, Signal
from literacy_app.quality.rules.likeness import most_alike

# What lies further from the median than this many scaled MADs is an outlier (Iglewicz and Hoaglin 1993).
FAR = 3.5
SCALED = 1.4826
# A share that is an outlier is worth words only when it is also one that a person would notice.
LEAST_MISSING, LEAST_REFUSED, LEAST_DONT_KNOW = 0.10, 0.10, 0.50
LEAST_SPREAD = 0.02
# Of fewer interviews nobody has a usual time.
USUAL = 5
# Two interviews that touch are none that overlap.
TOUCHING = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# An interviewer's share is drawn towards that of the others as if ten more interviews were like theirs.
PRIOR = 10
WORTH_A_LOOK = 2.0

Found = Mapping[int, Mapping[str, object]]


def assess(interviews: Sequence[Interview], limits: Limits) -> list[Risk]:
    """What speaks for looking at each interview, those with most points first. `interviews` are all of a wave."""
    found: dict[Signal, Found] = {
        Signal.SHORT: _short(interviews, limits),
        Signal.HURRIED: _hurried(interviews, limits),
        Signal.STRAIGHT: _straight(interviews, limits),
        Signal.NIGHT: _night(interviews, limits),
        Signal.CROWDED: _crowded(interviews, limits),
        Signal.OVERLAP: _overlap(interviews),
        Signal.ALIKE: _alike(interviews, limits),
        Signal.SAME_PERSON: _same_person(interviews),
        Signal.MISSING: _outliers(interviews, lambda one: _of(one.missing, one.asked), LEAST_MISSING),
        Signal.REFUSED: _outliers(interviews, lambda one: _of(one.refused, one.asked), LEAST_REFUSED),
        Signal.DONT_KNOW: _outliers(interviews, lambda one: _of(one.dont_know, one.scored), LEAST_DONT_KNOW),
        Signal.AGE: _age(interviews, limits),
        Signal.ROSTERS: {i: {"n": one.rosters} for i, one in enumerate(interviews) if one.rosters > 1},
        Signal.CLOCK: {i: {} for i, one in enumerate(interviews) if one.clock},
        Signal.LATE: {i: {} for i, one in enumerate(interviews) if one.late},
        Signal.MODE: {i: {"mode": one.mode} for i, one in enumerate(interviews) if not one.right_mode},
    }
    risks = []
    for place, one in enumerate(interviews):
        findings = [
            Finding(signal, limits.points[signal], where[place]) for signal, where in found.items() if place in where
        ]
        risks.append(Risk(one, tuple(sorted(findings, key=lambda finding: -finding.points))))
    return sorted(risks, key=lambda risk: (-risk.points, risk.interview.received, risk.interview.id))


def is_flagged(risk: Risk, limits: Limits) -> bool:
    """Whether an interview stands on the list of those to look at first."""
    return risk.points >= limits.flag


def compare(risks: Sequence[Risk], limits: Limits) -> list[InterviewerRisk]:
    """How each interviewer's interviews differ from those of all the others together, most first.

    Of k interviews with a signal among n, with share q among the others: z = (k - n q) / sqrt(n q (1 - q)), and the share
    drawn towards q as (k + 10 q) / (n + 10). Where z is above 2, what that exceeds q by counts with the signal's points.
    An interviewer's sum is thus in points an interview above the others.
    """
    by_actor: dict[str, list[Risk]] = {}
    for risk in risks:
        by_actor.setdefault(risk.interview.actor, []).append(risk)
    whole = _counts(risks)
    result = []
    for actor, own in by_actor.items():
        counts = _counts(own)
        differences = [
            _difference(signal, counts[signal], len(own), whole[signal], len(risks), limits)
            for signal in Signal
            if counts[signal]
        ]
        seconds = [risk.interview.seconds for risk in own if risk.interview.seconds is not None]
        result.append(
            InterviewerRisk(
                actor,
                len(own),
                sum(is_flagged(risk, limits) for risk in own),
                median(seconds) if seconds else None,
                tuple(sorted(differences, key=lambda one: (-one.points, -one.z))),
            )
        )
    return sorted(result, key=lambda one: (-one.points, -one.flagged / one.n, one.actor))


def _counts(risks: Sequence[Risk]) -> Counter[Signal]:
    return Counter(finding.signal for risk in risks for finding in risk.findings)


def _difference(signal: Signal, count: int, n: int, all_count: int, all_n: int, limits: Limits) -> Difference:
    # Half a case more keeps a signal that nobody else shows from being infinitely far from them.
    others = (all_count - count + 0.5) / (all_n - n + 1)
    shrunk = (count + PRIOR * others) / (n + PRIOR)
    z = (count - n * others) / (n * others * (1 - others)) ** 0.5
    alone = all_n == n
    points = limits.points[signal] * (shrunk - others) if z > WORTH_A_LOOK and not alone else 0.0
    return Difference(signal, count, n, count / n, others, shrunk, 0.0 if alone else z, points)


def _of(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _by_actor(interviews: Sequence[Interview], *, timed: bool) -> dict[str, list[int]]:
    """Places of interviews by interviewer, in the order in which they began; `timed` leaves out those without a clock to trust."""
    found: dict[str, list[int]] = {}
    for place in sorted(range(len(interviews)), key=lambda place: interviews[place].started):
        one = interviews[place]
        if not timed or (one.by_clock and not one.clock):
            found.setdefault(one.actor, []).append(place)
    return found


def _short(interviews: Sequence[Interview], limits: Limits) -> Found:
    """Far below what this interviewer, or the wave, usually takes: whoever is quick every time has no slow usual time."""
    known = [one.seconds for one in interviews if one.seconds is not None]
    found = {}
    for places in _by_actor(interviews, timed=False).values():
        own = [seconds for place in places if (seconds := interviews[place].seconds) is not None]
        usual = max([median(times) for times in (own, known) if len(times) >= USUAL], default=0.0)
        for place in places:
            seconds = interviews[place].seconds
            if seconds is not None and seconds < limits.short_share * usual:
                found[place] = {"seconds": seconds, "usual": usual}
    return found


def _hurried(interviews: Sequence[Interview], limits: Limits) -> Found:
    found = {}
    for place, one in enumerate(interviews):
        answered = one.asked - one.missing
        if one.seconds is not None and one.seconds < limits.seconds_a_question * answered:
            found[place] = {"seconds": one.seconds, "each": one.seconds / answered}
    return found


def longest_run(places: Sequence[int | None]) -> int:
    """How many answers in a row are at the same place; a question without one ends a run."""
    longest = run = 0
    before: int | None = None
    for one in places:
        run = run + 1 if one is not None and one == before else int(one is not None)
        before, longest = one, max(longest, run)
    return longest


def _straight(interviews: Sequence[Interview], limits: Limits) -> Found:
    runs = ((place, longest_run(one.places)) for place, one in enumerate(interviews))
    return {place: {"n": run} for place, run in runs if run >= limits.straight_run}


def _night(interviews: Sequence[Interview], limits: Limits) -> Found:
    found = {}
    for places in _by_actor(interviews, timed=True).values():
        for place in places:
            one = interviews[place]
            hours = (one.started.astimezone(REPORTING_ZONE).hour, one.finished.astimezone(REPORTING_ZONE).hour)
            if any(hour >= limits.night_from or hour < limits.night_until for hour in hours):
                found[place] = {"at": one.started}
    return found


def _crowded(interviews: Sequence[Interview], limits: Limits) -> Found:
    found: dict[int, Mapping[str, object]] = {}
    for places in _by_actor(interviews, timed=True).values():
        first = 0
        for last, place in enumerate(places):
            while interviews[place].started - interviews[places[first]].started >= HOUR:
                first += 1
            if (count := last - first + 1) > limits.most_in_an_hour:
                found |= {one: {"n": count} for one in places[first : last + 1]}
    return found


def _overlap(interviews: Sequence[Interview]) -> Found:
    found: dict[int, Mapping[str, object]] = {}
    for places in _by_actor(interviews, timed=True).values():
        latest = places[0]
        for place in places[1:]:
            one, before = interviews[place], interviews[latest]
            if one.started < before.finished - TOUCHING:
                found[place] = {"other": before.id, "at": before.started}
                found.setdefault(latest, {"other": one.id, "at": one.started})
            if one.finished > before.finished:
                latest = place
    return found


def _alike(interviews: Sequence[Interview], limits: Limits) -> Found:
    """Almost the same answers as another interview: above the limit, and in what is rare an outlier in this wave, whose people may all be much alike."""
    likeness = most_alike(
        [one.items for one in interviews],
        [one.actor for one in interviews],
        [one.started.timestamp() for one in interviews],
    )
    compared = likeness.rare[likeness.other >= 0]
    if not compared.size:
        return {}
    usual = float(np.median(compared))
    far = usual + FAR * max(SCALED * float(np.median(np.abs(compared - usual))), LEAST_SPREAD)
    return {
        place: {"share": float(likeness.share[place]), "other": interviews[other].id}
        for place, other in enumerate(likeness.other)
        if other >= 0 and likeness.share[place] >= limits.alike_share and likeness.rare[place] > far
    }


def _same_person(interviews: Sequence[Interview]) -> Found:
    groups: dict[object, list[int]] = {}
    for place, one in enumerate(interviews):
        if one.facts is not None:
            groups.setdefault((one.actor, one.village, one.facts), []).append(place)
    return {
        place: {"other": interviews[next(other for other in places if other != place)].id}
        for places in groups.values()
        if len(places) > 1
        for place in places
    }


def _outliers(interviews: Sequence[Interview], share_of: Callable[[Interview], float | None], least: float) -> Found:
    """Shares far above the wave's median, and at least `least`."""
    shares = {place: share for place, one in enumerate(interviews) if (share := share_of(one)) is not None}
    if len(shares) < USUAL:
        return {}
    usual = median(shares.values())
    spread = max(SCALED * median(abs(share - usual) for share in shares.values()), LEAST_SPREAD)
    return {
        place: {"share": share, "usual": usual}
        for place, share in shares.items()
        if share >= least and share > usual + FAR * spread
    }


def _age(interviews: Sequence[Interview], limits: Limits) -> Found:
    """Outside the surveyed ages whatever day the birthday is."""
    found = {}
    for place, one in enumerate(interviews):
        if one.birth_year is None:
            continue
        turned = one.finished.astimezone(REPORTING_ZONE).year - one.birth_year
        if turned < limits.age_min or turned - 1 > limits.age_max:
            found[place] = {"age": turned}
    return found
