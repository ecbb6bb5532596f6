"""Holds what a server stored against what its clients were told, when everything is quiet again.

Nothing here asks the server how it fared: the history is the clients', the rows are read from the database file.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from drill import stock
from drill.history import History, Result

RECOVERY_SECONDS = 10.0
CLOCK_TOLERANCE = timedelta(minutes=10)
SHOWN = 5  # examples of each finding


@dataclass(frozen=True)
class Row:
    """One stored submission. `flags` are the server's."""

    id: str
    sha256: str
    raw: bytes
    received_at: datetime
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What the server made of one submission."""

    id: str
    points: Mapping[str, int]
    total: int
    attained: bool


@dataclass(frozen=True)
class Stored:
    """Everything that a server kept. `counted` is its own running count of what came by links, None where it keeps none.

    `records` are the sealed records by id, with what became of each; `recorded` their rows in the audit log.
    """

    rows: Sequence[Row] = ()
    sheets: Sequence[Sheet] = ()
    audited: Sequence[str] = ()
    counted: int | None = None
    by_link: int = 0
    records: Sequence[tuple[str, str]] = ()
    recorded: Sequence[str] = ()
    integrity: str = "ok"


@dataclass(frozen=True)
class Run:
    """What the drill did to the server: seconds to recover from each kill, what had to happen and how often it did."""

    recoveries: Sequence[float] = ()
    wanted: Mapping[str, int] = field(default_factory=dict)
    happened: Mapping[str, int] = field(default_factory=dict)
    began: datetime = datetime.min.replace(tzinfo=UTC)
    ended: datetime = datetime.max.replace(tzinfo=UTC)


Findings = dict[str, list[str]]


def check(history: History, stored: Stored, run: Run) -> Findings:
    """What is wrong, by name; every name is there, with an empty list where nothing was found."""
    times = Counter(row.id for row in stored.rows)
    return {
        "lost": sorted(history.acknowledged() - set(times)),
        "doubled": sorted(id for id, count in times.items() if count > 1),
        "phantoms": sorted(set(times) - set(history.created)),
        "altered": _altered(history, stored),
        "receipts": _receipts(history, stored),
        "records": _records(history, stored),
        "audit_rows": _not_once(times, Counter(stored.audited)),
        "answer_sheets": _not_once(times, Counter(sheet.id for sheet in stored.sheets)),
        "scores": _scores(stored),
        "drift": _drift(stored),
        "clocks": _clocks(stored, run),
        "server_errors": _server_errors(history),
        "refused": sorted({f"{one.id} {one.status}" for one in history.operations if one.result is Result.REFUSED}),
        "left_on_phones": [f"{phone}: {count}" for phone, count in sorted(history.left.items()) if count],
        "slow_recoveries": [f"{seconds} s" for seconds in run.recoveries if seconds > RECOVERY_SECONDS],
        "integrity": [] if stored.integrity == "ok" else [stored.integrity],
        "untested": [
            f"{name}: {run.happened.get(name, 0)} of {least}"
            for name, least in run.wanted.items()
            if run.happened.get(name, 0) < least
        ],
    }


def failures(findings: Findings) -> list[str]:
    """One line for each thing that is wrong, with a few examples."""
    return [
        f"{name}: {len(found)} ({', '.join(found[:SHOWN])}{', ...' if len(found) > SHOWN else ''})"
        for name, found in findings.items()
        if found
    ]


def _altered(history: History, stored: Stored) -> list[str]:
    """Rows whose bytes are not those that were made on the phone, or not those that the server says they are."""
    return sorted(
        {
            row.id
            for row in stored.rows
            if (digest := hashlib.sha256(row.raw).hexdigest()) != row.sha256
            or digest != history.created.get(row.id, digest)
        }
    )


def _receipts(history: History, stored: Stored) -> list[str]:
    """Receipts for one submission that differ among themselves or from what was stored."""
    kept = {row.id: row.received_at for row in stored.rows}
    wrong = set()
    for one in history.operations:
        if one.received_at is not None and one.id in kept and datetime.fromisoformat(one.received_at) != kept[one.id]:
            wrong.add(one.id)
    return sorted(wrong)


def _not_once(times: Counter[str], found: Counter[str]) -> list[str]:
    """Submissions that have not exactly one of something, and somethings without a submission."""
    return sorted(f"{id}: {found[id]}" for id in times.keys() | found.keys() if found[id] != 1 or id not in times)


def _records(history: History, stored: Stored) -> list[str]:
    """Sealed records that are not there exactly once, opened, acted on and audited; and what was acknowledged and is not there."""
    times = Counter(id for id, _ in stored.records)
    unread = {f"{id}: {status}" for id, status in stored.records if status != "accepted"}
    absent = {f"{id}: absent" for id in (history.acknowledged() & history.sealed) - set(times)}
    twice = {f"{id}: {count} times" for id, count in times.items() if count > 1}
    return sorted(unread | absent | twice | set(_not_once(times, Counter(stored.recorded))))


def _scores(stored: Stored) -> list[str]:
    """Submissions whose stored points are not what their bytes earn by the key's file."""
    raw = {row.id: row.raw for row in stored.rows}
    wrong = []
    for sheet in stored.sheets:
        if sheet.id not in raw:
            continue
        earned = stock.points(json.loads(raw[sheet.id])["answers"])
        total = sum(earned.values())
        if (dict(sheet.points), sheet.total, sheet.attained) != (earned, total, stock.attained(total)):
            wrong.append(sheet.id)
    return sorted(wrong)


