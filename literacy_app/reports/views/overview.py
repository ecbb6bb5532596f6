"""The office's first page, priority topics and what learning comes to."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.areas.models import AreaRow, PilotRow
from literacy_app.areas.queries import townships
from literacy_app.foundation import clock
from literacy_app.framework.rules import Dimension, Topic
from literacy_app.lessons.queries import priority_topics
from literacy_app.lessons.service import curriculum_in_force, put_back, put_first
from literacy_app.practice.queries import participation, tests_taken
from literacy_app.practice.rules import gain, total_gain
from literacy_app.reports.views.choosing import chosen
from literacy_app.surveys.service import wave_of
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.policy import policy

blueprint = Blueprint("reports", __name__, template_folder="../templates")


@blueprint.get("/office/")
@requires(*RESULTS)
def overview() -> Any:
    """The level of the area beside its target: in words first, then as rows with intervals, then as tables."""
    # NumPy takes a second to import and only this page needs it: a start, and residents, do not wait for it.
    from literacy_app.reports import service
    from literacy_app.reports.rules import behind

    pilot, _, wave = chosen()
    found = service.overview(reading(), wave_of(reading(), wave.id), policy()) if wave else None
    return render_template(
        "reports/overview.html",
        room="office",
        pilot=pilot,
        overview=found,
        behind=behind(found) if found else (),
        language=preferences().language,
        confidence=policy().confidence_level.value,
        youngest=int(policy().interview_age_min.value),
        oldest=int(policy().interview_age_max.value),
        verdict_confidence=policy().verdict_confidence.value,
        link=url_for("surveys.cover", token=found.link, _external=True) if found and found.link else None,
    )


@blueprint.route("/office/topics/", methods=["GET", "POST"])
@requires(Role.OFFICER, Role.ADMINISTRATOR)
def topics() -> Any:
    """Which topics come first for residents of the pilot or of one of its townships."""
    pilot, _, _ = chosen()
    places = townships(reading(), pilot.id, clock.reporting_date(clock.now()))
    form = PageForm()
    if request.method == "POST":
        area, topic = request.form.get("area", ""), request.form.get("topic", "")
        if topic not in set(Topic) or area not in {"", *(place.code for place in places)}:
            return _topics_page(pilot, places, form, wrong=True), 422
        change = put_back if "back" in request.form else put_first
        with transaction() as session:
            change(session, pilot.id, area, Topic(topic), current_staff().login, clock.now())
        return redirect(url_for("reports.topics", pilot=pilot.id), 303)
    return _topics_page(pilot, places, form, wrong=False)


def _topics_page(pilot: PilotRow, places: Sequence[AreaRow], form: PageForm, *, wrong: bool) -> str:
    language = preferences().language
    names = {"": "", **{place.code: place.name_zh if language == "zh_Hans" else place.name_en for place in places}}
    rows = priority_topics(reading(), pilot.id)
    return render_template("reports/topics.html", form=form, names=names, rows=rows, topics=list(Topic), wrong=wrong)


@blueprint.get("/office/learning/")
@requires(*RESULTS)
def learning() -> str:
    """How many learn and what they gain. People chose to learn, so this is never the level."""
    pilot, _, _ = chosen()
    found = curriculum_in_force(reading())
    people, answers = participation(reading(), pilot.id)
    gains = [
        one
        for learner, tried in tests_taken(reading(), pilot.id).items()
        for dimension in Dimension
        for one in gain(found, dimension, learner, tried).articles
    ]
    titles = found.edition.words.get(preferences().language, {})
    total = total_gain(gains)
    rows = [
        (article, titles[article.id].title, total[article.id])
        for article in found.edition.articles
        if article.id in total
    ]
    return render_template("reports/learning.html", people=people, answers=answers, rows=rows)
