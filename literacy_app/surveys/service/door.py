"""The one door: every submission, from a page, a phone, keyed paper or a file, is checked, scored and stored here, once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import AuditEvent, record
from literacy_app.foundation.clock import REPORTING_ZONE, reporting_date
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.orm import Inserts, connection_of, insert_all_or_nothing, insert_new
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Fault, Question, Value
from literacy_app.scoring.rules import Score
from literacy_app.surveys import queries
from literacy_app.surveys.loader import read_submission
from literacy_app.surveys.models import AnswerSheet, Conflict, Judgement, SubmissionRow
from literacy_app.surveys.rules import (
    DECISIONS,
    OF_STAFF,
    Credential,
    Decision,
    Flag,
    Instrument,
    Outcome,
    Reason,
    Receipt,
    Reply,
    Status,
    Stream,
    Submission,
    Wave,
)
from literacy_app.surveys.rules.walk import walk
from literacy_app.surveys.service.keeping import Standing, asked_with, open_if_due, standing_of, with_places

# Plain inserts, compiled once: the door is the busiest place of the house.
SUBMISSIONS, SHEETS, EVENTS = (
    insert(cast(Table, table.__table__)) for table in (SubmissionRow, AnswerSheet, AuditEvent)
)

# A phone's clock that says more than this of the future is wrong.
CLOCK_TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Read:
    """A submission held against its instrument; all that can be decided before anything is written."""

    raw: bytes
    sha256: str
    sent: Submission
    standing: Standing
    respondent: UUID | None
    reason: Reason | None
    flags: tuple[Flag, ...]
    answers: dict[str, Any] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """What cannot be stored, by field. `id` and `sha256` where at least those could be read."""

    errors: dict[str, str]
    raw: bytes
    id: UUID | None = None
    sha256: str = ""


def receive_submission(session: Session, raw: bytes, credential: Credential, now: datetime) -> Outcome:
    """The one door: check, score and store `raw` in the caller's transaction, once, whatever is sent again or in parallel.

    Area, stratum, weight, score and stream come from what the server knows, never from `raw`.
    """
    return store(session, read(session, raw, credential, now), credential, now)


def read(session: Session, raw: bytes, credential: Credential, now: datetime) -> Read | Unreadable:
    """The first half of the door, which only looks things up, so that nobody waits for the write lock meanwhile."""
    sent = read_submission(raw)
    if not isinstance(sent, Submission):
        return Unreadable(sent, raw)
    digest = hashlib.sha256(raw).hexdigest()
    if sent.wave != credential.wave_id:
        errors = {"wave": "is not the wave that this caller may answer"}
        return Unreadable(errors, raw, sent.id, digest)
    standing = standing_of(session, sent.wave)
    wave, kept = standing.wave, asked_with(session, standing, sent.instrument, sent.version)
    respondent, reason = _respondent(session, sent, credential)
    flags = tuple(_flags(sent, wave, credential, now))
    reason = reason or _reason_to_wait(sent, wave, credential, flags, now)
    if kept is None:
        return Read(raw, digest, sent, standing, respondent, reason, flags)
    instrument = with_places(kept, standing.places)
    answers, errors = read_answers(instrument, sent.answers)
    if errors:
        return Unreadable(errors, raw, sent.id, digest)
    found = walk(
        instrument, answers, sent.finished_at.astimezone(REPORTING_ZONE), str(sent.id), instrument.words[sent.language]
    )
    if found.hidden or found.violated:
        reason = reason or Reason.CONTRADICTION
    sheet, points = _sheet(instrument, answers, found.calculated), kept.scheme.points(answers)
    scores = {one.scale: _without_name(one) for one in kept.scheme.scores(answers, points)}
    return Read(raw, digest, sent, standing, respondent, reason, flags, sheet, points, scores)


def set_apart(found: Read | Unreadable) -> Read | Unreadable:
    """The same, waiting for a person's look because too many came from one network; a weightier reason stays."""
    return replace(found, reason=found.reason or Reason.CROWDED) if isinstance(found, Read) else found


def store(session: Session, found: Read | Unreadable, credential: Credential, now: datetime) -> Outcome:
    """The second half of the door: everything of a submission in the caller's transaction, or what stands against it."""
    if isinstance(found, Unreadable):
        # Other bytes under an id that is known are a conflict, whatever else is wrong with them.
        known = queries.receipt(session, credential.pilot_id, found.id) if found.id else None
        if known is None:
            return Outcome(Reply.UNREADABLE, errors=found.errors)
        return _again(session, known, found.raw, found.sha256, credential, now)
    if not found.standing.opened and (row := queries.wave_row(session, found.standing.wave.id)) is not None:
        open_if_due(session, row, now)
    receipt = _insert(session, found, credential, now)
    if receipt is None:
        # This id is stored already: sent again, or by somebody else between our look and our insert.
        known = queries.receipt(session, credential.pilot_id, found.sent.id)
        if known is None:
            raise Refused("busy")
        return _again(session, known, found.raw, found.sha256, credential, now)
    for statement, rows in _sheets([(found, credential, receipt)], now):
        connection_of(session).execute(statement, rows)
    return Outcome(Reply.STORED, receipt)