def _drift(stored: Stored) -> list[str]:
    if stored.counted is None or stored.counted == stored.by_link:
        return []
    return [f"counts {stored.counted}, holds {stored.by_link}"]


def _clocks(stored: Stored, run: Run) -> list[str]:
    """Rows whose time of receipt is not the server's, and rows from a clock that runs ahead that are not flagged so."""
    wrong = []
    for row in stored.rows:
        ahead = datetime.fromisoformat(json.loads(row.raw)["finished_at"]) > row.received_at + CLOCK_TOLERANCE
        if not run.began <= row.received_at <= run.ended or ahead != ("clock" in row.flags):
            wrong.append(f"{row.id} {row.received_at.isoformat()} {','.join(row.flags)}")
    return sorted(wrong)


def _server_errors(history: History) -> list[str]:
    """Answers from 500 on, but 503, which says to come again."""
    return sorted(
        {f"{one.id} {one.status}" for one in history.operations if (one.status or 0) >= 500 and one.status != 503}
    )


def read_stored(database: Path) -> Stored:
    """What the server's SQLite file holds, read while nobody writes."""
    with sqlite3.connect(database) as connection:
        return Stored(
            rows=_rows(connection),
            sheets=_sheets(connection),
            audited=_audited(connection, "submission_received"),
            counted=connection.execute("SELECT coalesce(sum(count), 0) FROM network_use").fetchone()[0],
            by_link=connection.execute("SELECT count(*) FROM submission WHERE actor = 'link'").fetchone()[0],
            records=[
                (str(UUID(id)), status) for id, status in connection.execute("SELECT id, status FROM field_record")
            ],
            recorded=_audited(connection, "record_received"),
            integrity="; ".join(str(line) for (line,) in connection.execute("PRAGMA integrity_check")),
        )


def _audited(connection: sqlite3.Connection, action: str) -> list[str]:
    found = connection.execute("SELECT subject FROM audit_event WHERE action = ?", (action,))
    return [str(UUID(subject)) for (subject,) in found]


def _rows(connection: sqlite3.Connection) -> list[Row]:
    query = "SELECT id, sha256, raw, received_at, flags FROM submission"
    return [
        Row(str(UUID(id)), sha256, raw, datetime.fromisoformat(at).replace(tzinfo=UTC), tuple(json.loads(flags)))
        for id, sha256, raw, at, flags in connection.execute(query)
    ]


def _sheets(connection: sqlite3.Connection) -> list[Sheet]:
    found = []
    for id, points, scores in connection.execute("SELECT submission_id, points, scores FROM answer_sheet"):
        total: dict[str, Any] = json.loads(scores)["total"]
        found.append(Sheet(str(UUID(id)), json.loads(points), total["points"], total["attained"]))
    return found
