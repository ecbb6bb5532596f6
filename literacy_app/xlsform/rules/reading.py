"""From the sheets of a workbook to a form, or everything that keeps it from being one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from literacy_app.questions.rules import Code, QuestionWords
from literacy_app.scoring.rules import Key, Marking, MultipleMode, PassMark
from literacy_app.surveys.rules import Consent, InstrumentWords
from literacy_app.xlsform.rules import Form, Gaps, NotTaken, Row, Sheets
from literacy_app.xlsform.rules.columns import SPOKEN, by_language, column, default_language, is_name, plain, proposal
from literacy_app.xlsform.rules.outline import (
    CHOICES,
    MAIN,
    SETTINGS,
    SURVEY,
    Choice,
    Entry,
    Ledger,
    read_choices,
    read_outline,
)
from literacy_app.xlsform.rules.rows import Book, Item, Texts, items_of

LABELS = ("true", "false", *(str(code) for code in Code))
_KNOWN = {
    SURVEY: [
        "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint",
        "constraint_message", "calculation", "default", "appearance", "read_only", "choice_filter", "parameters",
        "guidance_hint", "trigger", "repeat_count", "save_to", "media", "bind", "body", "instance", "disabled",
        "x_dimension", "x_second_class", "x_article", "x_topic", "x_answer", "x_points", "x_anchor", "x_decimals",
        "x_options_from",
    ],
    SETTINGS: [
        "form_title", "form_id", "version", "default_language", "submission_url", "x_title", "x_edition",
        "x_pass_points", "x_pass_of", "x_multiple_mode", "x_shuffle_sections", "x_introduction", "x_rights",
        "x_consent_version", "x_consent_text", "x_consent_agree", "x_consent_decline", "x_label_true",
        "x_label_false", "x_label_dont_know", "x_label_refused",
    ],
}  # fmt: skip
# What stands in until the people who ask have written their own.
STANDARD: dict[str, dict[str, str]] = {
    "introduction": {
        "zh_Hans": "您好！请您按自己的想法回答下面的问题。",
        "en": "Hello! Please answer the questions below as you see things yourself.",
    },
    "rights": {
        "zh_Hans": "参加不参加，由您自己决定。\n您可以跳过任何一题，也可以随时停下来。",
        "en": "Taking part is your own choice.\nYou may skip any question and you may stop at any time.",
    },
    "consent_text": {
        "zh_Hans": "我已经了解上面的说明，自愿参加这次调查。",
        "en": "I have understood the information above and I take part of my own free will.",
    },
    "consent_agree": {"zh_Hans": "同意，开始答题", "en": "I agree, start"},
    "consent_decline": {"zh_Hans": "不参加", "en": "I do not want to take part"},
    "label_true": {"zh_Hans": "对", "en": "True"},
    "label_false": {"zh_Hans": "错", "en": "False"},
    "label_dont_know": {"zh_Hans": "不知道", "en": "Don't know"},
    "label_refused": {"zh_Hans": "不愿回答", "en": "Rather not say"},
}
_CURRENT_EDITION = "2020"
_NATIONAL = ("70", "100")


@dataclass
class _Texts:
    """Texts by language, and which of them are missing in one."""

    languages: tuple[str, ...]
    count: int = 0
    places: dict[str, list[str]] = field(default_factory=dict)

    def of(self, said: Texts, place: str, *, needed: bool = False) -> Texts:
        """A text in every language, empty where it is missing; one that nobody has is missing only if it is `needed`."""
        if said or needed:
            self.count += 1
            for language in self.languages:
                if not said.get(language):
                    self.places.setdefault(language, []).append(place)
        return {language: said.get(language, "") for language in self.languages}

    def gaps(self) -> tuple[Gaps, ...]:
        return tuple(Gaps(one, self.count, tuple(self.places.get(one, ()))) for one in self.languages)


def read_form(sheets: Sheets) -> Form:
    """The form in a workbook. Raises NotTaken with everything that is wrong with it."""
    ledger, languages = Ledger(), tuple(SPOKEN)
    settings = sheets.settings[0] if sheets.settings else Row(2, {})
    cells = plain(settings)
    default = default_language(cells, [text for row in sheets.survey if (text := plain(row).get("label"))])
    _look_at_columns(sheets, ledger)
    lists = read_choices(sheets.choices, default, ledger)
    outline = read_outline(sheets.survey, ledger)
    labels = {name: _label(name, settings, default, lists) for name in LABELS}
    book = Book(outline, lists, labels, default, languages, ledger)
    items = _in_one_piece([(entry, items_of(entry, book, _section(entry))) for entry in outline.entries], book)
    if not items and not ledger.problems:
        ledger.refuse(SURVEY, 0, "asks nothing")
    texts = _Texts(languages)
    sections = _sections(outline.entries, settings, default, ledger)
    words = _words(items, sections, settings, labels, default, texts, ledger)
    name, version = _identity(settings, cells, ledger)
    key, unanswered = _key(items, cells, ledger)
    edition = cells.get("x_edition", "")
    if not edition:
        ledger.note(SETTINGS, settings.number, f"'x_edition' is missing: taken for {_CURRENT_EDITION}")
    if ledger.problems:
        raise NotTaken(tuple(dict.fromkeys(ledger.problems)))
    return Form(
        name=name,
        version=version,
        edition=edition or _CURRENT_EDITION,
        questions=tuple(item.question for item in items),
        words=words,
        key=key,
        shuffle_sections=tuple(cells.get("x_shuffle_sections", "").split()),
        rows={item.question.id: item.row for item in items},
        notes=tuple(dict.fromkeys(ledger.notes)),
        gaps=texts.gaps(),
        unanswered=unanswered,
    )


def _look_at_columns(sheets: Sheets, ledger: Ledger) -> None:
    for sheet, rows in ((SURVEY, sheets.survey), (CHOICES, sheets.choices), (SETTINGS, sheets.settings)):
        for header in dict.fromkeys(header for row in rows for header in row.cells):
            found = column(header)
            if found.tongue and not found.language and found.name not in ("media", "bind", "body", "instance"):
                ledger.note(sheet, 1, f"the column {header!r} is left out: instruments speak {' and '.join(SPOKEN)}")
            elif sheet in _KNOWN and found.name not in _KNOWN[sheet]:
                ledger.note(sheet, 1, f"the column {header!r} is left out")


def _label(name: str, settings: Row, default: str, lists: Mapping[str, Sequence[Choice]]) -> Texts:
    """How true, false and the codes are called: as the settings say, else as the first such choice, else as usual."""
    if told := by_language(settings, f"x_label_{name}", default):
        return told
    return next(
        (choice.words for listed in lists.values() for choice in listed if choice.name == name and choice.words),
        STANDARD[f"label_{name}"],
    )


def _section(entry: Entry) -> str:
    outermost = entry.groups[:1]
    if not outermost or outermost[0].matrix:
        return MAIN
    return re.sub(r"\.\d+$", "", outermost[0].name)


def _sections(entries: Sequence[Entry], settings: Row, default: str, ledger: Ledger) -> dict[str, Texts]:
    """The words of every section; one without any is called what the whole is called."""
    title = _title(settings, default)
    sections: dict[str, Texts] = {}
    for entry in entries:
        section = _section(entry)
        if section in sections:
            continue
        said = by_language(entry.groups[0].row, "label", default) if section != MAIN or entry.groups[:1] else {}
        if section == MAIN and (not entry.groups or entry.groups[0].matrix):
            said = {}
            ledger.note(SURVEY, entry.row.number, f"stands in no group: such questions make the section {MAIN!r}")
        elif not said:
            ledger.note(SURVEY, entry.groups[0].row.number, "the group has no label: the section is called as the form")
        sections[section] = said or title
    return sections


def _title(settings: Row, default: str) -> Texts:
    return {**by_language(settings, "form_title", default), **by_language(settings, "x_title", default)}


def _in_one_piece(found: Sequence[tuple[Entry, list[Item]]], book: Book) -> list[Item]:
    """The items with those of every matrix put together."""
    items: list[Item] = []

    def matrix(part: tuple[Entry, list[Item]]) -> tuple[str, int] | None:
        groups = part[0].groups
        return (groups[-1].name, groups[-1].row.number) if groups and groups[-1].matrix else None

    for named, parts in groupby(found, key=matrix):
        rows = [item for _, made in parts for item in made]
        if named is None or not rows:
            items += rows
            continue
        group = next(entry.groups[-1].row for entry, _ in found if entry.groups and entry.groups[-1].name == named[0])
        inner = {item.question.id.removeprefix(f"{named[0]}-"): item for item in rows}
        first = rows[0]
        options = first.options or {name: book.labels[name] for name in ("true", "false")}
        items.append(
            replace(
                first,
                row=named[1],
                question=replace(first.question, id=named[0], kind="matrix", rows=tuple(inner), options=tuple(options)),
                stem=book.texts(group, "label", may_repeat=True),
                hint=book.texts(group, "hint", may_repeat=True) or first.hint,
                options=options,
                rows={name: item.stem for name, item in inner.items()},
                answers={id: answer for item in rows for id, answer in item.answers.items()},
            )
        )
    return items


def _words(
    items: Sequence[Item],
    sections: Mapping[str, Texts],
    settings: Row,
    labels: Mapping[str, Texts],
    default: str,
    texts: _Texts,
    ledger: Ledger,
) -> dict[str, InstrumentWords]:
    where = f"settings row {settings.number}"

    def whole(name: str) -> Texts:
        told = by_language(settings, f"x_{name}", default)
        if not told:
            message = f"'x_{name}' is missing: a standard text stands in words.*.yml; write your own"
            ledger.note(SETTINGS, settings.number, message)
        return texts.of(told or STANDARD[name], f"{where} x_{name}")

    title = texts.of(_title(settings, default), f"{where} x_title", needed=True)
    said = {
        name: whole(name) for name in ("introduction", "rights", "consent_text", "consent_agree", "consent_decline")
    }
    named = {name: texts.of(words, f"the label of {name}") for name, words in labels.items()}
    headed = {name: texts.of(words, f"the label of section {name}", needed=True) for name, words in sections.items()}
    questions = {item.question.id: _question_words(item, texts) for item in items}
    version = plain(settings).get("x_consent_version", "1")
    return {
        language: InstrumentWords(
            title=title[language],
            introduction=said["introduction"][language],
            rights=tuple(filter(None, (line.strip() for line in said["rights"][language].splitlines()))),
            consent=Consent(version, *(said[f"consent_{part}"][language] for part in ("text", "agree", "decline"))),
            labels={name: words[language] for name, words in named.items()},
            sections={name: words[language] for name, words in headed.items()},
            questions={id: words[language] for id, words in questions.items()},
        )
        for language in texts.languages
    }


def _question_words(item: Item, texts: _Texts) -> dict[str, QuestionWords]:
    where = f"survey row {item.row}"
    stem = texts.of(item.stem, f"{where} label", needed=True)
    hint = texts.of(item.hint, f"{where} hint")
    constraint = texts.of(item.constraint, f"{where} constraint_message")
    required = texts.of(item.required, f"{where} required_message")
    options = _all(item.options, f"{where} the label of choice", texts)
    rows = _all(item.rows, f"{where} the label of", texts)
    return {
        language: QuestionWords(
            stem=stem[language],
            hint=hint[language],
            options={name: said[language] for name, said in options.items()} or None,
            constraint=constraint[language],
            required=required[language],
            rows={name: said[language] for name, said in rows.items()} or None,
        )
        for language in texts.languages
    }


def _all(named: Mapping[str, Texts], where: str, texts: _Texts) -> dict[str, Texts]:
    return {name: texts.of(said, f"{where} {name}", needed=True) for name, said in named.items()}


def _identity(settings: Row, cells: Mapping[str, str], ledger: Ledger) -> tuple[str, int]:
    where, name, version = settings.number, cells.get("form_id", ""), cells.get("version", "")
    if not name:
        ledger.refuse(SETTINGS, where, "'form_id' is missing: it is the name of the instrument, such as 'air-survey'")
    elif not is_name(name):
        other = proposal(name, 40, "survey")
        message = f"'form_id' is {name!r}; a name is up to 40 of a-z, 0-9, - and _, a letter first, such as {other!r}"
        ledger.refuse(SETTINGS, where, message)
    if not version:
        ledger.note(SETTINGS, where, "'version' is missing: taken for 1")
    elif not re.fullmatch(r"[1-9]\d{0,4}", version):
        ledger.refuse(SETTINGS, where, f"'version' is {version!r}; versions are whole numbers: 1, 2, 3 and so on")
    if "submission_url" in cells:
        ledger.refuse(SETTINGS, where, "has 'submission_url': answers come in through our own door only")
    return name, int(version) if re.fullmatch(r"[1-9]\d{0,4}", version) else 1


def _key(items: Iterable[Item], cells: Mapping[str, str], ledger: Ledger) -> tuple[Key, tuple[str, ...]]:
    """The key, and the scored questions that it has no answer for."""
    marks: dict[str, Marking] = {}
    unanswered: list[str] = []
    for item in items:
        question = item.question
        for id in [f"{question.id}-{row}" for row in question.rows] or [question.id]:
            if id in item.answers:
                right, points = item.answers[id]
                marks[id] = Marking(right if question.kind == "multiple" else "".join(right[:1]), points)
            elif question.dimension:
                unanswered.append(id)
    if not marks:
        ledger.note(SURVEY, 0, "has no 'x_answer': the key has no right answers")
    mode = cells.get("x_multiple_mode", MultipleMode.ALL_OR_NOTHING)
    total = cells.get("x_pass_of", "")
    least = cells.get("x_pass_points", "")
    if not least and not total:
        least, total = _NATIONAL
        ledger.note(SETTINGS, 2, f"'x_pass_points' and 'x_pass_of' are missing: taken for {least} of {total}")
    if not re.fullmatch(r"[1-9]\d{0,6}", least) or not re.fullmatch(r"[1-9]\d{0,6}", total) or int(least) > int(total):
        ledger.refuse(SETTINGS, 2, f"'x_pass_points' is {least!r} of {total!r} ('x_pass_of'), which is no pass mark")
        least, total = _NATIONAL
    if mode not in set(MultipleMode):
        ledger.refuse(SETTINGS, 2, f"'x_multiple_mode' is {mode!r}; there are {', '.join(MultipleMode)}")
        mode = MultipleMode.ALL_OR_NOTHING
    return Key(PassMark(int(least), int(total)), MultipleMode(mode), marks), tuple(unanswered)
