"""What is done with surveys: files kept, waves opened, people answering alone, and the one door for every submission."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from literacy_app.areas.queries import townships
from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import InputError, NotFound, Problem, Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.foundation.secrets import digest_of
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Fault, Question
from literacy_app.scoring.rules import Key, PassMark, points_for, score
from literacy_app.surveys import queries
from literacy_app.surveys.loader import Frozen, instrument_from, key_from, read_submission, wave_body, wave_from
from literacy_app.surveys.models import (
    AnswerRow,
    Conflict,
    Draft,
    InstrumentRow,
    LinkRow,
    ScoreRow,
    SubmissionRow,
    WaveRow,
)
from literacy_app.surveys.rules import (
    Caller,
    Credential,
    Instrument,
    Mode,
    Outcome,
    Reason,
    Receipt,
    Reply,
    Status,
    Stream,
    Submission,
    Wave,
    next_step,
)

TOWNSHIPS = "townships"


def keep_instrument(session: Session, frozen: Frozen, now: datetime) -> None:
    """Keep an instrument version. Raises InputError when an opened wave has frozen another content under this version."""
    instrument, body, key_body = frozen.instrument, frozen.body(), frozen.key_body()
    digest = hashlib.sha256(f"{body}\n{key_body}".encode()).hexdigest()
    for wave in queries.waves_using(session, instrument.name, instrument.version):
        # A wave whose day came since the last load is open by now: it freezes what it has been asked with.
        if open_if_due(session, wave, now) and wave.frozen_digest != digest:
            name = f"{instrument.name}-v{instrument.version}"
            message = f"is frozen since wave {wave.id} opened; put the change into {instrument.name}-v{instrument.version + 1}"
            raise InputError([Problem(f"instruments/{name}", "", message)])
    values = {
        "name": instrument.name,
        "version": instrument.version,
        "digest": digest,
        "body": body,
        "key_body": key_body,
    }
    session.merge(InstrumentRow(**values, kept_at=now))
    session.flush()


def keep_wave(session: Session, wave: Wave, now: datetime) -> None:
    """Keep a wave, open it when its day has come, and give it a public link. An opened wave keeps instrument and pilot."""
    row = queries.wave_row(session, wave.id)
    bound = wave.pilot, wave.instrument, wave.version
    if row is not None and row.opened_at and (row.pilot_id, row.instrument_name, row.instrument_version) != bound:
        message = "has opened; its pilot and its instrument cannot be changed any more"
        raise InputError([Problem(f"waves/{wave.id}.yml", "", message)])
    row = session.merge(
        WaveRow(
            id=wave.id,
            pilot_id=wave.pilot,
            instrument_name=wave.instrument,
            instrument_version=wave.version,
            opens_on=wave.opens_on,
            last_day=wave.last_day,
            body=wave_body(wave),
        )
    )
    session.flush()
    open_if_due(session, row, now)
    if queries.link_of(session, wave.id) is None:
        session.add(LinkRow(token=secrets.token_urlsafe(12), wave_id=wave.id, created_at=now))
        session.flush()


def open_if_due(session: Session, row: WaveRow, now: datetime) -> bool:
    """Open a wave whose first day has come: from now on its instrument and its places are frozen. Whether it is opened."""
    if row.opened_at is None and row.opens_on <= reporting_date(now):
        instrument = queries.instrument_row(session, row.instrument_name, row.instrument_version)
        if instrument is None:
            raise NotFound(f"{row.instrument_name}-v{row.instrument_version}")
        row.opened_at, row.frozen_digest, row.places = now, instrument.digest, _places(session, row)
        record(session, row.pilot_id, now, "calendar", "wave_opened", row.id, digest=instrument.digest)
        session.flush()
    return row.opened_at is not None


def _places(session: Session, row: WaveRow) -> list[list[str]]:
    if row.places is not None:
        return row.places
    return [[place.code, place.name_zh, place.name_en] for place in townships(session, row.pilot_id, row.opens_on)]


@lru_cache(maxsize=32)
def _instrument(body: str) -> Instrument:
    return instrument_from(body)


@lru_cache(maxsize=32)
def _key(key_body: str) -> Key:
    return key_from(key_body)


@lru_cache(maxsize=64)
def _wave(body: str) -> Wave:
    return wave_from(body)


def wave_of(session: Session, wave_id: str) -> Wave:
    """A wave as its file has it. Raises NotFound."""
    row = queries.wave_row(session, wave_id)
    if row is None:
        raise NotFound(wave_id)
    return _wave(row.body)


def instrument_of(session: Session, wave: Wave) -> Instrument:
    """The wave's instrument as respondents may see it, with the wave's townships filled in. Raises NotFound."""
    row, wave_row = queries.instrument_row(session, wave.instrument, wave.version), queries.wave_row(session, wave.id)
    if row is None or wave_row is None:
        raise NotFound(f"{wave.instrument}-v{wave.version}")
    instrument = _instrument(row.body)
    if not any(question.options_from for question in instrument.questions):
        return instrument
    places = _places(session, wave_row)
    codes = tuple(code for code, _, _ in places)
    names = {"zh_Hans": {code: name for code, name, _ in places}, "en": {code: name for code, _, name in places}}
    questions = tuple(replace(q, options=codes) if q.options_from == TOWNSHIPS else q for q in instrument.questions)
    words = {}
    for language, spoken in instrument.words.items():
        filled = {
            q.id: replace(spoken.questions[q.id], options=names[language])
            for q in questions
            if q.options_from == TOWNSHIPS
        }
        words[language] = replace(spoken, questions={**spoken.questions, **filled})
    return replace(instrument, questions=questions, words=words)


def pass_mark_of(session: Session, wave: Wave) -> PassMark:
    """The pass mark of the wave's instrument version. Raises NotFound."""
    row = queries.instrument_row(session, wave.instrument, wave.version)
    if row is None:
        raise NotFound(f"{wave.instrument}-v{wave.version}")
    return _key(row.key_body).pass_mark


