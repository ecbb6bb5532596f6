"""The quality desk of a wave: which interviews to look at first, one interview, back-checks, and how far they agree."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.areas.models import PilotRow
from literacy_app.contacts.rules import Contact, Reveal
from literacy_app.contacts.service import ContactsLocked, Spent, contact_of, reveal
from literacy_app.fieldwork.queries import frozen_draw, village_names
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.quality import queries
from literacy_app.quality.forms import FACT, BackCheckForm, RevealForm, ReviewForm, read_facts
from literacy_app.quality.models import BackCheck
from literacy_app.quality.rules import Limits, Method, Outcome, Result, Review, Verdict, login_of
from literacy_app.quality.service import back_checks as checking_back
from literacy_app.quality.service.reviewing import review
from literacy_app.questions.rules import Question
from literacy_app.surveys import queries as surveys
from literacy_app.surveys.models import SubmissionRow
from literacy_app.surveys.rules import Instrument, Receipt, Status, Wave
from literacy_app.surveys.rules.walk import label, words_for
from literacy_app.surveys.service import kept_instrument, note_reading, read_answers, standing_of, with_places
from literacy_app.surveys.views.reach import holds, wave_seen
from literacy_app.webkit.extensions import reading, rest, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.policy import policy

blueprint = Blueprint("quality", __name__, template_folder="templates")

MAY_REVEAL = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
MOST_SHOWN = 30
HERE = "/office/waves/<wave_id>/quality/"

# NumPy takes a second to import and only two pages need it: `quality.service.checking` is imported where it is called.


@dataclass(frozen=True)
class Line:
    """One question of an interview on its page."""

    place: int
    stem: str
    said: str
    seconds: float | None
    usual: float | None
    edits: int


@dataclass
class Asked:
    """What a back-check page shows beside the interview: what was typed, what is wrong, and whom to ask for."""

    form: BackCheckForm
    reveal: RevealForm
    errors: dict[str, str] = field(default_factory=dict)
    contact: Contact | None = None
    whole: bool = False
    locked: bool = False
    spent: int = 0
    refused: str = ""


@blueprint.get(HERE)
@requires(*RESULTS)
def risks(wave_id: str) -> str:
    """Interviewers whose interviews differ from those of the others, and the interviews to look at first."""
    from literacy_app.quality.rules.checks import is_flagged
    from literacy_app.quality.service.checking import findings_of

    wave, pilot = wave_seen(wave_id, RESULTS)
    _draw_if_due(wave)
    limits = Limits.of(policy())
    found = findings_of(reading(), wave, limits)
    seen = queries.reviews(reading(), pilot.id, wave.id)
    flagged = [risk for risk in found.risks if is_flagged(risk, limits)]
    to_see = [risk for risk in flagged if risk.interview.id not in seen]
    returned = [risk for risk in found.risks if seen.get(risk.interview.id) is Review.RETURNED]
    checks = queries.back_checks(reading(), pilot.id, wave.id)
    return render_template(
        "quality/risks.html",
        wave=wave,
        found=found,
        limits=limits,
        to_see=to_see[:MOST_SHOWN],
        left=len(to_see),
        flagged=len(flagged),
        returned=returned,
        names=_place_names(wave, [risk.interview.village for risk in [*to_see[:MOST_SHOWN], *returned]]),
        checks=len(checks),
        open_checks=sum(one.row.result is None for one in checks),
        login_of=login_of,
        language=preferences().language,
    )


@blueprint.route(f"{HERE}interviews/<uuid:submission_id>", methods=["GET", "POST"])
@requires(*RESULTS)
def interview(wave_id: str, submission_id: UUID) -> Any:
    """One interview: what speaks for a second look and why, how it went, what was said; and what the supervisor says of it."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    row = _interview(wave, submission_id)
    form = ReviewForm()
    if request.method == "GET":
        with transaction() as session:
            note_reading(session, row, current_staff().login, clock.now())
        return _interview_page(wave, row, form)
    if not form.validate_on_submit():
        return _interview_page(wave, row, form), 422
    verdict, note = Verdict(form.verdict.data), (form.note.data or "").strip()
    try:
        with transaction() as session:
            review(session, wave, submission_id, verdict, note, current_staff().login, clock.now())
    except Refused as refused:
        words = {
            "own": _("自己访问的答卷，请别的督导员来看。"),
            "decided": _("这份答卷已经有了决定，请看下面的记录。"),
            "respondent_answered": _("同一个人已有一份计入的答卷，不能再计入一份。先作废那一份，再来计入这一份。"),
            "note": _("请写一句理由"),
        }
        form.note.errors = [words[refused.reason]]
        return _interview_page(wave, row, form), 422 if refused.reason == "note" else 409
    return redirect(url_for("quality.interview", wave_id=wave_id, submission_id=submission_id), 303)


