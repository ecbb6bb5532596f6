"""The list of keyed forms, the entry page, and the comparison of two entries."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.areas.models import PilotRow
from literacy_app.foundation import clock
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.paper import queries, service
from literacy_app.paper.forms import Typed, marks_words, read_day, read_entry, read_one
from literacy_app.paper.queries import Form
from literacy_app.paper.rules import (
    CLERKS,
    CORRECTORS,
    HEADS,
    LARGEST_NUMBER,
    MOST_COPIES,
    Keyed,
    Part,
    Side,
    State,
    field_of,
    next_number,
    written_number,
)
from literacy_app.paper.rules.sheet import numbers
from literacy_app.paper.service import Settled, short_code
from literacy_app.paper.views.blueprint import blueprint
from literacy_app.paper.views.questions import in_order, place_of, ready
from literacy_app.questions.rules import Question
from literacy_app.surveys import service as surveys
from literacy_app.surveys.rules import Instrument, InstrumentWords, Receipt, Wave
from literacy_app.surveys.rules.walk import label
from literacy_app.surveys.views.reach import holds, wave_seen
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import shows_again
from literacy_app.webkit.text import inline

ROWS = 100
LONGEST_REASON = 400


@dataclass(frozen=True)
class Numbered:
    """A form number with how it is written."""

    number: int

    @property
    def written(self) -> str:
        """At least four digits."""
        return written_number(self.number)


@dataclass(frozen=True)
class Row(Numbered):
    """One form in the list."""

    state: State
    clerks: tuple[str, ...]
    receipt: Receipt | None
    differing: int | None


@blueprint.get("/office/waves/<wave_id>/paper/")
@requires(*CLERKS)
def forms(wave_id: str) -> Any:
    """Every form number that was keyed, with its state; what to do next; how well double entry agrees."""
    wave, pilot = wave_seen(wave_id, CLERKS)
    typed = request.args.get("number", "").strip()
    if typed:
        number = _number_typed(typed)
        if number is not None:
            return redirect(url_for("paper.entry", wave_id=wave.id, number=number))
    return list_page(wave, pilot, str(_("编号是表上印的数字，例如 0007")) if typed else "")


def list_page(wave: Wave, pilot: PilotRow, problem: str = "") -> str:
    """The list with everything on it, or with what went wrong."""
    found = queries.forms(reading(), wave.pilot, wave.id)
    chosen, after = request.args.get("state", ""), request.args.get("after", 0, type=int)
    rows = [_row(one) for one in found]
    shown = [row for row in rows if row.number > after and chosen in ("", row.state)]
    kept = request.args.get("kept", 0, type=int)
    head, mine = holds(pilot, HEADS), current_staff().login
    waiting = _waiting(wave) if head else []
    names = {
        "": _("全部"),
        State.ONCE: _("等第二遍"),
        State.DIFFERS: _("两遍不一致"),
        State.STORED: _("已入库"),
        State.ATTENTION: _("要看一看"),
    }
    return render_template(
        "paper/forms.html",
        room="office",
        form=PageForm(),
        wave=wave,
        problem=problem,
        kept=next((row for row in rows if row.number == kept), None),
        rows=shown[:ROWS],
        later=shown[ROWS - 1].number if len(shown) > ROWS else None,
        after=after,
        chosen=chosen,
        filters=list(names.items()),
        counts={state: sum(row.state is state for row in rows) for state in State},
        fresh=_next_fresh([row.number for row in rows]),
        again=next((row for row in rows if row.state is State.ONCE and mine not in row.clerks), None),
        open=next((row for row in rows if row.state is State.DIFFERS), None),
        agreement=queries.agreement(reading(), wave.pilot, wave.id),
        languages=language_names(),
        most=MOST_COPIES,
        corrector=holds(pilot, CORRECTORS),
        head=head,
        waiting=waiting,
    )


def _waiting(wave: Wave) -> list[tuple[str, str, int]]:
    """The PSUs in which people drawn have not answered: code, name, and how many."""
    found = queries.waiting_by_psu(reading(), wave.pilot, wave.id)
    named = queries.places(reading(), sorted(found), wave.opens_on)
    chinese = preferences().language == "zh_Hans"
    names = {psu: place.name_zh if chinese else place.name_en for psu, place in named.items()}
    return [(psu, f"{names[psu]} {psu}" if psu in names else psu, count) for psu, count in found.items()]


def _row(form: Form) -> Row:
    return Row(form.number, form.state, form.clerks, form.receipt, form.differing)


def _next_fresh(taken: list[int]) -> Numbered | None:
    number = next_number(taken)
    return None if number in taken else Numbered(number)


def _number_typed(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) <= 12 and 1 <= int(typed) <= LARGEST_NUMBER else None


def language_names() -> list[tuple[str, str]]:
    """The languages that forms are printed in, by name."""
    return [("zh_Hans", str(_("中文"))), ("en", str(_("英文")))]


@blueprint.get("/office/waves/<wave_id>/paper/<int:number>")
@requires(*CLERKS)
def entry(wave_id: str, number: int) -> Any:
    """One page with all questions, for whoever may key this form now; where it stands, for everybody else."""
    wave, pilot = wave_seen(wave_id, CLERKS)
    if not 1 <= number <= LARGEST_NUMBER:
        raise NotFound(str(number))
    found = queries.form_of(reading(), wave.pilot, wave.id, number)
    if found is not None and (away := _not_keying(wave, pilot, found)) is not None:
        return away
    return _entry_page(wave, number, Typed(language=preferences().language), second=found is not None)


@blueprint.post("/office/waves/<wave_id>/paper/<int:number>")
@requires(*CLERKS)
@shows_again
def key(wave_id: str, number: int) -> Any:
    """Keep an entry; what cannot be kept is shown again as it was typed."""
    wave, _pilot = wave_seen(wave_id, CLERKS)
    now = clock.now()
    typed = read_entry(surveys.instrument_of(reading(), wave), wave, request.form, reporting_date(now))
    _look_up_person(wave, typed)
    if not PageForm().validate_on_submit():
        return _entry_page(wave, number, typed, str(_("页面放得有点久了，请再点一次保存。"))), 422
    if typed.errors:
        return _entry_page(wave, number, typed), 422
    try:
        with transaction() as session:
            state = service.key_form(session, wave, number, typed.keyed(), current_staff().login, now)
    except Refused as refused:
        return _entry_page(wave, number, typed, _refusal(refused)), 422
    if state is State.DIFFERS:
        return redirect(url_for("paper.compare", wave_id=wave.id, number=number), 303)
    return redirect(url_for("paper.forms", wave_id=wave.id, kept=number), 303)


def _look_up_person(wave: Wave, typed: Typed) -> None:
    if not (text := typed.fields[Part.RESPONDENT].strip()):
        return
    found = queries.drawn_by_code(reading(), wave.pilot, wave.id, text)
    if len(found) == 1:
        typed.respondent = found[0]
    else:
        typed.errors[Part.RESPONDENT] = str(
            _("有两个人的编号开头一样，请填完整的编号") if found else _("抽中的人里没有这个编号，请对着纸再看看")
        )


def _refusal(refused: Refused) -> str:
    words = {
        "same_clerk": _("第一遍是您录的，第二遍要由另一个人录"),
        "complete": _("这一份已经录过两遍，不用再录"),
        "kept": _("这一页刚才已经保存过，后来改的没有保存。请回到清单，需要时用核对或更正来改"),
    }
    return str(words.get(refused.reason, _("这一份现在收不下，请告诉管理员")))


def _not_keying(wave: Wave, pilot: PilotRow, found: Form) -> Any:
    """Where somebody who may not key this form now is led, or None."""
    if found.state is State.DIFFERS:
        return redirect(url_for("paper.compare", wave_id=wave.id, number=found.number), 303)
    if found.state is State.ONCE and (found.alone or found.clerks[0] != current_staff().login):
        return None
    return _standing_page(wave, pilot, found)


def _standing_page(wave: Wave, pilot: PilotRow, found: Form, error: str = "") -> str:
    return render_template(
        "paper/standing.html",
        room="office",
        form=PageForm(),
        wave=wave,
        number=found.number,
        written=written_number(found.number),
        state=found.state,
        receipt=found.receipt,
        head=holds(pilot, HEADS),
        corrector=holds(pilot, CORRECTORS),
        error=error,
    )


def _entry_page(wave: Wave, number: int, typed: Typed, problem: str = "", *, second: bool | None = None) -> str:
    instrument = surveys.instrument_of(reading(), wave)
    questions = ready(instrument)
    return render_template(
        "paper/entry.html",
        room="office",
        form=PageForm(),
        wave=wave,
        number=number,
        written=written_number(number),
        second=bool(queries.entries(reading(), wave.pilot, wave.id, number)) if second is None else second,
        typed=typed,
        ready=questions,
        problem=problem,
        errors=error_list(typed, questions),
        languages=language_names(),
        consent=instrument.words[instrument.languages[0]].consent.version,
    )


def error_list(typed: Typed, questions: Any) -> list[tuple[str, str]]:
    """What is wrong, in the order of the page, each with its question's number."""
    found = []
    for name, words in in_order(typed, questions):
        place = place_of(name, questions)
        found.append((name, _("第 %(number)s 题：%(words)s", number=place, words=words) if place else words))
    return found


