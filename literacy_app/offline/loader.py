"""Reading what phones send: the envelope, and what lies in it once it is opened."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from literacy_app.offline.rules import MOST_RECORDS, Envelope, Kind

FORMAT = "literacy records 1"


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Kind
    pilot: StrictStr = Field(min_length=1, max_length=40)
    sequence: StrictInt = Field(ge=1, le=MOST_RECORDS)
    key: StrictStr = Field(pattern="^[0-9a-f]{16}$")
    sealed: StrictStr


@dataclass(frozen=True)
class Head:
    """The first line of a file that a phone saved: whose records follow, and which phone's where it says so."""

    owner: UUID
    device: UUID | None


class Interview(BaseModel):
    """The plain record of an interview: the exact text of a submission, and how the interview went."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal[Kind.INTERVIEW]
    body: StrictStr
    broken_off: StrictBool
    consent: StrictStr = Field("", max_length=20)


def read_envelope(raw: bytes) -> Envelope | dict[str, str]:
    """The envelope of a record, or what is wrong by field."""
    try:
        read = _Envelope.model_validate_json(raw)
        sealed = base64.b64decode(read.sealed + "=" * (-len(read.sealed) % 4), altchars=b"-_", validate=True)
    except ValidationError as error:
        return _faults(error)
    except (binascii.Error, ValueError):
        return {"sealed": "must be base64url"}
    return Envelope(read.id, read.kind, read.pilot, read.sequence, read.key, sealed)


def read_head(line: bytes) -> Head | None:
    """Whose records follow in a file that a phone saved; None when it is no such file."""
    try:
        found = json.loads(line)
        device = UUID(found["device"]) if "device" in found else None
        return Head(UUID(found["owner"]), device) if found.get("format") == FORMAT else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def id_in(raw: bytes) -> tuple[UUID, str] | None:
    """The id and the pilot of a record of which more cannot be read, so that a conflict is still seen as one."""
    try:
        found = json.loads(raw)
        id, pilot = UUID(found["id"]), str(found["pilot"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    # No database can even be asked for NUL or half a character.
    return (id, pilot) if pilot.isascii() and pilot.isprintable() else None


def read_plain(opened: bytes) -> dict[str, Any] | None:
    """What lies in a record, or None when it is no JSON object."""
    try:
        found = json.loads(opened)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read_interview(plain: dict[str, Any]) -> Interview | dict[str, str]:
    """An interview, or what is wrong by field."""
    try:
        return Interview.model_validate(plain)
    except ValidationError as error:
        return _faults(error)


def _faults(error: ValidationError) -> dict[str, str]:
    return {".".join(str(part) for part in one["loc"]): one["msg"] for one in error.errors()}
