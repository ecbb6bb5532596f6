"""The "no lost submission" list of peers' scars: the lines that a server can keep. Each test is named after its line.

The lines about what a phone does (4, 8 on the phone, 9, 11, 13, 15, 20) follow with the interviewer app.
"""

import hashlib
import json
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from literacy_app import create_app, tasks
from literacy_app.foundation import clock
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.orm import PATIENCE
from literacy_app.surveys import queries, service
from literacy_app.surveys.models import AnswerSheet, Conflict, SubmissionRow
from literacy_app.surveys.rules import Caller, Credential, Decision, Status
from literacy_app.webkit.extensions import db, reading, transaction
from tests.builders import ALL_RIGHT, SIX_OF_TEN, body, desk, draw
from tests.conftest import settings_for

pytestmark = pytest.mark.thorough


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def served(request: pytest.FixtureRequest, loaded_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on tiny files, on each kind of database."""
    shutil.copytree(loaded_template, tmp_path / "data")
    if request.param == "sqlite":
        app = create_app(settings_for(tmp_path / "data"))
    else:
        address = str(request.getfixturevalue("postgres_server")())
        settings = settings_for(tmp_path / "data", database_url=address)
        app = create_app(settings)
        with app.app_context():
            tasks.load_content(tasks.read_content(settings), settings)
            list(tasks.load_surveys(settings))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def token(served: Flask) -> str:
    with served.app_context():
        found = queries.link_of(reading(), "open")
        assert found is not None
        return found.token


def post(app: Flask, raw: bytes, token: str, path: str = "/api/v1/submissions") -> TestResponse:
    return app.test_client().post(path, data=raw, headers={"Authorization": f"Bearer {token}"})


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return reading().scalar(select(func.count()).select_from(table)) or 0


def at_once(app: Flask, bodies: list[bytes], token: str) -> list[int]:
    replies: list[int] = []
    threads = [
        threading.Thread(target=lambda raw=raw: replies.append(post(app, raw, token).status_code)) for raw in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


def test_1_the_server_commits_and_the_reply_is_dropped_then_the_same_bytes_get_202_and_one_row(
    served: Flask, token: str
) -> None:
    raw = body()
    first, again = post(served, raw, token), post(served, raw, token)
    assert (first.status_code, again.status_code, again.json) == (201, 202, first.json)
    assert count(served, SubmissionRow) == 1


def test_2_the_same_id_twenty_times_at_once_is_one_row_and_no_failure(served: Flask, token: str) -> None:
    assert Counter(at_once(served, [body(id=str(uuid4()))] * 20, token)) == {201: 1, 202: 19}
    assert (count(served, SubmissionRow), count(served, AnswerSheet)) == (1, 1)


def test_2_two_hundred_ids_five_times_each_at_once_are_two_hundred_rows(served: Flask, token: str) -> None:
    bodies = [body() for _ in range(200)]
    replies = Counter[int]()
    for first in range(0, 200, 20):
        replies.update(at_once(served, bodies[first : first + 20] * 5, token))
    assert replies == {201: 200, 202: 800}
    assert (count(served, SubmissionRow), count(served, AnswerSheet)) == (200, 200)


def test_2_different_bodies_under_one_id_at_once_are_one_row_and_the_rest_conflicts(served: Flask, token: str) -> None:
    id = str(uuid4())
    different = [body({"remark": f"the {number}th"}, id=id) for number in range(20)]
    assert Counter(at_once(served, different, token)) == {201: 1, 409: 19}
    assert (count(served, SubmissionRow), count(served, Conflict)) == (1, 19)


def test_3_the_same_id_with_other_answers_is_a_conflict_and_both_are_kept(served: Flask, token: str) -> None:
    id = str(uuid4())
    post(served, body(ALL_RIGHT, id=id), token)
    other = body(SIX_OF_TEN, id=id)
    reply = post(served, other, token)
    assert reply.status_code == 409
    with served.app_context():
        assert reading().scalars(select(Conflict.raw)).all() == [other]
        assert queries.scores(reading(), "own", UUID(id))["total"].points == 10


def test_4_what_a_client_may_take_for_delivered_is_json_with_its_id_and_the_hash_of_its_bytes(
    served: Flask, token: str
) -> None:
    raw = body()
    reply = post(served, raw, token)
    assert reply.content_type == "application/json"
    assert (reply.json["id"], reply.json["sha256"]) == (json.loads(raw)["id"], hashlib.sha256(raw).hexdigest())


def test_5_an_expired_credential_consumes_nothing(served: Flask, token: str) -> None:
    raw = body()
    assert post(served, raw, "expired").status_code == 401
    assert count(served, SubmissionRow) == 0
    assert post(served, raw, token).status_code == 201


def test_6_whoever_tries_one_token_after_the_other_is_asked_to_wait_and_a_good_token_is_not(
    served: Flask, token: str
) -> None:
    replies = [post(served, b"{}", f"guess-{number}") for number in range(61)]
    assert [one.status_code for one in replies] == [401] * 60 + [429]
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 600
    assert post(served, body(), token).status_code == 201


def test_6_a_busy_database_answers_later_and_the_same_bytes_are_taken_then(served: Flask, token: str) -> None:
    raw = body()
    with served.app_context():
        fault = failing(db.engine, "submission")
    reply = post(served, raw, token)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    fault()
    assert post(served, raw, token).status_code == 201


def test_6_one_bad_record_does_not_hold_up_the_others(served: Flask, token: str) -> None:
    good, bad, large = body(), body(version="one"), body({"remark": "x" * 300_000})
    batch = b"[" + b",".join((good, bad, large, body())) + b"]"
    replies = post(served, batch, token, "/api/v1/submissions/batch").json
    assert [one["status"] for one in replies] == [201, 422, 413, 201]


@pytest.mark.parametrize("table", ["submission", "answer_sheet", "audit_event"])
def test_7_a_failure_at_any_step_leaves_nothing_and_the_next_try_everything(
    served: Flask, token: str, table: str
) -> None:
    raw = body()
    with served.app_context():
        fault = failing(db.engine, table)
    assert post(served, raw, token).status_code == 503
    assert [count(served, rows) for rows in (SubmissionRow, AnswerSheet)] == [0, 0]
    fault()
    assert post(served, raw, token).status_code == 201
    assert [count(served, rows) for rows in (SubmissionRow, AnswerSheet)] == [1, 1]
    assert events(served) == 1


def failing(engine: Engine, table: str) -> Callable[[], None]:
    """Let every insert into a table fail as on a full disk, until what is returned is called."""
    if engine.dialect.name == "postgresql":
        fail = "create function fail() returns trigger language plpgsql as $$ begin raise disk_full; end $$"
        change(engine, fail, f"create trigger fail before insert on {table} execute function fail()")
        return lambda: change(engine, "drop function fail cascade")

    def refuse(connection: Connection, cursor: Any, statement: str, *more: Any) -> None:
        if statement.startswith(f"INSERT INTO {table} "):
            raise OperationalError(statement, None, Exception("database or disk is full"))

    event.listen(engine, "before_cursor_execute", refuse)
    return lambda: event.remove(engine, "before_cursor_execute", refuse)


def change(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def events(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "submission_received")
        return reading().scalar(query) or 0


def test_7_of_a_group_that_is_written_together_one_that_fails_takes_nobody_with_it(served: Flask) -> None:
    from literacy_app.webkit.together import Together

    def keep(session: Session, items: Any) -> list[str]:
        if "bad" in items:
            raise ValueError("bad")
        return [f"kept {item}" for item in items]

    door, replies = Together(keep), {}

    def bring(item: str) -> None:
        with served.app_context():
            try:
                replies[item] = door(item)
            except ValueError as error:
                replies[item] = str(error)

    with door._turn:  # so that all of them wait together
        threads = [threading.Thread(target=bring, args=(item,)) for item in ("a", "bad", "b")]
        for thread in threads:
            thread.start()
        while len(door._waiting) < 3:
            pass
    for thread in threads:
        thread.join()
    assert replies == {"a": "kept a", "b": "kept b", "bad": "bad"}


@pytest.mark.thorough
@pytest.mark.parametrize("served", ["sqlite"], indirect=True)  # the one with one lock for all writers
def test_6_a_group_that_cannot_begin_is_put_off_at_once_and_not_one_by_one(served: Flask) -> None:
    from literacy_app.webkit.together import Together

    door, errors = Together(lambda session, items: list(items)), []

    def bring(item: str) -> None:
        with served.app_context():
            try:
                door(item)
            except OperationalError as error:
                errors.append(error)

    with served.app_context():
        engine = db.engine
    with closing(sqlite3.connect(engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with door._turn:
            threads = [threading.Thread(target=bring, args=(item,)) for item in "abc"]
            for thread in threads:
                thread.start()
            while len(door._waiting) < 3:
                pass
        started = time.monotonic()
        for thread in threads:
            thread.join()
        waited = time.monotonic() - started
        other.execute("ROLLBACK")
    assert len(errors) == 3
    assert waited < 2 * PATIENCE  # all of them have waited once, together


def test_10_an_old_or_unknown_version_is_taken_with_a_receipt_and_waits(served: Flask, token: str) -> None:
    reply = post(served, body(version=7), token)
    assert (reply.status_code, reply.json["status"], reply.json["reason"]) == (201, "quarantined", "other_version")


HARD_TEXTS = {
    "emoji": "好👍🏽的👨‍👩‍👧",
    "rare characters beyond the basic plane": "𠮷野家𪚥",
    "ten thousand characters": "长" * 10_000,
    "line ends and tabs": "一行\n二行\r\n三行\t完",
    "what looks like a formula": "=HYPERLINK(1)",
    "right to left": "ئۇيغۇرچە \u202ex",
    "combining": "e\u0301",
}


@pytest.mark.parametrize("words", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_14_hard_texts_are_stored_exactly(served: Flask, token: str, words: str) -> None:
    raw = body({"remark": words[:200]})
    assert post(served, raw, token).status_code == 201
    with served.app_context():
        assert reading().scalars(select(AnswerSheet.answers)).one() == {"remark": words[:200]}
        assert reading().scalars(select(SubmissionRow.raw)).one() == raw


@pytest.mark.parametrize("escaped", ["\\u0000", "\\ud800", "\\u0007", "\\ufffe" + "x" * 300])
def test_14_what_cannot_be_stored_exactly_is_refused_by_name_and_never_changed(
    served: Flask, token: str, escaped: str
) -> None:
    reply = post(served, body({"remark": "@"}).replace(b"@", escaped.encode()), token)
    assert reply.status_code == 422 and reply.json["errors"]
    assert count(served, SubmissionRow) == 0


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e-400", "9" * 5_000, "NaN", "1.5", "true", '"1990"'])
def test_14_numbers_that_are_none_are_refused_by_name(served: Flask, token: str, number: str) -> None:
    reply = post(served, body({"birth_year": 0}).replace(b'"birth_year": 0', f'"birth_year": {number}'.encode()), token)
    assert reply.status_code == 422 and reply.json["errors"]
    assert count(served, SubmissionRow) == 0


@pytest.mark.parametrize("paradata", [{"a": 1.5, "b": [1e300], "c": "字"}, {"deep": {"er": 1}}, "words", [1, None]])
def test_14_paradata_of_any_form_are_kept(served: Flask, token: str, paradata: Any) -> None:
    assert post(served, body(paradata=paradata), token).status_code == 201
    with served.app_context():
        kept = reading().scalars(select(AnswerSheet.paradata)).one()
        assert json.loads(json.dumps(kept).replace('"1E+300"', "1e300")) == paradata


def test_16_an_interview_begun_before_the_wave_closed_counts_and_is_flagged(stocked: Session, now: datetime) -> None:
    begun = {"started_at": "2020-12-30T09:00:00+08:00", "finished_at": "2020-12-30T09:20:00+08:00"}
    raw = body(wave="closed", respondent=str(draw(stocked, wave="closed")), **begun)
    outcome = service.receive_submission(stocked, raw, desk("closed"), now)
    assert outcome.receipt is not None and outcome.receipt.status is Status.ACCEPTED
    assert stocked.scalars(select(SubmissionRow.flags)).one() == ["late"]


def test_16_answers_begun_on_a_page_before_the_wave_closed_count_and_are_flagged(
    stocked: Session, now: datetime
) -> None:
    wave = service.wave_of(stocked, "open")
    secret = service.begin_draft(stocked, wave, "zh_Hans", "1", now)
    outcome = service.send_draft(stocked, wave, secret, datetime(2100, 1, 1, tzinfo=UTC))
    assert outcome.receipt is not None and outcome.receipt.status is Status.ACCEPTED
    assert stocked.scalars(select(SubmissionRow.flags)).one() == ["late"]


@pytest.mark.parametrize("hours", [-72, 72, 24 * 365 * 70])
def test_17_a_wrong_clock_on_the_phone_is_flagged_and_the_servers_time_recorded(
    stocked: Session, now: datetime, hours: int
) -> None:
    begun = now + timedelta(hours=hours)
    times = {"started_at": begun.isoformat(), "finished_at": (begun + timedelta(minutes=9)).isoformat()}
    service.receive_submission(stocked, body(respondent=str(draw(stocked)), **times), desk(), now)
    row = stocked.scalars(select(SubmissionRow)).one()
    assert (row.status, row.received_at, row.started_at) == (Status.ACCEPTED, now, begun)
    assert row.flags == (["clock"] if hours > 0 else [])


def test_18_what_was_voided_is_not_raised_again_by_a_repeat(served: Flask, token: str) -> None:
    raw = body()
    first = post(served, raw, token)
    with served.app_context(), transaction() as session:
        service.decide(session, "own", UUID(first.json["id"]), Decision.VOID, "ou", "twice", clock.now())
    again = post(served, raw, token)
    assert (again.status_code, again.json) == (202, first.json)
    with served.app_context():
        assert reading().scalars(select(SubmissionRow.status)).all() == [Status.VOIDED]


def test_19_what_was_handed_in_as_a_file_is_a_repeat_when_the_phone_sends_it_later(served: Flask, token: str) -> None:
    raw = body()
    by_hand = Credential(Caller.DESK, "own", "open", "administrator")
    with served.app_context(), transaction() as session:
        service.receive_submission(session, raw, by_hand, clock.now())
    assert post(served, raw, token).status_code == 202
    assert count(served, SubmissionRow) == 1


FORBIDDEN = {"score": 100, "correct": True, "stream": "probability", "pilot_id": "own", "area_code": "990201001"}


@pytest.mark.parametrize("field", [*FORBIDDEN, "status", "received_at", "weight", "flags", "replaces"])
def test_what_only_the_server_may_say_is_refused_by_name(served: Flask, token: str, field: str) -> None:
    reply = post(served, body(**{field: FORBIDDEN.get(field, "x")}), token)
    assert (reply.status_code, list(reply.json["errors"])) == (422, [field])


def test_a_correction_is_a_new_version_and_the_old_one_stays_to_be_seen(stocked: Session, now: datetime) -> None:
    from literacy_app.surveys.rules import Correction

    person, first = str(draw(stocked)), str(uuid4())
    service.receive_submission(stocked, body(SIX_OF_TEN, id=first, respondent=person), desk(), now)
    credential = Credential(
        Caller.DESK, "own", "open", "su", correction=Correction(UUID(first), "the paper says otherwise")
    )
    outcome = service.receive_submission(stocked, body(ALL_RIGHT), credential, now)
    assert outcome.receipt is not None and outcome.receipt.status is Status.ACCEPTED
    rows = {row.id: row for row in stocked.scalars(select(SubmissionRow))}
    new = rows[outcome.receipt.id]
    assert (new.replaces, new.correction, new.actor) == (UUID(first), "the paper says otherwise", "su")
    assert (str(new.respondent_id), rows[UUID(first)].status) == (person, Status.REPLACED)