@blueprint.post("/office/waves/<wave_id>/paper/<int:number>/alone")
@requires(*HEADS)
def alone(wave_id: str, number: int) -> Any:
    """Let one person key a form twice, with a reason."""
    wave, pilot = wave_seen(wave_id, HEADS)
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    found = queries.form_of(reading(), wave.pilot, wave.id, number)
    if found is None:
        raise NotFound(str(number))
    if not reason:
        return _standing_page(wave, pilot, found, str(_("请写明原因"))), 422
    try:
        with transaction() as session:
            service.allow_alone(session, wave, number, current_staff().login, reason, clock.now())
    except Refused:
        return redirect(url_for("paper.forms", wave_id=wave.id, kept=number), 303)
    return redirect(url_for("paper.entry", wave_id=wave.id, number=number), 303)


@blueprint.get("/office/waves/<wave_id>/paper/<int:number>/compare")
@requires(*CLERKS)
def compare(wave_id: str, number: int) -> Any:
    """Only what differs, both values in words, for somebody with the paper in hand."""
    wave, _pilot = wave_seen(wave_id, CLERKS)
    if (away := _not_comparing(wave, number)) is not None:
        return away
    return _compare_page(wave, number, {})


def _not_comparing(wave: Wave, number: int) -> Any:
    form = queries.paper_form(reading(), wave.pilot, wave.id, number)
    if form is None or len(queries.entries(reading(), wave.pilot, wave.id, number)) < 2:
        raise NotFound(str(number))
    if form.submission_id is not None:
        return redirect(url_for("paper.forms", wave_id=wave.id, kept=number), 303)
    return None


