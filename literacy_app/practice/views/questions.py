"""The map of the curriculum with one's own state, and practice questions with feedback at once."""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.framework.rules import Dimension
from literacy_app.learners.views import expect_newcomer, learner_here, learner_welcomed, pilot_of_residents
from literacy_app.lessons.rules import Item, Lesson, item_id
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.lessons.views import around, lesson_or_404, thumbnail_url
from literacy_app.practice import queries, rules, service
from literacy_app.practice.rules import Setting, Tried
from literacy_app.questions.forms import FIELD, fault_words, typed_answer
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Fault
from literacy_app.questions.views import on_page
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public, shows_again
from literacy_app.webkit.text import inline

blueprint = Blueprint("practice", __name__, template_folder="../templates")


def attempts_here() -> list[Tried]:
    """Every attempt of the learner on this phone."""
    learner = learner_here()
    return [] if learner is None else list(queries.attempts_of(reading(), pilot_of_residents().id, learner))


@blueprint.get("/learn/")
@public
def curriculum() -> str:
    """The map: every article in its dimension, with its lessons and how far one is; or what a search finds."""
    found, tried = curriculum_in_force(reading()), attempts_here()
    language, wanted = preferences().language, request.args.get("q", "").strip()[:100]
    by_article: dict[str, list[Lesson]] = {}
    for lesson in found.lessons:
        by_article.setdefault(lesson.article, []).append(lesson)
    known = rules.mastery(found, tried)
    return render_template(
        "practice/curriculum.html",
        edition=found.edition,
        titles=found.edition.words.get(language, {}),
        language=language,
        dimensions=list(Dimension),
        by_article=by_article,
        steps={article: one.step.name.lower() for article, one in known.items()},
        states={lesson.id: rules.state_of(lesson, tried) for lesson in found.lessons},
        pictures={lesson.id: thumbnail_url(lesson) for lesson in found.lessons},
        progress={progress.dimension: progress for progress in rules.progress(found, tried)},
        wanted=wanted,
        results=found.search(wanted, language) if wanted else None,
    )


@blueprint.get("/practice/")
@public
def next_question() -> Any:
    """Go to the item that is most worth practising now."""
    item = rules.next_item(curriculum_in_force(reading()), attempts_here())
    if item is None:
        return render_template("practice/nothing.html")
    return redirect(url_for("practice.item", item_id=item.id))


@blueprint.route("/practice/<item_id>", methods=["GET", "POST"])
@public
@shows_again
def item(item_id: str) -> Any:
    """An item in mixed practice: asked, or after answering explained."""
    found, lesson = item_or_404(item_id)
    around_it = {"before": url_for("home.front_door"), "after": url_for("practice.next_question"), "lesson": lesson}
    return asked_or_explained(found, Setting.PRACTICE, {"mixed": True, **around_it})


def item_or_404(item_id: str) -> tuple[Item, Lesson | None]:
    """An item that may be asked outside the tests before and after, and the lesson it stands in. Raises NotFound."""
    curriculum = curriculum_in_force(reading())
    found = curriculum.items.get(item_id)
    if found is None or item_id in curriculum.kept_back:
        raise NotFound(item_id)
    return found, lesson_or_404(found.lesson) if found.lesson else None


@blueprint.route("/learn/<lesson_id>/<question_id>", methods=["GET", "POST"])
@public
@shows_again
def question(lesson_id: str, question_id: str) -> Any:
    """A question on its page of a lesson: asked, or after answering explained."""
    lesson = lesson_or_404(lesson_id)
    found = curriculum_in_force(reading()).items.get(item_id(lesson_id, question_id))
    if found is None:
        raise NotFound(question_id)
    return asked_or_explained(found, Setting.LESSON, {"mixed": False, "lesson": lesson, **around(lesson, question_id)})


def asked_or_explained(item: Item, setting: Setting, surroundings: dict[str, Any]) -> Any:
    """The page of a question, whoever asks it: asked on GET, kept on POST, explained once it was answered."""
    if request.method == "POST":
        return _answered(item, setting, surroundings)
    tried = _own_attempt(request.args.get("attempt", ""), item)
    return _explain(item, tried, surroundings) if tried else _ask(item, uuid4(), surroundings)


def _answered(item: Item, setting: Setting, surroundings: dict[str, Any]) -> Any:
    typed = request.form.getlist(FIELD)
    try:
        attempt_id = UUID(request.form.get("attempt", ""))
    except ValueError:
        attempt_id = uuid4()
    if not PageForm().validate_on_submit():
        words = _("页面放得有点久了，请再点一次。你选的还在。")
        return _ask(item, attempt_id, surroundings, typed, words), 422
    given = typed_answer(item.question, typed)
    if given is None or isinstance(given, Fault):
        words = fault_words(given, item.question) if given else _("先选一个，再看答案")
        return _ask(item, attempt_id, surroundings, typed, words), 422
    return redirect(f"{request.path}?attempt={keep_answer(item, attempt_id, typed, setting)}", 303)


def keep_answer(item: Item, attempt_id: UUID, typed: list[str], setting: Setting) -> UUID:
    """Keep an answer of whoever holds this phone, who may be new; returns the id that it is kept under."""
    pilot = pilot_of_residents().id
    with transaction() as session:
        learner = learner_welcomed(session)
        return service.practise(session, pilot, learner, attempt_id, item, typed, setting, clock.now())


def _own_attempt(attempt_id: str, item: Item) -> Tried | None:
    try:
        found = queries.attempt(reading(), pilot_of_residents().id, UUID(attempt_id))
    except ValueError:
        return None
    return found[1] if found and found[0] == learner_here() and found[1].item_id == item.id else None


def option_labels() -> dict[str, str]:
    """How the two options of a statement are worded."""
    return {"true": _("对"), "false": _("不对")}


def _title(item: Item, surroundings: dict[str, Any]) -> str:
    """What stands over a question: its lesson, or its article."""
    language = preferences().language
    if surroundings["lesson"]:
        return str(surroundings["lesson"].words[language].title)
    return curriculum_in_force(reading()).edition.words[language][item.article].title


def _ask(
    item: Item, attempt_id: UUID, surroundings: dict[str, Any], typed: list[str] | None = None, error: str = ""
) -> str:
    expect_newcomer()
    page = on_page(item.question, item.words[preferences().language], option_labels(), typed or (), error, codes=False)
    title = _title(item, surroundings)
    return render_template(
        "practice/question.html", attempt=attempt_id, form=PageForm(), title=title, **page, **surroundings
    )


def _explain(item: Item, tried: Tried, surroundings: dict[str, Any]) -> str:
    words = item.words[preferences().language]
    rows = [
        {
            "text": inline((words.options or option_labels())[option]),
            "why": inline((words.why or {})[option]),
            "right": option in item.answer if isinstance(item.answer, tuple) else option == item.answer,
            "chosen": option in tried.answer,
        }
        for option in KINDS[item.question.kind].options(item.question)
    ]
    title = _title(item, surroundings)
    return render_template(
        "practice/feedback.html", words=words, rows=rows, right=tried.right, title=title, **surroundings
    )
