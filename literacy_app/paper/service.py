"""What is done with paper: keyed twice, settled where the entries differ, stored, corrected; and cards that invite."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.foundation.codes import short
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.paper import queries
from literacy_app.paper.models import KeyedForm, PaperForm
from literacy_app.paper.rules import (
    LARGEST_NUMBER,
    Keyed,
    Part,
    Side,
    State,
    compare,
    correction_id,
    field_of,
    moment_of,
    state_of,
    submission_id,
    written_number,
)
from literacy_app.questions.rules import Answer
from literacy_app.surveys import queries as surveys
from literacy_app.surveys import service as door
from literacy_app.surveys.models import SubmissionRow
from literacy_app.surveys.rules import (
    Caller,
    Correction,
    Credential,
    Instrument,
    LinkKind,
    Mode,
    Outcome,
    Receipt,
    Reply,
    Status,
    Wave,
)
from literacy_app.surveys.rules.walk import Walk, walk


@dataclass(frozen=True)
class Settled:
    """What is taken for one field that differs: a side, and for Side.OTHER what the paper says (None: nothing)."""

    side: Side
    value: Any = None


@dataclass(frozen=True)
class Card:
    """What stands on one invitation: the secret of its address, the person's short code, and where they live."""

    respondent: UUID
    secret: str
    area_code: str
    psu: str
    name_zh: str
    name_en: str

    @property
    def code(self) -> str:
        """The short form of the id, as people read it out: eight digits of sixteen."""
        return short_code(self.respondent)


@dataclass(frozen=True)
class Stored:
    """A stored submission as it can be corrected: the form that it answered, and its answers."""

    row: SubmissionRow
    instrument: Instrument
    answers: dict[str, Answer]


def short_code(respondent: UUID) -> str:
    """The short form of a drawn person's id: `3F2A-91BC`."""
    return short(respondent.hex)


def key_form(session: Session, wave: Wave, number: int, keyed: Keyed, clerk: str, now: datetime) -> State:
    """Keep one entry of a form; the second one is compared with the first and, when nothing differs, stored.

    Of two people who key one number at once the first to come is the first entry and the other the second: neither has
    seen the other's. Raises Refused: "same_clerk" (the second entry is another person's work), "complete" (there are two),
    "kept" (this very page was kept with other content), "unreadable".
    """
    if not 1 <= number <= LARGEST_NUMBER:
        raise NotFound(str(number))
    place = {"pilot_id": wave.pilot, "wave_id": wave.id, "number": number}
    insert_new(session, PaperForm, place | {"begun_at": now})
    form = _form(session, wave, number)
    kept = queries.entries(session, wave.pilot, wave.id, number)
    if (same := next((row for row in kept if row.page == keyed.page), None)) is not None:
        if queries.as_keyed(same).fields != keyed.fields:
            raise Refused("kept")
        return _state(session, form, len(kept))
    if len(kept) == 2:
        raise Refused("complete")
    if kept and kept[0].clerk == clerk and form.alone_by is None:
        raise Refused("same_clerk")
    entry = len(kept) + 1
    values = {
        "entry": entry,
        "page": keyed.page,
        "clerk": clerk,
        "day": keyed.day,
        "language": keyed.language,
        "respondent_id": keyed.respondent,
        "typed": dict(keyed.typed),
        "answers": dict(keyed.answers),
        "keyed_at": now,
    }
    if not insert_new(session, KeyedForm, place | values):
        raise Refused("kept")  # the page was kept under another number
    record(session, wave.pilot, now, clerk, "form_keyed", f"{wave.id}/{written_number(number)}", entry=entry)
    if entry == 1:
        return State.ONCE
    first = queries.as_keyed(kept[0])
    found = compare(door.instrument_of(session, wave), first, keyed)
    form.compared, form.differing = found.compared, len(found.differing)
    session.flush()
    if found.differing:
        return State.DIFFERS
    _store(session, wave, form, keyed, now, clerk, (kept[0].clerk, clerk))
    return _state(session, form, 2)


