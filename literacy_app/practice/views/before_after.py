"""A short test before a dimension's lessons and another after: no feedback until the end, and never called an exam."""

from typing import Any
from uuid import uuid4, uuid5

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.foundation.errors import NotFound
from literacy_app.framework.rules import Dimension
from literacy_app.learners.views import learner_here, learner_welcomed
from literacy_app.lessons.rules import Item
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.practice import rules
from literacy_app.practice.rules import Gain, Setting
from literacy_app.practice.views.questions import attempts_here, keep_answer, option_labels
from literacy_app.questions.forms import FIELD, fault_words, typed_answer
from literacy_app.questions.rules import Fault
from literacy_app.questions.views import on_page
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public, shows_again

blueprint = Blueprint("before_after", __name__, url_prefix="/check")

WHERE = f"/<any({', '.join(Dimension)}):dimension>/<any({Setting.BEFORE}, {Setting.AFTER}):setting>"


@blueprint.route(WHERE, methods=["GET", "POST"])
@public
def start(dimension: str, setting: str) -> Any:
    """What this is and how long it takes, and how to begin or go on; the outcome when it is done."""
    if request.method == "POST":
        with transaction() as session:
            learner_welcomed(session)
        return redirect(url_for("before_after.question", dimension=dimension, setting=setting), 303)
    made = _gain(Dimension(dimension))
    left = _left(made, Setting(setting)) if made else None
    total = len(rules.parallel_items(curriculum_in_force(reading()), Dimension(dimension), uuid4(), Setting(setting)))
    return render_template(
        "practice/before_after.html",
        form=PageForm(),
        dimension=dimension,
        setting=setting,
        left=total if left is None else len(left),
        total=total,
        articles=made.articles if made and not left else (),
        titles=curriculum_in_force(reading()).edition.words.get(preferences().language, {}),
    )


@blueprint.route(f"{WHERE}/next", methods=["GET", "POST"])
@public
@shows_again
def question(dimension: str, setting: str) -> Any:
    """The next question of the test; an answer is kept once and leads on without a word about it."""
    learner, chosen = learner_here(), Setting(setting)
    found = curriculum_in_force(reading())
    back = redirect(url_for("before_after.start", dimension=dimension, setting=setting), 303)
    if learner is None:
        return back
    tried = attempts_here()
    left = _left(rules.gain(found, Dimension(dimension), learner, tried), chosen)
    if request.method == "GET":
        return back if not left else _ask(found.items[left[0]], dimension, chosen, len(left))
    item = found.items.get(request.form.get("item", ""))
    if item is None or item.id not in rules.parallel_items(found, Dimension(dimension), learner, chosen, tried):
        raise NotFound("item")
    typed = request.form.getlist(FIELD)
    if not PageForm().validate_on_submit():
        return _ask(item, dimension, chosen, len(left), typed, _("页面放得有点久了，请再点一次。你选的还在。")), 422
    given = typed_answer(item.question, typed)
    if given is None or isinstance(given, Fault):
        words = fault_words(given, item.question) if given else _("先选一个。不清楚就选觉得最像的。")
        return _ask(item, dimension, chosen, len(left), typed, words), 422
    if item.id in left:
        # One id for one learner, item and test: of two taps at once one is kept.
        keep_answer(item, uuid5(learner, f"{chosen}:{item.id}"), typed, chosen)
    return redirect(url_for("before_after.question", dimension=dimension, setting=setting), 303)


def _gain(dimension: Dimension) -> Gain | None:
    learner = learner_here()
    return rules.gain(curriculum_in_force(reading()), dimension, learner, attempts_here()) if learner else None


def _left(made: Gain, setting: Setting) -> tuple[str, ...]:
    return made.before if setting is Setting.BEFORE else made.after


def _ask(
    item: Item, dimension: str, setting: Setting, left: int, typed: list[str] | None = None, error: str = ""
) -> str:
    words = item.words[preferences().language]
    page = on_page(item.question, words, option_labels(), typed or (), error, codes=False)
    where = {"dimension": dimension, "setting": setting.value, "left": left}
    return render_template("practice/test_question.html", item=item, form=PageForm(), **where, **page)