def store_all_new(
    session: Session, deliveries: Sequence[tuple[Read | Unreadable, Credential]], now: datetime, also: Inserts = ()
) -> list[Outcome] | None:
    """`store` for several that arrive together, and `also` what is to be written with them, in few statements.

    None where something stands against one of them: nothing is written then, and each is to be stored by itself.
    """
    rows, stored = [], []
    for found, credential in deliveries:
        if not isinstance(found, Read) or not found.standing.opened or credential.correction is not None:
            return None
        rows.append(_values(found, credential, now))
        stored.append((found, credential, _receipt(found, rows[-1])))
    if not insert_all_or_nothing(session, [(SUBMISSIONS, rows), *_sheets(stored, now), *also]):
        return None
    return [Outcome(Reply.STORED, receipt) for _, _, receipt in stored]


def _receipt(found: Read, values: Mapping[str, Any]) -> Receipt:
    return Receipt(found.sent.id, found.sha256, values["received_at"], values["verdict"], values["reason"])


def _sheets(stored: Sequence[tuple[Read, Credential, Receipt]], now: datetime) -> Inserts:
    """What belongs to submissions that are being inserted: the answers, and a row each in the audit log."""
    sheets, events = [], []
    for found, credential, receipt in stored:
        sheets.append(
            {
                "pilot_id": credential.pilot_id,
                "submission_id": receipt.id,
                "answers": found.answers,
                "points": found.points,
                "scores": found.scores,
                "paradata": found.sent.paradata,
            }
        )
        events.append(
            {
                "pilot_id": credential.pilot_id,
                "id": uuid4(),
                "at": now,
                "actor": credential.actor,
                "action": "submission_received",
                "subject": str(receipt.id),
                "detail": {"sha256": receipt.sha256, "status": receipt.status, "reason": receipt.reason},
            }
        )
    return [(SHEETS, sheets), (EVENTS, events)]


def read_answers(instrument: Instrument, sent: Mapping[str, Any]) -> tuple[dict[str, Answer], dict[str, str]]:
    """The answers as the instrument's kinds understand them, and what is wrong by field."""
    answers: dict[str, Answer] = {}
    errors: dict[str, str] = {}
    questions = instrument.by_id
    for id, value in sent.items():
        if (question := questions.get(id)) is None:
            errors[f"answers.{id}"] = "no_such_question"
        elif isinstance(answer := _read_answer(question, value), Fault):
            errors[f"answers.{id}"] = answer
        else:
            answers[id] = answer
    return answers, errors


def _read_answer(question: Question, value: Any) -> Answer | Fault:
    if isinstance(value, dict):
        code = value.get("code")
        if len(value) != 1 or not isinstance(code, str) or code not in set(Code) or not KINDS[question.kind].asked:
            return Fault.NO_SUCH_CODE
        return Code(code)
    return KINDS[question.kind].from_json(question, value)


def answer_json(question: Question, answer: Answer) -> Any:
    """An answer as the door takes it; the opposite of `read_answers`."""
    if type(answer) is str:  # an option or a text, and no code: it is its own JSON
        return answer
    return {"code": answer.value} if isinstance(answer, Code) else KINDS[question.kind].to_json(answer)


def decide(
    session: Session, pilot_id: str, submission_id: UUID, decision: Decision, author: str, reason: str, now: datetime
) -> None:
    """Let a submission that waits count, or take one out. Its bytes stay; decision, author and reason are kept.

    Raises NotFound; Refused("decided") when it stands where this decision makes no sense, Refused("respondent_answered")
    when another interview of the same person counts.
    """
    row = queries.submission(session, pilot_id, submission_id, lock=True)
    if row is None:
        raise NotFound(str(submission_id))
    onward = DECISIONS.get((Status(row.status), decision))
    if onward is None:
        raise Refused("decided")
    if (
        onward is Status.ACCEPTED
        and row.respondent_id is not None
        and queries.has_answered(session, pilot_id, row.respondent_id)
    ):
        raise Refused(Reason.RESPONDENT_ANSWERED)
    row.status = onward
    session.add(
        Judgement(
            pilot_id=pilot_id,
            submission_id=submission_id,
            made_at=now,
            decision=decision,
            author=author,
            reason=reason,
        )
    )
    record(session, pilot_id, now, author, f"submission_{decision}", str(submission_id))
    session.flush()


def note_reading(session: Session, row: SubmissionRow, reader: str, now: datetime) -> None:
    """Write down that somebody looked at one person's answers."""
    record(session, row.pilot_id, now, reader, "submission_read", str(row.id))


