"""An interviewer of the drill and the phones that are theirs: signed up as the office does, sealing as the app does."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from sqlalchemy.orm import Session

from drill import stock
from literacy_app.accounts import queries, service
from literacy_app.accounts.rules import Grant, Role, Staff
from literacy_app.config import DATABASE
from literacy_app.foundation import clock
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.orm import WRITES, engine_for
from literacy_app.foundation.policy import Policy
from literacy_app.tables import metadata

assert metadata.tables, "all tables must be known"

LOGIN, AREA, PASSWORD = "drill", "990201", "a long enough sentence"
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
INFO = "literacy record 1 "


@dataclass(frozen=True)
class Key:
    """What phones seal to: the key's name, and the point as the server gives it, base64url."""

    id: str
    public: str


@dataclass(frozen=True)
class Phone:
    """What lies on a phone that somebody has signed in on."""

    token: str
    device: str


def take_on(data: Path, login: str = LOGIN, role: Role = Role.INTERVIEWER) -> Staff:
    """Somebody of the staff with PASSWORD, taken on where there is none of this name, in the database of a data folder."""
    with _writing(data) as session:
        row, grants = queries.staff_by_login(session, login), (Grant(role, AREA),)
        id = row.id if row else service.take_on(session, login, login.title(), PASSWORD, grants, clock.now())
        return Staff(id, login, login.title(), grants, uuid4())


def enrol(data: Path, login: str = LOGIN) -> Phone:
    """A new phone of an interviewer."""
    staff, policy = take_on(data, login), shape(read_yaml(data / "content" / "policy.yml", data), Policy)
    with _writing(data) as session:
        device, token = service.register_device(session, staff, f"phone of {login}", policy, clock.now())
    return Phone(token, str(device))


@contextmanager
def _writing(data: Path) -> Iterator[Session]:
    engine = engine_for(f"sqlite:///{data / DATABASE}")
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        yield session
        session.commit()
    engine.dispose()


def key_from(base: str, phone: Phone) -> Key | None:
    """The key that a server gives to phones; None from one that knows nothing of phones. Raises for a server that fails."""
    headers = {"Authorization": f"Bearer {phone.token}"}
    reply = httpx.get(f"{base}/api/v1/field/assignments", headers=headers, timeout=10, trust_env=False)
    if reply.status_code == 404:
        return None
    return Key(**reply.raise_for_status().json()["key"])


def sealer(key: Key) -> Callable[[stock.Interview, int], bytes]:
    """What makes of an interview the bytes of a sealed record with a number, under the interview's own id."""
    point = base64.urlsafe_b64decode(key.public + "=" * (-len(key.public) % 4))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)

    def seal(interview: stock.Interview, sequence: int) -> bytes:
        plain = {"kind": "interview", "body": interview.body.decode(), "broken_off": False}
        sealed = SUITE.encrypt(json.dumps(plain).encode(), public, f"{INFO}{interview.id}".encode())
        record = {
            "id": interview.id,
            "kind": "interview",
            "pilot": stock.PILOT,
            "sequence": sequence,
            "key": key.id,
            "sealed": base64.urlsafe_b64encode(sealed).decode().rstrip("="),
        }
        return json.dumps(record).encode()

    return seal
