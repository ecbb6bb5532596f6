"""The checker finds each kind of damage, in histories that are made up; on a clean one it finds nothing."""

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drill import stock
from drill.checker import Row, Run, Sheet, Stored, check, failures
from drill.history import History, Result

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
RUN = Run([1.5], {"kills": 2}, {"kills": 2}, NOW - timedelta(minutes=1), NOW + timedelta(minutes=1))


def honest(count: int = 3) -> tuple[History, Stored]:
    """What a good server leaves: each interview acknowledged, and stored once with all that belongs to it."""
    history, rng, rows, sheets = History(), random.Random(1), [], []
    for _ in range(count):
        made = stock.interview(rng, NOW)
        digest = hashlib.sha256(made.body).hexdigest()
        history.create(made.id, digest)
        history.note("phone", made.id, Result.UNKNOWN, 503)
        history.note("phone", made.id, Result.OK, 201, NOW.isoformat())
        points = stock.points(json.loads(made.body)["answers"])
        total = sum(points.values())
        rows.append(Row(made.id, digest, made.body, NOW))
        sheets.append(Sheet(made.id, points, total, stock.attained(total)))
    history.left["phone"] = 0
    ids = [row.id for row in rows]
    history.sealed.add(ids[0])
    return history, Stored(rows, sheets, ids, count, count, [(ids[0], "accepted")], ids[:1])


def found(history: History, stored: Stored, run: Run = RUN) -> set[str]:
    """The names of what the checker finds."""
    return {name for name, wrong in check(history, stored, run).items() if wrong}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert found(*honest()) == set()
    assert failures(check(*honest(), RUN)) == []


def first(stored: Stored, **changes: object) -> Stored:
    """The same with the first row changed."""
    return replace(stored, rows=[replace(stored.rows[0], **changes), *stored.rows[1:]])  # type: ignore[arg-type]


DAMAGE: dict[str, Callable[[Stored], Stored]] = {
    "lost": lambda s: replace(
        s, rows=s.rows[1:], sheets=s.sheets[1:], audited=s.audited[1:], records=(), recorded=(), counted=2, by_link=2
    ),
    "doubled": lambda s: replace(s, rows=[*s.rows, s.rows[0]]),
    "altered": lambda s: first(s, sha256="0" * 64),
    "receipts": lambda s: first(s, received_at=NOW + timedelta(seconds=1)),
    "audit_rows": lambda s: replace(s, audited=[*s.audited, s.audited[0]]),
    "answer_sheets": lambda s: replace(s, sheets=s.sheets[1:]),
    "records": lambda s: replace(s, records=[(s.rows[0].id, "attention")]),
    "scores": lambda s: replace(s, sheets=[replace(s.sheets[0], total=s.sheets[0].total + 1), *s.sheets[1:]]),
    "drift": lambda s: replace(s, counted=2),
    "clocks": lambda s: first(s, flags=("clock",)),
    "integrity": lambda s: replace(s, integrity="row 3 missing from index"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_to_what_is_stored_is_found_and_nothing_else_is(name: str) -> None:
    history, stored = honest()
    assert found(history, DAMAGE[name](stored)) == {name, *(["records"] if name == "lost" else [])}


@pytest.mark.parametrize("times", [0, 2])
def test_a_sealed_record_that_is_not_there_once_is_found(times: int) -> None:
    history, stored = honest()
    assert found(history, replace(stored, records=[*stored.records] * times)) == {"records"}


def test_bytes_that_were_changed_on_the_way_are_found_though_the_server_hashed_what_it_got() -> None:
    history, stored = honest()
    raw = stored.rows[0].raw.replace(b'"tiny"', b'"Tiny"')
    assert found(history, first(stored, raw=raw, sha256=hashlib.sha256(raw).hexdigest())) == {"altered"}


def test_a_row_that_nobody_made_is_a_phantom() -> None:
    history, stored = honest()
    del history.created[stored.rows[0].id]
    history.operations[:] = [one for one in history.operations if one.id != stored.rows[0].id]
    assert found(history, stored) == {"phantoms"}


def test_a_sheet_and_an_audit_row_without_a_submission_are_found() -> None:
    history, stored = honest()
    orphan = replace(stored.sheets[0], id="another")
    more = replace(stored, sheets=[*stored.sheets, orphan], audited=[*stored.audited, "another"])
    assert found(history, more) == {"answer_sheets", "audit_rows"}


@pytest.mark.parametrize(
    ("result", "status", "name"), [(Result.REFUSED, 409, "refused"), (Result.UNKNOWN, 500, "server_errors")]
)
def test_answers_that_a_phone_must_never_get_are_found(result: Result, status: int, name: str) -> None:
    history, stored = honest()
    history.note("phone", stored.rows[0].id, result, status)
    assert found(history, stored) == {name}


def test_what_is_left_on_a_phone_is_found() -> None:
    history, stored = honest()
    history.left["phone"] = 1
    assert found(history, stored) == {"left_on_phones"}


def test_a_slow_recovery_is_found() -> None:
    assert found(*honest(), replace(RUN, recoveries=[1.0, 10.5])) == {"slow_recoveries"}


def test_a_drill_in_which_nothing_happened_fails() -> None:
    assert found(*honest(), replace(RUN, happened={"kills": 1})) == {"untested"}


def test_a_clock_that_ran_ahead_must_be_flagged_and_one_that_ran_behind_must_not() -> None:
    history, stored = honest(1)
    ahead = stored.rows[0].raw.replace(NOW.isoformat().encode(), (NOW + timedelta(days=3)).isoformat().encode())
    digest = hashlib.sha256(ahead).hexdigest()
    history.created[stored.rows[0].id] = digest
    assert found(history, first(stored, raw=ahead, sha256=digest)) == {"clocks"}
    assert found(history, first(stored, raw=ahead, sha256=digest, flags=("clock",))) == set()
