"""Back-checks: drawn by the server after interviews came in, asked by somebody else, compared with what was said first."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.foundation.policy import Policy
from literacy_app.quality import queries
from literacy_app.quality.models import BackCheck, BackCheckSeed
from literacy_app.quality.rules import Method, Outcome, Result, login_of
from literacy_app.quality.rules.agreement import Agreement, agreement, pooled
from literacy_app.quality.rules.drawing import draw
from literacy_app.questions.rules import Question
from literacy_app.surveys.queries import sheet, submission
from literacy_app.surveys.rules import Instrument, Wave
from literacy_app.surveys.service import wave_of

# What is asked again: facts that do not change within weeks and that no household minds saying twice.
BASIC = ("sex", "birth_year", "education", "occupation")
ASKED_AGAIN = ("single", "true_false", "number")
MOST_ASKED = 6


@dataclass(frozen=True)
class OfInterviewer:
    """The back-checks of one interviewer's interviews: what came of them, those still to do, and all facts together."""

    actor: str
    results: Mapping[Result, int]
    open: int
    agreement: Agreement


@dataclass(frozen=True)
class Agreements:
    """How far second answers agree with the first, by question and by interviewer."""

    questions: dict[str, Agreement]
    interviewers: list[OfInterviewer]


def facts_of(instrument: Instrument) -> tuple[Question, ...]:
    """The questions that a back-check asks again: never one with a right answer."""
    able = [q for q in instrument.questions if not q.dimension and q.kind in ASKED_AGAIN and not q.options_from]
    basic = tuple(question for question in able if question.id in BASIC)
    return basic or tuple(able[:MOST_ASKED])


def to_draw(session: Session, wave: Wave, seed: str, policy: Policy) -> list[UUID]:
    """The interviews that a wave's seed draws now and has not drawn before."""
    early = datetime.combine(wave.opens_on, time(), REPORTING_ZONE) + timedelta(days=policy.back_check_early_days.value)
    share = policy.back_check_share.value
    return draw(
        queries.candidates(session, wave.pilot, wave.id),
        queries.drawn_ids(session, wave.pilot, wave.id),
        seed,
        share,
        min(share * policy.back_check_early_factor.value, 1.0),
        early,
    )


def is_due(session: Session, wave: Wave, policy: Policy) -> bool:
    """Whether there is something to draw; only looks."""
    seed = queries.seed(session, wave.pilot, wave.id)
    return bool(
        queries.candidates(session, wave.pilot, wave.id) if seed is None else to_draw(session, wave, seed, policy)
    )


def draw_back_checks(session: Session, wave: Wave, policy: Policy, now: datetime) -> int:
    """Draw what came in since the last time; returns how many. Whoever draws again, or at the same time, draws nothing else."""
    known = {"pilot_id": wave.pilot, "wave_id": wave.id}
    insert_new(session, BackCheckSeed, known | {"seed": secrets.token_hex(32), "made_at": now})
    seed = queries.seed(session, wave.pilot, wave.id)
    assert seed is not None  # noqa: S101 - it was there or has just been put there
    empty = dict.fromkeys(("assigned_to", "method", "result", "done_at", "done_by", "answers"))
    drawn = sum(
        insert_new(session, BackCheck, {"pilot_id": wave.pilot, "submission_id": id, "drawn_at": now} | empty)
        for id in to_draw(session, wave, seed, policy)
    )
    if drawn:
        record(session, wave.pilot, now, "calendar", "back_checks_drawn", wave.id, count=drawn)
    session.flush()
    return drawn


def draw_everywhere(session: Session, policy: Policy, now: datetime) -> None:
    """Draw for every wave that has interviews."""
    for wave_id in queries.waves_of_interviewers(session):
        draw_back_checks(session, wave_of(session, wave_id), policy, now)


def take(session: Session, wave: Wave, submission_id: UUID, login: str, now: datetime) -> None:
    """Say that one will do a back-check. Raises NotFound; Refused("own") for one's own interview, Refused("done")."""
    row = _open_check(session, wave, submission_id, login)
    row.assigned_to = login
    record(session, wave.pilot, now, login, "back_check_taken", str(submission_id))
    session.flush()


def keep_result(
    session: Session,
    wave: Wave,
    submission_id: UUID,
    method: Method,
    outcome: Outcome,
    answers: Mapping[str, Any],
    login: str,
    now: datetime,
) -> Result:
    """Keep what came of a back-check; whether it confirms the interview follows from `answers` (as the door takes them).

    Somebody who could not be reached may be tried again; what was found out stays. Raises like `take`.
    """
    row = _open_check(session, wave, submission_id, login)
    first = sheet(session, wave.pilot, submission_id)
    result = {
        Outcome.NOT_INTERVIEWED: Result.NOT_INTERVIEWED,
        Outcome.UNREACHABLE: Result.UNREACHABLE,
    }.get(outcome) or (Result.DIFFERS if differing(first.answers if first else {}, answers) else Result.CONFIRMED)
    row.method, row.result, row.done_at, row.done_by = method, result, now, login
    row.assigned_to = row.assigned_to or login
    row.answers = dict(answers) if outcome is Outcome.ASKED else None
    record(
        session, wave.pilot, now, login, "back_check_done", str(submission_id), result=result.value, method=method.value
    )
    session.flush()
    return result


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The questions whose two answers are not the same, where there are two; a code is no answer."""
    return [id for id, one, two in _both(first, second) if one != two]


def agreements_of(session: Session, wave: Wave) -> Agreements:
    """Agreement by question, and by interviewer over all questions together."""
    by_question: dict[str, list[tuple[Any, Any]]] = {}
    by_actor: dict[str, dict[str, list[tuple[Any, Any]]]] = {}
    for actor, first, second in queries.answered_twice(session, wave.pilot, wave.id):
        for id, one, two in _both(first, second):
            by_question.setdefault(id, []).append((one, two))
            by_actor.setdefault(actor, {}).setdefault(id, []).append((one, two))
    results: dict[str, Counter[Result]] = {}
    waiting: Counter[str] = Counter()
    for one_check in queries.back_checks(session, wave.pilot, wave.id):
        actor, row = one_check.submission.actor, one_check.row
        results.setdefault(actor, Counter())
        if row.result is None:
            waiting[actor] += 1
        else:
            results[actor][Result(row.result)] += 1
    people = [
        OfInterviewer(
            actor, counts, waiting[actor], pooled(agreement(found) for found in by_actor.get(actor, {}).values())
        )
        for actor, counts in results.items()
    ]
    return Agreements(
        {id: agreement(found) for id, found in by_question.items()},
        sorted(people, key=lambda one: (-one.results[Result.NOT_INTERVIEWED], -one.results[Result.DIFFERS], one.actor)),
    )


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> Sequence[tuple[str, Any, Any]]:
    return [
        (id, first[id], two)
        for id, two in second.items()
        if id in first and not isinstance(two, dict) and not isinstance(first[id], dict)
    ]


def _open_check(session: Session, wave: Wave, submission_id: UUID, login: str) -> BackCheck:
    row = queries.back_check(session, wave.pilot, submission_id, lock=True)
    of = submission(session, wave.pilot, submission_id)
    if row is None or of is None or of.wave_id != wave.id:
        raise NotFound(str(submission_id))
    if login_of(of.actor) == login:
        raise Refused("own")
    if row.result is not None and row.result != Result.UNREACHABLE:
        raise Refused("done")
    return row
