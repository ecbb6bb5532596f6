"""The phone's doors: its records, whom it is to visit, and with what."""

import base64
import gzip
import hashlib
import json
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from literacy_app import create_app
from literacy_app.accounts import service as accounts
from literacy_app.accounts.models import Device
from literacy_app.config import Settings
from literacy_app.fieldwork.models import VisitRow
from literacy_app.foundation import clock
from literacy_app.offline.models import FieldKey, RecordRow
from literacy_app.offline.rules import LARGEST_RECORD
from literacy_app.offline.service import form_name
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.models import SubmissionRow
from literacy_app.surveys.service import instrument_of, wave_of
from literacy_app.webkit.extensions import db, reading, transaction
from literacy_app.webkit.policy import policy
from tests.conftest import settings_for
from tests.fieldwork.field import people as members
from tests.offline.sealed import Sealer, interview, roster, visit
from tests.offline.served import ASSIGNMENTS, RECORDS, Served, phone_of, served, staff_of
from tests.people import People

FORM = "/api/v1/field/forms/open/zh_Hans"


@pytest.fixture
def field(app: Flask, people: People) -> Served:
    return served(app, people)


def as_json(reply: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reply.data)
    return found


# Records


def test_a_record_has_a_receipt_of_its_exact_bytes_and_the_same_one_again(field: Served) -> None:
    raw = field.phone.record(visit(field.homes[0]))
    first, again = field.post(raw), field.post(raw)
    assert (first.status_code, again.status_code) == (201, 202)
    assert as_json(first) == as_json(again)
    assert set(as_json(first)) == {"id", "sha256", "received_at", "status", "reason"}
    assert as_json(first)["sha256"] == hashlib.sha256(raw).hexdigest()
    assert (as_json(first)["status"], as_json(first)["reason"]) == ("accepted", None)


def test_other_bytes_under_one_id_are_a_conflict_that_names_the_first(field: Served) -> None:
    plain = visit(field.homes[0])
    raw = field.phone.record(plain)
    field.post(raw)
    reply = field.post(field.phone.record(plain))
    assert (reply.status_code, as_json(reply)) == (
        409,
        {"id": plain["id"], "sha256": hashlib.sha256(raw).hexdigest()},
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0",
        b"[]",
        gzip.compress(b"{}"),
        b"\xff\xfe{",
        b'{"id":"\\ud800"}',
        json.dumps({"id": str(uuid4()), "pilot": "own\0"}).encode(),
        json.dumps({"\ud800": 1}).encode(),
        b"[" * 100_000,
    ],
    ids=["empty", "NUL", "list", "gzip", "UTF-16", "half", "NUL-pilot", "half-name", "deep"],
)
def test_what_is_no_record_is_refused_in_json(field: Served, raw: bytes) -> None:
    reply = field.post(raw)
    assert reply.status_code == 422 and as_json(reply)["errors"]
    assert field.count(RecordRow) == 0


def test_a_record_in_a_compressed_body_is_refused_not_guessed(field: Served) -> None:
    raw = gzip.compress(field.phone.record(visit(field.homes[0])))
    assert field.post(raw, **{"Content-Encoding": "gzip"}).status_code == 422


def test_a_record_of_somebody_elses_pilot_is_refused(field: Served) -> None:
    phone = Sealer(field.phone.key, field.phone.public, pilot="neighbour")
    reply = field.post(phone.record(visit(field.homes[0])))
    assert reply.status_code == 422 and set(as_json(reply)["errors"]) == {"pilot"}


def test_too_large_a_record_is_refused(field: Served) -> None:
    reply = field.post(b"x" * (LARGEST_RECORD + 1))
    assert (reply.status_code, as_json(reply)["most"]) == (413, LARGEST_RECORD)


def test_the_largest_submission_fits_into_a_record(field: Served) -> None:
    raw = field.phone.record(b"x" * (256 * 1024))
    assert len(raw) < LARGEST_RECORD and field.post(raw).status_code == 201