@blueprint.get(f"{HERE}back-checks/")
@requires(*RESULTS)
def back_checks(wave_id: str) -> str:
    """Interviews to ask about again, and those that were."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    _draw_if_due(wave)
    found = queries.back_checks(reading(), pilot.id, wave.id)
    # What cannot be reached may be tried again, after what nobody has tried yet.
    waiting = [one for one in found if one.row.result is None]
    waiting += [one for one in found if one.row.result == Result.UNREACHABLE]
    done = [one for one in found if one.row.result not in (None, Result.UNREACHABLE)]
    shown = [*waiting[:MOST_SHOWN], *done[-MOST_SHOWN:]]
    return render_template(
        "quality/back_checks.html",
        wave=wave,
        waiting=waiting[:MOST_SHOWN],
        left=len(waiting),
        done=done[-MOST_SHOWN:][::-1],
        finished=len(done),
        names=_place_names(wave, [one.area_code for one in shown]),
        mine=current_staff().login,
        login_of=login_of,
        language=preferences().language,
    )


@blueprint.route(f"{HERE}back-checks/<uuid:submission_id>", methods=["GET", "POST"])
@requires(*RESULTS)
def back_check(wave_id: str, submission_id: UUID) -> Any:
    """One back-check: whom to ask for, the facts to ask again without what was said first, and what came of it."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    row, check = _drawn(wave, submission_id)
    asked = Asked(BackCheckForm(), RevealForm(formdata=None))
    if request.method == "GET":
        return _back_check_page(wave, pilot, row, check, asked)
    fine, outcome = asked.form.validate_on_submit(), asked.form.outcome.data
    answers, asked.errors = read_facts(_facts(row), request.form, needed=outcome == Outcome.ASKED)
    if not fine or asked.errors:
        return _back_check_page(wave, pilot, row, check, asked), 422
    method, who = Method(asked.form.method.data), current_staff().login
    try:
        with transaction() as session:
            checking_back.keep_result(session, wave, submission_id, method, Outcome(outcome), answers, who, clock.now())
    except Refused as refused:
        asked.refused = refused.reason
        return _back_check_page(wave, pilot, row, check, asked), 409
    return redirect(url_for("quality.back_check", wave_id=wave_id, submission_id=submission_id), 303)


