"""Pages for editors: what each article has, every lesson and item as residents see it, and what practice says about items."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import Role
from literacy_app.areas.queries import pilots_within
from literacy_app.authoring import queries
from literacy_app.authoring.rules import analysis
from literacy_app.authoring.rules.coverage import ENOUGH_ITEMS, coverage
from literacy_app.foundation.errors import NotFound
from literacy_app.framework.rules import Article, Dimension
from literacy_app.lessons.rules import CARDS, Curriculum, Item, item_id
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.lessons.views import lesson_or_404, picture_url
from literacy_app.questions.kinds import KINDS
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.text import inline

blueprint = Blueprint("authoring", __name__, template_folder="templates")

EDITORS = frozenset({Role.EDITOR, Role.ADMINISTRATOR})

# An old phone, a new phone, a desk.
WIDTHS = (360, 412, 1280)


@blueprint.get("/editor/")
@requires(*EDITORS)
def overview() -> str:
    """The coverage matrix: article by article its lessons, its items and the answers so far."""
    found = curriculum_in_force(reading())
    rows = coverage(found, queries.answers_by_article(reading(), _pilots()))
    return render_template(
        "authoring/overview.html",
        rows={dimension: [row for row in rows if row.article.dimension is dimension] for dimension in Dimension},
        titles=_titles(found),
        language=preferences().language,
        enough=int(ENOUGH_ITEMS.value),
        lessons=len(found.lessons),
        items=len(found.items),
        thin=sum(row.thin for row in rows),
    )


@blueprint.get("/editor/lessons/<lesson_id>")
@requires(*EDITORS)
def lesson(lesson_id: str) -> str:
    """All pages of a lesson one after another, with keys and reasons."""
    found, items = lesson_or_404(lesson_id), curriculum_in_force(reading()).items
    return render_template(
        "authoring/lesson.html",
        lesson=found,
        words=found.words[preferences().language],
        cards=CARDS,
        questions={one.id: _explained(items[item_id(found.id, one.id)]) for one in found.questions},
        picture=picture_url(found),
        **_frame(),
    )


@blueprint.get("/editor/articles/<article_id>")
@requires(*EDITORS)
def practice_set(article_id: str) -> str:
    """The practice set of an article, with keys and reasons."""
    found, article = _article(article_id)
    items = [item for item in found.items.values() if item.article == article.id and item.lesson is None]
    return render_template(
        "authoring/practice_set.html",
        article=article,
        title=_titles(found)[article.id].title,
        questions=[_explained(item) for item in items],
        **_frame(),
    )


@blueprint.get("/editor/articles/<article_id>/items")
@requires(*EDITORS)
def item_analysis(article_id: str) -> str:
    """How easy each item of an article is, whether it tells learners apart, and what each option is good for."""
    found, article = _article(article_id)
    sums = queries.first_try_sums(reading(), _pilots(), article.id)
    chosen = queries.first_choices(reading(), _pilots(), article.id)
    rows = [
        (analysis.analyse(item, sums.get(item.id, analysis.NOTHING), chosen.get(item.id, {})), _texts(item))
        for item in found.items.values()
        if item.article == article.id
    ]
    return render_template(
        "authoring/item_analysis.html",
        article=article,
        title=_titles(found)[article.id].title,
        rows=rows,
        language=preferences().language,
        limits=analysis,
    )


def _pilots() -> list[str]:
    """The pilots whose practice this editor may see summed up."""
    return [pilot.id for pilot in pilots_within(reading(), current_staff().scopes(EDITORS))]


def _article(article_id: str) -> tuple[Curriculum, Article]:
    found = curriculum_in_force(reading())
    try:
        return found, found.edition.article(article_id)
    except KeyError:
        raise NotFound(article_id) from None


def _titles(curriculum: Curriculum) -> Any:
    return curriculum.edition.words.get(preferences().language, {})


def _frame() -> dict[str, Any]:
    """In which of the three widths a preview is shown."""
    wanted = request.args.get("width", type=int)
    return {"width": wanted if wanted in WIDTHS else WIDTHS[0], "widths": WIDTHS}


def _texts(item: Item) -> dict[str, Any]:
    """The options of an item in words."""
    words, labels = item.words[preferences().language], {"true": _("对"), "false": _("不对")}
    return {id: inline((words.options or labels)[id]) for id in KINDS[item.question.kind].options(item.question)}


def _explained(item: Item) -> dict[str, Any]:
    """An item as it looks after answering: every option, which are right, and why."""
    words = item.words[preferences().language]
    right = item.answer if isinstance(item.answer, tuple) else (item.answer,)
    rows = [
        {"text": text, "why": inline((words.why or {})[id]), "right": id in right} for id, text in _texts(item).items()
    ]
    return {"id": item.id, "kind": item.question.kind, "words": words, "rows": rows}
