"""Data out for officers: which files a wave has, and each of them as a stream."""

import re
from collections.abc import Generator
from itertools import chain
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import Role
from literacy_app.exports import service
from literacy_app.exports.queries import hold_still
from literacy_app.exports.rules import Copy, Form, Selection
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.surveys.queries import tally
from literacy_app.surveys.rules import Stream, Wave
from literacy_app.surveys.views.reach import wave_seen
from literacy_app.webkit.extensions import db, reading, rest, transaction
from literacy_app.webkit.i18n import preferences

blueprint = Blueprint("exports", __name__, template_folder="templates")

MAY_EXPORT = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
# None of these is among the types that Flask-Compress packs, which would hold the first rows back.
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sav": "application/x-spss-sav",
    "jsonl": "application/x-ndjson",
    "xml": "application/ddi+xml",
}


@blueprint.get("/office/waves/<wave_id>/exports/")
@requires(*MAY_EXPORT)
def files(wave_id: str) -> str:
    """The files of a wave, each with what it is for."""
    wave, _pilot = wave_seen(wave_id, MAY_EXPORT)
    return render_template(
        "exports/files.html",
        wave=wave,
        tally=tally(reading(), wave.pilot, wave.id),
        language=preferences().language,
        forms=list(Form),
    )


@blueprint.get("/office/waves/<wave_id>/exports/<name>")
@requires(*MAY_EXPORT)
def download(wave_id: str, name: str) -> Response:
    """One file, sent while it is written; a connection that is broken off is no complete file."""
    wave, _pilot = wave_seen(wave_id, MAY_EXPORT)
    if name not in set(Form):
        raise NotFound(name)
    form, selection, now = Form(name), _selection(), clock.now()
    with transaction() as session:
        service.leave_trace(session, wave, form, selection, current_staff().login, now)
    rest()
    pieces = _pieces(db.engine, wave, form, selection)
    # What goes wrong before the first byte still becomes a page that says so.
    first = next(pieces)
    response = Response(chain((first,), pieces), content_type=TYPES[name.rpartition(".")[2]])
    response.call_on_close(pieces.close)
    response.headers["Content-Disposition"] = _disposition(wave, form, selection)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _pieces(engine: Engine, wave: Wave, form: Form, selection: Selection) -> Generator[bytes]:
    # The request's own session is shut when the view returns, so the stream has one for itself; it only reads.
    with Session(engine) as session:
        hold_still(session)
        yield from service.export(session, wave, form, selection, clock.now())


def _selection() -> Selection:
    given = request.args
    try:
        copy = Copy(given.get("copy", Copy.PLAIN))
        stream = Stream(given["stream"]) if given.get("stream") else None
    except ValueError:
        abort(400)
    language, counted = given.get("language", preferences().language), given.get("counted", "0")
    if language not in LANGUAGES or counted not in ("0", "1"):
        abort(400)
    return Selection(copy, language, stream, counted == "1")


def _disposition(wave: Wave, form: Form, selection: Selection) -> str:
    """The file's name in plain letters, and for browsers that can (RFC 6266) with the wave's title."""
    part = "" if selection.copy is Copy.PLAIN else f"{selection.copy}-"
    title = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", wave.title.text(selection.language)).strip()
    return (
        f"attachment; filename=\"{wave.id}-{part}{form}\"; filename*=UTF-8''{quote(f'{title}-{part}{form}', safe='')}"
    )
