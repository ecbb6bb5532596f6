"""The door for programs: submissions with receipts, and the description of a survey."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.questions.kinds import KINDS
from literacy_app.surveys import queries, service
from literacy_app.surveys.rules import Caller, Credential, Instrument, Outcome, Receipt, Reply
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.security import for_programs, public

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

LARGEST_BODY = 256 * 1024
LARGEST_BATCH = 2 * 1024 * 1024
MOST_IN_BATCH = 50
RETRY_SECONDS = 5

BLANK = " \t\n\r"

STATUS = {Reply.STORED: 201, Reply.REPEATED: 202, Reply.CONFLICT: 409, Reply.UNREADABLE: 422}


@blueprint.post("/submissions")
@public
@for_programs
def submit() -> Any:
    """One submission, answered with a receipt or with what is wrong by field."""
    credential = _credential()
    if credential is None:
        return jsonify(error="sign_in"), 401, {"WWW-Authenticate": "Bearer"}
    if (request.content_length or 0) > LARGEST_BODY:
        return jsonify(error="too_large", most=LARGEST_BODY), 413
    raw = request.get_data(cache=False)
    if len(raw) > LARGEST_BODY:
        return jsonify(error="too_large", most=LARGEST_BODY), 413
    status, body = _reply(_receive(raw, credential))
    response = _json(body)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response, status


@blueprint.post("/submissions/batch")
@public
@for_programs
def submit_batch() -> Any:
    """Up to 50 submissions as a JSON list; each is judged as the exact bytes it has in the list, and has its own status."""
    credential = _credential()
    if credential is None:
        return jsonify(error="sign_in"), 401, {"WWW-Authenticate": "Bearer"}
    if (request.content_length or 0) > LARGEST_BATCH:
        return jsonify(error="too_large", most=LARGEST_BATCH), 413
    bodies = _items(request.get_data(cache=False))
    if not 1 <= len(bodies) <= MOST_IN_BATCH:
        return jsonify(errors={"": f"must be a JSON list of 1 to {MOST_IN_BATCH} submissions, in UTF-8"}), 422
    replies = []
    for body in bodies:
        status, answer = _reply(_receive(body, credential))
        replies.append({"status": status, "body": answer})
    return _json(replies), 200


@blueprint.get("/links/<token>")
@public
def describe(token: str) -> Any:
    """What a client needs to show the survey itself. Never a key, a mark or an explanation."""
    found = queries.link(reading(), token)
    if found is None:
        return jsonify(error="no_such_link"), 404
    wave = service.wave_of(reading(), found.wave_id)
    instrument = service.instrument_of(reading(), wave)
    header = wave.header
    return _json(
        {
            "wave": wave.id,
            "instrument": instrument.name,
            "version": instrument.version,
            "languages": list(instrument.languages),
            "header": {
                "form_number": header.form_number,
                "issuing_body": {language: header.issuing_body.text(language) for language in instrument.languages},
                "approval_number": header.approval_number,
                "valid_until": header.valid_until.isoformat(),
            },
            "questions": [_question(instrument, number) for number in range(len(instrument.questions))],
        }
    )


def _question(instrument: Instrument, number: int) -> dict[str, Any]:
    question = instrument.questions[number]
    options = KINDS[question.kind].options(question)
    words = {}
    for language, spoken in instrument.words.items():
        said = spoken.questions[question.id]
        labels = {option: (said.options or spoken.labels)[option] for option in options}
        words[language] = {"stem": said.stem, "hint": said.hint, "options": labels}
    return {
        "id": question.id,
        "kind": question.kind,
        "required": question.required,
        "options": list(options),
        "min": question.min,
        "max": question.max,
        "show_if": None,
        "codes": [code.value for code in question.codes],
        "words": words,
    }


def _credential() -> Credential | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = queries.link(reading(), token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        return None
    return Credential(Caller.LINK, service.wave_of(reading(), found.wave_id).pilot, found.wave_id, "link")


def _items(raw: bytes) -> list[bytes]:
    """The items of a JSON list, each as the bytes it stands there with; an empty list for what is no list."""
    try:
        text, items, decoder = raw.decode("utf-8"), [], json.JSONDecoder()
        place = _after_blank(text, 0)
        if text[place] != "[":
            return []
        while text[place] != "]":
            begin = _after_blank(text, place + 1)
            _, end = decoder.raw_decode(text, begin)
            items.append(text[begin:end].encode())
            place = _after_blank(text, end)
            if text[place] not in ",]":
                return []
        return items if not text[place + 1 :].strip(BLANK) else []
    except (ValueError, IndexError, RecursionError):
        return []


def _after_blank(text: str, place: int) -> int:
    while text[place] in BLANK:
        place += 1
    return place


def _receive(raw: bytes, credential: Credential) -> Outcome | None:
    """The door's answer; None when the database is busy, full or away, and nothing was consumed."""
    try:
        with transaction() as session:
            return service.receive_submission(session, raw, credential, clock.now())
    except (OperationalError, PoolTimeout, Refused):
        current_app.logger.warning("a submission was put off", exc_info=True)
        return None


def _reply(outcome: Outcome | None) -> tuple[int, dict[str, Any]]:
    if outcome is None:
        return 503, {"error": "later", "retry_after": RETRY_SECONDS}
    if outcome.receipt is None:
        return STATUS[outcome.reply], {"errors": outcome.errors}
    if outcome.reply is Reply.CONFLICT:
        return 409, {"id": str(outcome.receipt.id), "sha256": outcome.receipt.sha256}
    return STATUS[outcome.reply], _receipt(outcome.receipt)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": str(receipt.id),
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.isoformat(),
        "status": receipt.status,
        "reason": receipt.reason,
    }


def _json(body: Any) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
