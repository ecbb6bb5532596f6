"""A stored submission, corrected: the same entry page, a reason, and a new version through the door."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.paper import queries, service
from literacy_app.paper.forms import Typed, read_questions
from literacy_app.paper.rules import CORRECTORS, field_of
from literacy_app.paper.rules.keying import as_typed
from literacy_app.paper.service import Stored
from literacy_app.paper.views.blueprint import blueprint
from literacy_app.paper.views.keying import LONGEST_REASON, error_list
from literacy_app.paper.views.questions import ready
from literacy_app.surveys.queries import receipt
from literacy_app.surveys.rules import Status, Wave
from literacy_app.surveys.views.reach import wave_seen
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.security import shows_again


@blueprint.get("/office/waves/<wave_id>/submissions/<uuid:submission_id>/correct")
@requires(*CORRECTORS)
def correct(wave_id: str, submission_id: UUID) -> Any:
    """What is stored, as a clerk would type it."""
    wave, _pilot = wave_seen(wave_id, CORRECTORS)
    found = service.stored(reading(), wave, submission_id)
    typed = Typed(
        fields={
            field_of(one.id): as_typed(one, found.answers[one.id])
            for one in found.instrument.questions
            if one.id in found.answers
        }
    )
    return _page(wave, found, typed)


@blueprint.post("/office/waves/<wave_id>/submissions/<uuid:submission_id>/correct")
@requires(*CORRECTORS)
@shows_again
def keep_correction(wave_id: str, submission_id: UUID) -> Any:
    """Store the corrected version; what cannot be kept is shown again as it was typed."""
    wave, _pilot = wave_seen(wave_id, CORRECTORS)
    found = service.stored(reading(), wave, submission_id)
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    typed = Typed(fields={"reason": reason})
    if not reason:
        typed.errors["reason"] = str(_("请写明为什么更正"))
    read_questions(found.instrument, request.form, typed)
    if not PageForm().validate_on_submit():
        return _page(wave, found, typed, str(_("页面放得有点久了，请再点一次保存。"))), 422
    if typed.errors:
        return _page(wave, found, typed), 422
    try:
        with transaction() as session:
            made = service.correct(
                session, wave, submission_id, typed.answers, reason, current_staff().login, clock.now()
            )
    except Refused as refused:
        words = {"decided": _("这一份刚才被别人更正或作废了，请回去看一看")}
        return _page(wave, found, typed, str(words.get(refused.reason, _("这一份现在收不下，请告诉管理员")))), 422
    return redirect(url_for("paper.correct", wave_id=wave.id, submission_id=made.id, done=1), 303)


def _page(wave: Wave, found: Stored, typed: Typed, problem: str = "") -> str:
    questions, status = ready(found.instrument), Status(found.row.status)
    stored = receipt(reading(), wave.pilot, found.row.id)
    return render_template(
        "paper/correct.html",
        room="office",
        form=PageForm(),
        wave=wave,
        code=stored.code if stored else "",
        status=status,
        open=status in (Status.ACCEPTED, Status.QUARANTINED),
        later=queries.corrected_by(reading(), wave.pilot, found.row.id) if status is Status.REPLACED else None,
        done="done" in request.args,
        typed=typed,
        ready=questions,
        problem=problem,
        errors=error_list(typed, questions),
    )
