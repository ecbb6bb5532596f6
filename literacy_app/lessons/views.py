"""The pages of a lesson that are read; its questions are answered in `practice`."""

import hashlib
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from literacy_app.foundation.errors import NotFound
from literacy_app.lessons.rules import CARDS, Lesson
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import public

blueprint = Blueprint("lessons", __name__, template_folder="templates")


def lesson_or_404(lesson_id: str) -> Lesson:
    """The lesson in force with this id. Raises NotFound."""
    lesson = curriculum_in_force(reading()).lesson(lesson_id)
    if lesson is None:
        raise NotFound(lesson_id)
    return lesson


def page_url(lesson: Lesson, page: str) -> str:
    """The address of one page of a lesson; the first has the lesson's own."""
    if page == lesson.pages[0]:
        return url_for("lessons.lesson", lesson_id=lesson.id)
    if page in CARDS:
        return url_for("lessons.card", lesson_id=lesson.id, card=page)
    return url_for("practice.question", lesson_id=lesson.id, question_id=page)


def around(lesson: Lesson, page: str) -> dict[str, Any]:
    """Where a page stands in its lesson: number, count, and the addresses before and after (None at the ends)."""
    place = lesson.pages.index(page)
    return {
        "number": place + 1,
        "count": len(lesson.pages),
        "before": page_url(lesson, lesson.pages[place - 1]) if place else None,
        "after": page_url(lesson, lesson.pages[place + 1]) if place + 1 < len(lesson.pages) else None,
    }


def picture_url(lesson: Lesson) -> str:
    """The address of the lesson's drawing, which changes with the drawing."""
    return url_for(
        "lessons.picture", lesson_id=lesson.id, digest=hashlib.sha256(lesson.drawing.encode()).hexdigest()[:12]
    )


@blueprint.get("/learn/<lesson_id>")
@public
def lesson(lesson_id: str) -> Any:
    """The first page of a lesson."""
    found = lesson_or_404(lesson_id)
    return _card(found, found.pages[0]) if found.pages[0] in CARDS else redirect(page_url(found, found.pages[0]))


@blueprint.get(f"/learn/<lesson_id>/<any({', '.join(CARDS)}):card>")
@public
def card(lesson_id: str, card: str) -> str:
    """One of the cards of a lesson."""
    return _card(lesson_or_404(lesson_id), card)


@blueprint.get("/pictures/<lesson_id>.<digest>.svg")
@public
def picture(lesson_id: str, digest: str) -> Response:
    """The lesson's drawing, kept by browsers for ever under this address."""
    response = Response(lesson_or_404(lesson_id).drawing, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _card(lesson: Lesson, page: str) -> str:
    if page not in lesson.pages:
        raise NotFound(page)
    words = lesson.words[preferences().language]
    following = curriculum_in_force(reading()).after(lesson.id)
    return render_template(
        "lessons/card.html",
        lesson=lesson,
        words=words,
        card=words.cards[page],
        page=page,
        picture=picture_url(lesson) if page == "idea" else None,
        following=following,
        following_words=following.words[preferences().language] if following else None,
        **around(lesson, page),
    )