@blueprint.post("/office/waves/<wave_id>/paper/<int:number>/compare")
@requires(*CLERKS)
@shows_again
def settle(wave_id: str, number: int) -> Any:
    """Store a form as somebody decided with the paper in hand."""
    wave, _pilot = wave_seen(wave_id, CLERKS)
    if (away := _not_comparing(wave, number)) is not None:
        return away
    if not PageForm().validate_on_submit():
        return _compare_page(wave, number, {}, str(_("页面放得有点久了，请再点一次。"))), 422
    instrument = surveys.instrument_of(reading(), wave)
    _first, _second, names = service.differing(reading(), wave, number)
    picked: dict[str, Settled] = {}
    errors: dict[str, str] = {}
    for name in names:
        side = request.form.get(name, "")
        if side not in set(Side):
            errors[name] = str(_("请选一个"))
            continue
        value = _other(wave, instrument, name, errors) if side == Side.OTHER else None
        picked[name] = Settled(Side(side), value)
    if errors:
        return _compare_page(wave, number, errors), 422
    try:
        with transaction() as session:
            service.settle(session, wave, number, picked, current_staff().login, clock.now())
    except Refused:
        return _compare_page(wave, number, errors, str(_("这一份现在收不下，请告诉管理员"))), 422
    return redirect(url_for("paper.forms", wave_id=wave.id, kept=number), 303)


