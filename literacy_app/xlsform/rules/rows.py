"""One row of the sheet `survey` as a question, or why it cannot be one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from literacy_app.framework.rules import Dimension, SecondClass, Topic
from literacy_app.questions.rules import Code, Question
from literacy_app.questions.rules.expressions import ExpressionError, asks_itself, parse
from literacy_app.xlsform.rules import Row
from literacy_app.xlsform.rules.columns import by_language, is_name, parameters, plain
from literacy_app.xlsform.rules.logic import both, for_choice, from_odk, references, renamed
from literacy_app.xlsform.rules.outline import CHOICES, SURVEY, YES, Choice, Entry, Ledger, Outline

_E = TypeVar("_E", bound=StrEnum)
Texts = Mapping[str, str]  # by language

KINDS = {
    "text": "text", "integer": "number", "decimal": "number", "range": "number", "date": "date", "note": "note",
    "acknowledge": "note", "calculate": "calculated", "hidden": "calculated", "time": "text", "dateTime": "text",
    "select_one": "single", "select_multiple": "multiple",
}  # fmt: skip
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_TIMES = {
    "time": f"regex(., '{_CLOCK}')",
    "dateTime": f"regex(., '[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]{_CLOCK}')",
}
_DRAWN = {"minimal", "likert", "multiline", "table-list", "field-list", "list-nolabel", "quick", "compact", "columns"}
# Most decimals that a number can have; a workbook does not say how many it wants.
_DECIMALS = 6
_BOUND = re.compile(r"\s*\.\s*(>=|<=)\s*(-?\d{1,10})\s*(?:\band\b|$)\s*")
_LENGTH = re.compile(r"\s*string-length\(\s*\.\s*\)\s*(<=)\s*(\d{1,5})\s*(?:\band\b|$)\s*")
OTHER = {"zh_Hans": "其他", "en": "Other"}
WHICH_OTHER = {"zh_Hans": "请说明", "en": "Please say which"}


@dataclass(frozen=True)
class Item:
    """A question with its words and its right answer, as one row has them."""

    row: int
    question: Question
    stem: Texts
    hint: Texts = field(default_factory=dict)
    constraint: Texts = field(default_factory=dict)
    required: Texts = field(default_factory=dict)
    options: Mapping[str, Texts] = field(default_factory=dict)
    rows: Mapping[str, Texts] = field(default_factory=dict)
    answers: Mapping[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """What one row needs to know of the others."""

    outline: Outline
    lists: Mapping[str, Sequence[Choice]]
    labels: Mapping[str, Texts]
    default: str
    languages: tuple[str, ...]
    ledger: Ledger

    def expression(self, row: Row, name: str, text: str, *, itself: bool = False) -> str:
        """An expression of a row with our ids in it; "" with a complaint if it cannot stand here."""
        if not text:
            return ""
        complaints = [_why_not(self.outline, other, row) for other in dict.fromkeys(references(text))]
        if complaints := [complaint for complaint in complaints if complaint]:
            for complaint in complaints:
                self.ledger.refuse(SURVEY, row.number, f"{name!r} is {text!r}, but {complaint}")
            return ""
        ours = self.with_ids(text)
        try:
            tree = parse(ours)
        except ExpressionError as error:
            self.ledger.refuse(SURVEY, row.number, f"{name!r} is {text!r}: {error} (character {error.place + 1})")
            return ""
        if asks_itself(tree) and not itself:
            self.ledger.refuse(SURVEY, row.number, f"{name!r} is {text!r}: `.` is for constraints")
            return ""
        return from_odk(ours)

    def with_ids(self, text: str) -> str:
        """A text or an expression with our ids where the workbook has its names."""
        return renamed(
            text,
            lambda name: "today()" if self.outline.silent.get(name) == "today" else f"${{{self.outline.ids[name]}}}",
        )

    def texts(self, row: Row, name: str, *, may_repeat: bool = False) -> dict[str, str]:
        """The words in a column by language; answers are repeated in labels and hints only."""
        said = by_language(row, name, self.default)
        for language, text in said.items():
            named = [] if not references(text) else list(dict.fromkeys(references(text)))
            wrong = [complaint for other in named if (complaint := _why_not(self.outline, other, row))]
            if named and not may_repeat:
                wrong = ["answers are repeated in labels and hints only"]
            if any(self.outline.silent.get(other) == "today" for other in named):
                wrong = ["the day cannot be repeated in a text"]
            for complaint in wrong:
                self.ledger.refuse(SURVEY, row.number, f"{name!r} has ${{...}} in it, but {complaint}")
            if named and not wrong:
                said[language] = self.with_ids(text)
        return said


def _why_not(outline: Outline, name: str, row: Row) -> str:
    if (reason := outline.silent.get(name)) and reason != "today":
        return f"{name!r} {reason}"
    if name not in outline.places:
        return f"there is no question {name!r}"
    return f"{name!r} does not stand before it" if outline.places[name] > row.number else ""


def items_of(entry: Entry, book: Book, section: str) -> list[Item]:
    """The question of a row, and the one that `or_other` adds; none after a complaint."""
    row, cells, ledger = entry.row, plain(entry.row), book.ledger
    kind = KINDS.get(entry.type.word)
    if kind is None:
        ledger.refuse(
            SURVEY, row.number, f"{cells['type']!r} is no type that instruments know; there are {', '.join(KINDS)}"
        )
        return []
    _refuse_cells(row, cells, kind, entry, ledger)
    if cells.get("read_only", "").lower() in YES and kind != "calculated":
        kind = "note"
    if entry.type.word == "acknowledge" or (kind == "note" and entry.type.word != "note"):
        ledger.note(
            SURVEY, row.number, f"{entry.id!r} becomes a note: whoever goes on has read it, and no answer is kept"
        )
    conditions = [
        book.expression(group.row, "relevant", plain(group.row).get("relevant", "")) for group in entry.groups
    ]
    question = Question(
        id=entry.id,
        kind=kind,
        section=section,
        show_if=both(*conditions, book.expression(row, "relevant", cells.get("relevant", ""))),
        required=_yes(row, cells, ledger) and kind not in ("note", "calculated"),
        **_standing(row, cells, ledger),
    )
    own = book.expression(row, "constraint", cells.get("constraint", ""), itself=True)
    item = Item(
        row.number,
        question,
        book.texts(row, "label", may_repeat=True),
        book.texts(row, "hint", may_repeat=True),
        book.texts(row, "constraint_message"),
        book.texts(row, "required_message"),
    )
    if kind == "calculated":
        return [_calculated(item, entry, cells, book)]
    if kind == "note":
        return [item]
    if entry.type.choices:
        return _chosen(item, entry, cells, own, book)
    return [_answered(_typed(item, entry, cells, own, book), cells, ledger)]


def _refuse_cells(row: Row, cells: Mapping[str, str], kind: str, entry: Entry, ledger: Ledger) -> None:
    known = entry.type.word == "hidden"
    reasons = {
        "media": "pictures and sounds are not taken",
        "bind": "bind:: columns are not taken",
        "body": "body:: columns are not taken",
        "instance": "instance:: columns are not taken",
        "trigger": "nothing is set when something else changes; write the calculation without a trigger",
        "repeat_count": "there are no repeats",
        "save_to": "there are no entities",
        "default": "" if known else "nobody gave this answer; leave the question empty",
        "calculation": ""
        if kind == "calculated"
        else "a question is not worked out; use the type calculate and a note",
    }
    for column, reason in reasons.items():
        if reason and column in cells:
            ledger.refuse(SURVEY, row.number, f"has {column!r}: {reason}")
    if "guidance_hint" in {header.split("::")[0].strip().lower() for header in row.cells}:
        ledger.note(SURVEY, row.number, "'guidance_hint' is left out: interviewers have their own notes")
    drawn = cells.get("appearance", "").split()
    if "label" in drawn:
        ledger.refuse(SURVEY, row.number, "is only a heading; make the group one with the appearance table-list")
    for word in drawn:
        if word.split("(")[0].startswith("search") or word.startswith("ex:"):
            ledger.refuse(SURVEY, row.number, f"the appearance {word!r} asks another program")
        elif word not in _DRAWN and not word.startswith("columns-") and word != "label":
            ledger.note(SURVEY, row.number, f"the appearance {word!r} is left out")


def _yes(row: Row, cells: Mapping[str, str], ledger: Ledger) -> bool:
    said = cells.get("required", "").lower()
    if said not in ("", *YES, "no", "false", "false()"):
        ledger.refuse(SURVEY, row.number, f"'required' is {said!r}: a question is required always (yes) or never")
    return said in YES


def _standing(row: Row, cells: Mapping[str, str], ledger: Ledger) -> dict[str, Any]:
    """What our own columns say of a question."""

    def read(name: str, known: type[_E]) -> _E | None:
        said = cells.get(f"x_{name}")
        if said is not None and said not in set(known):
            ledger.refuse(SURVEY, row.number, f"'x_{name}' is {said!r}; there are {', '.join(known)}")
            return None
        return known(said) if said else None

    return {
        "dimension": read("dimension", Dimension),
        "second_class": read("second_class", SecondClass),
        "topic": read("topic", Topic),
        "article": cells.get("x_article", ""),
        "anchor": cells.get("x_anchor", ""),
    }


def _calculated(item: Item, entry: Entry, cells: Mapping[str, str], book: Book) -> Item:
    text = cells.get("calculation", "")
    if not text and entry.type.word == "hidden" and "default" in cells:
        text = "'{}'".format(cells["default"].replace("'", "’"))
        book.ledger.note(SURVEY, item.row, f"{entry.id!r} becomes a calculation that is always {text}")
    if not text:
        book.ledger.refuse(SURVEY, item.row, f"{entry.id!r} says nowhere what it is worked out from ('calculation')")
    said = item.stem or dict.fromkeys(book.languages, entry.id)
    return replace(
        item,
        question=replace(item.question, calculation=book.expression(entry.row, "calculation", text)),
        stem=said,
    )


def _typed(item: Item, entry: Entry, cells: Mapping[str, str], own: str, book: Book) -> Item:
    question, word, ledger = item.question, entry.type.word, book.ledger
    asked = parameters(cells.get("parameters", ""))
    if cells.get("x_options_from"):
        return replace(
            item, question=replace(question, kind="single", options_from=cells["x_options_from"], constraint=own)
        )
    if word == "range":
        low, high, step = (_number(entry.row, name, asked.get(name, usual), ledger) for name, usual in _RANGE.items())
        return replace(item, question=_within(question, low, high, step, own))
    if asked:
        ledger.note(SURVEY, item.row, f"the parameters {', '.join(asked)} are left out")
    if word in _TIMES:
        if own:
            ledger.refuse(
                SURVEY, item.row, "times are texts here, so they cannot be compared: leave the constraint out"
            )
        ledger.note(SURVEY, item.row, f"{entry.id!r} becomes a text in the form of a {word}")
        return replace(item, question=replace(question, constraint=_TIMES[word]))
    if question.kind == "number":
        places = cells.get("x_decimals", str(_DECIMALS)) if word == "decimal" else "0"
        if not places.isdigit():
            ledger.refuse(SURVEY, item.row, f"'x_decimals' is {places!r}, which is no number of digits")
            places = "0"
        bounds, own = _bounds(own, _BOUND)
        return replace(
            item,
            question=replace(
                question, decimals=int(places), min=bounds.get(">="), max=bounds.get("<="), constraint=own
            ),
        )
    if question.kind == "text":
        bounds, own = _bounds(own, _LENGTH)
        return replace(item, question=replace(question, max=bounds.get("<="), constraint=own))
    return replace(item, question=replace(question, constraint=own))


_RANGE = {"start": "1", "end": "10", "step": "1"}


def _number(row: Row, name: str, said: str, ledger: Ledger) -> Decimal:
    try:
        found = Decimal(said)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > 10**9 or (name == "step" and found <= 0):
        ledger.refuse(SURVEY, row.number, f"the parameter {name!r} of a range is {said!r}")
        return Decimal(1)
    return found


def _within(question: Question, low: Decimal, high: Decimal, step: Decimal, own: str) -> Question:
    """A range as a number: whole bounds as such, others and steps as a constraint."""
    low, high = min(low, high), max(low, high)
    places = max(0, *(-int(number.as_tuple().exponent) for number in (low, high, step)))
    scale = 10**places
    said = [
        "" if low == int(low) else f". >= {low}",
        "" if high == int(high) else f". <= {high}",
        "" if step * scale == 1 else f"round((. - {low:f}) * {scale}) mod {int(step * scale)} = 0",
    ]
    return replace(
        question,
        decimals=places,
        min=int(low) if low == int(low) else None,
        max=int(high) if high == int(high) else None,
        constraint=both(*said, own),
    )


def _bounds(constraint: str, pattern: re.Pattern[str]) -> tuple[dict[str, int], str]:
    """The plain bounds that a constraint begins with, and the rest of it."""
    found: dict[str, int] = {}
    if not constraint or parse(constraint)[0] == "or":
        return found, constraint
    while (bound := pattern.match(constraint)) and bound[1] not in found:
        found[bound[1]] = int(bound[2])
        constraint = constraint[bound.end() :]
    return found, opened(constraint)


def opened(constraint: str) -> str:
    """A constraint without brackets round the whole of it."""
    inner = constraint.strip()[1:-1]
    try:
        return inner if constraint.startswith("(") and parse(inner) == parse(constraint) else constraint
    except ExpressionError:
        return constraint


def _chosen(item: Item, entry: Entry, cells: Mapping[str, str], own: str, book: Book) -> list[Item]:
    question, ledger = item.question, book.ledger
    listed = book.lists.get(entry.type.choices)
    if not listed:
        ledger.refuse(SURVEY, item.row, f"there is no list {entry.type.choices!r} in the sheet 'choices'")
        return []
    choices = [choice for choice in listed if choice.name not in question.codes]
    for choice in choices:
        if choice.name in set(Code):
            offered = (
                "not scored and offers 'refused'" if choice.name == Code.DONT_KNOW else "scored and offers 'dont_know'"
            )
            message = (
                f"{choice.name!r} is an answer of its own kind, and {entry.id!r} (survey row {item.row}) is {offered}"
            )
            ledger.refuse(CHOICES, choice.row, f"{message}; call it something else, such as 'not_sure'")
    if len(choices) < len(listed):
        own = _without_code(own, question.codes[0])
    options = {choice.name: choice.words for choice in choices}
    if entry.type.or_other:
        options["other"] = OTHER
    asked = parameters(cells.get("parameters", ""))
    if "seed" in asked and "shuffle.seed" not in asked["seed"]:
        ledger.note(SURVEY, item.row, "the seed is left out: each person's order comes from their own submission")
    truths = [(choice.name, dict(choice.words)) for choice in choices] == [
        (name, dict(book.labels[name])) for name in ("true", "false")
    ]
    kind = "true_false" if question.kind == "single" and truths and not entry.type.or_other else question.kind
    question = replace(
        question,
        kind=kind,
        options=() if kind == "true_false" else tuple(options),
        constraint=own,
        shuffle=asked.get("randomize", "").lower() in YES,
        option_if=_filters(entry, cells.get("choice_filter", ""), choices, book),
    )
    found = _answered(replace(item, question=question, options={} if kind == "true_false" else options), cells, ledger)
    return [found, _other(found, book)] if entry.type.or_other else [found]


def _without_code(constraint: str, code: Code) -> str:
    """A constraint without what we write for the code among the choices (xlsform.rules.writing)."""
    guard = f"not(selected(., '{code}') and count-selected(.) > 1)"
    if constraint == guard:
        return ""
    rest = constraint.removeprefix(f"{guard} and (selected(., '{code}') or ")
    if rest != constraint and rest.endswith(")"):
        return opened(rest[:-1])
    rest = constraint.removeprefix(f". = '{code}' or ")
    return opened(rest) if rest != constraint else constraint


def _filters(entry: Entry, condition: str, choices: Sequence[Choice], book: Book) -> dict[str, str]:
    if not condition:
        return {}
    complaints = [_why_not(book.outline, name, entry.row) for name in dict.fromkeys(references(condition))]
    if complaints := [complaint for complaint in complaints if complaint]:
        for complaint in complaints:
            book.ledger.refuse(SURVEY, entry.row.number, f"'choice_filter' is {condition!r}, but {complaint}")
        return {}
    ours = book.with_ids(condition)
    # A cell that is empty for one choice is empty, not unknown.
    columns = {name for choice in choices for name in choice.columns}
    found: dict[str, str] = {}
    for choice in choices:
        try:
            alone = for_choice(ours, {name: choice.columns.get(name, "") for name in columns})
        except ExpressionError as error:
            book.ledger.refuse(SURVEY, entry.row.number, f"'choice_filter' is {condition!r}: {error}")
            return {}
        if alone:
            found[choice.name] = from_odk(alone)
    return found


def _other(item: Item, book: Book) -> Item:
    id = f"{item.question.id}_other"
    book.ledger.note(SURVEY, item.row, f"'or_other' becomes the option 'other' and the question {id!r}")
    if not is_name(id):
        book.ledger.refuse(SURVEY, item.row, f"'or_other' needs the name {id!r}, which is too long")
    shown = both(item.question.show_if, f"selected(${{{item.question.id}}}, 'other')")
    asked = Question(id=id, kind="text", section=item.question.section, show_if=shown)
    return Item(item.row, asked, {language: WHICH_OTHER[language] for language in book.languages})


def _answered(item: Item, cells: Mapping[str, str], ledger: Ledger) -> Item:
    said, points, question = cells.get("x_answer"), cells.get("x_points"), item.question
    if said is None and points is None:
        return item
    right = tuple(said.split()) if said else ()
    options = ("true", "false") if question.kind == "true_false" else question.options
    if not question.dimension:
        ledger.refuse(SURVEY, item.row, "'x_answer' is for questions with an 'x_dimension'")
    if not right or not set(right) <= set(options) or (question.kind != "multiple" and len(right) > 1):
        ledger.refuse(SURVEY, item.row, f"'x_answer' is {said!r}; the options are {', '.join(options) or '(none)'}")
    if not re.fullmatch(r"[1-9]\d{0,4}", points or "1"):
        ledger.refuse(SURVEY, item.row, f"'x_points' is {points!r}, which is no whole number from 1")
        points = "1"
    return replace(item, answers={question.id: (right, int(points or "1"))})