def receive_submission(session: Session, raw: bytes, credential: Credential, now: datetime) -> Outcome:
    """The one door: check, score and store `raw` in the caller's transaction, once, whatever is sent again or in parallel.

    Area, stratum, weight, score and stream come from what the server knows, never from `raw`.
    """
    sent = read_submission(raw)
    if not isinstance(sent, Submission):
        return Outcome(Reply.UNREADABLE, errors=sent)
    digest = hashlib.sha256(raw).hexdigest()
    if known := queries.receipt(session, credential.pilot_id, sent.id):
        return _again(session, known, raw, digest, credential, now)
    if sent.wave != credential.wave_id:
        return Outcome(Reply.UNREADABLE, errors={"wave": "is not the wave that this caller may answer"})
    wave_row = queries.wave_row(session, sent.wave)
    if wave_row is None:
        raise NotFound(sent.wave)
    open_if_due(session, wave_row, now)
    wave = _wave(wave_row.body)
    row = queries.instrument_row(session, sent.instrument, sent.version)
    instrument = (
        instrument_of(session, replace(wave, instrument=sent.instrument, version=sent.version)) if row else None
    )
    answers, errors = read_answers(instrument, sent.answers) if instrument else ({}, {})
    if errors:
        return Outcome(Reply.UNREADABLE, errors=errors)
    receipt = _store(session, sent, raw, digest, wave, credential, now)
    if receipt is None:
        # Somebody else stored this id between our look and our insert.
        known = queries.receipt(session, credential.pilot_id, sent.id)
        if known is None:
            raise Refused("busy")
        return _again(session, known, raw, digest, credential, now)
    if row is not None and instrument is not None:
        _store_answers(session, credential.pilot_id, sent.id, instrument, _key(row.key_body), answers)
    detail = {"sha256": digest, "status": receipt.status, "reason": receipt.reason}
    record(session, credential.pilot_id, now, credential.actor, "submission_received", str(sent.id), **detail)
    session.flush()
    return Outcome(Reply.STORED, receipt)


