"""Looking up keyed forms, what was drawn, and how well double entry agrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from literacy_app.areas.models import AreaRow
from literacy_app.paper.models import KeyedForm, PaperForm
from literacy_app.paper.rules import Agreement, Keyed, State, state_of
from literacy_app.surveys.models import Respondent, SubmissionRow
from literacy_app.surveys.rules import DrawnUnit, Mode, Receipt, Status

SHORTEST_PREFIX = 8


@dataclass(frozen=True)
class Form:
    """One form number with its state, who keyed it, what it was stored as, and whether one person may key it twice."""

    number: int
    state: State
    clerks: tuple[str, ...]
    receipt: Receipt | None
    differing: int | None
    alone: bool = False


def paper_form(session: Session, pilot_id: str, wave_id: str, number: int, *, lock: bool = False) -> PaperForm | None:
    """One form number, or None. `lock` keeps others from keying it until the transaction ends."""
    query = select(PaperForm).where(
        PaperForm.pilot_id == pilot_id, PaperForm.wave_id == wave_id, PaperForm.number == number
    )
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def entries(session: Session, pilot_id: str, wave_id: str, number: int) -> list[KeyedForm]:
    """The entries of a form, the first one first."""
    query = select(KeyedForm).where(
        KeyedForm.pilot_id == pilot_id, KeyedForm.wave_id == wave_id, KeyedForm.number == number
    )
    return list(session.scalars(query.order_by(KeyedForm.entry)))


def as_keyed(row: KeyedForm) -> Keyed:
    """An entry as rules see it."""
    return Keyed(row.page, row.day, row.language, row.answers, row.typed, row.respondent_id)


def forms(session: Session, pilot_id: str, wave_id: str, number: int | None = None) -> list[Form]:
    """Every form number of a wave that was keyed (or this one, if it was), by number."""
    clerks: dict[int, list[str]] = {}
    keyed = select(KeyedForm.number, KeyedForm.clerk).where(
        KeyedForm.pilot_id == pilot_id, KeyedForm.wave_id == wave_id
    )
    sent = SubmissionRow
    query = (
        select(
            PaperForm.number,
            PaperForm.differing,
            PaperForm.alone_by,
            PaperForm.submission_id,
            sent.sha256,
            sent.received_at,
            sent.verdict,
            sent.reason,
            sent.status,
            sent.mode,
        )
        .outerjoin(sent, and_(sent.pilot_id == PaperForm.pilot_id, sent.id == PaperForm.submission_id))
        .where(PaperForm.pilot_id == pilot_id, PaperForm.wave_id == wave_id)
        .order_by(PaperForm.number)
    )
    if number is not None:
        keyed, query = keyed.where(KeyedForm.number == number), query.where(PaperForm.number == number)
    for place, clerk in session.execute(keyed.order_by(KeyedForm.number, KeyedForm.entry)):
        clerks.setdefault(place, []).append(clerk)
    found = []
    for place, differing, alone, id, sha256, received_at, verdict, reason, status, mode in session.execute(query):
        by = tuple(clerks.get(place, ()))
        foreign = mode is not None and mode != Mode.PAPER
        state = state_of(len(by), Status(status) if status else None, foreign=foreign)
        receipt = Receipt(id, sha256, received_at, verdict, reason) if id and status else None
        found.append(Form(place, state, by, receipt, differing, alone is not None))
    return found


def form_of(session: Session, pilot_id: str, wave_id: str, number: int) -> Form | None:
    """One form number that was keyed, or None."""
    return next(iter(forms(session, pilot_id, wave_id, number)), None)


def agreement(session: Session, pilot_id: str, wave_id: str) -> Agreement:
    """How well the double entry of a wave agrees, over all forms that were keyed twice."""
    query = select(func.count(), func.sum(PaperForm.compared), func.sum(PaperForm.differing)).where(
        PaperForm.pilot_id == pilot_id, PaperForm.wave_id == wave_id, PaperForm.compared.is_not(None)
    )
    count, fields, differing = session.execute(query).one()
    return Agreement(count, fields or 0, differing or 0)


def drawn_by_code(session: Session, pilot_id: str, wave_id: str, typed: str) -> Sequence[UUID]:
    """The people drawn for a wave whose id, or its first eight or more digits, was typed; at most two, to tell one from many."""
    digits = typed.replace("-", "").replace(" ", "").lower()
    if not SHORTEST_PREFIX <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return []
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    query = select(Respondent.id).where(
        Respondent.pilot_id == pilot_id, Respondent.wave_id == wave_id, Respondent.id.between(first, last)
    )
    return session.scalars(query.limit(2)).all()


def not_interviewed(session: Session, pilot_id: str, wave_id: str, psu: str = "") -> Sequence[Respondent]:
    """The people drawn (in one PSU) of whom no interview counts yet, by PSU and id; of a household nobody before its roster."""
    counted = exists().where(
        SubmissionRow.pilot_id == Respondent.pilot_id,
        SubmissionRow.respondent_id == Respondent.id,
        SubmissionRow.status == Status.ACCEPTED,
    )
    drawn = Respondent.wave_id == wave_id, Respondent.unit == DrawnUnit.PERSON
    query = select(Respondent).where(Respondent.pilot_id == pilot_id, *drawn, ~counted)
    if psu:
        query = query.where(Respondent.psu == psu)
    return session.scalars(query.order_by(Respondent.psu, Respondent.id)).all()


def waiting_by_psu(session: Session, pilot_id: str, wave_id: str) -> dict[str, int]:
    """How many people drawn wait for an interview, by PSU."""
    found: dict[str, int] = {}
    for row in not_interviewed(session, pilot_id, wave_id):
        found[row.psu] = found.get(row.psu, 0) + 1
    return found


def places(session: Session, codes: Sequence[str], on: date) -> dict[str, AreaRow]:
    """The divisions with these codes as they are on a day; one that is not known stands under its township's name."""
    wanted = {code for full in codes for code in (full, full[:9])}
    rows = select(AreaRow).where(
        AreaRow.code.in_(sorted(wanted)),
        AreaRow.valid_from <= on,
        or_(AreaRow.valid_to.is_(None), AreaRow.valid_to > on),
    )
    known = {row.code: row for row in session.scalars(rows)}
    return {code: known.get(code) or known[code[:9]] for code in codes if code in known or code[:9] in known}


def corrected_by(session: Session, pilot_id: str, submission_id: UUID) -> UUID | None:
    """The submission that replaced this one, or None."""
    query = select(SubmissionRow.id).where(SubmissionRow.pilot_id == pilot_id, SubmissionRow.replaces == submission_id)
    return session.scalars(query.order_by(SubmissionRow.received_at.desc()).limit(1)).first()
