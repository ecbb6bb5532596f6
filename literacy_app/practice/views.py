"""The map of the curriculum with one's own state, and practice questions with feedback at once."""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.framework.rules import Dimension
from literacy_app.learners.views import learner_here, learner_welcomed, pilot_of_residents
from literacy_app.lessons.rules import Lesson
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.lessons.views import around, lesson_or_404, picture_url
from literacy_app.practice import queries, rules, service
from literacy_app.practice.rules import Tried
from literacy_app.questions.forms import FIELD, fault_words, typed_answer
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Fault, Question
from literacy_app.questions.views import on_page
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public, shows_again
from literacy_app.webkit.text import inline

blueprint = Blueprint("practice", __name__, template_folder="templates")


def attempts_here() -> list[Tried]:
    """Every attempt of the learner on this phone."""
    learner = learner_here()
    return [] if learner is None else list(queries.attempts_of(reading(), pilot_of_residents().id, learner))


@blueprint.get("/learn/")
@public
def curriculum() -> str:
    """The map: every article in its dimension, with its lessons and how far one is."""
    found, tried = curriculum_in_force(reading()), attempts_here()
    by_article: dict[str, list[Lesson]] = {}
    for lesson in found.lessons:
        by_article.setdefault(lesson.article, []).append(lesson)
    return render_template(
        "practice/curriculum.html",
        edition=found.edition,
        titles=found.edition.words.get(preferences().language, {}),
        language=preferences().language,
        dimensions=list(Dimension),
        by_article=by_article,
        states={lesson.id: rules.state_of(lesson, tried) for lesson in found.lessons},
        pictures={lesson.id: picture_url(lesson) for lesson in found.lessons},
        progress={progress.dimension: progress for progress in rules.progress(found, tried)},
    )


@blueprint.get("/practice/")
@public
def next_question() -> Any:
    """Go to the question that is most worth practising now."""
    chosen = rules.next_question(curriculum_in_force(reading()), attempts_here())
    if chosen is None:
        return render_template("practice/nothing.html")
    lesson, question = chosen
    return redirect(url_for("practice.question", lesson_id=lesson.id, question_id=question.id, mixed=1))


@blueprint.get("/learn/<lesson_id>/<question_id>")
@public
def question(lesson_id: str, question_id: str) -> Any:
    """A question, fresh; or, after answering, what was chosen, what is right, and why."""
    lesson, asked = _asked(lesson_id, question_id)
    tried = _own_attempt(request.args.get("attempt", ""), lesson, asked)
    return _feedback(lesson, asked, tried) if tried else _ask(lesson, asked, uuid4())


@blueprint.post("/learn/<lesson_id>/<question_id>")
@public
@shows_again
def answer(lesson_id: str, question_id: str) -> Any:
    """Keep an answer once, whatever is tapped twice, and go to its feedback."""
    lesson, asked = _asked(lesson_id, question_id)
    typed = request.form.getlist(FIELD)
    try:
        attempt_id = UUID(request.form.get("attempt", ""))
    except ValueError:
        attempt_id = uuid4()
    if not PageForm().validate_on_submit():
        return _ask(lesson, asked, attempt_id, typed, _("页面放得有点久了，请再点一次。你选的还在。")), 422
    given = typed_answer(asked, typed)
    if given is None or isinstance(given, Fault):
        words = fault_words(given, asked) if given else _("先选一个，再看答案")
        return _ask(lesson, asked, attempt_id, typed, words), 422
    learner = learner_welcomed()
    with transaction() as session:
        service.keep_attempt(
            session, pilot_of_residents().id, learner, attempt_id, lesson, asked.id, typed, clock.now()
        )
    mixed: dict[str, Any] = {"mixed": 1} if request.args.get("mixed") else {}
    return redirect(
        url_for("practice.question", lesson_id=lesson.id, question_id=asked.id, attempt=attempt_id, **mixed), 303
    )


def _asked(lesson_id: str, question_id: str) -> tuple[Lesson, Question]:
    lesson = lesson_or_404(lesson_id)
    asked = lesson.question(question_id)
    if asked is None:
        raise NotFound(question_id)
    return lesson, asked


def _own_attempt(attempt_id: str, lesson: Lesson, asked: Question) -> Tried | None:
    try:
        found = queries.attempt(reading(), pilot_of_residents().id, UUID(attempt_id))
    except ValueError:
        return None
    if (
        found is None
        or found[0] != learner_here()
        or (found[1].lesson_id, found[1].question_id) != (lesson.id, asked.id)
    ):
        return None
    return found[1]


def _labels() -> dict[str, str]:
    return {"true": _("对"), "false": _("不对")}


def _surroundings(lesson: Lesson, asked: Question) -> dict[str, Any]:
    mixed = bool(request.args.get("mixed"))
    place = around(lesson, asked.id)
    if mixed:
        place |= {"before": url_for("home.front_door"), "after": url_for("practice.next_question")}
    return {
        "lesson": lesson,
        "lesson_words": lesson.words[preferences().language],
        "mixed": mixed,
        "question": asked,
        **place,
    }


def _ask(lesson: Lesson, asked: Question, attempt_id: UUID, typed: list[str] | None = None, error: str = "") -> str:
    words = lesson.words[preferences().language].questions[asked.id]
    page = on_page(asked, words, _labels(), typed or (), error, codes=False)
    return render_template(
        "practice/question.html", attempt=attempt_id, form=PageForm(), **page, **_surroundings(lesson, asked)
    )


def _feedback(lesson: Lesson, asked: Question, tried: Tried) -> str:
    words = lesson.words[preferences().language].questions[asked.id]
    right = lesson.key[asked.id]
    rows = [
        {
            "text": inline((words.options or _labels())[option]),
            "why": inline((words.why or {})[option]),
            "right": option in right if isinstance(right, tuple) else option == right,
            "chosen": option in tried.answer,
        }
        for option in KINDS[asked.kind].options(asked)
    ]
    return render_template(
        "practice/feedback.html", words=words, rows=rows, right=tried.right, **_surroundings(lesson, asked)
    )
