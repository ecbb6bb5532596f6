"""A survey answered alone, one question a page, by a link or QR code."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.areas.models import PilotRow
from literacy_app.areas.views import show_pilot
from literacy_app.foundation import clock
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.questions.forms import CODE_FIELD, FIELD, fault_words, typed_answer
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Fault, Question
from literacy_app.questions.views import on_page
from literacy_app.surveys import queries, service
from literacy_app.surveys.models import Draft
from literacy_app.surveys.rules import Instrument, InstrumentWords, Receipt, Wave, gaps, next_step
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public, shows_again

blueprint = Blueprint("surveys", __name__, template_folder="../templates")

MONTH = 31 * 24 * 3600


@dataclass(frozen=True)
class Desk:
    """What every page of a survey needs: the wave, its instrument, the words, and the draft of whoever holds the cookie."""

    token: str
    wave: Wave
    instrument: Instrument
    words: InstrumentWords
    language: str
    draft: Draft | None
    receipt: Receipt | None

    @property
    def is_open(self) -> bool:
        """Whether one may begin today."""
        return self.wave.is_open(reporting_date(clock.now()))

    @property
    def sent(self) -> bool:
        """Whether the draft came through the door."""
        return self.receipt is not None


def desk_at(token: str) -> Desk:
    """The desk behind a link. Raises NotFound."""
    found = queries.link(reading(), token)
    if found is None:
        raise NotFound(token)
    wave = service.wave_of(reading(), found.wave_id)
    instrument = service.instrument_of(reading(), wave)
    language = preferences().language if preferences().language in instrument.languages else instrument.languages[0]
    secret = request.cookies.get(_cookie(token))
    draft = queries.draft_by_secret(reading(), wave.id, secret) if secret else None
    receipt = queries.receipt(reading(), wave.pilot, draft.id) if draft else None
    show_pilot(reading().get(PilotRow, wave.pilot))
    return Desk(token, wave, instrument, instrument.words[language], language, draft, receipt)


def _cookie(token: str) -> str:
    return f"draft-{token}"


def _show(template: str, desk: Desk, **more: Any) -> str:
    return render_template(f"surveys/{template}.html", desk=desk, form=PageForm(), room="survey", **more)


@blueprint.get("/s/<token>")
@public
def cover(token: str) -> Any:
    """Who asks, why, how long, the statutory header and one's rights; or the place where one stopped."""
    desk = desk_at(token)
    if desk.sent:
        return redirect(url_for("surveys.done", token=token))
    onward = next_step(desk.instrument, desk.draft.seen) if desk.draft else None
    return _show("cover", desk, onward=onward)


@blueprint.route("/s/<token>/consent", methods=["GET", "POST"])
@public
@shows_again
def consent(token: str) -> Any:
    """Ask for consent; agreeing begins a draft."""
    desk = desk_at(token)
    if desk.draft is not None:
        return redirect(url_for("surveys.cover", token=token), 303)
    if not desk.is_open:
        return redirect(url_for("surveys.cover", token=token), 303)
    if request.method == "GET":
        return _show("consent", desk, stale=False)
    if not PageForm().validate_on_submit():
        return _show("consent", desk, stale=True), 422
    if request.form.get("consent") != "agree":
        return _show("declined", desk)
    with transaction() as session:
        secret = service.begin_draft(session, desk.wave, desk.language, desk.words.consent.version, clock.now())
    response = redirect(url_for("surveys.question", token=token, number=1), 303)
    secure = request.is_secure
    response.set_cookie(
        _cookie(token), secret, max_age=MONTH, httponly=True, samesite="Lax", secure=secure, path=f"/s/{token}"
    )
    return response


