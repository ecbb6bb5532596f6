"""A phone as the server sees it: it numbers what it collected, and seals it to the key that it was given."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from literacy_app.fieldwork.rules import respondent_id
from literacy_app.fieldwork.service.keeping import chosen_place
from literacy_app.sampling.models import HouseholdRow
from literacy_app.sampling.rules import Member, Selection, Table
from tests.builders import body
from tests.fieldwork.field import ROSTERED

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def text_of(raw: bytes) -> str:
    """Base64url without the padding, as phones write it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def seal(public: bytes, id: str, text: bytes) -> bytes:
    """What only the holder of the private half opens, under this id only."""
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public)
    return SUITE.encrypt(text, key, f"literacy record 1 {id}".encode())


@dataclass
class Sealer:
    """What a phone has: the key, the pilot, and the number of its last record."""

    key: str
    public: bytes
    pilot: str = "own"
    sequence: int = field(default=0)

    def record(self, plain: Mapping[str, Any] | bytes, **changes: Any) -> bytes:
        """The bytes of a record that holds `plain`; `changes` are of the envelope."""
        self.sequence += 1
        inside = {} if isinstance(plain, bytes) else plain
        text = plain if isinstance(plain, bytes) else json.dumps(plain, ensure_ascii=False).encode()
        id = str(changes.get("id") or inside.get("id") or uuid4())
        envelope = {
            "id": id,
            "kind": inside.get("kind", "visit"),
            "pilot": self.pilot,
            "sequence": self.sequence,
            "key": self.key,
            "sealed": text_of(seal(self.public, id, text)),
        } | changes
        return json.dumps(envelope, separators=(",", ":")).encode()


def visit(home: HouseholdRow, at: datetime = ROSTERED, **changes: Any) -> dict[str, Any]:
    """Nobody was at home."""
    return _place("visit", home, at) | {"result": "no_one_home", "appointment": None} | changes


def roster(home: HouseholdRow, members: tuple[Member, ...], at: datetime = ROSTERED, **changes: Any) -> dict[str, Any]:
    """A roster with whom the household's own table chooses."""
    table = Table(home.kish_table) if home.kish_table else None
    listed = [{"sex": one.sex.value, "age": one.age, "birthday": None} for one in members]
    chosen = chosen_place(Selection.KISH, table, members, at)
    return _place("roster", home, at) | {"members": listed, "chosen": chosen, "reason": None} | changes


def contact(home: HouseholdRow, **changes: Any) -> dict[str, Any]:
    """A name and a telephone number for a back-check."""
    return _place("contact", home, ROSTERED) | {"name": "王芳", "phone": "13800138000"} | changes


def interview(home: HouseholdRow, raw: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """An interview with whoever was chosen in a household."""
    sent = raw or body(respondent=str(respondent_id(home.draw_id, home.village, home.number)))
    return {"kind": "interview", "body": sent.decode(), "broken_off": False, "consent": "v1"} | changes


def _place(kind: str, home: HouseholdRow, at: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": str(uuid4()),
        "draw": str(home.draw_id),
        "village": home.village,
        "number": home.number,
        "at": at.isoformat(),
    }
