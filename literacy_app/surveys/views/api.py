"""The door for programs: submissions with receipts, and the description of a survey."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from literacy_app.accounts.rules import DEVICE, Holder
from literacy_app.accounts.service import holder_of
from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.foundation.policy import Policy
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question
from literacy_app.surveys import service
from literacy_app.surveys.rules import Caller, Credential, Entry, Instrument, Outcome, Receipt, Reply
from literacy_app.surveys.views.callers import Guesses, network_here, signing_key
from literacy_app.webkit.extensions import reading, rest, transaction
from literacy_app.webkit.policy import policy
from literacy_app.webkit.security import for_programs, public
from literacy_app.webkit.together import Together

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

LARGEST_BODY = 256 * 1024
LARGEST_BATCH = 2 * 1024 * 1024
MOST_IN_BATCH = 50
RETRY_SECONDS = 5

BLANK = " \t\n\r"
PROOF_HEADER = "Literacy-Proof"
LONGEST_TOKEN = 200

STATUS = {Reply.STORED: 201, Reply.REPEATED: 202, Reply.CONFLICT: 409, Reply.UNREADABLE: 422}


@blueprint.post("/submissions")
@public
@for_programs
def submit() -> Any:
    """One submission, answered with a receipt or with what is wrong by field."""
    caller = _caller()
    if caller is None:
        return sign_in()
    status, body = _reply(_receive(body_of(LARGEST_BODY), caller))
    response = json_reply(body)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response, status


@blueprint.post("/submissions/batch")
@public
@for_programs
def submit_batch() -> Any:
    """Up to 50 submissions as a JSON list; each is judged as the exact bytes it has in the list, and has its own status."""
    caller = _caller()
    if caller is None:
        return sign_in()
    bodies = _items(body_of(LARGEST_BATCH))
    if not 1 <= len(bodies) <= MOST_IN_BATCH:
        return jsonify(errors={"": f"must be a JSON list of 1 to {MOST_IN_BATCH} submissions, in UTF-8"}), 422
    replies = []
    for body in bodies:
        if len(body) > LARGEST_BODY:
            replies.append({"status": 413, "body": {"error": "too_large", "most": LARGEST_BODY}})
            continue
        status, answer = _reply(_receive(body, caller))
        replies.append({"status": status, "body": answer})
    return json_reply(replies), 200


def body_of(most: int) -> bytes:
    """What was sent. Ends the request with 413 when it is larger than `most`."""
    raw = request.get_data(cache=False) if (request.content_length or 0) <= most else None
    if raw is None or len(raw) > most:
        abort(make_response(jsonify(error="too_large", most=most), 413))
    return raw


@blueprint.get("/links/<token>/challenge")
@public
def challenge(token: str) -> Any:
    """A puzzle (ALTCHA, version 1). Solved, Base64, in the header `Literacy-Proof`, it makes a crowded link's answer count."""
    if service.entry_of(reading(), token) is None:
        return jsonify(error="no_such_link"), 404
    response = json_reply(service.new_challenge(signing_key(), policy(), clock.now()))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/links/<token>")
@public
def describe(token: str) -> Any:
    """What a client needs to show the survey itself. Never a key, a mark or an explanation."""
    found = service.entry_of(reading(), token)
    if found is None:
        return jsonify(error="no_such_link"), 404
    wave = found.wave
    instrument = service.instrument_of(reading(), wave)
    header = wave.header
    return json_reply(
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
            "questions": [_question(instrument, one) for one in instrument.questions if one.kind != "calculated"],
            "calculated": [
                {"id": one.id, "show_if": one.show_if or None, "calculation": one.calculation}
                for one in instrument.questions
                if one.kind == "calculated"
            ],
            "shuffle_sections": list(instrument.shuffle_sections),
        }
    )


def _question(instrument: Instrument, question: Question) -> dict[str, Any]:
    options = KINDS[question.kind].options(question)
    words = {}
    for language, spoken in instrument.words.items():
        said = spoken.questions[question.id]
        labels = {option: (said.options or spoken.labels)[option] for option in options}
        more = {"lead": said.lead, "constraint": said.constraint, "required": said.required}
        words[language] = {"stem": said.stem, "hint": said.hint, "options": labels} | {
            k: v for k, v in more.items() if v
        }
    return {
        "id": question.id,
        "kind": question.kind,
        "required": question.required,
        "options": list(options),
        "min": question.min,
        "max": question.max,
        "decimals": question.decimals,
        "show_if": question.show_if or None,
        "constraint": question.constraint or None,
        "option_if": question.option_if,
        "shuffle": question.shuffle,
        "section": question.section,
        "matrix": question.matrix or None,
        "codes": [code.value for code in question.codes] if KINDS[question.kind].asked else [],
        "words": words,
    }


def bearer_token() -> str:
    """The token of this request, empty where it has none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) <= LONGEST_TOKEN else ""


def _caller() -> Entry | Holder | None:
    token = bearer_token()
    if token.startswith(DEVICE):
        return holder_of(reading(), token, clock.now())
    return service.entry_lately(reading(), token) if token else None


def sign_in() -> Any:
    """The answer to whoever has no token that opens anything."""
    # Only whoever tries one token after the other is asked to wait; a token that is known is never held up.
    guesses: Guesses = current_app.extensions.setdefault("guesses", Guesses())
    wait = guesses.wait(network_here().name)
    if wait:
        return jsonify(error="later", retry_after=wait), 429, {"Retry-After": str(wait)}
    return jsonify(error="sign_in"), 401, {"WWW-Authenticate": "Bearer"}


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


def _receive(raw: bytes, caller: Entry | Holder) -> Outcome | None:
    """The door's answer; None when the database is busy, full or away, and nothing was consumed."""
    now = clock.now()
    try:
        if isinstance(caller, Holder):
            return _from_device(raw, caller, now)
        entry, wave = caller, caller.wave
        credential = Credential(Caller.LINK, wave.pilot, wave.id, "link", entry.respondent, entry.revoked)
        found = service.read(reading(), raw, credential, now)
        rest()
        network = network_here() if entry.is_open_to_all else None
        arrival = service.Arrival(found, credential, wave, network, request.headers.get(PROOF_HEADER))
        return _shared_door()((arrival, signing_key(), policy(), now))
    except (OperationalError, PoolTimeout, Refused):
        current_app.logger.warning("a submission was put off", exc_info=True)
        return None


def _from_device(raw: bytes, holder: Holder, now: datetime) -> Outcome:
    credential = service.device_credential(reading(), raw, holder)
    if not isinstance(credential, Credential):
        return Outcome(Reply.UNREADABLE, errors=credential)
    with transaction() as session:
        return service.receive_submission(session, raw, credential, now)


_Job = tuple[service.Arrival, str, Policy, datetime]


def _keep_all(session: Session, jobs: Sequence[_Job]) -> list[Outcome]:
    _, key, figures, now = jobs[-1]
    return service.admit_all(session, [arrival for arrival, *_ in jobs], key, figures, now)


def _shared_door() -> Together[_Job, Outcome]:
    """The queue before this application's database; a group is received at the moment its latest member arrived."""
    doors: Together[_Job, Outcome] = current_app.extensions.setdefault("door", Together(_keep_all))
    return doors


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


def json_reply(body: Any) -> Response:
    """A reply for programs, with Chinese as it is."""
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
