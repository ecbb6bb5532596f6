"""People answering alone on our pages: drafts on the server, going on elsewhere, sending, and invitations."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import REPORTING_ZONE, reporting_date
from literacy_app.foundation.codes import new_code
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.secrets import digest_of
from literacy_app.framework.rules import Dimension
from literacy_app.questions.rules import Answer, Question
from literacy_app.scoring.rules import losses
from literacy_app.surveys import queries
from literacy_app.surveys.models import Draft, Invitation
from literacy_app.surveys.rules import Caller, Credential, Instrument, Mode, Outcome, Wave
from literacy_app.surveys.rules.walk import Walk, walk
from literacy_app.surveys.service.door import answer_json, read, read_answers, set_apart, store
from literacy_app.surveys.service.keeping import instrument_of, kept_instrument, open_if_due


def begin_draft(
    session: Session, wave: Wave, language: str, consent_version: str, now: datetime, respondent: UUID | None = None
) -> str:
    """Begin answering alone, after consent; returns the secret for the cookie. Raises Refused("closed"), and Refused("answered") for a used invitation."""
    row = queries.wave_row(session, wave.id)
    if row is None or not wave.is_open(reporting_date(now)):
        raise Refused("closed")
    if respondent is not None and queries.has_answered(session, wave.pilot, respondent):
        raise Refused("answered")
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
            respondent_id=respondent,
        )
    )
    session.flush()
    return secret


def go_on(session: Session, wave: Wave, code: str, now: datetime) -> str:
    """Go on with a draft on another phone; returns the secret for its cookie, and the phone before lets go.

    A code works once. Raises NotFound.
    """
    draft = queries.draft_by_code(session, wave.id, code)
    if draft is None:
        raise NotFound("code")
    secret = secrets.token_urlsafe(24)
    draft.secret_sha256, draft.resume_sha256, draft.changed_at = digest_of(secret), None, now
    session.flush()
    return secret


def new_resume_code(session: Session, wave: Wave, secret: str) -> str:
    """A code to go on with elsewhere; the one before stops working. Raises NotFound."""
    draft = queries.draft_by_secret(session, wave.id, secret, lock=True)
    if draft is None:
        raise NotFound("draft")
    code = new_code()
    draft.resume_sha256 = digest_of(code)
    session.flush()
    return code


def draft_answers(instrument: Instrument, draft: Draft) -> dict[str, Answer]:
    """What a draft holds so far, also of branches that are hidden now."""
    return read_answers(instrument, draft.answers)[0]


def draft_walk(instrument: Instrument, draft: Draft, now: datetime) -> Walk:
    """The way of a person through the instrument, as far as answered."""
    words = instrument.words[draft.language]
    local = now.astimezone(REPORTING_ZONE)
    return walk(instrument, draft_answers(instrument, draft), local, str(draft.id), words)


def keep_answer(
    session: Session,
    wave: Wave,
    instrument: Instrument,
    secret: str,
    question_id: str,
    answer: Answer | None,
    language: str,
    now: datetime,
) -> Walk:
    """Keep the answer to a question (None: skipped) and return the way that follows from it.

    Raises NotFound, Refused("sent"), and Refused("constraint") for an answer that breaks what the question asks for.
    """
    draft = queries.draft_by_secret(session, wave.id, secret, lock=True)
    question = instrument.question(question_id)
    if draft is None or question is None:
        raise NotFound("draft")
    if draft.sent_body is not None:
        raise Refused("sent")
    kept = {id: value for id, value in draft.answers.items() if id != question.id}
    if answer is not None:
        kept[question.id] = answer_json(question, answer)
    draft.answers, draft.language, draft.changed_at = kept, language, now
    found = draft_walk(instrument, draft, now)
    if question.id in found.violated:
        raise Refused("constraint")
    place = next((place for place, one in enumerate(found.shown, start=1) if one.id == question.id), 0)
    draft.seen = max(draft.seen, place)
    return found


def send_draft(session: Session, wave: Wave, secret: str, now: datetime, *, crowded: bool = False) -> Outcome:
    """Send what a person answered alone. The bytes are made once, so a second tap is a repeat. Raises NotFound, Refused.

    Answers to questions that are hidden in the end stay in the draft and are not sent. `crowded` sets it apart.
    """
    draft = queries.draft_by_secret(session, wave.id, secret, lock=True)
    if draft is None:
        raise NotFound("draft")
    if draft.sent_body is None:
        hidden = set(draft_walk(instrument_of(session, wave), draft, now).hidden)
        body = {
            "id": str(draft.id),
            "wave": wave.id,
            "instrument": wave.instrument,
            "version": wave.version,
            "mode": Mode.SELF,
            "language": draft.language,
            "started_at": draft.started_at.isoformat(),
            "finished_at": now.isoformat(),
            "answers": {id: value for id, value in draft.answers.items() if id not in hidden},
        }
        draft.sent_body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        session.flush()
    credential = Credential(
        Caller.PAGE,
        wave.pilot,
        wave.id,
        "page",
        respondent=draft.respondent_id,
        consent_version=draft.consent_version,
        began_at=draft.started_at,
    )
    found = read(session, draft.sent_body, credential, now)
    outcome = store(session, set_apart(found) if crowded else found, credential, now)
    if outcome.receipt is None:
        # The caller's transaction is undone with this, so the draft stays as it was and can be put right.
        raise Refused("unreadable")
    return outcome


def worth_learning(session: Session, wave: Wave, submission_id: UUID, most: int = 2) -> list[Question]:
    """Items that cost points in the weakest dimension of a sent submission, one an article: what to learn about first."""
    kept = kept_instrument(session, wave.instrument, wave.version)
    sheet = queries.sheet(session, wave.pilot, submission_id)
    scores = queries.scores(session, wave.pilot, submission_id)
    dimensions = [scores[scale] for scale in Dimension if scale in scores]
    if kept is None or sheet is None or not dimensions:
        return []
    weakest = min(dimensions, key=lambda one: one.points / one.max_points).scale
    by_article: dict[str, Question] = {}
    for question in losses(kept.instrument.questions, kept.key, sheet.points):
        if question.dimension == weakest:
            by_article.setdefault(question.article, question)
    return list(by_article.values())[:most]


def forget_drafts(session: Session, days: float, now: datetime) -> None:
    """Drop drafts that nobody changed for so many days: unsent answers are nobody's to keep, sent ones are stored elsewhere."""
    session.execute(delete(Draft).where(Draft.changed_at < now - timedelta(days=days)))


def invite(session: Session, wave: Wave, respondents: Sequence[UUID], author: str, now: datetime) -> dict[UUID, str]:
    """One-time secrets for people drawn, whatever they were given before; kept only as digests. Raises NotFound."""
    made = {}
    for id in respondents:
        if queries.respondent(session, wave.pilot, wave.id, id) is None:
            raise NotFound(str(id))
        made[id] = secrets.token_urlsafe(12)
        session.merge(Invitation(pilot_id=wave.pilot, respondent_id=id, secret_sha256=digest_of(made[id]), made_at=now))
    record(session, wave.pilot, now, author, "invitations_made", wave.id, count=len(made))
    session.flush()
    return made