def allow_alone(session: Session, wave: Wave, number: int, author: str, reason: str, now: datetime) -> None:
    """Let one person key a form twice, where there is only one. Raises NotFound, Refused("complete")."""
    form = _form(session, wave, number)
    if len(queries.entries(session, wave.pilot, wave.id, number)) != 1:
        raise Refused("complete")
    form.alone_by, form.alone_reason = author, reason
    record(session, wave.pilot, now, author, "form_alone", f"{wave.id}/{written_number(number)}", reason=reason)
    session.flush()


def differing(session: Session, wave: Wave, number: int) -> tuple[Keyed, Keyed, tuple[str, ...]]:
    """The two entries of a form and the names of the fields that differ. Raises NotFound before there are two."""
    kept = [queries.as_keyed(row) for row in queries.entries(session, wave.pilot, wave.id, number)]
    if len(kept) != 2:
        raise NotFound(str(number))
    return kept[0], kept[1], compare(door.instrument_of(session, wave), kept[0], kept[1]).differing


def settle(
    session: Session, wave: Wave, number: int, picked: Mapping[str, Settled], author: str, now: datetime
) -> State:
    """Store a form whose entries differ, as somebody decided with the paper in hand; a second click gets the same state.

    Raises NotFound, Refused("open") when a field that differs was not decided, Refused("unreadable").
    """
    form = _form(session, wave, number)
    if form.submission_id is not None:
        return _state(session, form, 2)
    first, second, names = differing(session, wave, number)
    if set(names) - set(picked):
        raise Refused("open")
    fields = first.fields
    for name in names:
        choice = picked[name]
        value = {Side.FIRST: first.fields.get(name), Side.SECOND: second.fields.get(name)}.get(
            choice.side, choice.value
        )
        fields = {key: kept for key, kept in fields.items() if key != name} | ({} if value is None else {name: value})
    if Part.DAY not in fields or Part.LANGUAGE not in fields:
        raise Refused("open")
    instrument = door.instrument_of(session, wave)
    person = fields.get(Part.RESPONDENT)
    agreed = Keyed(
        first.page,
        date.fromisoformat(fields[Part.DAY]),
        fields[Part.LANGUAGE],
        {one.id: fields[field_of(one.id)] for one in instrument.questions if field_of(one.id) in fields},
        respondent=UUID(person) if person else None,
    )
    form.settled_by = author
    form.choices = {
        name: {"side": picked[name].side} | ({"value": picked[name].value} if picked[name].side is Side.OTHER else {})
        for name in names
    }
    clerks = [row.clerk for row in queries.entries(session, wave.pilot, wave.id, number)]
    _store(session, wave, form, agreed, now, author, (clerks[0], clerks[1]))
    return _state(session, form, 2)


def warnings(wave: Wave, number: int, instrument: Instrument, keyed: Keyed, now: datetime) -> Walk:
    """The way that the answers of an entry lead, as the door will see it, with those that do not fit it."""
    moment = moment_of(keyed.day, now).astimezone(REPORTING_ZONE)
    seed = str(submission_id(wave.pilot, wave.id, number))
    return walk(instrument, door.read_answers(instrument, keyed.answers)[0], moment, seed)


def stored(session: Session, wave: Wave, submission: UUID) -> Stored:
    """A stored submission to a wave, as it can be corrected. Raises NotFound."""
    row = surveys.submission(session, wave.pilot, submission)
    sheet = surveys.sheet(session, wave.pilot, submission)
    if row is None or row.wave_id != wave.id or sheet is None:
        raise NotFound(str(submission))
    own = replace(wave, instrument=row.instrument_name, version=row.instrument_version)
    instrument = door.instrument_of(session, own)
    worked_out = {one.id for one in instrument.questions if one.kind == "calculated"}
    answers = {id: value for id, value in sheet.answers.items() if id not in worked_out}
    return Stored(row, instrument, door.read_answers(instrument, answers)[0])


