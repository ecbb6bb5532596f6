"""The app's shell and worker, a phone's first sign-in, and the phones of an area in the office."""

import base64
import hashlib
import io
import json
import re
import sqlite3
import time
from typing import Any
from uuid import UUID, uuid4

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from literacy_app import create_app
from literacy_app.accounts.models import Device, GrantRow
from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import Role
from literacy_app.config import Settings
from literacy_app.fieldwork.models import VisitRow
from literacy_app.foundation.audit import AuditEvent
from literacy_app.offline.models import RecordConflict, RecordRow
from literacy_app.offline.rules import MOST_LINES
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.offline import SWITCH
from literacy_app.webkit.security import SECURITY_HEADERS
from tests.offline.sealed import interview, visit
from tests.offline.served import ASSIGNMENTS, PHONE, Served, phone_of, served
from tests.page_client import Page, PageClient
from tests.people import WHO, People

SHELL, WORKER, START, DEVICE = "/field/", "/field/sw.js", "/field/start", "/field/device"
DEVICES, HAND_IN = "/office/devices/", "/office/devices/hand-in"
# The same in every process that collects these tests.
NOBODYS = "00000000-0000-4000-8000-000000000000"
LOOKS = ["", "language=en&size=1&theme=dark&view=standard", "language=zh_Hans&size=3&theme=light&view=simple"]


@pytest.fixture
def field(app: Flask, people: People) -> Served:
    return served(app, people)


def named(text: str) -> dict[str, str]:
    """What the worker keeps, with the digest of each."""
    shell = re.findall(r"SHELL = (\"[^\"]+\")", text)
    found: dict[str, str] = json.loads(re.findall(r"Object\.assign\((\{.*?\})", text)[0])
    [own] = re.findall(r"\[SHELL\]: (\"[^\"]+\")", text)
    return found | {json.loads(shell[0]): json.loads(own)}