@blueprint.post(f"{HERE}back-checks/<uuid:submission_id>/take")
@requires(*RESULTS)
def take(wave_id: str, submission_id: UUID) -> Any:
    """Do a back-check oneself."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    row, check = _drawn(wave, submission_id)
    try:
        with transaction() as session:
            checking_back.take(session, wave, submission_id, current_staff().login, clock.now())
    except Refused as refused:
        asked = Asked(BackCheckForm(formdata=None), RevealForm(formdata=None), refused=refused.reason)
        return _back_check_page(wave, pilot, row, check, asked), 409
    return redirect(url_for("quality.back_check", wave_id=wave_id, submission_id=submission_id), 303)


@blueprint.post(f"{HERE}back-checks/<uuid:submission_id>/contact")
@requires(*MAY_REVEAL)
def show_contact(wave_id: str, submission_id: UUID) -> Any:
    """Show the name and the number of a household that is to be asked again, and write down who saw them and why."""
    wave, pilot = wave_seen(wave_id, MAY_REVEAL)
    row, check = _drawn(wave, submission_id)
    asked = Asked(BackCheckForm(formdata=None), RevealForm())
    if not asked.reveal.validate_on_submit():
        return _back_check_page(wave, pilot, row, check, asked), 422
    asked.refused = _why_not(row, check)
    place = _household(wave, row)
    if asked.refused or place is None:
        return _back_check_page(wave, pilot, row, check, asked), 409
    reason, most = Reveal(asked.reveal.reason.data), int(policy().contact_reveals_a_day.value)
    try:
        with transaction() as session:
            found = reveal(session, pilot.id, *place, _key(), reason, current_staff(), most, clock.now())
    except ContactsLocked:
        return _back_check_page(wave, pilot, row, check, asked), 409
    if isinstance(found, Spent):
        asked.spent = found.budget
        return _back_check_page(wave, pilot, row, check, asked), 429
    asked.contact, asked.whole = found, True
    return _back_check_page(wave, pilot, row, check, asked)


@blueprint.get(f"{HERE}agreement/")
@requires(*RESULTS)
def agreement(wave_id: str) -> str:
    """How far the second answers agree with the first."""
    wave, _pilot = wave_seen(wave_id, RESULTS)
    kept = kept_instrument(reading(), wave.instrument, wave.version)
    words = kept.instrument.words[preferences().language].questions if kept else {}
    return render_template(
        "quality/agreement.html",
        wave=wave,
        found=checking_back.agreements_of(reading(), wave),
        stems={id: spoken.stem for id, spoken in words.items()},
        login_of=login_of,
        Result=Result,
        language=preferences().language,
    )


def _draw_if_due(wave: Wave) -> None:
    if checking_back.is_due(reading(), wave, policy()):
        now, figures = clock.now(), policy()
        rest()
        with transaction() as session:
            checking_back.draw_back_checks(session, wave, figures, now)


def _interview(wave: Wave, submission_id: UUID) -> SubmissionRow:
    row = surveys.submission(reading(), wave.pilot, submission_id)
    if row is None or not queries.is_of_interviewer(reading(), wave.pilot, wave.id, submission_id):
        raise NotFound(str(submission_id))
    return row


def _drawn(wave: Wave, submission_id: UUID) -> tuple[SubmissionRow, BackCheck]:
    row, check = _interview(wave, submission_id), queries.back_check(reading(), wave.pilot, submission_id)
    if check is None:
        raise NotFound(str(submission_id))
    return row, check


def _why_not(row: SubmissionRow, check: BackCheck) -> str:
    """Why this back-check is not this person's to do, or nothing."""
    if login_of(row.actor) == current_staff().login:
        return "own"
    return "done" if check.result not in (None, Result.UNREACHABLE) else ""


def _interview_page(wave: Wave, row: SubmissionRow, form: ReviewForm) -> str:
    from literacy_app.quality.service.checking import look_at

    language, limits = preferences().language, Limits.of(policy())
    look = look_at(reading(), wave, row.id, limits)
    area = surveys.respondent(reading(), wave.pilot, wave.id, row.respondent_id) if row.respondent_id else None
    place = _household(wave, row)
    return render_template(
        "quality/interview.html",
        wave=wave,
        row=row,
        receipt=Receipt(row.id, row.sha256, row.received_at, Status(row.verdict), row.reason),
        look=look,
        limits=limits,
        lines=_lines(wave, row, look.paradata, look.usual),
        village_name=_place_names(wave, [area.area_code])[area.area_code] if area else "",
        number=place[2] if place else None,
        notes=queries.notes(reading(), wave.pilot, row.id),
        judgements=surveys.judgements(reading(), wave.pilot, row.id),
        drawn=queries.back_check(reading(), wave.pilot, row.id) is not None,
        form=form,
        login_of=login_of,
        language=language,
    )


