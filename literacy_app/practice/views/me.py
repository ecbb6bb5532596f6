"""One's own page: what one has learnt, going on on another phone, and one's data."""

import io
import json
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, redirect, render_template, request, session, url_for

from literacy_app.foundation import clock
from literacy_app.foundation.codes import normal_code, written
from literacy_app.framework.rules import Dimension
from literacy_app.learners import queries as learners
from literacy_app.learners.service import forget_phone, know_phone, make_resume_code
from literacy_app.learners.views import (
    COOKIE,
    forget_cookies,
    keep_cookie,
    learner_here,
    learner_welcomed,
    pilot_of_residents,
)
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.practice import queries, rules, service
from literacy_app.practice.views.questions import attempts_here
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public

blueprint = Blueprint("me", __name__, url_prefix="/me")

# Learning on three days of a week is the goal; missing it takes nothing away.
GOAL_DAYS = 3
CODE = "resume_code"


@blueprint.get("/")
@public
def overview() -> str:
    """What I have learnt, my week, my certificates, my phones, my data."""
    found, tried = curriculum_in_force(reading()), attempts_here()
    known = rules.mastery(found, tried)
    learner = learner_here()
    pilot = pilot_of_residents().id
    certificates = queries.certificates_of(reading(), pilot, learner) if learner else {}
    return render_template(
        "practice/me.html",
        form=PageForm(),
        learner=learner,
        steps={step: sum(one.step is step for one in known.values()) for step in rules.Step},
        articles=len(known),
        days=rules.week_days(tried, clock.reporting_date(clock.now())),
        goal=GOAL_DAYS,
        answers=len(tried),
        phones=learners.phones(reading(), pilot, learner) if learner else 0,
        kept=[dimension for dimension in Dimension if rules.dimension_is_kept(found, known, dimension)],
        certificates=certificates,
        dimensions=list(Dimension),
        titles=found.edition.words.get(preferences().language, {}),
    )


@blueprint.post("/code")
@public
def make_code() -> Any:
    """Make a code to go on on another phone; it is shown once, to whoever holds this phone."""
    with transaction() as writing:
        learner = learner_welcomed(writing)
        session[CODE] = make_resume_code(writing, pilot_of_residents().id, learner, clock.now())
    return redirect(url_for("me.show_code"), 303)


@blueprint.get("/code")
@public
def show_code() -> Any:
    """The code and its QR picture."""
    code = _own_code()
    return render_template("practice/code.html", code=written(code)) if code else redirect(url_for("me.overview"))


@blueprint.get("/code.svg")
@public
def code_picture() -> Any:
    """The QR code that opens the page to go on, on another phone."""
    code = _own_code()
    if not code:
        return redirect(url_for("me.overview"))
    drawing = io.BytesIO()
    address = url_for("me.resume", code=code, _external=True)
    segno.make(address, error="m").save(drawing, kind="svg", scale=6, border=2, xmldecl=False)
    return Response(drawing.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@blueprint.route("/resume", methods=["GET", "POST"])
@public
def resume() -> Any:
    """Go on here with what was learnt on another phone; what was learnt on this one is added to it."""
    typed = request.values.get("code", "")
    if request.method == "GET":
        return render_template("practice/resume.html", form=PageForm(), typed=typed, wrong=False)
    code, pilot = normal_code(typed), pilot_of_residents().id
    target = learners.learner_by_code(reading(), pilot, code) if code else None
    if target is None:
        return render_template("practice/resume.html", form=PageForm(), typed=typed, wrong=True), 422
    here = learner_here()
    with transaction() as writing:
        if here is None:
            keep_cookie(know_phone(writing, pilot, target, clock.now()), target)
        else:
            service.join_learners(writing, pilot, here, target)
            keep_cookie(request.cookies[COOKIE], target)
    return redirect(url_for("me.overview", joined=1), 303)


@blueprint.post("/other")
@public
def other() -> Any:
    """Let somebody else learn on this phone."""
    secret = request.cookies.get(COOKIE)
    if secret:
        with transaction() as writing:
            forget_phone(writing, pilot_of_residents().id, secret)
    session.pop(CODE, None)
    return forget_cookies(redirect(url_for("home.front_door"), 303))


@blueprint.get("/data.json")
@public
def data() -> Response:
    """Everything that is kept of me, as a file."""
    learner = learner_here()
    pilot = pilot_of_residents().id
    certificates = queries.certificates_of(reading(), pilot, learner).values() if learner else ()
    body = {
        "learner": str(learner) if learner else None,
        "phones": learners.phones(reading(), pilot, learner) if learner else 0,
        "certificates": [
            {"dimension": one.dimension, "code": one.code, "at": one.issued_at.isoformat()} for one in certificates
        ],
        "attempts": [_plain(one) for one in attempts_here()],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": "attachment; filename=my-learning.json", "Cache-Control": "no-store"}
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.route("/delete", methods=["GET", "POST"])
@public
def delete() -> Any:
    """Ask once, then delete everything that is kept of me."""
    learner = learner_here()
    if request.method == "GET" or learner is None:
        return render_template("practice/delete.html", form=PageForm(), known=learner is not None)
    return _deleted(learner)


def _deleted(learner: UUID) -> Any:
    with transaction() as writing:
        service.forget(writing, pilot_of_residents().id, learner)
    session.pop(CODE, None)
    response = redirect(url_for("home.front_door"), 303)
    # What waits on the phone and what it kept to read goes too.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return forget_cookies(response)


def _own_code() -> str | None:
    """The code that was made here, while it still opens what is learnt here."""
    code = session.get(CODE)
    owner = learners.learner_by_code(reading(), pilot_of_residents().id, code) if code else None
    return code if owner is not None and owner == learner_here() else None


def _plain(attempt: rules.Tried) -> dict[str, Any]:
    return {
        "item": attempt.item_id,
        "article": attempt.article_id,
        "answer": list(attempt.answer),
        "right": attempt.right,
        "at": attempt.at.isoformat(),
        "setting": attempt.setting,
    }
