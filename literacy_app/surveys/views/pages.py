"""A survey answered alone, one question a page, by a link, a QR code, an invitation, or on a tablet at an event."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as Plain

from literacy_app.areas.models import PilotRow
from literacy_app.areas.views import show_pilot
from literacy_app.foundation import clock
from literacy_app.foundation.clock import REPORTING_ZONE, reporting_date
from literacy_app.foundation.codes import normal_code, written
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.questions.forms import CODE_FIELD, FIELD, fault_words, typed_answer
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Fault, Question, as_text
from literacy_app.questions.views import on_page
from literacy_app.surveys import queries, service
from literacy_app.surveys.models import Draft
from literacy_app.surveys.rules import Entry, Instrument, InstrumentWords, LinkKind, Receipt, Wave
from literacy_app.surveys.rules.walk import Walk, offered, words_for
from literacy_app.surveys.views.callers import network_here, signing_key
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.policy import policy
from literacy_app.webkit.security import public, shows_again

blueprint = Blueprint("surveys", __name__, template_folder="../templates")

MONTH = 31 * 24 * 3600
# So long the receipt stands on a tablet before the next person's first page.
KIOSK_SECONDS = 30


@dataclass(frozen=True)
class Desk:
    """What every page of a survey needs: where the link leads, the words, and the draft of whoever holds the cookie."""

    entry: Entry
    instrument: Instrument
    words: InstrumentWords
    language: str
    draft: Draft | None
    receipt: Receipt | None
    walk: Walk | None
    answers: dict[str, Answer]

    @property
    def token(self) -> str:
        """The last part of the address."""
        return self.entry.token

    @property
    def wave(self) -> Wave:
        """The wave that is answered."""
        return self.entry.wave

    @property
    def kiosk(self) -> bool:
        """Whether this is a tablet that one person after the other answers on."""
        return self.entry.kind is LinkKind.KIOSK

    @property
    def is_open(self) -> bool:
        """Whether one may begin today."""
        return self.wave.is_open(reporting_date(clock.now())) and not self.entry.revoked

    @property
    def sent(self) -> bool:
        """Whether the draft came through the door."""
        return self.receipt is not None

    @property
    def onward(self) -> int:
        """The number of the page to go on with: the one after the last that was seen."""
        return min((self.draft.seen if self.draft else 0) + 1, len(self.shown)) or 1

    @property
    def shown(self) -> tuple[Question, ...]:
        """What this person is asked, in order."""
        return self.walk.shown if self.walk else ()


def desk_at(token: str) -> Desk:
    """The desk behind a link. Raises NotFound."""
    entry = service.entry_of(reading(), token)
    if entry is None:
        raise NotFound(token)
    wave = entry.wave
    instrument = service.instrument_of(reading(), wave)
    language = preferences().language if preferences().language in instrument.languages else instrument.languages[0]
    secret = request.cookies.get(_cookie(token))
    draft = queries.draft_by_secret(reading(), wave.id, secret) if secret else None
    receipt = queries.receipt(reading(), wave.pilot, draft.id) if draft else None
    answers = service.draft_answers(instrument, draft) if draft else {}
    way = service.draft_walk(instrument, draft, clock.now()) if draft else None
    show_pilot(reading().get(PilotRow, wave.pilot))
    return Desk(entry, instrument, instrument.words[language], language, draft, receipt, way, answers)


def _cookie(token: str) -> str:
    return f"draft-{token}"


def _show(template: str, desk: Desk, **more: Any) -> Response:
    response = make_response(
        render_template(f"surveys/{template}.html", desk=desk, form=PageForm(), room="survey", **more)
    )
    if desk.kiosk and template != "cover":
        # Whoever walks away leaves nothing on the tablet; the first page forgets.
        idle = KIOSK_SECONDS if template in ("done", "declined") else int(policy().kiosk_idle_minutes.value * 60)
        response.headers["Refresh"] = f"{idle}; url={url_for('surveys.cover', token=desk.token)}"
    return response


def _remember(response: Plain, desk: Desk, secret: str) -> Plain:
    response.set_cookie(
        _cookie(desk.token),
        secret,
        max_age=None if desk.kiosk else MONTH,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
        path=f"/s/{desk.token}",
    )
    return response


def _forget(response: Plain, desk: Desk) -> Plain:
    response.delete_cookie(_cookie(desk.token), path=f"/s/{desk.token}")
    return response


@blueprint.get("/s/<token>")
@public
def cover(token: str) -> Any:
    """Who asks, why, how long, the statutory header and one's rights; or the place where one stopped."""
    desk = desk_at(token)
    if desk.kiosk:
        return _forget(_show("cover", desk, onward=None), desk)
    if desk.sent:
        return redirect(url_for("surveys.done", token=token))
    used = desk.entry.respondent is not None and queries.has_answered(reading(), desk.wave.pilot, desk.entry.respondent)
    return _show("cover", desk, onward=desk.onward if desk.draft else None, used=used)


