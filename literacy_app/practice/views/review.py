"""Three questions a day from what is due, so that what was learnt stays."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from literacy_app.foundation import clock
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.practice import rules
from literacy_app.practice.rules import Setting
from literacy_app.practice.rules.review import A_DAY
from literacy_app.practice.views.questions import asked_or_explained, attempts_here, item_or_404
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.security import public, shows_again

blueprint = Blueprint("review", __name__, url_prefix="/review")


@blueprint.get("/")
@public
def next_review() -> Any:
    """Go to the longest overdue item, or say that it is enough for today."""
    now, tried = clock.now(), attempts_here()
    done = rules.reviewed_today(tried, clock.reporting_date(now))
    due = rules.due_items(curriculum_in_force(reading()), tried, now)
    if due and done < A_DAY:
        return redirect(url_for("review.item", item_id=due[0]))
    return render_template("practice/reviewed.html", done=done, waiting=len(due), tried=len(tried))


@blueprint.route("/<item_id>", methods=["GET", "POST"])
@public
@shows_again
def item(item_id: str) -> Any:
    """An item in review: asked, or after answering explained."""
    found, lesson = item_or_404(item_id)
    around_it = {"before": url_for("home.front_door"), "after": url_for("review.next_review"), "lesson": lesson}
    return asked_or_explained(found, Setting.REVIEW, {"mixed": True, **around_it})