def _lines(wave: Wave, row: SubmissionRow, paradata: Any, usual: Any) -> list[Line]:
    language = preferences().language
    kept = kept_instrument(reading(), row.instrument_name, row.instrument_version)
    sheet = surveys.sheet(reading(), row.pilot_id, row.id)
    if kept is None or sheet is None:
        return []
    instrument = with_places(kept, standing_of(reading(), wave.id).places)
    given, _errors = read_answers(instrument, sheet.answers)
    words = instrument.words[language]
    found: list[Line] = []
    for question in instrument.questions:
        if question.id in given or question.id in paradata.times:
            said = label(instrument, words, question.id, given[question.id]) if question.id in given else ""
            stem = words_for(question, words, instrument, given).stem
            seconds, edits = paradata.times.get(question.id), paradata.edits.get(question.id, 0)
            found.append(Line(len(found) + 1, stem, said, seconds, usual.get(question.id), edits))
    return found


def _back_check_page(wave: Wave, pilot: PilotRow, row: SubmissionRow, check: BackCheck, asked: Asked) -> str:
    language = preferences().language
    may_reveal, place = holds(pilot, MAY_REVEAL), _household(wave, row)
    if may_reveal and place is not None and not asked.whole:
        try:
            asked.contact = contact_of(reading(), pilot.id, *place, _key())
        except ContactsLocked as error:
            asked.locked = True
            current_app.logger.error("a contact of wave %s: %s", wave.id, error)
    area = surveys.respondent(reading(), wave.pilot, wave.id, row.respondent_id) if row.respondent_id else None
    kept = kept_instrument(reading(), row.instrument_name, row.instrument_version)
    return render_template(
        "quality/back_check.html",
        wave=wave,
        row=row,
        check=check,
        asked=asked,
        why_not=_why_not(row, check),
        may_reveal=may_reveal,
        village_name=_place_names(wave, [area.area_code])[area.area_code] if area else "",
        number=place[2] if place else None,
        facts=_facts(row),
        words=kept.instrument.words[language] if kept else None,
        typed=request.form,
        FACT=FACT,
        compared=_compared(row, check, kept.instrument if kept else None),
        page_form=PageForm(),
        login_of=login_of,
        language=language,
    )


def _compared(row: SubmissionRow, check: BackCheck, instrument: Instrument | None) -> list[tuple[str, str, str, bool]]:
    """Question, first answer, second answer and whether they are the same; nothing before the second is known."""
    sheet = surveys.sheet(reading(), row.pilot_id, row.id)
    if check.answers is None or instrument is None or sheet is None:
        return []
    words = instrument.words[preferences().language]
    first, _errors = read_answers(instrument, sheet.answers)
    second, _errors = read_answers(instrument, check.answers)
    other = checking_back.differing(sheet.answers, check.answers)
    return [
        (
            words.questions[id].stem,
            label(instrument, words, id, first.get(id)),
            label(instrument, words, id, said),
            id not in other,
        )
        for id, said in second.items()
    ]


def _facts(row: SubmissionRow) -> tuple[Question, ...]:
    kept = kept_instrument(reading(), row.instrument_name, row.instrument_version)
    return checking_back.facts_of(kept.instrument) if kept else ()


def _household(wave: Wave, row: SubmissionRow) -> tuple[UUID, str, int] | None:
    return queries.household_of(reading(), wave.pilot, wave.id, row.respondent_id) if row.respondent_id else None


def _place_names(wave: Wave, codes: list[str]) -> dict[str, str]:
    """What places are called: as divisions, else as the frame of the sample has them."""
    chinese = preferences().language != "en"
    known = {code: name[0 if chinese else 1] for code, name in queries.place_names(reading(), codes).items()}
    if set(codes) - set(known) and (draw := frozen_draw(reading(), wave.pilot, wave.id)) is not None:
        known = {**village_names(reading(), draw), **known}
    return {code: known.get(code, code) for code in codes}


def _key() -> bytes:
    key: bytes = current_app.config["CONTACTS_KEY"]
    return key
