"""A phone in a session: join with a code, answer what the screen asks, see why once the leader shows it. No names."""

import secrets
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.areas.models import PilotRow
from literacy_app.areas.views import show_pilot
from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.groups import queries, service
from literacy_app.groups.models import GroupSession, Participant
from literacy_app.groups.rules import LASTS, Subject, Turn, is_over, normal_code, spread, turn_of
from literacy_app.groups.views.subjects import item_asked, labels, option_texts, subject_title
from literacy_app.lessons.rules import Item
from literacy_app.practice.rules import is_right
from literacy_app.questions.forms import FIELD, fault_words, typed_answer
from literacy_app.questions.rules import Fault
from literacy_app.questions.views import on_page
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public, shows_again
from literacy_app.webkit.text import inline

blueprint = Blueprint("joining", __name__, template_folder="../templates")

COOKIE = "seat"


@blueprint.get("/join/")
@public
def enter_code() -> Any:
    """Type the code that the screen shows."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return render_template("groups/enter.html", room="group", typed="", unknown=False)
    group = _group_with(typed)
    return _unknown(typed) if group is None else redirect(url_for("joining.phone", code=group.code))


@blueprint.get("/join/<code>")
@public
def phone(code: str) -> Any:
    """Whatever this phone has to show now: the way in, a question, waiting, the answer, or the end."""
    group = _group_with(code)
    if group is None:
        return _unknown(code)
    if code != group.code:
        return redirect(url_for("joining.phone", code=group.code))
    participant = _participant(group)
    if participant is not None or _over(group):
        return _turn(group, participant)
    response = make_response(_show("welcome", group))
    if COOKIE not in request.cookies:
        _remember(response, group, secrets.token_urlsafe(24))
    return response


@blueprint.post("/join/<code>")
@public
@shows_again
def join(code: str) -> Any:
    """Take part; the secret came with the page, so a doubled tap is one participant."""
    group, secret = _group_with(code), request.cookies.get(COOKIE)
    if group is None:
        return _unknown(code)
    if secret is None or not PageForm().validate_on_submit():
        response = make_response(_show("welcome", group, again=True), 422)
        _remember(response, group, secret or secrets.token_urlsafe(24))
        return response
    try:
        with transaction() as session:
            service.join(session, group.pilot_id, group.id, secret, clock.now())
    except Refused as refused:
        return _to_phone(group, refused.reason)
    return _to_phone(group)


@blueprint.route("/join/<code>/answer", methods=["GET", "POST"])
@public
@shows_again
def answer(code: str) -> Any:
    """Keep an answer once, whatever is tapped twice, and wait for the screen."""
    group = _group_with(code)
    if group is None:
        return _unknown(code)
    participant, item = _participant(group), item_asked(group)
    if request.method == "GET" or participant is None:
        return _to_phone(group)
    # An old page's tap is not the answer of whoever holds the phone now, nor to the question that is asked now.
    if item is None or (request.form.get("item"), request.form.get("seat")) != (item.id, str(participant.id)):
        return _to_phone(group, "moved_on")
    typed = request.form.getlist(FIELD)
    if not PageForm().validate_on_submit():
        return _ask(group, participant, item, typed, _("页面放得有点久了，请再点一次。你选的还在。")), 422
    given = typed_answer(item.question, typed)
    if given is None or isinstance(given, Fault):
        words = fault_words(given, item.question) if given else _("先选一个，再提交")
        return _ask(group, participant, item, typed, words), 422
    try:
        with transaction() as session:
            service.keep_answer(session, group.pilot_id, group.id, participant.id, item.id, typed, clock.now())
    except Refused as refused:
        return _to_phone(group, refused.reason)
    return _to_phone(group)


@blueprint.post("/join/<code>/next")
@public
@shows_again
def hand_on(code: str) -> Any:
    """Hand the phone to the next person. A tap on an old page changes nothing: it names who had the phone then."""
    group, secret = _group_with(code), request.cookies.get(COOKIE)
    if group is None:
        return _unknown(code)
    participant = _participant(group)
    response = _to_phone(group)
    if secret is None or participant is None or request.form.get("seat") != str(participant.id):
        return response
    if not PageForm().validate_on_submit():
        return _to_phone(group, "stale")
    try:
        with transaction() as session:
            fresh = service.hand_on(session, group.pilot_id, group.id, secret, clock.now())
    except Refused as refused:
        return _to_phone(group, refused.reason)
    _remember(response, group, fresh)
    return response


def _group_with(code: str) -> GroupSession | None:
    group = queries.session_by_code(reading(), normal_code(code))
    if group is not None:
        show_pilot(reading().get(PilotRow, group.pilot_id))
    return group


def _participant(group: GroupSession) -> Participant | None:
    secret = request.cookies.get(COOKIE)
    return queries.participant_by_secret(reading(), group, secret) if secret else None


def _over(group: GroupSession) -> bool:
    return is_over(group.opened_at, group.ended_at, clock.now())


def _remember(response: Any, group: GroupSession, secret: str) -> None:
    """Give the phone its secret for this session only, and not for longer than the session lasts."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(LASTS.total_seconds()),
        path=url_for("joining.phone", code=group.code),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def _to_phone(group: GroupSession, note: str | None = None) -> Any:
    return redirect(url_for("joining.phone", code=group.code, note=note), 303)


def _unknown(typed: str) -> Any:
    return render_template("groups/enter.html", room="group", typed=typed[:20], unknown=True), 404


def _show(template: str, group: GroupSession, **more: Any) -> str:
    return render_template(
        f"groups/{template}.html",
        room="group",
        form=PageForm(),
        group=group,
        title=subject_title(group.subject, group.subject_id),
        note=request.args.get("note"),
        total=len(group.item_ids),
        **more,
    )


def _turn(group: GroupSession, participant: Participant | None) -> str:
    item = item_asked(group)
    given = queries.answer_of(reading(), participant, item.id) if participant and item else None
    turn = turn_of(group.stage, over=_over(group), answered=given is not None)
    if turn is Turn.OVER or participant is None:
        lesson = group.subject_id if group.subject == Subject.LESSON else None
        return _show("over", group, lesson=lesson)
    if item is None or turn in (Turn.GATHERING, Turn.KEPT):
        words = item.words[preferences().language] if item else None
        return _show("waiting", group, participant=participant, words=words, chosen=_chosen(item, given), turn=turn)
    if turn is Turn.ASKED:
        return _ask(group, participant, item)
    right = None if given is None else is_right(item, given)
    words = item.words[preferences().language]
    return _show("told", group, participant=participant, words=words, rows=_rows(item, given or ()), right=right)


def _ask(
    group: GroupSession, participant: Participant, item: Item, typed: list[str] | None = None, error: str = ""
) -> str:
    page = on_page(item.question, item.words[preferences().language], labels(), typed or (), error, codes=False)
    return _show("ask", group, participant=participant, item=item, **page)


def _chosen(item: Item | None, given: tuple[str, ...] | None) -> list[str]:
    return [text for option, text in option_texts(item).items() if option in given] if item and given else []


def _rows(item: Item, given: tuple[str, ...]) -> list[dict[str, Any]]:
    texts, why = option_texts(item), item.words[preferences().language].why or {}
    return [
        {"text": texts[bar.option], "why": inline(why[bar.option]), "right": bar.right, "chosen": bar.count > 0}
        for bar in spread(item, [given])
    ]