@blueprint.route("/s/<token>/consent", methods=["GET", "POST"])
@public
@shows_again
def consent(token: str) -> Any:
    """Ask for consent; agreeing begins a draft."""
    desk = desk_at(token)
    if (desk.draft is not None and not desk.kiosk) or not desk.is_open:
        return redirect(url_for("surveys.cover", token=token), 303)
    if request.method == "GET":
        return _show("consent", desk, stale=False)
    if not PageForm().validate_on_submit():
        response = _show("consent", desk, stale=True)
        response.status_code = 422
        return response
    if request.form.get("consent") != "agree":
        return _show("declined", desk)
    version, respondent, now = desk.words.consent.version, desk.entry.respondent, clock.now()
    try:
        with transaction() as session:
            secret = service.begin_draft(session, desk.wave, desk.language, version, now, respondent)
            if (network := _network(desk)) is not None:
                service.count_use(session, desk.wave, network, policy(), now, begun=1)
    except Refused:
        return redirect(url_for("surveys.cover", token=token), 303)
    return _remember(redirect(url_for("surveys.question", token=token, number=1), 303), desk, secret)


@blueprint.get("/s/<token>/<int:number>")
@public
def question(token: str, number: int) -> Any:
    """One question, with what was answered before."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    asked = _asked(desk, number)
    return _ask(desk, number, _typed(asked, desk.answers.get(asked.id)))


@blueprint.post("/s/<token>/<int:number>")
@public
@shows_again
def answer(token: str, number: int) -> Any:
    """Keep one answer on the server and go on; what cannot be kept is shown again as it was typed."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    asked = _meant(desk, number)
    if asked is None:
        # Another answer has changed the way meanwhile, and this question is not on it any more.
        return redirect(url_for("surveys.question", token=token, number=desk.onward), 303)
    number = desk.shown.index(asked) + 1
    typed = request.form.getlist(FIELD)
    if not PageForm().validate_on_submit():
        return _ask(desk, number, typed, _("页面放得有点久了，请再点一次。你选的还在。"))
    skipped = "skip" in request.form and not asked.required
    given = None if skipped else typed_answer(asked, typed, request.form.get(CODE_FIELD))
    if isinstance(given, Fault):
        return _ask(desk, number, typed, fault_words(given, asked))
    if given is None and not skipped and KINDS[asked.kind].asked:
        return _ask(desk, number, typed, _missing(desk, asked))
    secret = request.cookies[_cookie(token)]
    try:
        with transaction() as session:
            way = service.keep_answer(
                session, desk.wave, desk.instrument, secret, asked.id, given, desk.language, clock.now()
            )
    except Refused as refused:
        if refused.reason == "sent":
            return redirect(url_for("surveys.done", token=token), 303)
        words = desk.words.questions[asked.id].constraint or _("这个回答和题目的要求对不上，请再看看。")
        return _ask(desk, number, typed, words)
    place = next((place for place, one in enumerate(way.shown, start=1) if one.id == asked.id), number)
    if place >= len(way.shown) or request.args.get("check"):
        return redirect(url_for("surveys.check", token=token), 303)
    return redirect(url_for("surveys.question", token=token, number=place + 1), 303)


def _missing(desk: Desk, asked: Question) -> str:
    if words := desk.words.questions[asked.id].required:
        return words
    if asked.required:
        return str(_("这一题请一定回答。"))
    return str(_("请选一个。不清楚可以选“不知道”，也可以先跳过。") if asked.dimension else _("请回答，也可以先跳过。"))


