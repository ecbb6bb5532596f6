"""The door for programs."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from literacy_app import create_app
from literacy_app.accounts.models import Device
from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import Staff
from literacy_app.accounts.service import register_device, revoke_device
from literacy_app.config import Settings
from literacy_app.foundation import clock
from literacy_app.surveys.models import SubmissionRow
from literacy_app.surveys.queries import link_of
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.policy import policy
from tests.builders import ALL_WRONG, body, draw
from tests.people import People


@pytest.fixture
def token(app: Flask) -> str:
    with app.app_context():
        link = link_of(reading(), "open")
        assert link is not None
        return link.token


@pytest.fixture
def program(app: Flask) -> FlaskClient:
    return app.test_client()


def post(program: FlaskClient, token: str, raw: bytes, path: str = "/api/v1/submissions") -> TestResponse:
    return program.post(path, data=raw, content_type="application/json", headers={"Authorization": f"Bearer {token}"})


def test_a_submission_gets_a_receipt_with_the_hash_of_its_exact_bytes(program: FlaskClient, token: str) -> None:
    raw = body()
    reply = post(program, token, raw)
    assert reply.status_code == 201
    receipt = reply.json
    assert receipt is not None
    assert (receipt["id"], receipt["sha256"]) == (json.loads(raw)["id"], hashlib.sha256(raw).hexdigest())
    assert (receipt["status"], receipt["reason"]) == ("accepted", None)


def test_the_same_bytes_again_are_accepted_with_the_same_receipt(program: FlaskClient, token: str) -> None:
    raw = body()
    first, second = post(program, token, raw), post(program, token, raw)
    assert (second.status_code, second.json) == (202, first.json)


def test_other_bytes_under_one_id_are_a_conflict_that_names_the_first(program: FlaskClient, token: str) -> None:
    raw = body()
    id = json.loads(raw)["id"]
    post(program, token, raw)
    reply = post(program, token, body(ALL_WRONG, id=id))
    assert (reply.status_code, reply.json) == (409, {"id": id, "sha256": hashlib.sha256(raw).hexdigest()})


def test_fields_that_a_client_may_not_say_are_refused_by_name(program: FlaskClient, token: str) -> None:
    reply = post(program, token, body(score=100, area="990201", status="accepted"))
    assert reply.status_code == 422
    assert set((reply.json or {})["errors"]) == {"score", "area", "status"}


@pytest.mark.parametrize("header", [None, "Bearer nobody", "Basic abc", "Bearer ", "nonsense"])
def test_without_a_link_or_device_the_door_asks_to_sign_in(program: FlaskClient, header: str | None) -> None:
    reply = program.post("/api/v1/submissions", data=body(), headers={"Authorization": header} if header else {})
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_too_large_a_body_is_refused_and_nothing_is_stored(program: FlaskClient, token: str) -> None:
    assert post(program, token, b"x" * (256 * 1024 + 1)).status_code == 413


def test_a_batch_answers_each_by_its_own_status(program: FlaskClient, token: str) -> None:
    good = body()
    reply = post(
        program, token, b"[" + good + b" , " + body(mode="telepathy") + b"," + good + b"]", "/api/v1/submissions/batch"
    )
    replies: list[dict[str, Any]] = json.loads(reply.data)
    assert [one["status"] for one in replies] == [201, 422, 202]
    assert replies[0]["body"]["sha256"] == hashlib.sha256(good).hexdigest()


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"[1", b"[" + b",".join([b"1"] * 51) + b"]"])
def test_a_batch_that_is_no_list_of_one_to_fifty_is_refused(program: FlaskClient, token: str, raw: bytes) -> None:
    assert post(program, token, raw, "/api/v1/submissions/batch").status_code == 422


def test_the_description_of_a_survey_has_all_that_a_client_needs(program: FlaskClient, token: str) -> None:
    described = program.get(f"/api/v1/links/{token}").json
    assert described is not None
    assert (described["wave"], described["instrument"], described["version"]) == ("open", "tiny", 1)
    assert described["header"]["form_number"] == "T-1"
    assert [one["id"] for one in described["questions"]] == [
        "sex",
        "birth_year",
        "township",
        "remark",
        "q1",
        "q2",
        "q3",
    ]
    assert described["questions"][2]["options"] == ["990201001", "990201002"]
    assert described["questions"][5]["words"]["en"]["options"] == {"a": "One", "b": "Two", "c": "Three"}


def test_a_submission_made_from_the_description_is_accepted(program: FlaskClient, token: str) -> None:
    questions = (program.get(f"/api/v1/links/{token}").json or {})["questions"]
    answers = {one["id"]: one["options"][0] for one in questions if one["kind"] in ("single", "true_false")}
    assert post(program, token, body(answers)).status_code == 201


def test_an_unknown_link_is_not_described(program: FlaskClient) -> None:
    assert program.get("/api/v1/links/nobody").status_code == 404


def test_an_answer_is_never_html(program: FlaskClient, token: str) -> None:
    assert post(program, token, b"<script>").mimetype == "application/json"


@pytest.mark.parametrize(
    "change",
    [
        {"started_at": "0001-01-01T00:00:00+14:00"},
        {"finished_at": "9999-12-31T23:59:59-12:00"},
        {"instrument": "x" * 41},
    ],
)
def test_what_no_database_can_hold_is_refused_by_field(
    program: FlaskClient, token: str, change: dict[str, str]
) -> None:
    reply = post(program, token, body(**change))
    assert reply.status_code == 422
    assert set((reply.json or {})["errors"]) == set(change)


def test_a_number_without_end_is_refused(program: FlaskClient, token: str) -> None:
    raw = body().replace(b'"version": 1', b'"version": 1, "paradata": 1e9999999999999999999999')
    assert post(program, token, raw).status_code == 422


def test_a_busy_database_is_answered_with_later_and_when(settings: Settings, token: str) -> None:
    impatient = create_app(settings.model_copy(update={"database_url": f"{settings.database}?timeout=0.2"}))
    holder = sqlite3.connect(settings.data / "literacy.sqlite3")
    holder.execute("BEGIN EXCLUSIVE")
    reply = post(impatient.test_client(), token, body())
    holder.close()
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert reply.mimetype == "application/json"


def test_errors_below_api_are_json(program: FlaskClient) -> None:
    assert program.get("/api/v1/submissions").json == {"error": "405"}
    assert program.get("/api/v1/nothing").json == {"error": "404"}


def test_a_nul_in_an_address_is_refused(program: FlaskClient) -> None:
    assert program.get("/api/v1/links/a%00b").status_code == 400


# Interviewers' phones


@pytest.fixture
def phone(app: Flask, people: People) -> str:
    """The token of the phone of In, who interviews in the own county."""
    people.take_on("in")
    with app.app_context(), transaction() as session:
        row = staff_by_login(session, "in")
        assert row is not None
        staff = Staff(row.id, "in", row.name, (), uuid4())
        return register_device(session, staff, "", policy(), clock.now())[1]


def stored(app: Flask) -> Sequence[SubmissionRow]:
    with app.app_context():
        return reading().scalars(select(SubmissionRow)).all()


def test_a_phone_brings_interviews_of_people_who_were_drawn(app: Flask, program: FlaskClient, phone: str) -> None:
    with app.app_context(), transaction() as session:
        person = draw(session)
    raw = body(respondent=str(person))
    first, second = post(program, phone, raw), post(program, phone, raw)
    assert (first.status_code, second.status_code, first.json) == (201, 202, second.json)
    assert (first.json or {})["sha256"] == hashlib.sha256(raw).hexdigest()
    [row] = stored(app)
    assert (row.respondent_id, row.stream, row.actor, row.status) == (person, "probability", "device:in", "accepted")


def test_other_bytes_from_a_phone_are_a_conflict(program: FlaskClient, phone: str) -> None:
    raw = body()
    post(program, phone, raw)
    reply = post(program, phone, body(ALL_WRONG, id=json.loads(raw)["id"]))
    assert (reply.status_code, set(reply.json or {})) == (409, {"id", "sha256"})


def test_somebody_who_was_not_drawn_waits(app: Flask, program: FlaskClient, phone: str) -> None:
    reply = post(program, phone, body(respondent=str(uuid4())))
    assert ((reply.json or {})["status"], (reply.json or {})["reason"]) == ("quarantined", "respondent_unknown")


@pytest.mark.parametrize("wave", ["neighbour", "nowhere", ""])
def test_a_phone_brings_nothing_to_a_wave_where_its_owner_does_not_interview(
    app: Flask, program: FlaskClient, phone: str, wave: str
) -> None:
    reply = post(program, phone, body(wave=wave))
    assert reply.status_code == 422 and set((reply.json or {})["errors"]) == {"wave"}
    assert stored(app) == []


def test_fields_that_a_phone_may_not_say_are_refused_by_name(app: Flask, program: FlaskClient, phone: str) -> None:
    reply = post(program, phone, body(score=100, broken_off=False, status="accepted"))
    assert set((reply.json or {})["errors"]) == {"score", "broken_off", "status"} and stored(app) == []


def test_a_phone_that_was_revoked_has_a_receipt_and_its_interview_waits(
    app: Flask, program: FlaskClient, phone: str
) -> None:
    with app.app_context(), transaction() as session:
        revoke_device(session, session.scalars(select(Device.id)).one(), "su", clock.now())
    reply = post(program, phone, body())
    assert reply.status_code == 201
    assert ((reply.json or {})["status"], (reply.json or {})["reason"]) == ("quarantined", "credential_revoked")


def test_an_expired_phone_is_asked_to_sign_in_and_nothing_is_consumed(
    app: Flask, program: FlaskClient, phone: str
) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Device)).one().expires_at = clock.now() - timedelta(seconds=1)
    for path in ("/api/v1/submissions", "/api/v1/submissions/batch"):
        assert post(program, phone, body(), path).status_code == 401
    assert stored(app) == []


def test_what_began_before_the_wave_closed_is_accepted_from_a_phone_and_flagged(
    app: Flask, program: FlaskClient, phone: str
) -> None:
    times = {"started_at": "2020-12-31T10:00:00+08:00", "finished_at": "2020-12-31T10:20:00+08:00"}
    assert (post(program, phone, body(None, wave="closed", **times)).json or {})["status"] == "accepted"
    assert stored(app)[0].flags == ["late"]


def test_a_phone_s_batch_answers_each_by_its_own_status(program: FlaskClient, phone: str) -> None:
    good = body()
    raw = b"[" + good + b"," + body(wave="neighbour") + b"," + good + b"]"
    reply = post(program, phone, raw, "/api/v1/submissions/batch")
    assert [one["status"] for one in json.loads(reply.data)] == [201, 422, 202]


def test_a_link_brings_no_sealed_record(program: FlaskClient, token: str) -> None:
    assert post(program, token, b"{}", "/api/v1/records").status_code == 401
