"""What a phone seals, the server's library opens: the same text, under the same id, with the same digest."""

import base64
import hashlib
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dev import NODE

pytestmark = pytest.mark.thorough

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KEY = ec.generate_private_key(ec.SECP256R1())
TEXTS = [
    "",
    "{}",
    "长" * 10_000,
    "\x00\x01\x07\x1b\x7f\x85\u2028\u2029\ufeff\uffff",
    "😀👨‍👩‍👧🏳️‍🌈",
    "𠀀𪚥龘\U0010ffff",
    "x" * 300_000,
]


def id_of(number: int) -> str:
    return str(UUID(int=number, version=4))


def sealed(values: list[str], mode: str = "texts") -> list[dict[str, Any]]:
    """What seal.js makes of texts, or of texts that it is to write as JSON first."""
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    records = [[id_of(number), text] for number, text in enumerate(values)]
    task = {"public": base64.urlsafe_b64encode(point).decode().rstrip("="), "records": records, "mode": mode}
    done = subprocess.run(
        [NODE, Path(__file__).with_name("seal.mjs")], input=json.dumps(task), capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def letters(text: str) -> bytes:
    assert set("+/=").isdisjoint(text)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(raw: bytes, number: int) -> str:
    return SUITE.decrypt(raw, KEY, info=f"literacy record 1 {id_of(number)}".encode()).decode()


@cache
def of_texts() -> list[dict[str, Any]]:
    return sealed(TEXTS)


def test_the_server_opens_exactly_what_the_phone_sealed() -> None:
    assert [opened(letters(one["sealed"]), number) for number, one in enumerate(of_texts())] == TEXTS


def test_a_seal_is_the_encapsulated_key_the_text_and_a_tag() -> None:
    for text, one in zip(TEXTS, of_texts(), strict=True):
        raw = letters(one["sealed"])
        assert raw[0] == 4
        assert len(raw) == 65 + len(text.encode()) + 16


def test_no_two_seals_share_a_key() -> None:
    again = sealed(TEXTS)
    keys = {letters(one["sealed"])[:65] for one in (*of_texts(), *again)}
    assert len(keys) == 2 * len(TEXTS)


def test_a_seal_does_not_open_under_another_id_or_key_nor_when_altered() -> None:
    raw = letters(of_texts()[1]["sealed"])
    info = f"literacy record 1 {id_of(1)}".encode()
    altered = [raw[:-1] + bytes([raw[-1] ^ 1]), raw[:70] + bytes([raw[70] ^ 128]) + raw[71:], raw[:-1]]
    attempts = [(raw, KEY, info[:-1] + b"0"), (raw, ec.generate_private_key(ec.SECP256R1()), info)]
    for sealed_, key, said in attempts + [(one, KEY, info) for one in altered]:
        with pytest.raises(InvalidTag):
            SUITE.decrypt(sealed_, key, info=said)


def test_the_digest_is_that_of_the_utf_8_bytes() -> None:
    assert [one["digest"] for one in of_texts()] == [hashlib.sha256(text.encode()).hexdigest() for text in TEXTS]


def test_json_with_halves_of_pairs_comes_through_in_a_new_and_in_an_old_browser() -> None:
    words = ["\ud800", "\udfff", "a\udc00\ud800b", "\ud83d\ude00", "😀\ud83d", '"\\\ud800"', "\ud83d\ud83d\ude00"]
    for mode in ("json", "old json"):
        for number, one in enumerate(sealed(words, mode)):
            # JavaScript knows no difference between a pair of halves and the character that it is.
            text = words[number].encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
            assert json.loads(opened(letters(one["sealed"]), number)) == text, (mode, number)


def test_any_text_comes_through() -> None:
    texts: list[str] = []

    @settings(max_examples=200, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=200))
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    assert [opened(letters(one["sealed"]), number) for number, one in enumerate(sealed(texts))] == texts