def _again(session: Session, known: Receipt, raw: bytes, digest: str, credential: Credential, now: datetime) -> Outcome:
    if known.sha256 == digest:
        return Outcome(Reply.REPEATED, known)
    values = {
        "pilot_id": credential.pilot_id,
        "submission_id": known.id,
        "sha256": digest,
        "raw": raw,
        "received_at": now,
    }
    if insert_new(session, Conflict, values):
        record(session, credential.pilot_id, now, credential.actor, "submission_conflict", str(known.id), sha256=digest)
        session.flush()
    return Outcome(Reply.CONFLICT, known)


def _insert(session: Session, found: Read, credential: Credential, now: datetime) -> Receipt | None:
    """The submission's own row; None when its id is there already."""
    values = _values(found, credential, now)
    if credential.correction is not None:
        if queries.receipt(session, credential.pilot_id, found.sent.id) is not None:
            return None
        # A correction is of the same person: where the person came from is not up to whoever corrects.
        of = _replaced(session, credential, found.standing.wave)
        values |= {"respondent_id": of.respondent_id, "stream": of.stream, "replaces": of.id}
    # The second of two interviews with one person waits, it is not lost.
    answered = {"status": Status.QUARANTINED, "verdict": Status.QUARANTINED, "reason": Reason.RESPONDENT_ANSWERED}
    for row in (values, values | answered):
        if insert_new(session, SubmissionRow, row):
            return _receipt(found, row)
        if values["respondent_id"] is None or values["status"] is not Status.ACCEPTED:
            return None
    return None


def _values(found: Read, credential: Credential, now: datetime) -> dict[str, Any]:
    """The row of a submission: accepted unless something speaks against it."""
    sent, status = found.sent, Status.QUARANTINED if found.reason else Status.ACCEPTED
    return {
        "pilot_id": credential.pilot_id,
        "id": sent.id,
        "wave_id": found.standing.wave.id,
        "instrument_name": sent.instrument,
        "instrument_version": sent.version,
        "sha256": found.sha256,
        "raw": found.raw,
        "mode": sent.mode,
        "language": sent.language,
        "stream": Stream.PROBABILITY if found.respondent is not None else Stream.SELF_SELECTED,
        "status": status,
        "verdict": status,
        "reason": found.reason,
        "flags": list(found.flags),
        "respondent_id": found.respondent,
        "started_at": sent.started_at,
        "finished_at": sent.finished_at,
        "received_at": now,
        "actor": credential.actor,
        "sequence": sent.sequence,
        "consent_version": credential.consent_version,
        "replaces": None,
        "correction": credential.correction.reason if credential.correction else None,
    }


def _replaced(session: Session, credential: Credential, wave: Wave) -> SubmissionRow:
    """The submission that a correction takes the place of, taken out. Raises NotFound, Refused("decided")."""
    assert credential.correction is not None  # noqa: S101 - the caller has looked
    row = queries.submission(session, credential.pilot_id, credential.correction.of, lock=True)
    if row is None or row.wave_id != wave.id:
        raise NotFound(str(credential.correction.of))
    if row.status not in (Status.ACCEPTED, Status.QUARANTINED):
        raise Refused("decided")
    row.status = Status.REPLACED
    session.flush()
    return row


def _respondent(session: Session, sent: Submission, credential: Credential) -> tuple[UUID | None, Reason | None]:
    """Who was drawn, as far as the server knows it, and what is wrong with that."""
    named = sent.respondent
    if credential.caller not in OF_STAFF:
        wrong = named is not None and named != credential.respondent
        return (None, Reason.RESPONDENT_UNKNOWN) if wrong else (credential.respondent, None)
    if named is None:
        return None, None
    drawn = queries.respondent(session, credential.pilot_id, credential.wave_id, named)
    return (named, None) if drawn is not None else (None, Reason.RESPONDENT_UNKNOWN)


def _flags(sent: Submission, wave: Wave, credential: Credential, now: datetime) -> list[Flag]:
    flags = []
    began = credential.began_at or (sent.started_at if credential.caller in OF_STAFF else None)
    if not wave.is_open(reporting_date(now)) and began is not None and wave.is_open(reporting_date(began)):
        flags.append(Flag.LATE)
    if sent.finished_at > now + CLOCK_TOLERANCE or sent.started_at > sent.finished_at:
        flags.append(Flag.CLOCK)
    return flags


def _reason_to_wait(
    sent: Submission, wave: Wave, credential: Credential, flags: tuple[Flag, ...], now: datetime
) -> Reason | None:
    if credential.revoked:
        return Reason.CREDENTIAL_REVOKED
    if (sent.instrument, sent.version) != (wave.instrument, wave.version):
        return Reason.OTHER_VERSION
    if credential.broken_off:
        return Reason.BROKEN_OFF
    return Reason.WAVE_CLOSED if not wave.is_open(reporting_date(now)) and Flag.LATE not in flags else None


def _without_name(one: Score) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if name != "scale"}


def _sheet(instrument: Instrument, answers: Mapping[str, Answer], calculated: Mapping[str, Value]) -> dict[str, Any]:
    given = {**calculated, **answers}
    return {one.id: answer_json(one, given[one.id]) for one in instrument.questions if one.id in given}
