"""What an entry page sent, taken apart, and what went wrong in it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _

from literacy_app.paper.rules import Keyed, Part, field_of
from literacy_app.paper.rules.keying import choices, is_spaced, read_typed, written_day
from literacy_app.questions.forms import fault_words
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.kinds.day import KIND as DAY
from literacy_app.questions.rules import Fault, Question
from literacy_app.surveys.rules import Instrument, Wave
from literacy_app.surveys.service import answer_json

CONSENT, PAGE = "consent", "page"


@dataclass
class Typed:
    """Everything that was typed, by field, what could be read of it, and what is wrong, by field."""

    page: UUID = field(default_factory=uuid4)
    fields: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    day: date | None = None
    respondent: UUID | None = None
    language: str = ""

    def keyed(self) -> Keyed:
        """The entry, where nothing is wrong with it."""
        assert self.day is not None and not self.errors  # noqa: S101 - whoever asks has looked
        return Keyed(self.page, self.day, self.language, self.answers, self.fields, self.respondent)


def read_questions(instrument: Instrument, sent: Mapping[str, str], typed: Typed) -> None:
    """Read what was typed for the questions into `typed`."""
    for question in instrument.questions:
        name = field_of(question.id)
        if not (text := sent.get(name, "")) or not KINDS[question.kind].asked:
            continue
        typed.fields[name] = text
        if (value := read_one(question, text, typed)) is not None:
            typed.answers[question.id] = value


def read_one(question: Question, text: str, typed: Typed) -> Any:
    """What was typed for one question as the door takes it, None for nothing; a fault goes into `typed`."""
    answer = read_typed(question, text)
    if isinstance(answer, Fault):
        typed.errors[field_of(question.id)] = _fault(answer, question)
        return None
    return None if answer is None else answer_json(question, answer)


def read_entry(instrument: Instrument, wave: Wave, sent: Mapping[str, str], today: date) -> Typed:
    """Read a whole entry page; the person drawn is looked up by whoever calls."""
    typed = Typed(page=_page(sent))
    for name in (*Part, CONSENT):
        typed.fields[name] = sent.get(name, "")
    typed.language = typed.fields[Part.LANGUAGE]
    if typed.language not in instrument.languages:
        typed.errors[Part.LANGUAGE] = str(_("请选这份纸质问卷的语言"))
    read_day(wave, typed, today)
    if not typed.fields[CONSENT]:
        typed.errors[CONSENT] = str(_("纸上的同意框没有打勾，就不能录入。请把这份问卷交给督导员。"))
    read_questions(instrument, sent, typed)
    return typed


def read_day(wave: Wave, typed: Typed, today: date) -> None:
    """Read the day of the interview: never in the future, and never before the wave."""
    text = typed.fields[Part.DAY]
    found = DAY.from_form(Question("day", "date"), [written_day(text.strip())])
    if not isinstance(found, date):
        typed.errors[Part.DAY] = str(_("请填调查日期，例如 20261103"))
    elif found > today:
        typed.errors[Part.DAY] = str(_("这一天还没有到"))
    elif found < wave.opens_on:
        typed.errors[Part.DAY] = str(_("调查那时还没有开始，请看看年份"))
    else:
        typed.day = found


def _page(sent: Mapping[str, str]) -> UUID:
    try:
        return UUID(sent.get(PAGE, ""))
    except ValueError:
        return uuid4()


def marks_words(question: Question) -> str:
    """What may be typed for a question, in short: `1–4、8`."""
    marks = list(choices(question))
    last = len(KINDS[question.kind].options(question))
    ranged = [f"1–{last}"] if last > 1 else marks[:last]
    return "、".join([*ranged, *marks[last:]])


def _fault(fault: Fault, question: Question) -> str:
    if fault is Fault.NOT_AN_OPTION and is_spaced(question):
        return str(_("只能填 %(marks)s，几个数字用空格隔开", marks=marks_words(question)))
    if fault is Fault.NOT_AN_OPTION:
        return str(_("只能填 %(marks)s", marks=marks_words(question)))
    if fault is Fault.CODE_AND_ANSWER:
        return str(_("填了“不知道”或“不愿回答”，就不能再填别的"))
    return fault_words(fault, question)
