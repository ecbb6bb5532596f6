"""The interviewer's phone and the server: what a phone is given, and the door for what it sealed."""

from typing import Any

from flask import Blueprint, current_app, jsonify, render_template, request
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from literacy_app.accounts.rules import Holder
from literacy_app.accounts.service import holder_of, note_device
from literacy_app.areas.rules import AGE_GROUPS
from literacy_app.fieldwork.rules import FINAL
from literacy_app.fieldwork.service import Cluster, effort_of, households_for
from literacy_app.foundation import clock
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import Refused
from literacy_app.offline import service
from literacy_app.offline.rules import LARGEST_RECORD, MOST_RECORDS, RecordReceipt
from literacy_app.quality.models import ReviewNote
from literacy_app.quality.queries import returned
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.views import on_page
from literacy_app.sampling.rules.person import PERSONS
from literacy_app.surveys.rules import Reply, Wave
from literacy_app.surveys.service import instrument_of, wave_of
from literacy_app.surveys.views.api import RETRY_SECONDS, STATUS, bearer_token, body_of, json_reply, sign_in
from literacy_app.webkit.extensions import reading, rest, transaction
from literacy_app.webkit.i18n import LOCALES
from literacy_app.webkit.policy import policy
from literacy_app.webkit.security import for_programs, public

blueprint = Blueprint("field_api", __name__, url_prefix="/api/v1", template_folder="../templates")


@blueprint.post("/records")
@public
@for_programs
def receive() -> Any:
    """One sealed record of a phone, answered as the door answers a submission."""
    holder = holder_here()
    if holder is None:
        return sign_in()
    raw = body_of(LARGEST_RECORD)
    rest()
    try:
        with transaction() as session:
            outcome = service.receive_record(session, raw, holder, keys_here(), clock.now())
    except (OperationalError, PoolTimeout, Refused):
        current_app.logger.warning("a record was put off", exc_info=True)
        return json_reply({"error": "later"}), 503, {"Retry-After": str(RETRY_SECONDS)}
    if outcome.receipt is None:
        return json_reply({"errors": outcome.errors}), STATUS[outcome.reply]
    if outcome.reply is Reply.CONFLICT:
        return json_reply({"id": str(outcome.receipt.id), "sha256": outcome.receipt.sha256}), 409
    return json_reply(_receipt(outcome.receipt)), STATUS[outcome.reply]


@blueprint.get("/field/assignments")
@public
def assignments() -> Any:
    """Whom to visit, with which instrument and under which key. The phone says in the address what it still holds."""
    holder = holder_here()
    # A phone that was revoked may hand in what it holds, and is given nothing.
    if holder is None or holder.revoked:
        return sign_in()
    now = clock.now()
    with transaction() as session:
        note_device(session, holder.device, _number("unsent"), _number("sequence"), now)
        secret = keys_here().field
        key = service.current_key(session, secret) or service.make_key(session, secret, now)
        public_key = {"id": key.id, "public": service.public_text(key)}
    clusters = households_for(reading(), holder.id, reporting_date(now))
    waves = {one.wave: wave_of(reading(), one.wave) for one in clusters}
    figures = policy()
    effort = effort_of(figures)
    reply = json_reply(
        {
            "now": now.isoformat(),
            "key": public_key,
            # Nothing that was received is covered by a backup yet that has been tried: phones keep a week of it.
            "safe_until": None,
            "limits": {"warn_hours": figures.unsent_warn_hours.value, "attempts": effort.visits},
            "ages": [AGE_GROUPS[0][0], AGE_GROUPS[-1][1]],
            "final": sorted(FINAL),
            "kish": {table.value: persons for table, persons in PERSONS.items()},
            "waves": [_wave(one) for one in waves.values()],
            "clusters": [_cluster(one) for one in clusters],
            "returns": [_returned(note) for wave in waves.values() for note in returned_to(wave, holder)],
        }
    )
    reply.headers["Cache-Control"] = "no-store"
    return reply


@blueprint.get("/field/forms/<wave_id>/<language>")
@public
def form(wave_id: str, language: str) -> Any:
    """The instrument of a wave in one language: its walk, its words, and each question as the server itself shows it."""
    holder = holder_here()
    if holder is None or holder.revoked:
        return sign_in()
    given = {one.wave for one in households_for(reading(), holder.id, reporting_date(clock.now()))}
    if wave_id not in given:
        return jsonify(error="no_such_wave"), 404
    wave = wave_of(reading(), wave_id)
    instrument = instrument_of(reading(), wave)
    if language not in instrument.languages:
        return jsonify(error="no_such_wave"), 404
    words = instrument.words[language]
    found = service.form_for(instrument, language)
    with force_locale(LOCALES[language]):
        found["header"] = render_template("field/legal.html", wave=wave, language=language)
        found["html"] = {
            one.id: render_template(
                "field/question.html",
                question=one,
                section=words.sections.get(one.section, ""),
                **on_page(one, words.questions[one.id], words.labels, codes=True),
            )
            for one in instrument.questions
            if one.kind != "calculated"
        }
    reply = json_reply(found)
    reply.headers["Cache-Control"] = "no-store"
    return reply


def holder_here() -> Holder | None:
    """Whose phone calls; None without a token that is in force."""
    token = bearer_token()
    return holder_of(reading(), token, clock.now()) if token else None


def keys_here() -> service.Keys:
    """The secrets of this installation over what phones send."""
    return service.Keys(str(current_app.secret_key), current_app.config["CONTACTS_KEY"])


def _number(name: str) -> int:
    return min(max(request.args.get(name, 0, type=int), 0), MOST_RECORDS)


def _wave(wave: Wave) -> dict[str, Any]:
    instrument = instrument_of(reading(), wave)
    return {
        "id": wave.id,
        "pilot": wave.pilot,
        "title": {language: wave.title.text(language) for language in instrument.languages},
        "opens_on": wave.opens_on.isoformat(),
        "last_day": wave.last_day.isoformat(),
        "languages": list(instrument.languages),
        "form": service.form_name(wave, instrument),
        "asked": sum(KINDS[one.kind].asked for one in instrument.questions),
    }


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "pilot": cluster.pilot,
        "wave": cluster.wave,
        "draw": str(cluster.draw),
        "village": cluster.village,
        "name": cluster.name,
        "selection": cluster.selection,
        "households": [
            {
                "number": one.number,
                "turn": one.turn,
                "place": one.place,
                "reserve": one.reserve,
                "kish_table": one.kish_table,
                "respondent": str(one.respondent),
                "visits": [{"at": visit.at.isoformat(), "result": visit.result} for visit in one.visits],
                "roster": one.roster and {"members": list(one.roster.members), "chosen": one.roster.chosen},
                "disposition": one.disposition,
                "done": one.done,
            }
            for one in cluster.households
        ],
    }


def returned_to(wave: Wave, holder: Holder) -> list[ReviewNote]:
    """What supervisors ask this interviewer to ask again in a wave."""
    return returned(reading(), wave.pilot, wave.id, f"device:{holder.login}")


def _returned(note: ReviewNote) -> dict[str, Any]:
    return {"id": str(note.submission_id), "at": note.made_at.isoformat(), "note": note.note}


def _receipt(receipt: RecordReceipt) -> dict[str, Any]:
    return {
        "id": str(receipt.id),
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.isoformat(),
        "status": receipt.status,
        "reason": receipt.reason,
    }
