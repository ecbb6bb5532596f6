"""What a phone is given of an instrument: shape with its conditions as trees, and words; never a key, a mark or a reason."""

import hashlib
import json
from typing import Any

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question
from literacy_app.questions.rules.expressions import parse
from literacy_app.surveys.rules import Instrument, Wave


def form_name(wave: Wave, instrument: Instrument) -> str:
    """What a phone knows the form of a wave by: another content is another name, so that what is kept is never stale.

    The name is made of what the phone is given, never of the key: whoever knows the questions could try all keys against it.
    """
    forms = [form_for(instrument, language) for language in instrument.languages]
    content = json.dumps([wave.id, repr(wave.header), forms], sort_keys=True, default=vars)
    return f"{instrument.title}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


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
