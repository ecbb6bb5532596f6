"""Which questions a person is asked, in which order and words, and which answers do not fit together.

The same walk is made for pages, at the door, for keyed paper and (from the same expressions) on interviewers' phones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Question, QuestionWords, Value, as_text
from literacy_app.questions.rules.expressions import Scene, chance, evaluate, fill, number, parse, text, truth
from literacy_app.surveys.rules import Instrument, InstrumentWords


@dataclass(frozen=True)
class Walk:
    """What an instrument comes to for one set of answers.

    `shown` are the questions on this person's way, notes among them, in this person's order. `calculated` holds what was
    worked out. `hidden` are questions with an answer that the person is not asked; `violated` those whose constraint the
    answer breaks, or whose chosen option is not offered.
    """

    shown: tuple[Question, ...]
    calculated: dict[str, Value]
    hidden: tuple[str, ...] = ()
    violated: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[str, int]:
        """The place (from 1) of every question that is asked, notes left out."""
        asked = (question for question in self.shown if KINDS[question.kind].asked)
        return {question.id: place for place, question in enumerate(asked, start=1)}

    def gaps(self, answers: Mapping[str, Answer]) -> tuple[Question, ...]:
        """The questions asked that have neither an answer nor a code."""
        return tuple(q for q in self.shown if KINDS[q.kind].asked and q.id not in answers)


def walk(
    instrument: Instrument,
    answers: Mapping[str, Answer],
    now: datetime,
    seed: str = "",
    words: InstrumentWords | None = None,
) -> Walk:
    """Go through an instrument with these answers. `seed` decides orders and chance; `now` is the respondent's local time.

    A question that is not shown counts as not answered for all that follows (ODK XForms, "relevance").
    """
    questions = in_order(instrument, seed)
    if not instrument.has_logic:
        return Walk(questions, {})

    def name(id: str, option: str) -> str:
        return label(instrument, words, id, option) if words else option

    said: dict[str, str] = {}
    shown, hidden, violated = [], [], []
    calculated: dict[str, Value] = {}
    for question in questions:
        scene = Scene(said, now, seed=f"{seed}:{question.id}", labels=name)
        if question.show_if and not truth(evaluate(parse(question.show_if), scene)):
            if question.id in answers:
                hidden.append(question.id)
            continue
        if question.calculation:
            value = evaluate(parse(question.calculation), scene)
            # What is not a number has no value, as in ODK; later expressions see the empty text.
            said[question.id] = text(value) if value == value else ""  # noqa: PLR0124
            if isinstance(value, float):
                if number(value) == value and abs(value) < float("inf"):
                    calculated[question.id] = Decimal(text(value))
            elif said[question.id]:
                calculated[question.id] = said[question.id]
            continue
        shown.append(question)
        if (answer := answers.get(question.id)) is None:
            continue
        said[question.id] = as_text(answer)
        if not _fits(question, answer, scene):
            violated.append(question.id)
    return Walk(tuple(shown), calculated, tuple(hidden), tuple(violated))


def _fits(question: Question, answer: Answer, scene: Scene) -> bool:
    if isinstance(answer, Code):
        return True
    chosen = answer if isinstance(answer, tuple) else (as_text(answer),)
    if question.option_if and not all(_is_offered(question, option, scene) for option in chosen):
        return False
    return not question.constraint or truth(evaluate(parse(question.constraint), replace(scene, this=as_text(answer))))


def _is_offered(question: Question, option: str, scene: Scene) -> bool:
    return option not in question.option_if or truth(evaluate(parse(question.option_if[option]), scene))


def in_order(instrument: Instrument, seed: str) -> tuple[Question, ...]:
    """The questions in the order in which the person with this seed meets them."""
    if not instrument.shuffle_sections:
        return instrument.questions
    mixed = {
        section: iter(
            sorted(
                (question for question in instrument.questions if question.section == section),
                key=lambda question: (chance(f"{seed}:{question.id}"), question.id),
            )
        )
        for section in instrument.shuffle_sections
    }
    return tuple(next(mixed.get(question.section, iter(())), question) for question in instrument.questions)


def offered(question: Question, answers: Mapping[str, Answer], now: datetime, seed: str = "") -> tuple[str, ...]:
    """The options of a question that this person is offered, in this person's order."""
    options: Sequence[str] = KINDS[question.kind].options(question)
    if question.option_if:
        scene = Scene({id: as_text(answer) for id, answer in answers.items()}, now, seed=f"{seed}:{question.id}")
        options = [option for option in options if _is_offered(question, option, scene)]
    if question.shuffle:
        options = sorted(options, key=lambda option: (chance(f"{seed}:{question.id}:{option}"), option))
    return tuple(options)


def words_for(
    question: Question, words: InstrumentWords, instrument: Instrument, said: Mapping[str, Answer | Value]
) -> QuestionWords:
    """The words of a question, with earlier answers where they stand as `${question}`."""
    spoken = words.questions[question.id]
    if not _repeats_answers(spoken):
        return spoken

    def say(id: str) -> str:
        return label(instrument, words, id, said.get(id))

    return replace(spoken, stem=fill(spoken.stem, say), hint=fill(spoken.hint, say), lead=fill(spoken.lead, say))


def _repeats_answers(spoken: QuestionWords) -> bool:
    return any("${" in words for words in (spoken.stem, spoken.hint, spoken.lead))


def label(instrument: Instrument, words: InstrumentWords, id: str, answer: Answer | Value | None) -> str:
    """An answer as people read it: options by their words, "……" where there is none."""
    if answer is None:
        return "……"
    if isinstance(answer, Code):
        return words.labels[answer]
    question = instrument.question(id)
    names = (words.questions[id].options or words.labels) if question and KINDS[question.kind].options(question) else {}
    parts = [names.get(part, part) for part in (answer if isinstance(answer, tuple) else (as_text(answer),))]
    return ("、" if any(part > "\u3000" for part in parts) else ", ").join(parts)
