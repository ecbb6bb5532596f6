"""How a form looks to whoever keys it: every question with its digits, ready made once an instrument and language."""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup

from literacy_app.paper.forms import Typed
from literacy_app.paper.rules import field_of
from literacy_app.paper.rules.sheet import Line, lines
from literacy_app.surveys.rules import Instrument
from literacy_app.webkit.i18n import preferences

MOST_KEPT = 32


@dataclass(frozen=True)
class Ready:
    """A question's part of the page round its value, and what else a page needs of it."""

    name: str
    line: Line
    before: Markup
    input: Markup
    after: Markup


# By the instrument itself (kept once a process) and the language: texts do not change while it is kept.
_ready: dict[tuple[int, str], tuple[Instrument, list[Ready]]] = {}


def ready(instrument: Instrument) -> list[Ready]:
    """The questions of an instrument in the reader's language."""
    wanted = preferences().language
    language = wanted if wanted in instrument.languages else instrument.languages[0]
    known = _ready.get((id(instrument), wanted))
    if known is not None and known[0] is instrument:
        return known[1]
    if len(_ready) >= MOST_KEPT:
        _ready.clear()
    parts: Any = current_app.jinja_env.get_template("paper/question.html").module
    made, section = [], ""
    for line in lines(instrument, language):
        name = field_of(line.id)
        head = line.section if line.section != section else ""
        section = line.section
        made.append(Ready(name, line, parts.before(line, name, head), parts.input(line, name), parts.after(line)))
    _ready[id(instrument), wanted] = (instrument, made)
    return made


def place_of(name: str, questions: list[Ready]) -> int | None:
    """The number of the question behind a field, or None for a field that is no question."""
    return next((one.line.number for one in questions if one.name == name), None)


def in_order(typed: Typed, questions: list[Ready]) -> list[tuple[str, str]]:
    """What is wrong, in the order of the page: the field and the words."""
    asked = [one.name for one in questions]
    return sorted(typed.errors.items(), key=lambda error: asked.index(error[0]) if error[0] in asked else -1)
