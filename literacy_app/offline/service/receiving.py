"""Taking in what phones sealed: opened, given to the room it belongs to, and answered with a receipt, once.

Whatever cannot be opened or read is kept as it came and answered so that the phone keeps its copy too.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from literacy_app.accounts.rules import Holder
from literacy_app.accounts.service import NO_PILOT
from literacy_app.areas.queries import pilots_within
from literacy_app.contacts.loader import read_contact
from literacy_app.contacts.rules import Contact
from literacy_app.contacts.service import keep_contact
from literacy_app.fieldwork.loader import Roster, Visit, read_roster, read_visit
from literacy_app.fieldwork.service import RecordError, keep_roster, keep_visit
from literacy_app.foundation.audit import record
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.orm import insert_new
from literacy_app.offline import queries
from literacy_app.offline.loader import id_in, read_envelope, read_interview, read_plain
from literacy_app.offline.models import RecordConflict, RecordRow
from literacy_app.offline.rules import LARGEST_RECORD, Envelope, Kind, RecordReceipt, State
from literacy_app.offline.service.sealing import open_record
from literacy_app.surveys.rules import Credential, Reason, Reply, Status
from literacy_app.surveys.service import device_credential, receive_submission

LONGEST_REASON = 200
REVOKED = Reason.CREDENTIAL_REVOKED.value
# Rooms keep what is new by its id. Under an id of its own, another word about the same visit would be acknowledged and lost.
OTHER_ID = {"id": "must be the id that the record came under"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Keys:
    """The secrets of this installation: over the phones' keys, and over contacts."""

    field: str
    contacts: bytes


@dataclass(frozen=True)
class RecordOutcome:
    """The answer to one record: a receipt, or what is wrong by field."""

    reply: Reply
    receipt: RecordReceipt | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Effect:
    """What a record came to."""

    status: State
    reason: str | None = None


def receive_record(session: Session, raw: bytes, holder: Holder, keys: Keys, now: datetime) -> RecordOutcome:
    """Keep one record of a phone in the caller's transaction, with its effect, whatever is sent again or in parallel."""
    digest = hashlib.sha256(raw).hexdigest()
    envelope = read_envelope(raw)
    if not isinstance(envelope, Envelope):
        named = id_in(raw)
        known = queries.record_row(session, named[1], named[0]) if named else None
        if known is None or known.device_id != holder.device:
            return RecordOutcome(Reply.UNREADABLE, errors=envelope)
        return _again(session, known, raw, digest, holder, now)
    if envelope.pilot not in {one.id for one in pilots_within(session, holder.scopes)}:
        return RecordOutcome(Reply.UNREADABLE, errors={"pilot": "is not an area that this person interviews in"})
    values = {
        "pilot_id": envelope.pilot,
        "id": envelope.id,
        "device_id": holder.device,
        "sequence": envelope.sequence,
        "kind": envelope.kind,
        "sha256": digest,
        "received_at": now,
        "status": State.ATTENTION,
        "reason": None,
        "raw": raw,
    }
    new = insert_new(session, RecordRow, values)
    row = queries.record_row(session, envelope.pilot, envelope.id)
    if row is None:
        raise Refused("busy")
    if not new:
        if row.sha256 == digest and row.status == State.ATTENTION:
            _try_again(session, row, envelope, holder, keys, now)
        return _again(session, row, raw, digest, holder, now)
    _settle(session, row, _effect(session, envelope, holder, keys, now), holder, now, "record_received")
    return RecordOutcome(Reply.STORED, _receipt(row))


def hand_in(
    session: Session, lines: Sequence[bytes], holder: Holder, by: str, keys: Keys, now: datetime
) -> Counter[Reply]:
    """Take in records from a file, as `holder`'s phone would have sent them; how many had which reply. `by` brought them."""
    sizes = [line for line in lines if len(line) <= LARGEST_RECORD]
    replies = Counter(receive_record(session, line, holder, keys, now).reply for line in sizes)
    replies[Reply.UNREADABLE] += len(lines) - len(sizes)
    counted = {reply.value: count for reply, count in replies.items()}
    record(session, NO_PILOT, now, by, "records_handed_in", holder.login, device=str(holder.device), **counted)
    return replies


def _try_again(session: Session, row: RecordRow, envelope: Envelope, holder: Holder, keys: Keys, now: datetime) -> None:
    """What nobody could read may be readable by now: a draw was frozen, a secret put back, a fault mended."""
    locked = queries.record_row(session, row.pilot_id, row.id, lock=True)
    if locked is None or locked.status != State.ATTENTION:
        return
    effect = _effect(session, envelope, holder, keys, now)
    if effect.status is not State.ATTENTION:
        _settle(session, locked, effect, holder, now, "record_settled")


