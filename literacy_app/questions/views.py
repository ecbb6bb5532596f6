"""How a question looks on a page, whoever asks it: the blueprint that carries the kinds' templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question, QuestionWords
from literacy_app.webkit.text import inline

blueprint = Blueprint("questions", __name__, template_folder="templates")


def on_page(
    question: Question,
    words: QuestionWords,
    labels: Mapping[str, str],
    typed: Sequence[str] = (),
    error: str = "",
    *,
    codes: bool,
    options: Sequence[str] | None = None,
) -> dict[str, Any]:
    """What the template of the question's kind needs. `labels` words true, false and the codes; `codes` offers the latter.

    `options` are those that are offered, in their order; without it all of them, as the question has them.
    """
    ids = KINDS[question.kind].options(question) if options is None else options
    choices = [(id, inline((words.options or labels)[id])) for id in ids]
    apart = [(code.value, labels[code]) for code in question.codes] if codes and KINDS[question.kind].asked else []
    return {
        "kind_template": f"questions/kinds/{question.kind}.html",
        "words": words,
        "options": choices + (apart if choices else []),
        "apart": [code for code, label in apart],
        "apart_choices": [] if choices else apart,
        "typed": list(typed),
        "error": error or None,
    }
