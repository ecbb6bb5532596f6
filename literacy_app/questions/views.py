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
) -> dict[str, Any]:
    """What the template of the question's kind needs. `labels` words true, false and the codes; `codes` offers the latter."""
    options = [(id, inline((words.options or labels)[id])) for id in KINDS[question.kind].options(question)]
    apart = [(code.value, labels[code]) for code in question.codes] if codes else []
    return {
        "kind_template": f"questions/kinds/{question.kind}.html",
        "words": words,
        "options": options + (apart if options else []),
        "apart": [code for code, label in apart],
        "apart_choices": [] if options else apart,
        "typed": list(typed),
        "error": error or None,
    }
