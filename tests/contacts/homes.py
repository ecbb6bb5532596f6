"""A frozen draw with households to keep contacts of."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from literacy_app.accounts.rules import Staff
from literacy_app.contacts.rules import Contact
from literacy_app.sampling import queries, service
from literacy_app.sampling.models import HouseholdRow
from literacy_app.sampling.rules import Plan, Strata
from literacy_app.surveys.service import wave_of

NAME, PHONE = "欧阳金丝雀", "13987650123"
AT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
KEY = bytes(range(32))
SU = Staff(uuid4(), "su", "Su", (), uuid4())


def frame_file(code: str = "990201") -> bytes:
    """Two villages in each of two townships."""
    lines = ["code,name,size,households,residence"]
    for township in (1, 2):
        lines += [f"{code}{township:03}{200 + n},村{township}-{n},600,200,rural" for n in (1, 2)]
    return "\n".join(lines).encode()


def households(session: Session, now: datetime, *, frozen: bool = True, wave: str = "open") -> list[HouseholdRow]:
    """The households of a draw of four villages with three homes each, frozen unless told otherwise."""
    pilot = wave_of(session, wave).pilot
    frame = service.keep_frame(session, pilot, "frame.csv", frame_file(), "ou", now)
    plan = Plan(villages=2, households=3, reserves=0, strata=Strata.TOWNSHIP)
    row = service.make_draw(session, wave_of(session, wave), frame.id, plan, "ou", now)
    if frozen:
        service.freeze(session, pilot, row.id, "ou", now)
    return list(queries.households(session, pilot, row.id))


def contact(
    home: HouseholdRow, id: UUID | None = None, name: str = NAME, phone: str = PHONE, at: datetime = AT
) -> Contact:
    """A contact of a household."""
    return Contact(id or uuid4(), home.draw_id, home.village, home.number, at, name, phone)