def read_answers(instrument: Instrument, sent: Mapping[str, Any]) -> tuple[dict[str, Answer], dict[str, str]]:
    """The answers as the instrument's kinds understand them, and what is wrong by field."""
    answers: dict[str, Answer] = {}
    errors: dict[str, str] = {}
    for id, value in sent.items():
        question = instrument.question(id)
        answer = Fault.NOT_AN_OPTION if question is None else _read_answer(question, value)
        if question is None:
            errors[f"answers.{id}"] = "no_such_question"
        elif isinstance(answer, Fault):
            errors[f"answers.{id}"] = answer
        else:
            answers[id] = answer
    return answers, errors


def _read_answer(question: Question, value: Any) -> Answer | Fault:
    if isinstance(value, dict):
        code = value.get("code")
        return Code(code) if len(value) == 1 and isinstance(code, str) and code in set(Code) else Fault.NO_SUCH_CODE
    return KINDS[question.kind].from_json(question, value)


def answer_json(question: Question, answer: Answer) -> Any:
    """An answer as the door takes it; the opposite of `read_answers`."""
    return {"code": answer.value} if isinstance(answer, Code) else KINDS[question.kind].to_json(answer)


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
    return Outcome(Reply.CONFLICT, known)


def _store(
    session: Session, sent: Submission, raw: bytes, digest: str, wave: Wave, credential: Credential, now: datetime
) -> Receipt | None:
    respondent = sent.respondent
    reason = _reason_to_wait(session, sent, wave, credential, now)
    if reason is Reason.RESPONDENT_UNKNOWN:
        respondent = None
    stream = Stream.PROBABILITY if respondent is not None else Stream.SELF_SELECTED
    values = {
        "pilot_id": credential.pilot_id,
        "id": sent.id,
        "wave_id": wave.id,
        "instrument_name": sent.instrument,
        "instrument_version": sent.version,
        "sha256": digest,
        "raw": raw,
        "mode": sent.mode,
        "language": sent.language,
        "stream": stream,
        "respondent_id": respondent,
        "started_at": sent.started_at,
        "finished_at": sent.finished_at,
        "received_at": now,
    }
    # Accepted unless something speaks against it; the second of two interviews with one person waits, it is not lost.
    for waits_for in (reason, reason or Reason.RESPONDENT_ANSWERED):
        status = Status.QUARANTINED if waits_for else Status.ACCEPTED
        if insert_new(session, SubmissionRow, {**values, "status": status, "reason": waits_for}):
            return Receipt(sent.id, digest, now, status, waits_for)
    return None


def _reason_to_wait(
    session: Session, sent: Submission, wave: Wave, credential: Credential, now: datetime
) -> Reason | None:
    if sent.respondent is not None:
        drawn = queries.respondent(session, credential.pilot_id, wave.id, sent.respondent)
        if drawn is None or credential.caller is Caller.LINK:
            return Reason.RESPONDENT_UNKNOWN
    if (sent.instrument, sent.version) != (wave.instrument, wave.version):
        return Reason.OTHER_VERSION
    return None if wave.is_open(reporting_date(now)) else Reason.WAVE_CLOSED


