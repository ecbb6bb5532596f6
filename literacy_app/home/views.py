"""The front door."""

from flask import Blueprint, render_template

from literacy_app.areas.queries import pilot_here
from literacy_app.foundation import clock
from literacy_app.framework.rules import Topic
from literacy_app.learners.views import area_here
from literacy_app.lessons.queries import topics_first_in
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.lessons.views import thumbnail_url
from literacy_app.practice import rules
from literacy_app.practice.rules.review import A_DAY
from literacy_app.practice.views.questions import attempts_here
from literacy_app.surveys.queries import open_link
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public

blueprint = Blueprint("home", __name__, template_folder="templates")

LOCAL = 2


@blueprint.get("/")
@public
def front_door() -> str:
    """Where to go on learning, what is due again, what matters here now, and the running survey if there is one."""
    language = preferences().language
    pilot = pilot_here(reading())
    if pilot is None:
        return render_template("home/empty.html")
    found, tried, now = curriculum_in_force(reading()), attempts_here(), clock.now()
    today = clock.reporting_date(now)
    onward = rules.next_lesson(found, tried)
    due = len(rules.due_items(found, tried, now))
    topics = [*topics_first_in(reading(), pilot.id, area_here()), *found.seasons.get(str(today.month), ())]
    progress = rules.progress(found, tried)
    return render_template(
        "home/front_door.html",
        onward=onward,
        onward_words=onward.words[language] if onward else None,
        onward_state=rules.state_of(onward, tried) if onward else None,
        picture=thumbnail_url(onward) if onward else None,
        progress_by_dimension=progress,
        done=sum(one.done for one in progress),
        total=sum(one.total for one in progress),
        due=max(min(due, A_DAY - rules.reviewed_today(tried, today)), 0),
        local=_local(topics, onward.id if onward else "", tried),
        language=language,
        link=open_link(reading(), pilot.id, today),
    )


def _local(topics: list[Topic], onward: str, tried: list[rules.Tried]) -> list[tuple[object, str]]:
    """The first lessons on the topics that are not done yet, with their pictures."""
    lessons = [one for one in curriculum_in_force(reading()).about(topics) if one.id != onward]
    fresh = [one for one in lessons if rules.state_of(one, tried) is not rules.State.DONE]
    return [(one, thumbnail_url(one)) for one in fresh[:LOCAL]]
