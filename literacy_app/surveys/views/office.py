"""Waves in the office: how each stands, its links, what waits for a person's look, and what was decided."""

import io
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.foundation import clock
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.questions.rules import Question
from literacy_app.surveys import queries, service
from literacy_app.surveys.forms import DecisionForm
from literacy_app.surveys.models import SubmissionRow
from literacy_app.surveys.rules import DECISIONS, Decision, LinkKind, Receipt, Status, Wave
from literacy_app.surveys.rules.walk import label, words_for
from literacy_app.surveys.views.reach import holds, pilots_seen, wave_seen
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences

blueprint = Blueprint("waves", __name__, template_folder="../templates")

MAY_CHANGE = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
KEYING = RESULTS | {Role.INTERVIEWER}
MOST_WAITING = 50


@blueprint.get("/office/waves/")
@requires(*KEYING)
def overview() -> str:
    """Every wave within reach, the latest first; for interviewers the way to the paper forms that they key."""
    today = reporting_date(clock.now())
    rows = []
    for pilot in pilots_seen(KEYING):
        for row in queries.waves_of(reading(), pilot.id):
            wave = service.wave_of(reading(), row.id)
            tally = queries.tally(reading(), pilot.id, row.id) if holds(pilot, RESULTS) else None
            rows.append((wave, pilot, _state(wave), tally))
    return render_template("surveys/office/waves.html", rows=rows, today=today, language=preferences().language)


@blueprint.get("/office/waves/<wave_id>/")
@requires(*RESULTS)
def wave(wave_id: str) -> str:
    """One wave: its header, how many came in which way, its links, and what waits."""
    found, pilot = wave_seen(wave_id, RESULTS)
    links = {kind: queries.link_of(reading(), found.id, kind) for kind in LinkKind}
    return render_template(
        "surveys/office/wave.html",
        wave=found,
        state=_state(found),
        frozen=queries.wave_row(reading(), found.id),
        tally=queries.tally(reading(), pilot.id, found.id),
        addresses={kind: _address(link.token) for kind, link in links.items() if link},
        waiting=queries.waiting(reading(), pilot.id, found.id, MOST_WAITING),
        conflicts=queries.conflicts(reading(), pilot.id, found.id),
        language=preferences().language,
        form=PageForm(),
        may_change=holds(pilot, MAY_CHANGE),
    )


def _state(wave: Wave) -> str:
    today = reporting_date(clock.now())
    if today < wave.opens_on:
        return "planned"
    if today <= wave.last_day:
        return "open"
    return "expired" if wave.header.valid_until < wave.closes_on else "closed"


def _address(token: str) -> str:
    return url_for("surveys.cover", token=token, _external=True)


@blueprint.get("/office/waves/<wave_id>/<kind>.svg")
@requires(*RESULTS)
def link_code(wave_id: str, kind: str) -> Response:
    """The QR code of a link of a wave: `link` for everybody's phones, `kiosk` for tablets at events."""
    found, _pilot = wave_seen(wave_id, RESULTS)
    kinds = {"link": LinkKind.OPEN, "kiosk": LinkKind.KIOSK}
    link = queries.link_of(reading(), found.id, kinds[kind]) if kind in kinds else None
    if link is None:
        raise NotFound(kind)
    drawing = io.BytesIO()
    segno.make(_address(link.token), error="m").save(drawing, kind="svg", scale=6, border=2, xmldecl=False)
    return Response(drawing.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/office/waves/<wave_id>/links")
@requires(*MAY_CHANGE)
def replace_link(wave_id: str) -> Any:
    """A new link in the place of one that fell into the wrong hands."""
    found, _pilot = wave_seen(wave_id, MAY_CHANGE)
    if request.form.get("kind") not in set(LinkKind):
        raise NotFound("kind")
    with transaction() as session:
        service.replace_link(session, found, LinkKind(request.form["kind"]), current_staff().login, clock.now())
    return redirect(url_for("waves.wave", wave_id=wave_id), 303)


@blueprint.route("/office/waves/<wave_id>/submissions/<uuid:submission_id>", methods=["GET", "POST"])
@requires(*RESULTS)
def submission(wave_id: str, submission_id: UUID) -> Any:
    """One submission: what came, how it stands, what was decided; and the decision, with its reason."""
    found, pilot = wave_seen(wave_id, RESULTS)
    row = queries.submission(reading(), pilot.id, submission_id)
    if row is None or row.wave_id != found.id:
        raise NotFound(str(submission_id))
    form = DecisionForm()
    if request.method == "GET":
        with transaction() as session:
            service.note_reading(session, row, current_staff().login, clock.now())
        return _submission(found, row, form)
    if not form.validate_on_submit():
        return _submission(found, row, form), 422
    decision, reason = Decision(form.decision.data), form.reason.data.strip()
    try:
        with transaction() as session:
            service.decide(session, pilot.id, submission_id, decision, current_staff().login, reason, clock.now())
    except Refused as refused:
        words = {
            "decided": _("这份答卷已经有了决定，请看下面的记录。"),
            "respondent_answered": _("同一个人已有一份计入的答卷，不能再计入一份。先作废那一份，再来计入这一份。"),
        }
        form.reason.errors = [words[refused.reason]]
        return _submission(found, row, form), 409
    return redirect(url_for("waves.submission", wave_id=wave_id, submission_id=submission_id), 303)


def _submission(wave: Wave, row: SubmissionRow, form: DecisionForm) -> str:
    language = preferences().language
    kept = service.kept_instrument(reading(), row.instrument_name, row.instrument_version)
    sheet = queries.sheet(reading(), row.pilot_id, row.id)
    lines: list[tuple[Question, str, str]] = []
    if kept is not None and sheet is not None:
        standing = service.standing_of(reading(), wave.id)
        instrument = service.with_places(kept, standing.places)
        words = instrument.words[language]
        given, _errors = service.read_answers(instrument, sheet.answers)
        lines = [
            (one, words_for(one, words, instrument, given).stem, label(instrument, words, one.id, given[one.id]))
            for one in instrument.questions
            if one.id in given
        ]
    receipt = Receipt(row.id, row.sha256, row.received_at, Status(row.verdict), row.reason)
    return render_template(
        "surveys/office/submission.html",
        wave=wave,
        row=row,
        receipt=receipt,
        lines=lines,
        readable=kept is not None,
        judgements=queries.judgements(reading(), row.pilot_id, row.id),
        decisions=[(one.value, one.label) for one in form.decision.choices if (row.status, one.value) in DECISIONS],
        form=form,
        language=language,
    )
