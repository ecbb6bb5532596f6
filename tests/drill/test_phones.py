"""A model phone keeps what has no receipt through a crash, and takes nothing for a receipt that is none."""

import hashlib
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drill import stock
from drill.history import Result
from drill.phones import Answer, Pending, judge

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
MADE = stock.interview(random.Random(1), NOW)
RECEIPT = {
    "id": MADE.id,
    "sha256": hashlib.sha256(MADE.body).hexdigest(),
    "received_at": NOW.isoformat(),
    "status": "accepted",
}


def test_the_list_survives_a_crash_in_the_middle_of_a_line(tmp_path: Path) -> None:
    pending, other = Pending(tmp_path / "list"), stock.interview(random.Random(2), NOW)
    pending.add(MADE)
    pending.tear()
    again = Pending(tmp_path / "list")
    again.add(other)
    assert Pending(tmp_path / "list").interviews == {MADE.id: MADE, other.id: other}


def test_what_has_its_receipt_is_gone_after_a_crash_too(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "list")
    pending.add(MADE)
    pending.done(MADE.id)
    assert Pending(tmp_path / "list").interviews == {}


@pytest.mark.parametrize("status", [201, 202])
def test_a_receipt_of_these_very_bytes_is_one(status: int) -> None:
    assert judge(Answer(status, json.dumps(RECEIPT).encode()), MADE) == (Result.OK, NOW.isoformat())


@pytest.mark.parametrize(
    "answer",
    [
        None,
        Answer(200, json.dumps(RECEIPT).encode()),
        Answer(204, b""),
        Answer(302, b""),
        Answer(200, b"<!doctype html>"),
        Answer(201, json.dumps(RECEIPT).encode()[:-5]),
        Answer(201, json.dumps(RECEIPT | {"id": "another"}).encode()),
        Answer(202, json.dumps(RECEIPT | {"sha256": "0" * 64}).encode()),
        Answer(201, b"[]"),
        Answer(503, b'{"error": "later"}'),
    ],
)
def test_anything_else_is_none(answer: Answer | None) -> None:
    assert judge(answer, MADE) == (Result.UNKNOWN, None)


def test_a_receipt_for_what_nobody_could_read_is_none() -> None:
    answer = Answer(201, json.dumps(RECEIPT | {"status": "attention"}).encode())
    assert judge(answer, MADE) == (Result.REFUSED, None)


@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_is_no_receipt_either(status: int) -> None:
    assert judge(Answer(status, b"{}"), MADE) == (Result.REFUSED, None)
