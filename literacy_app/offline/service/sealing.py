"""The key that phones seal records to, and opening what they sealed (HPKE, RFC 9180, base mode).

The private half is enciphered under the installation's secret: the database alone opens no record.
"""

import base64
import hashlib
import os
from datetime import datetime
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy.orm import Session

from literacy_app.offline import queries
from literacy_app.offline.models import FieldKey
from literacy_app.offline.rules import Envelope

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
NONCE = 12


def current_key(session: Session, secret: str) -> FieldKey | None:
    """The key that phones are given now: the newest that `secret` opens. None where there is none, and one is to be made.

    Under another secret, as after a restore on another machine, what phones seal would be lost for good.
    """
    return next((row for row in queries.keys(session) if _pair(row, secret) is not None), None)


def make_key(session: Session, secret: str, now: datetime) -> FieldKey:
    """A new key for phones to seal to; those before still open what was sealed to them."""
    pair = generate_private_key(SECP256R1())
    public = pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    private = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    nonce = os.urandom(NONCE)
    row = FieldKey(
        id=hashlib.sha256(public).hexdigest()[:16],
        public=public,
        private=nonce + _cipher(secret).encrypt(nonce, private, public),
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def open_record(row: FieldKey, envelope: Envelope, secret: str) -> bytes | None:
    """What lies in a record; None where it was sealed to another key, under another id, or was changed on the way."""
    pair = _pair(row, secret)
    if pair is None:
        return None
    try:
        opened: bytes = SUITE.decrypt(envelope.sealed, pair, f"literacy record 1 {envelope.id}".encode())
    except (InvalidTag, ValueError):
        return None
    return opened


def public_text(row: FieldKey) -> str:
    """The public half as phones take it: base64url of the uncompressed point."""
    return base64.urlsafe_b64encode(row.public).decode().rstrip("=")


def _pair(row: FieldKey, secret: str) -> EllipticCurvePrivateKey | None:
    try:
        kept = _cipher(secret).decrypt(row.private[:NONCE], row.private[NONCE:], row.public)
    except InvalidTag:
        return None
    return cast(EllipticCurvePrivateKey, load_der_private_key(kept, None))


def _cipher(secret: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"literacy field key").derive(secret.encode()))
