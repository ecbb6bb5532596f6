"""What is done with contacts: sealed when they come, opened for a reason and a count, deleted when their day has passed."""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete
from sqlalchemy.orm import Session

from literacy_app.accounts.rules import Staff
from literacy_app.contacts import queries
from literacy_app.contacts.models import HouseholdContact
from literacy_app.contacts.rules import Contact, Kept, Reveal
from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import REPORTING_ZONE, reporting_date
from literacy_app.foundation.errors import LiteracyError, NotFound
from literacy_app.foundation.orm import in_utc, insert_new
from literacy_app.surveys.service import wave_of

NONCE = 12
# Every sealed text is as long as every other, so that its length tells nothing of the name.
PADDED = 256


class ContactsLocked(LiteracyError):
    """A contact cannot be opened: it was sealed under another key, or its row was changed or moved."""


@dataclass(frozen=True)
class Spent:
    """Somebody has looked at as many contacts as a day allows; nothing was shown, and the attempt is in the audit log."""

    budget: int


def keep_contact(
    session: Session, pilot_id: str, contact: Contact, key: bytes, staff_login: str, now: datetime
) -> Kept:
    """Seal and keep a contact; once for an id. Raises NotFound for a household that is of no frozen draw of the pilot."""
    wave_id = queries.wave_of_household(session, pilot_id, contact.draw, contact.village, contact.number)
    if wave_id is None:
        raise NotFound(f"{contact.draw}/{contact.village}/{contact.number}")
    if reporting_date(now) > wave_of(session, wave_id).contacts_last_day:
        return Kept.TOO_LATE
    values = {
        "pilot_id": pilot_id,
        "id": contact.id,
        "draw_id": contact.draw,
        "village": contact.village,
        "number": contact.number,
        "at": contact.at,
        "key_id": key_id(key),
        "kept_at": now,
        "kept_by": staff_login,
    }
    if not insert_new(session, HouseholdContact, values | {"sealed": _seal(pilot_id, contact, key)}):
        return Kept.AGAIN
    record(session, pilot_id, now, staff_login, "contact_kept", str(contact.id), wave=wave_id)
    session.flush()
    return Kept.NEW


def contact_of(session: Session, pilot_id: str, draw_id: UUID, village: str, number: int, key: bytes) -> Contact | None:
    """Whom to ask for in a household, or None. For pages that show it masked; who is to read it whole asks `reveal`.

    Raises ContactsLocked.
    """
    rows = queries.contacts(session, pilot_id, draw_id, village, number)
    return _open(rows[0], key) if rows else None


def reveal(
    session: Session,
    pilot_id: str,
    draw_id: UUID,
    village: str,
    number: int,
    key: bytes,
    reason: Reveal,
    staff: Staff,
    budget: int,
    now: datetime,
) -> Contact | Spent:
    """Show a contact whole, and write down who saw which and why. `budget` is how many one person may see on one day.

    Beyond it nothing is shown and an alarm is written; it is returned, not raised, so that the alarm stays.
    Raises NotFound where nothing is kept, ContactsLocked.
    """
    queries.lock_staff(session, staff.id)
    subject = f"{draw_id}/{village}/{number}"
    found = contact_of(session, pilot_id, draw_id, village, number, key)
    wave_id = queries.wave_of_household(session, pilot_id, draw_id, village, number)
    if found is None or wave_id is None:
        raise NotFound(subject)
    midnight = datetime.combine(reporting_date(now), time(), REPORTING_ZONE)
    seen = queries.reveals(session, staff.login, midnight)
    over = seen >= budget
    action = "contact_reveals_spent" if over else queries.REVEALED
    record(session, pilot_id, now, staff.login, action, subject, wave=wave_id, reason=reason.value, today=seen)
    session.flush()
    return Spent(budget) if over else found


def forget_contacts(session: Session, now: datetime) -> None:
    """Delete the names and telephone numbers of every wave whose day for them has passed."""
    for pilot_id, wave_id, draw_id, count in queries.held(session):
        if reporting_date(now) <= wave_of(session, wave_id).contacts_last_day:
            continue
        session.execute(
            delete(HouseholdContact).where(HouseholdContact.pilot_id == pilot_id, HouseholdContact.draw_id == draw_id)
        )
        record(session, pilot_id, now, "calendar", "contacts_forgotten", wave_id, count=count)
    session.flush()


def key_id(key: bytes) -> str:
    """What tells one key from another and gives none away."""
    return hmac.digest(key, b"which key", "sha256").hex()[:16]


def _bound(pilot_id: str, contact: HouseholdContact | Contact, draw: UUID) -> bytes:
    """The row's keys, without which it does not open: so no row can be put in another's place."""
    at = in_utc(contact.at).isoformat()
    return json.dumps([pilot_id, str(contact.id), str(draw), contact.village, contact.number, at]).encode()


def _seal(pilot_id: str, contact: Contact, key: bytes) -> bytes:
    plain = json.dumps([contact.name, contact.phone], ensure_ascii=False).encode().ljust(PADDED)
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound(pilot_id, contact, contact.draw))


def _open(row: HouseholdContact, key: bytes) -> Contact:
    if row.key_id != key_id(key):
        raise ContactsLocked(f"sealed under the key {row.key_id}; LITERACY_CONTACTS_KEY_FILE holds {key_id(key)}")
    try:
        plain = AESGCM(key).decrypt(row.sealed[:NONCE], row.sealed[NONCE:], _bound(row.pilot_id, row, row.draw_id))
    except InvalidTag as error:
        raise ContactsLocked(f"the contact {row.id} was changed or moved to another household") from error
    name, phone = json.loads(plain)
    return Contact(row.id, row.draw_id, row.village, row.number, row.at, name, phone)