@pytest.mark.parametrize("token", ["", "device-nobody", "nobody", "device-" + "x" * 500, "device-ä"])
def test_without_a_token_that_is_known_the_doors_ask_to_sign_in(field: Served, token: str) -> None:
    raw = field.phone.record(visit(field.homes[0]))
    field.token = token
    for reply in (field.post(raw), field.get(), field.get(FORM)):
        assert reply.status_code == 401 and reply.headers["WWW-Authenticate"] == "Bearer"
    assert field.count(RecordRow) == 0


def test_an_expired_token_is_asked_to_sign_in_and_nothing_is_consumed(field: Served) -> None:
    field.expire()
    raw = field.phone.record(visit(field.homes[0]))
    assert [field.post(raw).status_code, field.get().status_code, field.get(FORM).status_code] == [401, 401, 401]
    assert field.count(RecordRow) == field.count(VisitRow) == 0


def test_a_new_token_ends_the_one_before_and_brings_the_same_records(field: Served) -> None:
    raw = field.phone.record(visit(field.homes[0]))
    field.post(raw)
    with field.app.app_context(), transaction() as session:
        fresh = accounts.renew_device(session, staff_of(session, "in"), field.device, policy(), clock.now())
    assert field.post(raw).status_code == 401
    field.token = fresh
    assert field.post(raw).status_code == 202


def test_a_revoked_phone_hands_in_and_is_given_nothing(field: Served) -> None:
    field.revoke()
    raw = field.phone.record(interview(field.homes[0]))
    reply = field.post(raw)
    assert (reply.status_code, as_json(reply)["status"], as_json(reply)["reason"]) == (
        201,
        "quarantined",
        "credential_revoked",
    )
    assert as_json(reply)["sha256"] == hashlib.sha256(raw).hexdigest()
    assert [field.get().status_code, field.get(FORM).status_code] == [401, 401]


def test_somebody_who_was_disabled_hands_in_and_is_given_nothing(field: Served) -> None:
    with field.app.app_context(), transaction() as session:
        accounts.disable(session, "in", clock.now())
    reply = field.post(field.phone.record(interview(field.homes[0])))
    assert (reply.status_code, as_json(reply)["status"]) == (201, "quarantined")
    assert [field.get().status_code, field.get(FORM).status_code] == [401, 401]


def test_a_busy_database_is_answered_with_later_and_when(field: Served, settings: Settings) -> None:
    impatient = create_app(settings.model_copy(update={"database_url": f"{settings.database}?timeout=0.2"}))
    raw = field.phone.record(visit(field.homes[0]))
    holder = sqlite3.connect(settings.data / "literacy.sqlite3")
    holder.execute("BEGIN EXCLUSIVE")
    reply = impatient.test_client().post(RECORDS, data=raw, headers=field.headers)
    holder.close()
    assert (reply.status_code, reply.headers["Retry-After"], reply.mimetype) == (503, "5", "application/json")
    assert field.post(raw).status_code == 201


def test_a_cookie_opens_none_of_the_phones_doors(field: Served, people: People) -> None:
    client = people.sign_in("in")
    assert client.get(ASSIGNMENTS).status == 401 and client.get(FORM).status == 401
    assert client.post(RECORDS, token=None).status == 401


@pytest.mark.parametrize("path", [RECORDS, ASSIGNMENTS, FORM])
def test_another_method_is_refused_in_json(field: Served, path: str) -> None:
    method = field.client.get if path == RECORDS else field.client.post
    reply = method(path, headers=field.headers)
    assert (reply.status_code, reply.mimetype) == (405, "application/json")


# What a phone is given


def test_a_phone_is_given_its_households_and_all_that_it_needs_on_the_way(field: Served) -> None:
    reply = field.get()
    given = as_json(reply)
    assert reply.headers["Cache-Control"] == "no-store"
    assert given["key"]["id"] == field.phone.key
    assert [one["id"] for one in given["waves"]] == ["open"] and len(given["clusters"]) == 6
    assert sum(len(one["households"]) for one in given["clusters"]) == 36, "reserves are given when they are brought in"
    home = given["clusters"][0]["households"][0]
    assert (home["visits"], home["roster"], home["done"], home["reserve"]) == ([], None, False, False)
    assert home["kish_table"] in given["kish"]


