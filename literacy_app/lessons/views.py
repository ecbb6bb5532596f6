"""The pages of a lesson that are read; its questions are answered in `practice`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from literacy_app.areas.queries import pilot_here
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.lessons.rules import CARDS, Lesson
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.questions.views import on_page
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.remembered import remembered
from literacy_app.webkit.security import public

blueprint = Blueprint("lessons", __name__, template_folder="templates")

# Recordings that old phones play too, and what browsers call them.
# Every drawing is made to this shape.
WIDTH, HEIGHT = 320, 200

RECORDINGS = {"m4a": "audio/mp4", "mp3": "audio/mpeg"}


@dataclass(frozen=True)
class Recording:
    """A lesson read aloud in one language: where it is, the end of its name, its size in bytes."""

    path: Path
    kind: str
    size: int


def init_recordings(app: Flask, lessons: Path) -> None:
    """Serve what lies as `audio.<language>.m4a` (or mp3) in the folders of the lessons."""
    app.config["RECORDINGS"] = lessons.resolve()


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
    return url_for("lessons.picture", lesson_id=lesson.id, digest=_digest_of(lesson))


def thumbnail_url(lesson: Lesson) -> str:
    """The lesson's drawing within the one picture that holds them all, so that the map needs one request for them."""
    digest = curriculum_in_force(reading()).digest[:12]
    return url_for("lessons.all_pictures", digest=digest, _anchor=lesson.id)


def recording_of(lesson: Lesson, language: str) -> Recording | None:
    """The lesson's recording in a language, or None."""
    folder: Path = current_app.config["RECORDINGS"] / lesson.id
    for kind in RECORDINGS:
        path = folder / f"audio.{language}.{kind}"
        if path.is_file():
            return Recording(path, kind, path.stat().st_size)
    return None


@blueprint.get("/learn/<lesson_id>")
@public
def lesson(lesson_id: str) -> Any:
    """The first page of a lesson."""
    found = lesson_or_404(lesson_id)
    if preferences().words == "plain":
        return _remembered(found, "plain", lambda: _plain(found))
    return _card(found, found.pages[0]) if found.pages[0] in CARDS else redirect(page_url(found, found.pages[0]))


@blueprint.get(f"/learn/<lesson_id>/<any({', '.join(CARDS)}):card>")
@public
def card(lesson_id: str, card: str) -> Response:
    """One of the cards of a lesson."""
    return _card(lesson_or_404(lesson_id), card)


@blueprint.get("/learn/<lesson_id>/print")
@public
def whole(lesson_id: str) -> str:
    """A whole lesson on one page, to print or to read without a network: its cards and its questions, without the key."""
    lesson = lesson_or_404(lesson_id)
    words, labels = lesson.words[preferences().language], {"true": _("对"), "false": _("不对")}
    return render_template(
        "lessons/whole.html",
        lesson=lesson,
        words=words,
        cards=[(page, words.cards[page]) for page in lesson.pages if page in CARDS],
        questions=[on_page(one, words.questions[one.id], labels, codes=False) for one in lesson.questions],
        picture=picture_url(lesson),
    )


@blueprint.get(f"/audio/<lesson_id>.<any({', '.join(LANGUAGES)}):language>.<any({', '.join(RECORDINGS)}):kind>")
@public
def audio(lesson_id: str, language: str, kind: str) -> Response:
    """A lesson's recording, in pieces if the player asks for pieces, so that it plays before it has arrived."""
    found = recording_of(lesson_or_404(lesson_id), language)
    if found is None or found.kind != kind:
        raise NotFound(lesson_id)
    response = send_file(found.path, mimetype=RECORDINGS[kind], conditional=True, max_age=24 * 3600)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/pictures/all.<digest>.svg")
@public
def all_pictures(digest: str) -> Response:
    """Every lesson's drawing, one below the other, each named as a view that an address can ask for."""
    lessons = curriculum_in_force(reading()).lessons
    parts = [
        f'<view id="{one.id}" viewBox="0 {place * HEIGHT} {WIDTH} {HEIGHT}"/>'
        f'<svg y="{place * HEIGHT}" width="{WIDTH}" height="{HEIGHT}" {one.drawing.lstrip().removeprefix("<svg")}'
        for place, one in enumerate(lessons)
    ]
    whole = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(lessons)}">{"".join(parts)}</svg>'
    )
    return _drawn(whole, digest == curriculum_in_force(reading()).digest[:12])


@blueprint.get("/pictures/<lesson_id>.<digest>.svg")
@public
def picture(lesson_id: str, digest: str) -> Response:
    """The lesson's drawing, kept by browsers for ever under this address."""
    lesson = lesson_or_404(lesson_id)
    return _drawn(lesson.drawing, digest == _digest_of(lesson))


def _digest_of(lesson: Lesson) -> str:
    return hashlib.sha256(lesson.drawing.encode()).hexdigest()[:12]


def _drawn(drawing: str, current: bool) -> Response:
    """A drawing, kept for ever under its address; not at all under the address of another version of it."""
    response = Response(drawing, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-store"
    return response


def _card(lesson: Lesson, page: str) -> Response:
    if page not in lesson.pages:
        raise NotFound(page)
    found, language = curriculum_in_force(reading()), preferences().language
    words, following = lesson.words[language], found.after(lesson.id)
    recording = recording_of(lesson, language) if page == lesson.pages[0] else None

    def make() -> str:
        return render_template(
            "lessons/card.html",
            lesson=lesson,
            words=words,
            card=words.cards[page],
            page=page,
            picture=picture_url(lesson) if page == "idea" else None,
            following=following,
            following_words=following.words[language] if following else None,
            recording=recording,
            language=language,
            **around(lesson, page),
        )

    return _remembered(lesson, page, make, recording)


def _plain(lesson: Lesson) -> str:
    """A lesson in few words: its picture, one sentence, one thing to do, and on to its questions."""
    words, asked = lesson.words[preferences().language], lesson.questions[0] if lesson.questions else None
    onward = page_url(lesson, asked.id) if asked else url_for("practice.curriculum")
    return render_template("lessons/plain.html", lesson=lesson, words=words, picture=picture_url(lesson), onward=onward)


def _remembered(lesson: Lesson, page: str, make: Callable[[], str], recording: Recording | None = None) -> Response:
    # A curriculum is one object for as long as it is in force; its id would come again, its digest does not.
    pilot = pilot_here(reading())
    place = pilot and (pilot.id, pilot.name_zh, pilot.name_en, pilot.synthetic)
    return remembered((curriculum_in_force(reading()).digest, lesson.id, page, recording, place), make)
