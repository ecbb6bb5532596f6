"""A session as its leader sees it: the list, a new one, one session, and the page for the projector."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilots_within
from literacy_app.areas.views import pilot_name, show_pilot
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.groups import queries, service
from literacy_app.groups.forms import NewSessionForm
from literacy_app.groups.models import GroupSession
from literacy_app.groups.rules import LEADERS, Stage, Subject, is_over, items_on, spread
from literacy_app.groups.views.subjects import item_asked, option_texts, qr_drawing, subject_title
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import shows_again
from literacy_app.webkit.text import inline

blueprint = Blueprint("groups", __name__, template_folder="../templates")

# How often the projector page asks again, in seconds, while there is something to wait for.
REFRESH = 3
LARGEST_SIZE = 4


def session_led(session_id: UUID) -> GroupSession:
    """A session that whoever is signed in may lead: an own one, or any of a pilot that is wholly theirs. Raises NotFound."""
    group, staff = queries.session_by_id(reading(), session_id), current_staff()
    whole = {pilot.id for pilot in pilots_within(reading(), staff.scopes(LEADERS))}
    if group is None or (group.staff_id != staff.id and group.pilot_id not in whole):
        raise NotFound(str(session_id))
    show_pilot(reading().get(PilotRow, group.pilot_id))
    return group


def join_address(group: GroupSession) -> str:
    """The whole address under which phones join."""
    return url_for("joining.phone", code=group.code, _external=True)


@blueprint.get("/office/sessions/")
@requires(*LEADERS)
def sessions() -> str:
    """One's own sessions and those of one's pilots, newest first."""
    staff, now = current_staff(), clock.now()
    whole = [pilot.id for pilot in pilots_within(reading(), staff.scopes(LEADERS))]
    rows = [
        {
            "group": group,
            "title": subject_title(group.subject, group.subject_id),
            "over": is_over(group.opened_at, group.ended_at, now),
        }
        for group in queries.sessions_led(reading(), whole, staff.id)
    ]
    return render_template("groups/sessions.html", room="office", rows=rows)


@blueprint.route("/office/sessions/new", methods=["GET", "POST"])
@requires(*LEADERS)
@shows_again
def new_session() -> Any:
    """Choose what the session is on; opening it leads to its page."""
    pilots = list(queries.pilots_touching(reading(), current_staff().scopes(LEADERS)))
    if not pilots:
        raise NotFound("pilot")
    form = NewSessionForm(id=uuid4(), subject=request.args.get("subject"))
    form.subject.choices, form.pilot.choices = _subjects(), [(pilot.id, pilot_name(pilot)) for pilot in pilots]
    if not form.validate_on_submit():
        only = pilots[0] if len(pilots) == 1 else None
        page = render_template("groups/new.html", room="office", form=form, only=only)
        return page, 422 if form.is_submitted() else 200
    subject, _colon, subject_id = str(form.subject.data).partition(":")
    items = items_on(curriculum_in_force(reading()), Subject(subject), subject_id)
    # Whoever goes back and chooses something else opens another session; a doubled tap opens one.
    session_id = uuid5(_id_of(form.id.data), f"{form.pilot.data} {form.subject.data}")
    with transaction() as session:
        service.open_session(
            session,
            str(form.pilot.data),
            session_id,
            current_staff().id,
            Subject(subject),
            subject_id,
            [item.id for item in items],
            clock.now(),
        )
    return redirect(url_for("groups.session", session_id=session_id), 303)


@blueprint.get("/office/sessions/<uuid:session_id>")
@requires(*LEADERS)
def session(session_id: UUID) -> str:
    """One session: its code, its posters, where it stands, and how many answered each question."""
    group = session_led(session_id)
    items = curriculum_in_force(reading()).items
    asked = [
        (number, inline(items[id].words[preferences().language].stem) if id in items else id, id)
        for number, id in enumerate(group.item_ids, 1)
    ]
    return _shown("groups/session.html", group, room="office", asked=asked)


@blueprint.get("/office/sessions/<uuid:session_id>/screen")
@requires(*LEADERS)
def screen(session_id: UUID) -> Response:
    """What the hall sees. It asks again by itself while phones join and answer, unless the leader stopped that (`?still`)."""
    group = session_led(session_id)
    still, item = "still" in request.args, item_asked(group)
    bars = spread(item, queries.answers_to(reading(), group, item.id)) if item and group.shown else ()
    page = _shown(
        "groups/screen.html",
        group,
        # Seen from the back of a hall: always the largest letters, whatever the leader's own wish.
        prefs=replace(preferences(), size=LARGEST_SIZE),
        room="screen",
        item=item,
        words=item.words[preferences().language] if item else None,
        options=option_texts(item) if item else {},
        bars=bars,
        still=still,
    )
    response = make_response(page)
    if not still and not group.shown and not is_over(group.opened_at, group.ended_at, clock.now()):
        # A header, so that the page needs no script and no <meta>, and stays still wherever it is printed or saved.
        response.headers["Refresh"] = str(REFRESH)
    return response


@blueprint.get("/office/sessions/<uuid:session_id>/code.svg")
@requires(*LEADERS)
def session_code(session_id: UUID) -> Response:
    """The QR code that joins phones to a session."""
    return Response(qr_drawing(join_address(session_led(session_id))), mimetype="image/svg+xml")


@blueprint.post("/office/sessions/<uuid:session_id>/step")
@requires(*LEADERS)
def step(session_id: UUID) -> Any:
    """Begin, show the answers, go on to the next question, or end after the last; back to the page it was done on."""
    group = session_led(session_id)
    seen = Stage(request.form.get("position", 0, type=int), request.form.get("shown") == "1")
    with transaction() as session:
        service.move_on(session, group.pilot_id, group.id, seen, clock.now())
    return _back_to(group)


@blueprint.post("/office/sessions/<uuid:session_id>/end")
@requires(*LEADERS)
def end(session_id: UUID) -> Any:
    """End a session now."""
    group = session_led(session_id)
    with transaction() as session:
        service.end(session, group.pilot_id, group.id, clock.now())
    return _back_to(group)


def _back_to(group: GroupSession) -> Any:
    page = "groups.screen" if request.form.get("from") == "screen" else "groups.session"
    return redirect(url_for(page, session_id=group.id), 303)


def _shown(template: str, group: GroupSession, **more: Any) -> str:
    item = item_asked(group)
    counted = queries.tally(reading(), group)
    return render_template(
        template,
        form=PageForm(),
        group=group,
        title=subject_title(group.subject, group.subject_id),
        total=len(group.item_ids),
        tally=counted,
        answered=counted.answers.get(item.id, 0) if item else 0,
        over=is_over(group.opened_at, group.ended_at, clock.now()),
        address=join_address(group),
        **more,
    )


def _subjects() -> dict[str, list[tuple[str, str]]]:
    """Everything that has questions, in two groups: lessons and articles."""
    curriculum, language = curriculum_in_force(reading()), preferences().language
    lessons = [
        (f"{Subject.LESSON}:{lesson.id}", lesson.words[language].title)
        for lesson in curriculum.lessons
        if items_on(curriculum, Subject.LESSON, lesson.id)
    ]
    articles = [
        (
            f"{Subject.ARTICLE}:{article.id}",
            _("第 %(n)s 条", n=article.number) + " · " + curriculum.edition.words[language][article.id].title,
        )
        for article in curriculum.edition.articles
        if items_on(curriculum, Subject.ARTICLE, article.id)
    ]
    return {_("课"): lessons, _("条"): articles}


def _id_of(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
