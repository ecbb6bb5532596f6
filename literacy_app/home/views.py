"""The front door."""

from flask import Blueprint, render_template

from literacy_app.areas.queries import pilot_here
from literacy_app.foundation import clock
from literacy_app.foundation.clock import reporting_date
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.lessons.views import picture_url
from literacy_app.practice import rules
from literacy_app.practice.views import attempts_here
from literacy_app.surveys.queries import open_link
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
@public
def front_door() -> str:
    """Where to go on learning, and the running survey if there is one."""
    language = preferences().language
    pilot = pilot_here(reading())
    if pilot is None:
        return render_template("home/empty.html")
    found, tried = curriculum_in_force(reading()), attempts_here()
    onward = rules.next_lesson(found, tried)
    link = open_link(reading(), pilot.id, reporting_date(clock.now()))
    progress = rules.progress(found, tried)
    return render_template(
        "home/front_door.html",
        onward=onward,
        onward_words=onward.words[language] if onward else None,
        onward_state=rules.state_of(onward, tried) if onward else None,
        picture=picture_url(onward) if onward else None,
        progress_by_dimension=progress,
        done=sum(one.done for one in progress),
        total=sum(one.total for one in progress),
        link=link,
    )
