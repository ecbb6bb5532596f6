"""What stands on the printed form, question by question, in the order and with the numbers of the screen. Never a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from literacy_app.paper.rules.keying import choices
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question, QuestionWords
from literacy_app.questions.rules.expressions import Tree, parse
from literacy_app.surveys.rules import Instrument, InstrumentWords
from literacy_app.surveys.rules.walk import words_for

# Boxes for a number without an upper bound, and the longest text that one line takes.
SOME_DIGITS = 4
SHORT_TEXT = 30


@dataclass(frozen=True)
class Condition:
    """When a question is asked: the question `number` before it was answered with `option` (in words, or a number).

    `number` is None where the condition is not that simple.
    """

    number: int | None = None
    option: str = ""


@dataclass(frozen=True)
class Line:
    """One question on paper, a note (without a number), or a row of the table that begins where `opens` is true.

    `marks` are the digits with their words, those of codes in `apart`; `boxes` is how many digits a number may have
    before and after its point; `lines` how many are ruled for words.
    """

    id: str
    kind: str
    number: int | None
    words: QuestionWords
    section: str
    condition: Condition | None = None
    marks: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    boxes: tuple[int, int] = (0, 0)
    lines: int = 0
    matrix: str = ""
    several: bool = False
    some_options: bool = False


def numbers(instrument: Instrument) -> dict[str, int]:
    """The number of every question on paper: its place among all that are asked."""
    asked = (question.id for question in instrument.questions if KINDS[question.kind].asked)
    return {id: place for place, id in enumerate(asked, start=1)}


def lines(instrument: Instrument, language: str) -> tuple[Line, ...]:
    """The whole form in one language; what is worked out is left out."""
    words, places = instrument.words[language], numbers(instrument)
    printed = (question for question in instrument.questions if question.kind != "calculated")
    return tuple(_line(instrument, words, places, question) for question in printed)


def _line(instrument: Instrument, words: InstrumentWords, places: Mapping[str, int], question: Question) -> Line:
    spoken = words_for(question, words, instrument, {})
    names = spoken.options or words.labels
    marks = choices(question)
    line = Line(
        question.id,
        question.kind,
        places.get(question.id),
        spoken,
        words.sections.get(question.section, ""),
        _condition(instrument, words, places, question.show_if) if question.show_if else None,
        tuple((mark, names[id]) for mark, id in marks.items() if id not in question.codes),
        tuple((mark, words.labels[id]) for mark, id in marks.items() if id in question.codes),
        matrix=question.matrix,
        several=question.kind == "multiple",
        some_options=bool(question.option_if),
    )
    if question.kind == "number":
        whole = len(str(max(abs(question.min or 0), abs(question.max)))) if question.max is not None else SOME_DIGITS
        return replace(line, boxes=(whole, question.decimals))
    if question.kind == "text":
        return replace(line, lines=1 if (question.max or SHORT_TEXT + 1) <= SHORT_TEXT else 2)
    return line


def _condition(instrument: Instrument, words: InstrumentWords, places: Mapping[str, int], show_if: str) -> Condition:
    id, said = _compared(parse(show_if))
    question, number = instrument.question(id), places.get(id)
    if question is None or number is None or not said:
        return Condition()
    if KINDS[question.kind].options(question):
        names = words.questions[id].options or words.labels
        return Condition(number, names[said]) if said in names else Condition()
    return Condition(number, said) if question.kind == "number" else Condition()


def _compared(tree: Tree) -> tuple[str, str]:
    """The question and the value of a plain equality or `selected()`; empty for anything else."""
    parts = tree[1:] if tree[0] == "=" else tree[2:] if tree[:2] == ("call", "selected") else ()
    answers = [part[1] for part in parts if part[0] == "answer"]
    values = [part[1] for part in parts if part[0] in ("text", "number")]
    if len(answers) != 1 or len(values) != 1:
        return "", ""
    value = values[0]
    return answers[0], value if isinstance(value, str) else format(value, "g")


def pixels(matrix: Sequence[Sequence[int]], quiet: int = 2) -> list[int]:
    """A QR code as grey values row by row (0 dark, 255 light), with its quiet zone of `quiet` squares."""
    wide = len(matrix) + 2 * quiet
    blank = [255] * (wide * quiet)
    rows = [255 * (1 - dark) for row in matrix for dark in ([0] * quiet + list(row) + [0] * quiet)]
    return blank + rows + blank


def page_code(wave: str, instrument: str, number: str, page: int, pages: int) -> str:
    """What the code on a page says: wave, instrument and version, form number (`-` where it is left open), page n/m."""
    return f"{wave} {instrument} {number or '-'} {page}/{pages}"
