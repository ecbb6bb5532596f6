"""What a session is called and what it asks now, as every page of this room shows it."""

import io

import segno
from flask_babel import gettext as _
from markupsafe import Markup

from literacy_app.groups.models import GroupSession
from literacy_app.groups.rules import Subject
from literacy_app.lessons.rules import Item
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.questions.kinds import KINDS
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.text import inline


def subject_title(subject: str, subject_id: str) -> str:
    """The title of a lesson or an article; its id once the curriculum has it no longer."""
    curriculum, language = curriculum_in_force(reading()), preferences().language
    if subject == Subject.LESSON:
        lesson = curriculum.lesson(subject_id)
        return lesson.words[language].title if lesson else subject_id
    words = curriculum.edition.words.get(language, {}).get(subject_id)
    return words.title if words else subject_id


def item_asked(group: GroupSession) -> Item | None:
    """The item at which a session stands; None while phones gather, or when the curriculum has it no longer."""
    if not group.position:
        return None
    return curriculum_in_force(reading()).items.get(group.item_ids[group.position - 1])


def labels() -> dict[str, str]:
    """The two options of a statement, in words."""
    return {"true": _("对"), "false": _("不对")}


def option_texts(item: Item) -> dict[str, Markup]:
    """The options of an item in the reader's language, by their ids, in their order."""
    texts = item.words[preferences().language].options or labels()
    return {option: inline(texts[option]) for option in KINDS[item.question.kind].options(item.question)}


def qr_drawing(address: str) -> bytes:
    """The QR code of an address as an SVG."""
    drawing = io.BytesIO()
    segno.make(address, error="m").save(drawing, kind="svg", scale=6, border=2, xmldecl=False)
    return drawing.getvalue()
