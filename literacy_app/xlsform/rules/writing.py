"""From an instrument to the sheets of a workbook. The key is written only where somebody asks for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Question, QuestionWords
from literacy_app.questions.rules.expressions import piped
from literacy_app.scoring.rules import Key
from literacy_app.surveys.rules import Instrument, InstrumentWords
from literacy_app.xlsform.rules import Remark
from literacy_app.xlsform.rules.columns import SPOKEN, is_name
from literacy_app.xlsform.rules.logic import for_odk
from literacy_app.xlsform.rules.outline import SEED, SURVEY

Cells = dict[str, str]
Say = Callable[[InstrumentWords], str]
_TYPES = {"text": "text", "date": "date", "note": "note", "calculated": "calculate"}
# The order of the columns; those that stay empty are not written.
_SURVEY = [
    "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "calculation", "choice_filter", "parameters", "appearance", "x_dimension", "x_second_class", "x_article",
    "x_topic", "x_anchor", "x_decimals", "x_options_from", "x_answer", "x_points",
]  # fmt: skip
_SPOKEN_COLUMNS = ("label", "hint", "required_message", "constraint_message")


@dataclass(frozen=True)
class Workbook:
    """Sheets as they are to be written, the first line the columns; and what did not fit into them."""

    sheets: Mapping[str, tuple[tuple[str, ...], ...]]
    notes: tuple[str, ...]


def unwritable(instrument: Instrument) -> list[Remark]:
    """The questions whose ids cannot be names in a workbook, where names are those of XML."""
    return [
        Remark(SURVEY, 0, f"{question.id!r} cannot be a name in a workbook: a letter or _ must come first")
        for question in instrument.questions
        if not is_name(question.id)
    ]


def write_workbook(instrument: Instrument, key: Key | None) -> Workbook:
    """An instrument as sheets. Without `key` nothing in them depends on the right answers."""
    writer = _Writer(instrument, key)
    survey = writer.survey()
    columns = [name for column in _SURVEY for name in _headers(column) if any(name in cells for cells in survey)]
    choices = [
        {"list_name": listed, "name": name, **_spoken("label", words)}
        for listed, offered in writer.lists.items()
        for name, words in offered.items()
    ]
    settings = _settings(instrument, key)
    return Workbook(
        {
            "survey": _table(columns, survey),
            "choices": _table(["list_name", "name", *_headers("label")], choices),
            "settings": _table(list(settings), [settings]),
        },
        tuple(_notes(instrument)),
    )


def _table(columns: Sequence[str], rows: Sequence[Cells]) -> tuple[tuple[str, ...], ...]:
    return (tuple(columns), *(tuple(cells.get(column, "") for column in columns) for cells in rows))


def _headers(column: str) -> list[str]:
    return [f"{column}::{tongue}" for tongue in SPOKEN.values()] if column in _SPOKEN_COLUMNS else [column]


def _spoken(column: str, words: Mapping[str, str]) -> Cells:
    return {f"{column}::{SPOKEN[language]}": text for language, text in words.items() if text}


class _Writer:
    """Goes through the questions and collects the lists of choices on the way."""

    def __init__(self, instrument: Instrument, key: Key | None) -> None:
        self.instrument, self.key = instrument, key
        self.days = {question.id for question in instrument.questions if question.kind == "date"}
        self.lists: dict[str, dict[str, dict[str, str]]] = {}

    def survey(self) -> list[Cells]:
        """The rows of the sheet `survey`."""
        rows: list[Cells] = []
        if any(question.shuffle for question in self.instrument.questions):
            # A whole number: JavaRosa cuts the decimals off a seed.
            rows.append({"type": "calculate", "name": SEED, "calculation": "once(int(random() * 1000000000))"})
        taken = set(self.instrument.by_id) | {question.matrix for question in self.instrument.questions}
        for section, questions in groupby(self.instrument.questions, key=lambda question: question.section):
            name, count = section, 1
            while name in taken:  # a name stands once; our ids have no point, so it comes off again
                name, count = f"{section}.{count}", count + 1
            taken.add(name)
            inside = [row for part in self._parts(list(questions)) for row in part]
            head = {"type": "begin group", "name": name, **self._section(section)}
            rows += [head, *inside, {"type": "end group"}] if section else inside
        return rows

    def _parts(self, questions: Sequence[Question]) -> Iterator[list[Cells]]:
        for matrix, rows in groupby(questions, key=lambda question: question.matrix):
            if matrix:
                yield self._matrix(matrix, list(rows))
            else:
                yield from ([self._row(question)] for question in rows)

    def _matrix(self, id: str, rows: Sequence[Question]) -> list[Cells]:
        first, said = rows[0], self._said(rows[0])
        head = {
            "type": "begin group",
            "name": id,
            **_spoken("label", {language: words.lead for language, words in said.items()}),
            **_spoken("hint", {language: words.hint for language, words in said.items()}),
            "relevant": self._odk(first.show_if),
            # ODK filters no choices in a table.
            "appearance": "field-list" if first.option_if else "table-list",
        }
        inside = []
        for question in rows:
            cells = self._row(question, listed=id)
            inside.append({name: text for name, text in cells.items() if not name.startswith(("hint", "relevant"))})
        return [_filled(head), *inside, {"type": "end group"}]

    def _row(self, question: Question, listed: str = "") -> Cells:
        said = self._said(question)
        offered = KINDS[question.kind].options(question)
        cells: Cells = {
            "type": self._type(question, listed or question.id),
            "name": question.id,
            **_spoken("label", {language: _stem(question, words) for language, words in said.items()}),
            **_spoken("hint", {language: words.hint for language, words in said.items()}),
            "required": "yes" if question.required else "",
            **_spoken("required_message", {language: words.required for language, words in said.items()}),
            "relevant": self._odk(question.show_if),
            "constraint": _constraint(question, self._odk(question.constraint, on_a_day=question.kind == "date")),
            **_spoken("constraint_message", {language: words.constraint for language, words in said.items()}),
            "calculation": self._odk(question.calculation),
            "choice_filter": " and ".join(
                f"(name != '{option}' or ({self._odk(question.option_if[option])}))"
                for option in offered
                if option in question.option_if
            ),
            "parameters": f"randomize=true, seed=${{{SEED}}}" if question.shuffle and offered else "",
            "x_dimension": question.dimension or "",
            "x_second_class": question.second_class or "",
            "x_article": question.article,
            "x_topic": question.topic or "",
            "x_anchor": question.anchor,
            "x_decimals": str(question.decimals) if question.decimals else "",
            "x_options_from": question.options_from,
        }
        if self.key and (marking := self.key.items.get(question.id)):
            right = marking.answer if isinstance(marking.answer, tuple) else (marking.answer,)
            cells |= {"x_answer": " ".join(right), "x_points": str(marking.points)}
        return _filled(cells)

    def _type(self, question: Question, listed: str) -> str:
        if question.kind == "number":
            return "decimal" if question.decimals else "integer"
        if question.options_from:
            return "text"
        if question.kind in _TYPES:
            return _TYPES[question.kind]
        code = question.codes[0]
        if question.kind == "true_false":
            listed = f"true_false.{code}"
        offered = KINDS[question.kind].options(question)
        said = self._said(question)
        labels = {language: words.labels for language, words in self.instrument.words.items()}
        self.lists[listed] = {
            option: {
                language: (words.options or labels[language]).get(option, option) for language, words in said.items()
            }
            for option in offered
        } | {code: {language: words[code] for language, words in labels.items()}}
        return f"select_{'multiple' if question.kind == 'multiple' else 'one'} {listed}"

    def _odk(self, expression: str, *, on_a_day: bool = False) -> str:
        return for_odk(expression, self.days, on_a_day=on_a_day)

    def _said(self, question: Question) -> dict[str, QuestionWords]:
        return {language: words.questions[question.id] for language, words in self.instrument.words.items()}

    def _section(self, section: str) -> Cells:
        return _spoken(
            "label", {language: words.sections[section] for language, words in self.instrument.words.items()}
        )


def _filled(cells: Cells) -> Cells:
    return {name: str(text) for name, text in cells.items() if text}


def _stem(question: Question, words: QuestionWords) -> str:
    return f"{words.lead}\n\n{words.stem}" if words.lead and not question.matrix else words.stem


def _constraint(question: Question, own: str) -> str:
    """What an answer must satisfy in ODK, where bounds are constraints and a code stands among the choices."""
    code = question.codes[0]
    if question.kind == "number":
        bounds = [f". >= {question.min}"] if question.min is not None else []
        bounds += [f". <= {question.max}"] if question.max is not None else []
        return " and ".join([*bounds, *([f"({own})"] if own else [])])
    if question.kind == "text" and not question.options_from:
        bounds = [f"string-length(.) <= {question.max}"] if question.max is not None else []
        return " and ".join([*bounds, *([f"({own})"] if own else [])])
    if question.kind == "multiple":
        guard = f"not(selected(., '{code}') and count-selected(.) > 1)"
        return f"{guard} and (selected(., '{code}') or ({own}))" if own else guard
    if question.kind in ("single", "true_false") and own and not question.options_from:
        return f". = '{code}' or ({own})"
    return own


def _settings(instrument: Instrument, key: Key | None) -> Cells:
    words = instrument.words
    first = next(iter(SPOKEN))

    def spoken(name: str, say: Say) -> Cells:
        return _spoken(f"x_{name}", {language: say(said) for language, said in words.items()})

    cells = {
        "form_title": words[first].title,
        "form_id": instrument.name,
        "version": str(instrument.version),
        "default_language": SPOKEN[first],
        "x_edition": instrument.edition,
        "x_shuffle_sections": " ".join(instrument.shuffle_sections),
        **spoken("title", lambda said: said.title),
        **spoken("introduction", lambda said: said.introduction),
        **spoken("rights", lambda said: "\n".join(said.rights)),
        "x_consent_version": words[first].consent.version,
        **spoken("consent_text", lambda said: said.consent.text),
        **spoken("consent_agree", lambda said: said.consent.agree),
        **spoken("consent_decline", lambda said: said.consent.decline),
    }
    for label in sorted(words[first].labels):
        cells |= spoken(f"label_{label}", lambda said, label=label: said.labels[label])  # type: ignore[misc]
    if key:
        cells |= {
            "x_pass_points": str(key.pass_mark.points),
            "x_pass_of": str(key.pass_mark.of),
            "x_multiple_mode": key.multiple_mode,
        }
    return _filled(cells)


def _notes(instrument: Instrument) -> Iterator[str]:
    questions = instrument.questions
    typed = [question for question in questions if question.kind in ("number", "text", "date")]
    if typed:
        yield f"{len(typed)} questions with typed answers cannot be answered with 'rather not say' in ODK; leave them empty"
    for question in questions:
        if question.options_from:
            yield f"{question.id}: its choices are those of a wave, so it is a text in ODK"
        if question.decimals:
            yield f"{question.id}: ODK does not keep to {question.decimals} decimals"
    if any(question.shuffle for question in questions):
        yield "choices that are shuffled come in another order in ODK than here, 'don't know' among them"
    if instrument.shuffle_sections:
        yield f"ODK does not shuffle the sections {', '.join(instrument.shuffle_sections)}"
    chosen = {question.id for question in questions if KINDS[question.kind].options(question)}
    said = [words for spoken in instrument.words.values() for words in spoken.questions.values()]
    if repeated := sorted({id for words in said for id in piped(f"{words.lead}{words.stem}{words.hint}")} & chosen):
        yield f"ODK repeats the choice of {', '.join(repeated)} by its id, not its words"
    alone = [question.id for question in questions if not question.matrix]
    if any(spoken.questions[id].lead for spoken in instrument.words.values() for id in alone):
        yield "a text that stands above one question alone becomes the beginning of the question"
    yield "introduction, rights and consent are in the settings, which ODK does not show: ask for consent before"