def correct(
    session: Session, wave: Wave, submission: UUID, answers: Mapping[str, Any], reason: str, author: str, now: datetime
) -> Receipt:
    """A new version of a stored submission with these answers; the one before is replaced and stays.

    The same correction sent twice is one. Raises NotFound, Refused("decided") when it was replaced or taken out meanwhile,
    Refused("unreadable").
    """
    row = stored(session, wave, submission).row
    content = json.dumps([author, reason, dict(answers)], ensure_ascii=False, sort_keys=True)
    body = {
        "id": str(correction_id(submission, hashlib.sha256(content.encode()).hexdigest())),
        "wave": wave.id,
        "instrument": row.instrument_name,
        "version": row.instrument_version,
        "mode": row.mode,
        "language": row.language,
        "started_at": row.started_at.isoformat(),
        "finished_at": row.finished_at.isoformat(),
        "answers": dict(answers),
        "paradata": {"entry": "correction", "clerks": [author]},
    }
    if row.respondent_id is not None:
        body["respondent"] = str(row.respondent_id)
    credential = _desk(wave, author, row.consent_version)
    outcome = _bring(session, body, replace(credential, correction=Correction(submission, reason)), now)
    if outcome.receipt is None or outcome.reply is Reply.CONFLICT:
        raise Refused("unreadable")
    return outcome.receipt


def invitation_cards(session: Session, wave: Wave, psu: str, author: str, now: datetime) -> tuple[str, list[Card]]:
    """New one-time addresses for everybody drawn (in one PSU) of whom no interview counts: the open link's token, and a card each.

    What they were given before stops working. Raises Refused("no_link"), Refused("nobody").
    """
    link = surveys.link_of(session, wave.id, LinkKind.OPEN)
    if link is None:
        raise Refused("no_link")
    people = queries.not_interviewed(session, wave.pilot, wave.id, psu)
    if not people:
        raise Refused("nobody")
    secrets = door.invite(session, wave, [one.id for one in people], author, now)
    named = queries.places(session, sorted({one.area_code for one in people}), wave.opens_on)
    cards = []
    for one in people:
        place = named.get(one.area_code)
        names = (place.name_zh, place.name_en) if place else (one.area_code, one.area_code)
        cards.append(Card(one.id, secrets[one.id], one.area_code, one.psu, *names))
    return link.token, cards


def _form(session: Session, wave: Wave, number: int) -> PaperForm:
    form = queries.paper_form(session, wave.pilot, wave.id, number, lock=True)
    if form is None:
        raise NotFound(str(number))
    return form


def _state(session: Session, form: PaperForm, count: int) -> State:
    row = surveys.submission(session, form.pilot_id, form.submission_id) if form.submission_id else None
    return state_of(count, Status(row.status) if row else None, foreign=row is not None and row.mode != Mode.PAPER)


def _store(
    session: Session, wave: Wave, form: PaperForm, keyed: Keyed, now: datetime, actor: str, clerks: tuple[str, str]
) -> None:
    """Bring a form that is agreed on to the door, as it is: what contradicts itself on paper waits for a person there."""
    moment = moment_of(keyed.day, now).isoformat()
    paradata: dict[str, Any] = {
        "entry": "double",
        "form": form.number,
        "clerks": list(clerks),
        "compared": form.compared,
        "differences": form.differing,
    }
    if form.settled_by is not None:
        paradata["settled_by"] = form.settled_by
    body: dict[str, Any] = {
        "id": str(submission_id(wave.pilot, wave.id, form.number)),
        "wave": wave.id,
        "instrument": wave.instrument,
        "version": wave.version,
        "mode": Mode.PAPER,
        "language": keyed.language,
        "started_at": moment,
        "finished_at": moment,
        "answers": dict(keyed.answers),
        "paradata": paradata,
    }
    if keyed.respondent is not None:
        body["respondent"] = str(keyed.respondent)
    consent = door.instrument_of(session, wave).words[keyed.language].consent.version
    outcome = _bring(session, body, _desk(wave, actor, consent), now)
    if outcome.receipt is None:
        raise Refused("unreadable")
    # Under a conflict the door has kept these bytes beside whatever has the id; the list then asks for a person's look.
    form.submission_id = outcome.receipt.id
    session.flush()


def _desk(wave: Wave, actor: str, consent: str | None) -> Credential:
    return Credential(Caller.DESK, wave.pilot, wave.id, actor, consent_version=consent)


def _bring(session: Session, body: Mapping[str, Any], credential: Credential, now: datetime) -> Outcome:
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return door.receive_submission(session, raw, credential, now)