def _store_answers(
    session: Session,
    pilot_id: str,
    submission_id: UUID,
    instrument: Instrument,
    key: Key,
    answers: Mapping[str, Answer],
) -> None:
    row = {"pilot_id": pilot_id, "submission_id": submission_id}
    rows = []
    for question in instrument.questions:
        if (answer := answers.get(question.id)) is None:
            continue
        marking = key.items.get(question.id)
        options = KINDS[question.kind].options(question)
        points = None if marking is None else points_for(answer, options, marking, key.multiple_mode)
        code = answer.value if isinstance(answer, Code) else None
        value = None if code else KINDS[question.kind].to_json(answer)
        rows.append({**row, "question_id": question.id, "value": value, "code": code, "points": points})
    if rows:
        session.execute(insert(AnswerRow), rows)
    scores = score(instrument.questions, key, answers).values()
    if scores:
        session.execute(
            insert(ScoreRow),
            [
                {
                    **row,
                    "scale": one.scale,
                    "points": one.points,
                    "max_points": one.max_points,
                    "attained": one.attained,
                    "answered": one.answered,
                    "dont_know": one.dont_know,
                    "missing": one.missing,
                }
                for one in scores
            ],
        )


def begin_draft(session: Session, wave: Wave, language: str, consent_version: str, now: datetime) -> str:
    """Begin answering alone, after consent; returns the secret for the cookie. Raises Refused when the wave is not open."""
    row = queries.wave_row(session, wave.id)
    if row is None or not wave.is_open(reporting_date(now)):
        raise Refused("closed")
    open_if_due(session, row, now)
    secret = secrets.token_urlsafe(24)
    session.add(
        Draft(
            pilot_id=wave.pilot,
            id=uuid4(),
            wave_id=wave.id,
            secret_sha256=digest_of(secret),
            consent_version=consent_version,
            language=language,
            answers={},
            seen=0,
            started_at=now,
            changed_at=now,
            sent_body=None,
        )
    )
    session.flush()
    return secret


def draft_answers(instrument: Instrument, draft: Draft) -> dict[str, Answer]:
    """What a draft holds so far."""
    return read_answers(instrument, draft.answers)[0]


def keep_answer(
    session: Session,
    wave: Wave,
    instrument: Instrument,
    secret: str,
    number: int,
    answer: Answer | None,
    language: str,
    now: datetime,
) -> int:
    """Keep the answer to question `number` (None: skipped) and return the number to go on with. Raises NotFound, Refused."""
    draft = queries.draft_by_secret(session, wave.id, secret, lock=True)
    if draft is None or not 1 <= number <= len(instrument.questions):
        raise NotFound("draft")
    if draft.sent_body is not None:
        raise Refused("sent")
    question = instrument.questions[number - 1]
    kept = {id: value for id, value in draft.answers.items() if id != question.id}
    if answer is not None:
        kept[question.id] = answer_json(question, answer)
    draft.answers, draft.language, draft.changed_at = kept, language, now
    draft.seen = max(draft.seen, number)
    return next_step(instrument, number)


def send_draft(session: Session, wave: Wave, secret: str, now: datetime) -> Outcome:
    """Send what a person answered alone. The bytes are made once, so a second tap is a repeat. Raises NotFound, Refused."""
    draft = queries.draft_by_secret(session, wave.id, secret, lock=True)
    if draft is None:
        raise NotFound("draft")
    if draft.sent_body is None:
        body = {
            "id": str(draft.id),
            "wave": wave.id,
            "instrument": wave.instrument,
            "version": wave.version,
            "mode": Mode.SELF,
            "language": draft.language,
            "started_at": draft.started_at.isoformat(),
            "finished_at": now.isoformat(),
            "answers": draft.answers,
        }
        draft.sent_body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        session.flush()
    outcome = receive_submission(session, draft.sent_body, Credential(Caller.LINK, wave.pilot, wave.id, "page"), now)
    if outcome.receipt is None:
        # The caller's transaction is undone with this, so the draft stays as it was and can be put right.
        raise Refused("unreadable")
    return outcome


def forget_drafts(session: Session, days: float, now: datetime) -> None:
    """Drop drafts that nobody changed for so many days: unsent answers are nobody's to keep, sent ones are stored elsewhere."""
    session.execute(delete(Draft).where(Draft.changed_at < now - timedelta(days=days)))
