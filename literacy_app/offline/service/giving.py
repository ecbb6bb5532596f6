"""What a phone is given of an instrument: shape with its conditions as trees, and words; never a key, a mark or a reason."""

from typing import Any

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question
from literacy_app.questions.rules.expressions import parse
from literacy_app.surveys.rules import Instrument


def form_name(instrument: Instrument, digest: str) -> str:
    """What a phone knows an instrument by: another content is another name, so that what is kept is never stale."""
    return f"{instrument.title}-{digest[:12]}"


def form_for(instrument: Instrument, language: str) -> dict[str, Any]:
    """An instrument in one language, as walk.js takes it."""
    words = instrument.words[language]
    return {
        "instrument": instrument.name,
        "version": instrument.version,
        "language": language,
        "title": words.title,
        "introduction": words.introduction,
        "rights": list(words.rights),
        "consent": vars(words.consent),
        "labels": words.labels,
        "sections": words.sections,
        "shuffle_sections": list(instrument.shuffle_sections),
        "questions": [_question(instrument, one, language) for one in instrument.questions],
    }


def _question(instrument: Instrument, question: Question, language: str) -> dict[str, Any]:
    kind = KINDS[question.kind]
    said = instrument.words[language].questions.get(question.id)
    return {
        "id": question.id,
        "kind": question.kind,
        "asked": kind.asked,
        "section": question.section,
        "required": question.required,
        "options": list(kind.options(question)),
        "codes": [code.value for code in question.codes] if kind.asked else [],
        "min": question.min,
        "max": question.max,
        "decimals": question.decimals,
        "shuffle": question.shuffle,
        "show_if": _tree(question.show_if),
        "constraint": _tree(question.constraint),
        "calculation": _tree(question.calculation),
        "option_if": {option: _tree(text) for option, text in question.option_if.items()},
        "words": said
        and {
            "stem": said.stem,
            "hint": said.hint,
            "lead": said.lead,
            "options": said.options,
            "constraint": said.constraint,
            "required": said.required,
        },
    }


def _tree(text: str) -> Any:
    return parse(text) if text else None
