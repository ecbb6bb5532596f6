"""Interviews as checks see them, made from what is kept, and what the checks say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.quality import queries
from literacy_app.quality.loader import Paradata, read_paradata
from literacy_app.quality.queries import DEVICE, Sheet
from literacy_app.quality.rules import Interview, InterviewerRisk, Limits, Risk
from literacy_app.quality.rules.checks import assess, compare
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Code, Question
from literacy_app.surveys.rules import Flag, Instrument, Mode, Wave
from literacy_app.surveys.rules.walk import in_order, offered, walk
from literacy_app.surveys.service import kept_instrument, read_answers, standing_of, with_places

CHOSEN = ("single", "true_false")
COMPARED = (*CHOSEN, "multiple", "number")
# Who is asked again is judged by these, too; an instrument that has them names them so.
SEX, BIRTH_YEAR, EDUCATION = "sex", "birth_year", "education"


@dataclass(frozen=True)
class Findings:
    """What the checks say of a wave: interviewers, and interviews with most points first."""

    interviewers: list[InterviewerRisk]
    risks: list[Risk]


@dataclass(frozen=True)
class Look:
    """One interview: its signals, how it went, and how long each question usually takes in this wave."""

    risk: Risk | None
    paradata: Paradata
    usual: Mapping[str, float]


class _Form:
    """What of an instrument version does not change from interview to interview."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.asked = [question for question in instrument.questions if KINDS[question.kind].asked]
        self.scored = {question.id for question in instrument.scored}
        self.chosen = [question for question in self.asked if question.kind in CHOSEN]
        self.compared = [q.id for q in self.asked if q.kind in COMPARED and not q.options_from]
        self.own_order = bool(instrument.shuffle_sections) or any(question.shuffle for question in self.chosen)
        self.order = {question.id: _places(KINDS[question.kind].options(question)) for question in self.chosen}
        self.facts = [id for id in (SEX, BIRTH_YEAR, EDUCATION) if instrument.question(id)]


def findings_of(session: Session, wave: Wave, limits: Limits) -> Findings:
    """What the checks say of all interviews of a wave that count or wait."""
    risks = assess(interviews_of(session, wave, queries.sheets(session, wave.pilot, wave.id)), limits)
    return Findings(compare(risks, limits), risks)


def look_at(session: Session, wave: Wave, submission_id: UUID, limits: Limits) -> Look:
    """One interview among the others of its wave; without a risk where it was taken out."""
    sheets = queries.sheets(session, wave.pilot, wave.id)
    risks = assess(interviews_of(session, wave, sheets), limits)
    times: dict[str, list[float]] = {}
    own = Paradata()
    for sheet in sheets:
        paradata = read_paradata(sheet.paradata)
        own = paradata if sheet.id == submission_id else own
        for id, seconds in paradata.times.items():
            times.setdefault(id, []).append(seconds)
    usual = {id: median(found) for id, found in times.items() if len(found) > 1}
    return Look(next((risk for risk in risks if risk.interview.id == submission_id), None), own, usual)


def interviews_of(session: Session, wave: Wave, sheets: Sequence[Sheet]) -> list[Interview]:
    """Kept interviews as checks see them. Of a form that is not known here only times are looked at."""
    forms: dict[tuple[str, int], _Form | None] = {}
    rosters = queries.rosters_made(session, wave.pilot, wave.id)
    places = standing_of(session, wave.id).places
    found = []
    for sheet in sheets:
        if sheet.instrument not in forms:
            kept = kept_instrument(session, *sheet.instrument)
            forms[sheet.instrument] = _Form(with_places(kept, places)) if kept else None
        form = forms[sheet.instrument]
        found.append(_interview(sheet, form, rosters.get(sheet.respondent, 1) if sheet.respondent else 1))
    return found


def _interview(sheet: Sheet, form: _Form | None, rosters: int) -> Interview:
    by_clock, clock = sheet.mode is not Mode.PAPER, Flag.CLOCK in sheet.flags
    total = read_paradata(sheet.paradata).total if sheet.paradata else None
    if total is None and by_clock and not clock:
        total = (sheet.finished - sheet.started).total_seconds()
    answers = {id: _plain(value) for id, value in sheet.answers.items()}
    return Interview(
        id=sheet.id,
        actor=sheet.actor,
        village=sheet.area_code,
        started=sheet.started,
        finished=sheet.finished,
        received=sheet.received,
        seconds=total,
        by_clock=by_clock,
        rosters=rosters,
        clock=clock,
        late=Flag.LATE in sheet.flags,
        mode=sheet.mode.value,
        right_mode=sheet.mode in (Mode.INTERVIEW, Mode.READ_ALOUD) or not sheet.actor.startswith(DEVICE),
        **(_answered(form, sheet, answers) if form else {}),
    )


def _answered(form: _Form, sheet: Sheet, answers: Mapping[str, object]) -> dict[str, Any]:
    asked, year = _asked(form, sheet), answers.get(BIRTH_YEAR)
    facts = tuple(answers.get(id) for id in form.facts)
    return {
        "asked": len(asked),
        "missing": sum(question.id not in answers for question in asked),
        "refused": sum(answers.get(question.id) == Code.REFUSED for question in asked),
        "scored": sum(question.id in form.scored for question in asked),
        "dont_know": sum(answers.get(id) == Code.DONT_KNOW for id in form.scored),
        "birth_year": int(year) if isinstance(year, int | float) and not isinstance(year, bool) else None,
        # Two facts are shared by many, a code by anybody.
        "facts": facts if len(facts) == 3 and not {None, *Code} & set(facts) else None,
        "items": {id: answers[id] for id in form.compared if id in answers},
        "places": _chosen_places(form, sheet, answers),
    }


def _asked(form: _Form, sheet: Sheet) -> Sequence[Question]:
    if not form.instrument.has_logic:
        return form.asked
    given, _errors = read_answers(form.instrument, sheet.answers)
    shown = walk(form.instrument, given, _local(sheet), str(sheet.id)).shown
    return [question for question in shown if KINDS[question.kind].asked]


def _chosen_places(form: _Form, sheet: Sheet, answers: Mapping[str, object]) -> tuple[int | None, ...]:
    """Where on the screen each answer stood, in the order in which this person was asked."""
    if not form.own_order:
        return tuple(form.order[question.id].get(answers.get(question.id)) for question in form.chosen)
    seed = str(sheet.id)
    given, _errors = read_answers(form.instrument, sheet.answers)
    found = []
    for question in in_order(form.instrument, seed):
        if question.kind in CHOSEN:
            order = _places(offered(question, given, _local(sheet), seed)) if question.shuffle else None
            found.append((order or form.order[question.id]).get(answers.get(question.id)))
    return tuple(found)


def _local(sheet: Sheet) -> datetime:
    return sheet.finished.astimezone(REPORTING_ZONE)


def _places(options: Sequence[str]) -> dict[object, int]:
    return {option: place for place, option in enumerate(options)}


def _plain(value: Any) -> object:
    """An answer as it is kept, so that it can be counted and compared: a code by its name, several options as a set."""
    if isinstance(value, dict):
        return Code(value["code"])
    return frozenset(value) if isinstance(value, list) else value