def test_what_happened_at_a_door_comes_back_to_the_phone(field: Served) -> None:
    home = field.homes[0]
    field.post(field.phone.record(visit(home)))
    said = roster(home, members(50, 40))
    field.post(field.phone.record(said))
    found = next(
        one
        for cluster in as_json(field.get())["clusters"]
        if cluster["village"] == home.village
        for one in cluster["households"]
        if one["number"] == home.number
    )
    assert [one["result"] for one in found["visits"]] == ["no_one_home"]
    assert found["roster"] == {"members": said["members"], "chosen": said["chosen"]}
    field.post(field.phone.record(interview(home)))
    done = [one["done"] for cluster in as_json(field.get())["clusters"] for one in cluster["households"]]
    assert done.count(True) == 1


def test_a_phone_is_given_nothing_of_what_others_visit(field: Served, people: People) -> None:
    people.take_on("ou")
    _, _, field.token = phone_of(field.app, "ou", people)
    assert (as_json(field.get())["clusters"], as_json(field.get())["waves"]) == ([], [])
    assert field.get(FORM).status_code == 404


@pytest.mark.parametrize("path", ["closed/zh_Hans", "neighbour/zh_Hans", "nowhere/zh_Hans", "open/fr", "open/%00"])
def test_no_other_form_is_given(field: Served, path: str) -> None:
    assert field.get(f"/api/v1/field/forms/{path}").status_code in (400, 404)


def test_a_form_has_every_question_as_the_server_shows_it_in_its_language(field: Served) -> None:
    chinese, english = (as_json(field.get(f"/api/v1/field/forms/open/{one}")) for one in ("zh_Hans", "en"))
    assert [one["id"] for one in chinese["questions"]] == [one["id"] for one in english["questions"]]
    assert set(chinese["html"]) == {one["id"] for one in chinese["questions"] if one["kind"] != "calculated"}
    assert "Three" in english["html"]["q2"] and "Three" not in chinese["html"]["q2"]
    assert "T-1" in chinese["header"]


def test_what_a_phone_says_of_itself_is_remembered(field: Served) -> None:
    field.get(f"{ASSIGNMENTS}?unsent=3&sequence=9")
    with field.app.app_context():
        row = reading().get(Device, field.device)
        assert row is not None and (row.unsent, row.sequence) == (3, 9)


@pytest.mark.parametrize("said", ["", "?unsent=0&sequence=2", "?unsent=-1&sequence=-5", "?unsent=x&sequence=1e9"])
def test_a_phone_that_forgot_how_many_records_it_made_still_owes_them(field: Served, said: str) -> None:
    field.get(f"{ASSIGNMENTS}?unsent=3&sequence=9")
    assert field.get(ASSIGNMENTS + said).status_code == 200
    with field.app.app_context():
        row = reading().get(Device, field.device)
        assert row is not None and (row.unsent, row.sequence) == (0, 9)


def test_absurd_numbers_do_not_break_the_door(field: Served) -> None:
    assert field.get(f"{ASSIGNMENTS}?unsent={10**30}&sequence={10**30}").status_code == 200


def test_a_first_phone_is_given_a_key_that_is_made_then_and_stays(field: Served) -> None:
    with field.app.app_context(), transaction() as session:
        session.delete(session.scalars(select(FieldKey)).one())
    first, second = as_json(field.get())["key"], as_json(field.get())["key"]
    assert first == second and first["id"] != field.phone.key


def test_after_a_restore_with_another_secret_phones_get_a_key_that_opens(field: Served, settings: Settings) -> None:
    settings.data.joinpath("secret-key").write_text("another secret of at least thirty-two letters")
    moved = create_app(settings_for(settings.data))
    client = moved.test_client()
    key = json.loads(client.get(ASSIGNMENTS, headers=field.headers).data)["key"]
    assert key["id"] != field.phone.key
    phone = Sealer(key["id"], base64.urlsafe_b64decode(key["public"] + "="))
    reply = client.post(RECORDS, data=phone.record(visit(field.homes[0])), headers=field.headers)
    assert json.loads(reply.data)["status"] == "accepted"