@blueprint.get("/s/<token>/<int:number>")
@public
def question(token: str, number: int) -> Any:
    """One question, with what was answered before."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    asked = _asked(desk, number)
    given = (desk.draft.answers if desk.draft else {}).get(asked.id)
    return _ask(desk, number, _typed(asked, given))


@blueprint.post("/s/<token>/<int:number>")
@public
@shows_again
def answer(token: str, number: int) -> Any:
    """Keep one answer on the server and go on; what cannot be kept is shown again as it was typed."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    asked = _asked(desk, number)
    typed = request.form.getlist(FIELD)
    if not PageForm().validate_on_submit():
        return _ask(desk, number, typed, _("页面放得有点久了，请再点一次。你选的还在。")), 422
    skipped = "skip" in request.form and not asked.required
    given = None if skipped else typed_answer(asked, typed, request.form.get(CODE_FIELD))
    if isinstance(given, Fault):
        return _ask(desk, number, typed, fault_words(given, asked)), 422
    if given is None and not skipped:
        words = _("请选一个。不清楚可以选“不知道”，也可以先跳过。") if asked.dimension else _("请回答，也可以先跳过。")
        return _ask(desk, number, typed, words), 422
    secret = request.cookies[_cookie(token)]
    with transaction() as session:
        onward = service.keep_answer(
            session, desk.wave, desk.instrument, secret, number, given, desk.language, clock.now()
        )
    if onward == number or request.args.get("check"):
        return redirect(url_for("surveys.check", token=token), 303)
    return redirect(url_for("surveys.question", token=token, number=onward), 303)


@blueprint.get("/s/<token>/check")
@public
def check(token: str) -> Any:
    """What is still open, before sending."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    assert desk.draft is not None  # noqa: S101 - _not_answering has made sure
    return _show(
        "check", desk, gaps=gaps(desk.instrument, service.draft_answers(desk.instrument, desk.draft)), stale=False
    )


@blueprint.post("/s/<token>/send")
@public
@shows_again
def send(token: str) -> Any:
    """Send the draft through the door; a second tap gets the same receipt."""
    desk = desk_at(token)
    if desk.draft is None:
        return redirect(url_for("surveys.cover", token=token), 303)
    if not PageForm().validate_on_submit():
        found = gaps(desk.instrument, service.draft_answers(desk.instrument, desk.draft))
        return _show("check", desk, gaps=found, stale=True), 422
    try:
        with transaction() as session:
            service.send_draft(session, desk.wave, request.cookies[_cookie(token)], clock.now())
    except Refused:
        found = gaps(desk.instrument, service.draft_answers(desk.instrument, desk.draft))
        return _show("check", desk, gaps=found, stale=False, unreadable=True), 422
    return redirect(url_for("surveys.done", token=token), 303)


@blueprint.get("/s/<token>/done")
@public
def done(token: str) -> Any:
    """The receipt, and one's own result by dimension where the wave shows it."""
    desk = desk_at(token)
    receipt = desk.receipt
    if desk.draft is None or receipt is None:
        return redirect(url_for("surveys.cover", token=token))
    scores = queries.scores(reading(), desk.wave.pilot, desk.draft.id) if desk.wave.show_result else {}
    weakest = (
        min(("concepts", "knowledge", "skills"), key=lambda scale: scores[scale].points / scores[scale].max_points)
        if scores
        else None
    )
    return _show("done", desk, receipt=receipt, scores=scores, weakest=weakest)


@blueprint.post("/s/<token>/leave")
@public
def leave(token: str) -> Any:
    """Let somebody else answer on this phone: the cookie goes, what was sent stays."""
    desk_at(token)
    response = redirect(url_for("surveys.cover", token=token), 303)
    response.delete_cookie(_cookie(token), path=f"/s/{token}")
    return response


def _not_answering(desk: Desk) -> Any:
    if desk.sent:
        return redirect(url_for("surveys.done", token=desk.token), 303)
    return None if desk.draft is not None else redirect(url_for("surveys.cover", token=desk.token), 303)


def _asked(desk: Desk, number: int) -> Question:
    if not 1 <= number <= len(desk.instrument.questions):
        raise NotFound(str(number))
    return desk.instrument.questions[number - 1]


def _typed(question: Question, given: Any) -> list[str]:
    if given is None:
        return []
    if isinstance(given, dict):
        # Among options a code is one more of them; a box for a number or a text it leaves empty.
        return [str(given["code"])] if KINDS[question.kind].options(question) else []
    return [str(value) for value in given] if isinstance(given, list) else [str(given)]


def _ask(desk: Desk, number: int, typed: list[str], error: str = "") -> str:
    asked = _asked(desk, number)
    words = desk.words.questions[asked.id]
    page = on_page(asked, words, desk.words.labels, typed, error, codes=True)
    section = desk.words.sections[asked.section]
    return _show("question", desk, number=number, question=asked, section=section, **page)
