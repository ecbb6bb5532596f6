"""Posters with a QR code, as SVG and as PDF: for a lesson, an article, a topic or a session."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import segno
from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _

from literacy_app.accounts.guard import requires
from literacy_app.areas.models import PilotRow
from literacy_app.areas.views import pilot_name
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.framework.rules import Article, Topic
from literacy_app.groups.rules import LEADERS, Subject, runs
from literacy_app.groups.views.leading import join_address, session_led
from literacy_app.groups.views.subjects import subject_title
from literacy_app.learners.views import pilot_of_residents
from literacy_app.lessons.rules import Lesson
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences

blueprint = Blueprint("posters", __name__, template_folder="../templates")

TEMPLATE = Path(__file__).parents[1] / "templates" / "groups" / "poster.typ"
MIMETYPES = {"svg": "image/svg+xml", "pdf": "application/pdf"}


@blueprint.get("/office/posters/")
@requires(*LEADERS)
def posters() -> str:
    """Every poster that can be had."""
    curriculum, language = curriculum_in_force(reading()), preferences().language
    lessons = [(Subject.LESSON, lesson.id, lesson.words[language].title) for lesson in curriculum.lessons]
    articles = [
        (Subject.ARTICLE, article.id, _article_title(article))
        for article in curriculum.edition.articles
        if any(lesson.article == article.id for lesson in curriculum.lessons)
    ]
    topics = [("topic", topic, topic_name(topic)) for topic in Topic if curriculum.about([topic])]
    groups = [(_("课"), lessons), (_("专题"), topics), (_("条"), articles)]
    return render_template("groups/posters.html", room="office", groups=groups)


@blueprint.get("/office/posters/<any(lesson, article, topic):subject>/<subject_id>.<any(svg, pdf):form>")
@requires(*LEADERS)
def poster(subject: str, subject_id: str, form: str) -> Response:
    """The poster of a lesson, an article or a topic."""
    data = {"lesson": _lesson, "article": _article, "topic": _topic}[subject](subject_id)
    return _printed(data, pilot_of_residents(), form, subject_id)


@blueprint.get("/office/posters/session/<uuid:session_id>.<any(svg, pdf):form>")
@requires(*LEADERS)
def session_poster(session_id: UUID, form: str) -> Response:
    """The poster of a session: its code and the QR code that joins."""
    group = session_led(session_id)
    lesson = next(
        (one for one in curriculum_in_force(reading()).lessons if group.subject_id in (one.id, one.article)), None
    )
    data = {
        "eyebrow": _("集体学习"),
        "title": subject_title(group.subject, group.subject_id),
        "summary": _("用手机一起答，大屏幕上看结果。答完就知道为什么。"),
        "picture": lesson.drawing if lesson else "",
        "call": _("微信扫一扫，马上加入"),
        "facts": [_("不用注册，不写名字"), _("没带手机，可以合用一部")],
        "code": group.code,
        "code_label": _("打开 %(address)s 输入代码", address=_readable(url_for("joining.enter_code", _external=True))),
        "address": join_address(group),
    }
    pilot = reading().get(PilotRow, group.pilot_id)
    return _printed(data, pilot or pilot_of_residents(), form, group.code)


def topic_name(topic: Topic) -> str:
    """A topic in the reader's language."""
    words: dict[Topic, str] = {
        Topic.GENERAL: _("环境与健康"),
        Topic.AIR: _("空气"),
        Topic.WATER: _("饮水"),
        Topic.SOIL: _("土壤"),
        Topic.OCEAN: _("海洋"),
        Topic.BIODIVERSITY: _("生物多样性"),
        Topic.CLIMATE: _("气候变化"),
        Topic.RADIATION: _("辐射"),
        Topic.NOISE: _("噪声"),
        Topic.CHEMICALS: _("化学品"),
        Topic.WASTE: _("垃圾"),
    }
    return words[topic]


def _lesson(lesson_id: str) -> dict[str, Any]:
    lesson = curriculum_in_force(reading()).lesson(lesson_id)
    if lesson is None:
        raise NotFound(lesson_id)
    words = lesson.words[preferences().language]
    return _learn(_("环境健康小课堂"), words.title, words.summary, lesson)


def _article(article_id: str) -> dict[str, Any]:
    curriculum = curriculum_in_force(reading())
    lesson = next((one for one in curriculum.lessons if one.article == article_id), None)
    if lesson is None:
        raise NotFound(article_id)
    words = curriculum.edition.words[preferences().language][article_id]
    number = next(article.number for article in curriculum.edition.articles if article.id == article_id)
    return _learn(_("环境健康素养第 %(n)s 条", n=number), words.title, words.covers, lesson)


def _topic(topic_id: str) -> dict[str, Any]:
    topic = next((one for one in Topic if one == topic_id), None)
    lessons = curriculum_in_force(reading()).about([topic]) if topic else ()
    if topic is None or not lessons:
        raise NotFound(topic_id)
    language, name = preferences().language, topic_name(topic)
    titles = " · ".join(lesson.words[language].title for lesson in lessons[:3])
    data = _learn(_("环境健康专题"), name, titles, lessons[0])
    return data | {"address": url_for("practice.curriculum", q=name, **_language(), _external=True), "plan": []}


def _learn(eyebrow: str, title: str, summary: str, lesson: Lesson) -> dict[str, Any]:
    action = lesson.words[preferences().language].cards["action"]
    return {
        "eyebrow": eyebrow,
        "title": title,
        "summary": summary,
        "picture": lesson.drawing,
        "plan": [action.when, action.then],
        "call": _("微信扫一扫，就能学"),
        "facts": [_("约 %(minutes)s 分钟，随时可以停", minutes=lesson.minutes), _("不用注册，不问姓名和手机号")],
        "address": url_for("lessons.lesson", lesson_id=lesson.id, **_language(), _external=True),
    }


def _language() -> dict[str, str]:
    """Whoever scans a poster in another language than the first reads the page in that one too."""
    language = preferences().language
    return {} if language == LANGUAGES[0] else {"lang": language}


def _article_title(article: Article) -> str:
    title = curriculum_in_force(reading()).edition.words[preferences().language][article.id].title
    return f"{_('第 %(n)s 条', n=article.number)} · {title}"


def _printed(data: dict[str, Any], pilot: PilotRow, form: str, name: str) -> Response:
    # The typesetter is large and only posters and certificates need it; see `foundation.pdf`.
    from literacy_app.foundation.pdf import make_pdf, make_svg

    matrix = segno.make(data["address"], error="m").matrix
    data |= {
        "lang": preferences().language[:2],
        "product": _("环境健康素养"),
        "place": pilot_name(pilot),
        "warning": _("演示数据：虚构的地区和合成的答卷") if pilot.synthetic else "",
        "qr": runs(matrix),
        "modules": len(matrix),
        "readable": _readable(data["address"]),
    }
    template = TEMPLATE.read_text(encoding="utf-8")
    response = Response(
        make_pdf(template, data) if form == "pdf" else make_svg(template, data), mimetype=MIMETYPES[form]
    )
    # An SVG can be looked at first; the viewers of PDF in browsers do not run under our security policy.
    if form == "pdf":
        response.headers["Content-Disposition"] = f'attachment; filename="poster-{name}.pdf"'
    return response


def _readable(address: str) -> str:
    """An address as a person types it: without the scheme, in readable letters."""
    parts = urlsplit(address)
    return unquote(parts.netloc + parts.path + (f"?{parts.query}" if parts.query else ""))