@blueprint.get("/s/<token>/check")
@public
def check(token: str) -> Any:
    """What is still open, before sending."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    return _check(desk)


def _check(desk: Desk, **more: Any) -> Response:
    assert desk.walk is not None  # noqa: S101 - whoever comes here has a draft
    numbers = desk.walk.numbers
    places = {one.id: place for place, one in enumerate(desk.shown, start=1)}
    gaps = desk.walk.gaps(desk.answers)
    more.setdefault("proof", _puzzle(desk))
    response = _show(
        "check",
        desk,
        gaps=[(numbers[one.id], places[one.id]) for one in gaps],
        due=[(numbers[one.id], places[one.id]) for one in gaps if one.required],
        wrong=[(numbers[id], places[id]) for id in desk.walk.violated],
        count=len(numbers),
        last=len(desk.shown),
        **more,
    )
    response.status_code = 422 if {"stale", "unreadable"} & set(more) else 200
    return response


def _puzzle(desk: Desk) -> dict[str, object] | None:
    """A puzzle for the phone, only where answers come in thick from one network; nobody has to do anything for it."""
    network, now, secret = _network(desk), clock.now(), request.cookies[_cookie(desk.token)]
    if network is None or not service.draft_is_crowded(reading(), desk.wave, secret, network, policy(), now):
        return None
    return service.new_challenge(signing_key(), policy(), now)


def _network(desk: Desk) -> service.Network | None:
    return network_here() if desk.entry.is_open_to_all else None


@blueprint.post("/s/<token>/send")
@public
@shows_again
def send(token: str) -> Any:
    """Send the draft through the door; a second tap gets the same receipt."""
    desk = desk_at(token)
    if desk.draft is None:
        return redirect(url_for("surveys.cover", token=token), 303)
    if not PageForm().validate_on_submit():
        return _check(desk, stale=True)
    if desk.walk and (desk.walk.violated or any(one.required for one in desk.walk.gaps(desk.answers))):
        return _check(desk, unreadable=True)
    secret, proof = request.cookies[_cookie(token)], request.form.get("proof")
    try:
        with transaction() as session:
            service.send_alone(session, desk.wave, secret, _network(desk), proof, signing_key(), policy(), clock.now())
    except Refused:
        return _check(desk, unreadable=True)
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
    learn = service.worth_learning(reading(), desk.wave, desk.draft.id) if scores else []
    mark = service.pass_mark_of(reading(), desk.wave).least(scores["total"].max_points) if scores else None
    return _show("done", desk, receipt=receipt, scores=scores, learn=learn, mark=mark)


@blueprint.route("/s/<token>/pause", methods=["GET", "POST"])
@public
def pause(token: str) -> Any:
    """Stop for now; with a code one goes on on another phone."""
    desk = desk_at(token)
    if (away := _not_answering(desk)) is not None:
        return away
    code = None
    if request.method == "POST":
        with transaction() as session:
            code = written(service.new_resume_code(session, desk.wave, request.cookies[_cookie(token)]))
    return _show("pause", desk, code=code)


@blueprint.route("/s/<token>/resume", methods=["GET", "POST"])
@public
@shows_again
def resume(token: str) -> Any:
    """Go on on this phone with what was begun on another."""
    desk = desk_at(token)
    typed = request.form.get("code", "")
    if request.method == "GET" or not PageForm().validate_on_submit():
        return _show("resume", desk, typed=typed, error=None)
    try:
        with transaction() as session:
            secret = service.go_on(session, desk.wave, normal_code(typed) or "", clock.now())
    except NotFound:
        response = _show("resume", desk, typed=typed, error=_("这个号码对不上。号码只能用一次，请看看有没有写错。"))
        response.status_code = 422
        return response
    return _remember(redirect(url_for("surveys.cover", token=token), 303), desk, secret)


@blueprint.post("/s/<token>/leave")
@public
def leave(token: str) -> Any:
    """Let somebody else answer on this phone: the cookie goes, what was sent stays."""
    desk = desk_at(token)
    return _forget(redirect(url_for("surveys.cover", token=token), 303), desk)


def _not_answering(desk: Desk) -> Any:
    if desk.sent:
        return redirect(url_for("surveys.done", token=desk.token), 303)
    return None if desk.draft is not None else redirect(url_for("surveys.cover", token=desk.token), 303)


def _asked(desk: Desk, number: int) -> Question:
    if not 1 <= number <= len(desk.shown):
        raise NotFound(str(number))
    return desk.shown[number - 1]


def _meant(desk: Desk, number: int) -> Question | None:
    """The question that the form was about, wherever it stands by now; None when it is not asked any more."""
    named = request.form.get("question")
    if named is None:
        return _asked(desk, number)
    return next((one for one in desk.shown if one.id == named), None)


def _typed(question: Question, given: Answer | None) -> list[str]:
    if isinstance(given, Code) and not KINDS[question.kind].options(question):
        return []  # among options a code is one more of them; a box for a number or a text it leaves empty
    return list(given) if isinstance(given, tuple) else [as_text(given)] * (given is not None)


def _ask(desk: Desk, number: int, typed: list[str], error: str = "") -> Response:
    asked = _asked(desk, number)
    assert desk.walk is not None and desk.draft is not None  # noqa: S101 - a question is asked on somebody's way
    # An answer on a branch that is closed now is kept, but nobody is reminded of it.
    said = {id: one for id, one in desk.answers.items() if id not in desk.walk.hidden} | desk.walk.calculated
    words = words_for(asked, desk.words, desk.instrument, said)
    local = clock.now().astimezone(REPORTING_ZONE)
    options = offered(asked, said, local, str(desk.draft.id))
    page = on_page(asked, words, desk.words.labels, typed, error, codes=True, options=options)
    numbers = desk.walk.numbers
    response = _show(
        "question",
        desk,
        number=number,
        place=numbers.get(asked.id, 0),
        count=len(numbers),
        last=number == len(desk.shown),
        question=asked,
        section=desk.words.sections.get(asked.section, ""),
        **page,
    )
    response.status_code = 422 if error else 200
    return response
