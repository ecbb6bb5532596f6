"""A door as many write it first: it looks right, answers right, and is wrong when two come at once or the power goes.

It speaks as `POST /api/v1/submissions` does and writes the product's tables, which it makes anew without their keys.
"""

import hashlib
import json
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, request

from drill import stock
from literacy_app.config import DATABASE

PATIENCE = 10.0
TABLES = """
DROP TABLE answer_sheet; DROP TABLE submission_conflict; DROP TABLE judgement; DROP TABLE submission;
DROP TABLE audit_event; DROP TABLE network_use;
CREATE TABLE submission (id, sha256, raw, received_at, flags, actor);
CREATE TABLE answer_sheet (submission_id, points, scores);
CREATE TABLE audit_event (subject, action);
CREATE TABLE network_use (count);
CREATE TABLE submission_conflict (submission_id);
INSERT INTO network_use VALUES (0);
"""


class Fault(StrEnum):
    """What is wrong with the door."""

    CHECK_THEN_INSERT = "check_then_insert"  # looks whether the id is there, then inserts; no constraint holds it
    ACK_BEFORE_COMMIT = "ack_before_commit"  # answers 201, and a thread writes it down a moment later
    COUNTER_IN_PYTHON = "counter_in_python"  # reads the count, adds one and writes it back


def app() -> Flask:
    """The broken application; which fault it has stands in the environment (BROKEN)."""
    made = Flask(__name__)
    store = _STORES[Fault(os.environ["BROKEN"])]
    _make_tables(unique=store is not _checks_then_inserts)

    @made.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    @made.get("/api/v1/links/<token>")
    def describe(token: str) -> dict[str, str]:
        return {"wave": stock.WAVE}

    @made.post("/api/v1/submissions")
    def submit() -> tuple[dict[str, Any], int]:
        raw = request.get_data()
        submission = _Submission(raw)
        try:
            return store(submission)
        except sqlite3.OperationalError:
            return {"error": "later"}, 503

    return made


class _Submission:
    """One body, with all that is derived from it."""

    def __init__(self, raw: bytes) -> None:
        sent = json.loads(raw)
        self.id, self.raw, self.sha256 = str(UUID(sent["id"])), raw, hashlib.sha256(raw).hexdigest()
        self.received_at = datetime.now(UTC)
        self.points = stock.points(sent["answers"])

    def receipt(self, received_at: str | None = None) -> dict[str, Any]:
        """What the phone is told."""
        at = received_at or self.received_at.isoformat()
        return {"id": self.id, "sha256": self.sha256, "received_at": at, "status": "accepted", "reason": None}


def _database() -> sqlite3.Connection:
    path = Path(os.environ["LITERACY_DATA"]) / DATABASE
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)


def _make_tables(*, unique: bool) -> None:
    with _database() as connection:
        connection.execute("BEGIN EXCLUSIVE")
        columns = [row[1] for row in connection.execute("PRAGMA table_info(submission)")]
        for statement in TABLES.split(";") if "pilot_id" in columns else ():
            connection.execute(statement)
        if unique:
            connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS one_submission ON submission (id)")
        connection.execute("COMMIT")


def _insert(connection: sqlite3.Connection, one: _Submission) -> None:
    total = sum(one.points.values())
    scores = {"total": {"points": total, "attained": stock.attained(total)}}
    at = one.received_at.replace(tzinfo=None).isoformat(" ")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO submission VALUES (?, ?, ?, ?, '[]', 'link')", (one.id, one.sha256, one.raw, at))
    connection.execute(
        "INSERT INTO answer_sheet VALUES (?, ?, ?)", (one.id, json.dumps(one.points), json.dumps(scores))
    )
    connection.execute("INSERT INTO audit_event VALUES (?, 'submission_received')", (one.id,))


def _known(connection: sqlite3.Connection, one: _Submission) -> str | None:
    found = connection.execute("SELECT received_at FROM submission WHERE id = ?", (one.id,)).fetchone()
    return None if found is None else datetime.fromisoformat(found[0]).replace(tzinfo=UTC).isoformat()


def _checks_then_inserts(one: _Submission) -> tuple[dict[str, Any], int]:
    with _database() as connection:
        if known := _known(connection, one):
            return one.receipt(known), 202
        _insert(connection, one)  # between the look and this, the same may have come by another thread
        connection.execute("UPDATE network_use SET count = count + 1")
        connection.execute("COMMIT")
    return one.receipt(), 201


_later: "queue.Queue[_Submission]" = queue.Queue()
_turn = threading.Lock()


def _acknowledges_before_commit(one: _Submission) -> tuple[dict[str, Any], int]:
    with _turn:
        if not any(thread.name == "writer" for thread in threading.enumerate()):
            threading.Thread(target=_write_later, name="writer", daemon=True).start()
    _later.put(one)
    return one.receipt(), 201


def _write_later() -> None:
    while True:
        time.sleep(0.1)  # "a group at a time is quicker"
        with _database() as connection:
            while not _later.empty():
                one = _later.get()
                if _known(connection, one) is None:
                    _insert(connection, one)
                    connection.execute("UPDATE network_use SET count = count + 1")
                    connection.execute("COMMIT")


def _counts_in_python(one: _Submission) -> tuple[dict[str, Any], int]:
    with _database() as connection:
        if known := _known(connection, one):
            return one.receipt(known), 202
        count = connection.execute("SELECT count FROM network_use").fetchone()[0]
        try:
            _insert(connection, one)
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            return one.receipt(_known(connection, one)), 202
        connection.execute("UPDATE network_use SET count = ?", (count + 1,))
        connection.execute("COMMIT")
    return one.receipt(), 201


_STORES: dict[Fault, Callable[[_Submission], tuple[dict[str, Any], int]]] = {
    Fault.CHECK_THEN_INSERT: _checks_then_inserts,
    Fault.ACK_BEFORE_COMMIT: _acknowledges_before_commit,
    Fault.COUNTER_IN_PYTHON: _counts_in_python,
}