def integrity(content: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


# The app


@pytest.mark.parametrize("look", LOOKS)
def test_every_file_that_the_worker_keeps_is_served_with_the_digest_that_it_names(app: Flask, look: str) -> None:
    client = app.test_client()
    if look:
        client.set_cookie("prefs", look)
    files = named(client.get(WORKER).text)
    assert len(files) == 11 and SHELL in files
    for address, digest in files.items():
        with client.get(address) as reply:
            assert reply.status_code == 200
            assert integrity(reply.data) == digest, address


def test_looks_differ_in_the_shell_and_the_worker_follows(app: Flask) -> None:
    found = []
    for look in LOOKS:
        client = app.test_client()
        client.set_cookie("prefs", look)
        found.append((named(client.get(WORKER).text)[SHELL], re.findall("CACHE = .*?,", client.get(WORKER).text)[0]))
    assert len({digest for digest, _ in found}) == len({version for _, version in found}) == 3


def test_the_shell_is_the_same_for_everybody(app: Flask, people: People, field: Served) -> None:
    nobody = app.test_client().get(SHELL)
    assert nobody.status_code == 200 and "Set-Cookie" not in nobody.headers
    for login in ("in", "su", "ou"):
        client = people.sign_in(login)
        client.client.set_cookie("staff", client.cookies["staff"])
        reply = client.client.get(SHELL)
        assert reply.data == nobody.data
        assert client.client.get(WORKER).data == app.test_client().get(WORKER).data


def test_the_shell_names_every_script_that_the_worker_keeps_and_no_other(app: Flask) -> None:
    client = app.test_client()
    soup = BeautifulSoup(client.get(SHELL).text, "html.parser")
    used = {str(one["src"]) for one in soup.select("script")} | {
        str(one["href"]) for one in soup.select("link[rel=stylesheet], link[rel=icon]")
    }
    assert used == set(named(client.get(WORKER).text)) - {SHELL}


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_shell_is_well_formed_under_the_security_policy(app: Flask, language: str) -> None:
    client = app.test_client()
    client.set_cookie("prefs", f"language={language}")
    reply = client.get(SHELL)
    html5lib.HTMLParser(strict=True).parse(reply.text)
    soup = BeautifulSoup(reply.text, "html.parser")
    assert not soup.select("[style], style, script:not([src])") and not re.search(r"\son\w+=", reply.text)
    for name, value in SECURITY_HEADERS.items():
        assert reply.headers[name] == value
    ids = [str(one["id"]) for one in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    for one in soup.select("input:not([type=hidden]), select, textarea"):
        assert soup.select(f'label[for="{one.get("id")}"]') or one.get("aria-label"), one


def test_the_worker_asks_the_network_each_time_and_goes_when_it_is_switched_off(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    reply = client.get(WORKER)
    assert (reply.mimetype, reply.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert "OFF = false" in reply.text
    (settings.data / SWITCH).touch()
    assert "OFF = true" in client.get(WORKER).text
    assert client.get(SHELL).status_code == 200


def test_the_manifest_makes_the_app_installable_and_its_icon_is_there(app: Flask) -> None:
    reply = app.test_client().get("/field/manifest.webmanifest")
    found = json.loads(reply.data)
    assert reply.mimetype == "application/manifest+json"
    assert (found["start_url"], found["scope"], found["display"]) == (SHELL, SHELL, "standalone")
    with app.test_client().get(found["icons"][0]["src"]) as icon:
        assert icon.status_code == 200


@pytest.mark.parametrize("path", [SHELL, WORKER, "/field/manifest.webmanifest", START, DEVICES])
def test_pages_are_only_fetched(people: People, path: str) -> None:
    client = people.sign_in("su")
    assert client.post(path, token=None).status == 405


@pytest.mark.parametrize("path", [DEVICE, HAND_IN, f"/office/devices/{NOBODYS}/revoke"])
def test_what_changes_something_is_not_fetched(people: People, path: str) -> None:
    assert people.sign_in("su").get(path).status == 405


# A phone's first sign-in


def with_token(people: People, login: str) -> PageClient:
    """Somebody whose forms are believed to be ours, so that only their role stands against them."""
    client = people.sign_in(login)
    client.get("/account/")
    assert client.last is not None and client.last.soup.select("input[name=csrf_token]")
    return client


def raw(client: PageClient, path: str, **options: Any) -> Any:
    """The app's own pages hold templates of whole screens, which no check of pages is made for."""
    for name, value in client.cookies.items():
        client.client.set_cookie(name, value)
    return client.client.open(path, **options)


def token_of(client: PageClient) -> str:
    soup = BeautifulSoup(raw(client, START).text, "html.parser")
    return str(soup.select("input[name=csrf_token]")[0]["value"])


def registered(client: PageClient, agent: str = PHONE, **fields: Any) -> Any:
    data = {"csrf_token": token_of(client)} | fields
    return raw(client, DEVICE, method="POST", data=data, headers={"User-Agent": agent})


def test_an_interviewer_makes_a_phone_theirs_and_its_token_opens_the_doors(app: Flask, people: People) -> None:
    client = people.sign_in("in")
    reply = registered(client)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (201, "no-store")
    given = reply.get_json()
    assert (set(given), given["staff"]["login"]) == ({"token", "device", "staff"}, "in")
    headers = {"Authorization": f"Bearer {given['token']}"}
    assert app.test_client().get(ASSIGNMENTS, headers=headers).status_code == 200
    with app.app_context():
        row = reading().get(Device, UUID(given["device"]))
        assert row is not None and row.name == "Android SM-A105F"
        assert given["token"] not in str(vars(row))


def test_the_same_phone_again_gets_a_new_token_and_stays_one_phone(app: Flask, people: People) -> None:
    client = people.sign_in("in")
    first = registered(client).get_json()
    second = registered(client, device=first["device"]).get_json()
    assert second["device"] == first["device"] and second["token"] != first["token"]
    headers = {"Authorization": f"Bearer {first['token']}"}
    assert app.test_client().get(ASSIGNMENTS, headers=headers).status_code == 401


@pytest.mark.parametrize("known", ["", "nonsense", "x" * 500, NOBODYS, "of somebody else", "revoked"])
def test_a_phone_that_is_not_known_as_theirs_is_a_new_one(
    app: Flask, people: People, field: Served, known: str
) -> None:
    _, other, _ = phone_of(app, "su", people)
    if known == "revoked":
        field.revoke()
    device = {"of somebody else": str(other), "revoked": str(field.device)}.get(known, known)
    given = registered(people.sign_in("in"), device=device).get_json()
    assert given["device"] not in (str(other), str(field.device))
    with app.app_context():
        row = reading().get(Device, field.device)
        assert row is not None and (row.revoked_at is None) is (known != "revoked")


@pytest.mark.parametrize("sequence", ["7", "-3", "x", str(10**30)])
def test_a_phone_goes_on_counting_from_what_it_says(app: Flask, people: People, sequence: str) -> None:
    given = registered(people.sign_in("in"), sequence=sequence).get_json()
    with app.app_context():
        row = reading().get(Device, UUID(given["device"]))
        assert row is not None and row.began == row.sequence == {"7": 7, str(10**30): 1_000_000}.get(sequence, 0)


@pytest.mark.parametrize("login", ["ou", "su", "ed", "ad"])
def test_only_interviewers_make_phones_theirs(people: People, login: str) -> None:
    client = with_token(people, login)
    assert client.get(START).status == 403
    client.get("/account/")
    assert client.post(DEVICE).status == 403


def test_nobody_gets_a_token_without_being_signed_in_or_from_another_page(app: Flask, people: People) -> None:
    assert app.test_client().get(START).status_code == 302
    stranger = PageClient(app)
    stranger.get("/account/sign-in")
    assert stranger.post(DEVICE).status == 403
    client = people.sign_in("in")
    assert raw(client, DEVICE, method="POST", data={}).status_code == 400
    token = token_of(client)
    strange = raw(client, DEVICE, method="POST", data={"csrf_token": token}, headers={"Origin": "https://evil.example"})
    assert strange.status_code == 403


# Phones in the office


def handed(client: PageClient, content: bytes, name: str = "records.txt") -> Page:
    client.get(DEVICES)
    page = client.post(HAND_IN, {"file": (io.BytesIO(content), name)})  # type: ignore[dict-item]
    page.response.request.environ["wsgi.input"].close()  # a large one lies in a file, which the test client forgets
    return page


def file_of(field: Served, *records: bytes, **changes: Any) -> bytes:
    head = {"format": "literacy records 1", "owner": str(field.owner), "records": len(records)} | changes
    return b"\n".join([json.dumps(head).encode(), *records]) + b"\n"


@pytest.mark.parametrize("login", ["su", "ou", "ad", "pa"])
def test_whoever_leads_field_work_sees_the_phones_of_their_area(people: People, field: Served, login: str) -> None:
    text = people.sign_in(login).get(DEVICES).text
    assert "In Android SM-A105F" in text and "手机说做过的，都收到了" in text


@pytest.mark.parametrize("login", ["in", "ed"])
def test_nobody_else_sees_phones(people: People, login: str) -> None:
    assert people.sign_in(login).get(DEVICES).status == 403


@pytest.mark.parametrize("login", ["ne", "vi"])
def test_whoever_leads_elsewhere_sees_no_phone_of_ours(people: People, field: Served, login: str) -> None:
    text = people.sign_in(login).get(DEVICES).text
    assert "还没有手机" in text and "SM-A105F" not in text


def test_the_wave_s_page_leads_to_the_phones(people: People, field: Served) -> None:
    assert people.sign_in("su").get("/office/waves/open/").link("调查员的手机") == DEVICES


def test_numbers_that_have_not_come_are_listed(people: People, field: Served) -> None:
    for home in field.homes[:2]:
        field.post(field.phone.record(visit(home)))
    field.phone.sequence = 4
    field.post(field.phone.record(visit(field.homes[2])))
    field.get(f"{ASSIGNMENTS}?unsent=2&sequence=7")
    text = people.sign_in("su").get(DEVICES).text
    assert "没有收到 4 份，编号： 3–4、 6–7" in text and "1 部手机里还有没收到的记录" in text


def test_what_nobody_could_read_is_listed_in_words(people: People, field: Served) -> None:
    field.post(field.phone.record(b"[]"))
    sealed = json.loads(field.phone.record(visit(field.homes[0]))) | {"id": str(uuid4())}
    field.post(json.dumps(sealed).encode())
    field.post(field.phone.record(visit(field.homes[0], draw=str(uuid4()))))
    text = people.sign_in("su").get(DEVICES).text
    assert "有的记录收下了，但打不开或对不上" in text
    assert "cannot" not in text and "unknown" not in text and "visit" not in text
    assert {"打不开", "读不懂", "名单上没有这一户", "上门记录"} <= set(re.findall(r"[\u4e00-\u9fff]+", text))


def test_the_page_is_english_too(people: People, field: Served) -> None:
    field.post(field.phone.record(b"[]"))
    client = people.sign_in("su")
    client.cookies["prefs"] = "language=en"
    assert client.get(DEVICES).status == 200


# Revoking


def revoked(client: PageClient, device: UUID) -> Page:
    client.get(DEVICES)
    return client.post(f"{DEVICES}{device}/revoke")


@pytest.mark.parametrize("login", ["su", "ad"])
def test_a_lost_phone_is_revoked_and_the_page_says_by_whom(people: People, field: Served, login: str) -> None:
    client = people.sign_in(login)
    page = client.follow(revoked(client, field.device))
    assert "已停用" in page.text and login in page.text
    assert not page.soup.select("form[action$=revoke]")
    assert field.get().status_code == 401
    assert client.follow(revoked(client, field.device)).status == 200, "twice is once"
    assert field.count(select(AuditEvent).where(AuditEvent.action == "device_revoked").subquery()) == 1


@pytest.mark.parametrize("login", ["in", "ou", "ed"])
def test_whoever_does_not_supervise_revokes_nothing(people: People, field: Served, login: str) -> None:
    client = with_token(people, login)
    assert client.post(f"{DEVICES}{field.device}/revoke").status == 403
    if login == "ou":
        assert not client.get(DEVICES).soup.select("form[action$=revoke]")
    assert field.get().status_code == 200


def test_a_supervisor_of_elsewhere_revokes_nothing_here(
    people: People, field: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WHO, "far", (Role.SUPERVISOR, "990202"))
    client = people.sign_in("far")
    assert revoked(client, field.device).status == 404 and field.get().status_code == 200


def test_who_supervises_elsewhere_and_only_looks_here_revokes_nothing_here(people: People, field: Served) -> None:
    client = people.sign_in("ou")
    with field.app.app_context(), transaction() as session:
        row = staff_by_login(session, "ou")
        assert row is not None
        row.grants.append(GrantRow(staff_id=row.id, role=Role.SUPERVISOR, area_code="990202"))
    page = client.get(DEVICES)
    assert "SM-A105F" in page.text and not page.soup.select("form[action$=revoke]")
    assert client.post(f"{DEVICES}{field.device}/revoke").status == 404 and field.get().status_code == 200


def test_a_phone_that_there_is_not_and_a_page_without_token(people: People, field: Served) -> None:
    client = people.sign_in("su")
    assert revoked(client, uuid4()).status == 404
    assert client.post(f"{DEVICES}{field.device}/revoke", token=None).status == 400
    assert client.post(f"{DEVICES}nonsense/revoke").status == 404
    assert field.get().status_code == 200


# Files


def test_a_file_that_is_handed_in_twice_and_then_sent_has_one_effect(people: People, field: Served) -> None:
    records = [field.phone.record(visit(field.homes[place])) for place in range(3)]
    records.append(field.phone.record(interview(field.homes[3])))
    client = people.sign_in("su")
    assert "新的 4 份，原来就有的 0 份" in handed(client, file_of(field, *records)).text
    assert "新的 0 份，原来就有的 4 份" in handed(client, file_of(field, *records)).text
    for sent in records:
        reply = field.post(sent)
        assert reply.status_code == 202
        assert json.loads(reply.data)["sha256"] == hashlib.sha256(sent).hexdigest()
        assert json.loads(reply.data)["status"] == "accepted"
    assert field.count(VisitRow) == 3 and field.count(RecordRow) == 4 and field.count(RecordConflict) == 0


def test_a_file_through_a_windows_computer_is_the_same_file(people: People, field: Served) -> None:
    raw = field.phone.record(visit(field.homes[0]))
    content = b"\xef\xbb\xbf" + file_of(field, raw).replace(b"\n", b"\r\n")
    assert "新的 1 份" in handed(people.sign_in("su"), content).text
    assert field.post(raw).status_code == 202


def test_the_audit_log_says_who_handed_in(people: People, field: Served) -> None:
    handed(people.sign_in("su"), file_of(field, field.phone.record(visit(field.homes[0]))))
    with field.app.app_context():
        row = reading().scalars(select(AuditEvent).where(AuditEvent.action == "records_handed_in")).one()
        assert (row.actor, row.subject, row.detail["stored"]) == ("su", "in", 1)


def test_a_file_counts_for_the_phone_that_saved_it(people: People, field: Served, app: Flask) -> None:
    _, newer, _ = phone_of(app, "in", people)
    raw = field.phone.record(visit(field.homes[0]))
    handed(people.sign_in("su"), file_of(field, raw, device=str(field.device)))
    with field.app.app_context():
        assert reading().scalars(select(RecordRow.device_id)).one() == field.device != newer


def test_what_is_not_readable_or_not_the_same_in_a_file_is_told_and_the_rest_is_taken(
    people: People, field: Served
) -> None:
    plain = visit(field.homes[0])
    first, other = field.phone.record(plain), field.phone.record(plain)
    good = field.phone.record(visit(field.homes[1]))
    page = handed(
        people.sign_in("su"), file_of(field, first, b"torn {", other, b"", field.phone.record(b"x" * 300_000), good)
    )
    assert "新的 2 份" in page.text and "有 3 行看不懂" in page.text and "有 1 份和先收到的不一样" in page.text
    assert field.count(RecordConflict) == 1


def test_a_revoked_phone_s_file_is_taken_and_its_interviews_wait(people: People, field: Served) -> None:
    field.revoke()
    raw = field.phone.record(interview(field.homes[0]))
    assert "新的 1 份" in handed(people.sign_in("su"), file_of(field, raw)).text
    assert json.loads(field.post(raw).data)["reason"] == "credential_revoked"


@pytest.mark.parametrize("login", ["ne", "vi"])
def test_whoever_leads_elsewhere_takes_in_no_file_of_ours(people: People, field: Served, login: str) -> None:
    page = handed(people.sign_in(login), file_of(field, field.phone.record(visit(field.homes[0]))))
    assert page.status == 422 and field.count(RecordRow) == 0


@pytest.mark.parametrize("login", ["in", "ed"])
def test_nobody_else_takes_in_a_file(people: People, login: str) -> None:
    assert with_token(people, login).post(HAND_IN).status == 403


def test_only_records_of_the_supervisors_own_area_are_taken_in(
    people: People, field: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can seal to the key: a supervisor of elsewhere must not make up records of this county."""
    monkeypatch.setitem(WHO, "far", (Role.SUPERVISOR, "990202"))
    with field.app.app_context(), transaction() as session:
        row = staff_by_login(session, "in")
        assert row is not None
        row.grants.append(GrantRow(staff_id=row.id, role=Role.INTERVIEWER, area_code="990202"))
    page = handed(people.sign_in("far"), file_of(field, field.phone.record(visit(field.homes[0]))))
    assert page.status == 200 and "有 1 行看不懂" in page.text and field.count(RecordRow) == 0


NO_FILES = {
    "empty": b"",
    "blank": b"\n\n\n",
    "noise": b"\x00\xff" * 500_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 1000,
    "depth": b"[" * 1_000_000,
    "a number": b"1" * 1_000_000,
    "a list": b"[]\n",
    "another format": b'{"format":"literacy records 2","owner":"00000000-0000-4000-8000-000000000000"}\n',
    "nobody's": b'{"format":"literacy records 1","owner":"00000000-0000-4000-8000-000000000000"}\n',
    "an owner that is none": b'{"format":"literacy records 1","owner":7}\n',
    "many lines": b"garbage\n" * 100_000,
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_of_ours_is_answered_in_words_and_soon(people: People, field: Served, name: str) -> None:
    client = people.sign_in("su")
    began = time.perf_counter()
    page = handed(client, NO_FILES[name])
    assert time.perf_counter() - began < 3
    assert page.status == 422 and "这不是从入户调查存下来的文件" in page.text
    assert field.count(RecordRow) == 0


def test_a_file_of_a_hundred_thousand_lines_is_answered_soon(people: People, field: Served) -> None:
    client = people.sign_in("su")
    began = time.perf_counter()
    page = handed(client, file_of(field, *([b"{}"] * 100_000)))
    assert time.perf_counter() - began < 3
    assert page.status == 422 and "太长" in page.text and field.count(RecordRow) == 0


def test_as_many_lines_of_garbage_as_are_read_take_seconds(people: People, field: Served) -> None:
    client = people.sign_in("su")
    began = time.perf_counter()
    page = handed(client, file_of(field, *([b'{"id":"0"}'] * MOST_LINES)))
    assert time.perf_counter() - began < 20
    assert f"有 {MOST_LINES} 行看不懂" in page.text


def test_too_large_a_file_is_refused(people: People, field: Served) -> None:
    assert handed(people.sign_in("su"), file_of(field, b"x" * 3_200_000)).status == 413


def test_no_file_at_all_and_a_page_that_lay_open_too_long(people: People, field: Served) -> None:
    client = people.sign_in("su")
    client.get(DEVICES)
    assert client.post(HAND_IN, {"file": ""}).status == 422
    assert client.post(HAND_IN, {}, token=None).status == 400


def test_a_file_in_a_busy_hour_is_put_off_in_words(people: People, field: Served, settings: Settings) -> None:
    impatient = create_app(settings.model_copy(update={"database_url": f"{settings.database}?timeout=0.2"}))
    client = people.sign_in("su")
    secret = client.cookies["staff"]
    client = PageClient(impatient)
    client.cookies["staff"] = secret
    content = file_of(field, field.phone.record(visit(field.homes[0])))
    client.get(DEVICES)
    holder = sqlite3.connect(settings.data / "literacy.sqlite3")
    holder.execute("BEGIN IMMEDIATE")
    page = client.post(HAND_IN, {"file": (io.BytesIO(content), "records.txt")})  # type: ignore[dict-item]
    holder.close()
    assert page.status == 503 and "再交一次" in page.text
    assert "新的 1 份" in handed(client, content).text