def _other(wave: Wave, instrument: Instrument, name: str, errors: dict[str, str]) -> Any:
    """What the paper says after all, as it is compared; faults go into `errors`."""
    typed = Typed(fields={name: request.form.get(f"other-{name}", "")})
    if name == Part.DAY:
        read_day(wave, typed, reporting_date(clock.now()))
        value: Any = typed.day.isoformat() if typed.day else None
    elif name == Part.RESPONDENT:
        _look_up_person(wave, typed)
        value = str(typed.respondent) if typed.respondent else None
    elif name == Part.LANGUAGE:
        errors[name] = str(_("请选一个"))
        return None
    else:
        question = next(one for one in instrument.questions if field_of(one.id) == name)
        value = read_one(question, typed.fields[name], typed)
    errors.update(typed.errors)
    return value


def _compare_page(wave: Wave, number: int, errors: dict[str, str], problem: str = "") -> str:
    first, second, names = service.differing(reading(), wave, number)
    instrument = surveys.instrument_of(reading(), wave)
    words = instrument.words[preferences().language]
    questions = {field_of(one.id): one for one in instrument.questions}
    places = numbers(instrument)
    rows = []
    for name in names:
        question = questions.get(name)
        sides = [_said(instrument, words, name, question, keyed) for keyed in (first, second)]
        options = [
            (Side.FIRST.value, _("第一遍：%(said)s", said=sides[0])),
            (Side.SECOND.value, _("第二遍：%(said)s", said=sides[1])),
        ]
        if name != Part.LANGUAGE:
            options.append((Side.OTHER.value, _("都不对，按纸上写的")))
        place = _("第 %(number)s 题", number=places[question.id]) if question else ""
        title = inline(f"{place} · {words.questions[question.id].stem}") if question else _part_words(name)
        rows.append(
            {
                "name": name,
                "title": title,
                "options": options,
                "chosen": request.form.get(name, ""),
                "error": errors.get(name),
                "other": request.form.get(f"other-{name}", ""),
                "marks": _marks(instrument, words, question) if question else "",
                "typed": name != Part.LANGUAGE,
            }
        )
    return render_template(
        "paper/compare.html",
        room="office",
        form=PageForm(),
        wave=wave,
        number=number,
        written=written_number(number),
        rows=rows,
        errors=list(errors.items()),
        problem=problem,
        warnings=_warnings(wave, number, instrument, (first, second)),
    )


def _marks(instrument: Instrument, words: InstrumentWords, question: Question) -> str:
    line = next(one.line for one in ready(instrument) if one.line.id == question.id)
    listed = "　".join(f"{mark}\u00a0{text}" for mark, text in (*line.marks, *line.apart))
    return listed or marks_words(question)


def _said(instrument: Instrument, words: InstrumentWords, name: str, question: Question | None, keyed: Keyed) -> str:
    value = keyed.fields.get(name)
    if value is None:
        return str(_("空着"))
    if question is None:
        if name == Part.RESPONDENT and keyed.respondent is not None:
            return short_code(keyed.respondent)
        return str(dict(language_names()).get(value, value))
    answer = surveys.read_answers(instrument, {question.id: value})[0].get(question.id)
    return label(instrument, words, question.id, answer)


def _part_words(name: str) -> str:
    words = {Part.DAY: _("调查日期"), Part.RESPONDENT: _("被抽中的人的编号"), Part.LANGUAGE: _("纸上的语言")}
    return str(words[Part(name)])


def _warnings(wave: Wave, number: int, instrument: Instrument, both: tuple[Keyed, Keyed]) -> list[str]:
    """What does not fit in either entry, in words."""
    places, now = numbers(instrument), clock.now()
    ways = [service.warnings(wave, number, instrument, keyed, now) for keyed in both]
    hidden = sorted({places[id] for way in ways for id in way.hidden if id in places})
    violated = sorted({places[id] for way in ways for id in way.violated})
    return [
        *(_("第 %(number)s 题：按前面的回答不用答，纸上却答了", number=place) for place in hidden),
        *(_("第 %(number)s 题：回答和题目的要求对不上", number=place) for place in violated),
    ]