# Nothing of the key


def test_no_reply_tells_anything_of_the_answer_key(field: Served, settings: Settings, tmp_path: Path) -> None:
    """Two instruments that differ in nothing but the key give equal bytes, down to the names that they are kept under."""
    other = tmp_path / "other"
    shutil.copytree(settings.data, other)
    base = sqlite3.connect(other / "literacy.sqlite3")
    [(body,)] = base.execute("SELECT key_body FROM instrument").fetchall()
    changed = json.loads(body)
    assert changed["items"]["q2"]["answer"] == "b"
    changed["items"]["q2"] |= {"answer": "c", "points": 1}
    base.execute("UPDATE instrument SET key_body = ?, digest = ?", (json.dumps(changed), "0" * 64))
    base.execute("UPDATE wave SET frozen_digest = ? WHERE frozen_digest IS NOT NULL", ("0" * 64,))
    base.commit()
    base.close()
    clients = field.client, create_app(settings_for(other)).test_client()
    for path in (FORM, FORM.replace("zh_Hans", "en")):
        one, two = (client.get(path, headers=field.headers) for client in clients)
        assert one.status_code == two.status_code == 200
        assert one.data == two.data
    one, two = (json.loads(client.get(ASSIGNMENTS, headers=field.headers).data) for client in clients)
    assert one | {"now": ""} == two | {"now": ""}


def test_two_waves_with_one_instrument_have_forms_of_their_own(field: Served) -> None:
    """A phone keeps a form by its name, and the legal header is the wave's."""
    with field.app.app_context():
        wave = wave_of(reading(), "open")
        instrument = instrument_of(reading(), wave)
    names = {
        form_name(wave, instrument),
        form_name(replace(wave, id="again"), instrument),
        form_name(replace(wave, header=replace(wave.header, approval_number="2027-9")), instrument),
    }
    assert len(names) == 3


# Many households


def _statements(app: Flask, client: Any, headers: dict[str, str], path: str) -> int:
    made = []

    def note(*said: Any) -> None:
        made.append(said[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path, headers=headers).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(made)


def _grow(session: Session, homes: int) -> None:
    """Many more households in the clusters, each visited once."""
    rows = session.scalars(select(HouseholdRow).where(~HouseholdRow.reserve)).all()
    like = {column.name: getattr(rows[0], column.name) for column in HouseholdRow.__table__.columns}
    taken = session.scalars(select(HouseholdRow.number).where(HouseholdRow.village == like["village"])).all()
    first = max(taken) + 1
    session.add_all(
        HouseholdRow(**(like | {"number": first + place, "turn": 1000 + place, "place": 1000 + place}))
        for place in range(homes)
    )
    session.flush()


@pytest.mark.parametrize("path", [ASSIGNMENTS, FORM])
def test_a_thousand_households_take_as_many_statements_as_thirty_six_and_little_time(field: Served, path: str) -> None:
    field.get(path)  # what is kept for the process is read once
    few = _statements(field.app, field.client, field.headers, path)
    with field.app.app_context(), transaction() as session:
        _grow(session, 1000)
    many = _statements(field.app, field.client, field.headers, path)
    assert many <= few + 3 <= 40, "what is known for a second may be asked again, no more"
    took = []
    for _ in range(3):
        began = time.perf_counter()
        given = field.get(path)
        took.append(time.perf_counter() - began)
    assert min(took) < 1
    if path == ASSIGNMENTS:
        assert sum(len(one["households"]) for one in as_json(given)["clusters"]) == 1036


def test_assignments_travel_compressed(field: Served) -> None:
    reply = field.client.get(ASSIGNMENTS, headers=field.headers | {"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip" and "now" in json.loads(gzip.decompress(reply.data))


def test_an_interview_by_record_and_by_the_door_for_programs_is_one(field: Served) -> None:
    plain = interview(field.homes[0])
    assert field.post(field.phone.record(plain)).status_code == 201
    reply = field.post(plain["body"].encode(), "/api/v1/submissions")
    assert reply.status_code == 202 and field.count(SubmissionRow) == 1