def _settle(session: Session, row: RecordRow, effect: _Effect, holder: Holder, now: datetime, action: str) -> None:
    row.status, row.reason = effect.status, effect.reason and effect.reason[:LONGEST_REASON]
    row.raw = row.raw if effect.status is State.ATTENTION else None
    detail = {"kind": row.kind, "device": str(holder.device), "status": row.status}
    record(session, row.pilot_id, now, f"device:{holder.login}", action, str(row.id), **detail)
    session.flush()


def _effect(session: Session, envelope: Envelope, holder: Holder, keys: Keys, now: datetime) -> _Effect:
    key = queries.key(session, envelope.key)
    opened = open_record(key, envelope, keys.field) if key else None
    if opened is None:
        return _Effect(State.ATTENTION, "cannot_be_opened")
    plain = read_plain(opened)
    if plain is None or plain.get("kind") != envelope.kind:
        return _Effect(State.ATTENTION, "cannot_be_read")
    try:
        # What goes wrong with one record must not undo that it came.
        with session.begin_nested():
            keep = _interview if envelope.kind is Kind.INTERVIEW else _told
            return keep(session, envelope, plain, holder, keys, now)
    except NotFound:
        return _Effect(State.ATTENTION, "household_unknown")
    except Refused as refused:
        return _Effect(State.ATTENTION, refused.reason)
    except RecordError as error:
        return _unreadable(error.errors)
    except OperationalError:
        raise
    except Exception:
        log.exception("record %s has no effect", envelope.id)
        return _Effect(State.ATTENTION, "server_fault")


def _told(
    session: Session, envelope: Envelope, plain: dict[str, Any], holder: Holder, keys: Keys, now: datetime
) -> _Effect:
    """A visit, a roster or a contact: the room that it belongs to keeps it."""
    found = READERS[envelope.kind](plain)
    if isinstance(found, dict):
        return _unreadable(found)
    if found.id != envelope.id:
        return _unreadable(OTHER_ID)
    if isinstance(found, Contact):
        keep_contact(session, envelope.pilot, found, keys.contacts, holder.login, now)
    elif isinstance(found, Roster):
        keep_roster(session, envelope.pilot, found, holder, holder.device, now)
    else:
        keep_visit(session, envelope.pilot, found, holder, holder.device, now)
    return _Effect(State.ACCEPTED, REVOKED if holder.revoked else None)


def _interview(
    session: Session, envelope: Envelope, plain: dict[str, Any], holder: Holder, keys: Keys, now: datetime
) -> _Effect:
    found = read_interview(plain)
    if isinstance(found, dict):
        return _unreadable(found)
    raw = found.body.encode()
    credential = device_credential(session, raw, holder, found.broken_off, found.consent)
    if not isinstance(credential, Credential):
        return _unreadable(credential)
    if credential.pilot_id != envelope.pilot:
        return _unreadable({"wave": "is not of this pilot"})
    outcome = receive_submission(session, raw, credential, now)
    if outcome.receipt is None:
        return _unreadable(outcome.errors)
    if outcome.reply is Reply.CONFLICT:
        return _Effect(State.ATTENTION, "conflict")
    waits = outcome.receipt.status != Status.ACCEPTED
    return _Effect(State.QUARANTINED if waits else State.ACCEPTED, outcome.receipt.reason)


READERS: dict[Kind, Callable[[dict[str, Any]], Visit | Roster | Contact | dict[str, str]]] = {
    Kind.VISIT: read_visit,
    Kind.ROSTER: read_roster,
    Kind.CONTACT: read_contact,
}


def _unreadable(errors: dict[str, str]) -> _Effect:
    return _Effect(State.ATTENTION, json.dumps(errors, ensure_ascii=False))


def _again(session: Session, row: RecordRow, raw: bytes, digest: str, holder: Holder, now: datetime) -> RecordOutcome:
    if row.sha256 == digest:
        return RecordOutcome(Reply.REPEATED, _receipt(row))
    values = {
        "pilot_id": row.pilot_id,
        "record_id": row.id,
        "sha256": digest,
        "device_id": holder.device,
        "received_at": now,
        "raw": raw,
    }
    if insert_new(session, RecordConflict, values):
        record(session, row.pilot_id, now, f"device:{holder.login}", "record_conflict", str(row.id), sha256=digest)
    return RecordOutcome(Reply.CONFLICT, _receipt(row))


def _receipt(row: RecordRow) -> RecordReceipt:
    return RecordReceipt(row.id, row.sha256, row.received_at, State(row.status), row.reason)
