"""Sign-in, one's own account, and the list of people."""

import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text

from literacy_app.accounts import service
from literacy_app.accounts.models import StaffRow
from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.service import staff
from literacy_app.foundation.audit import AuditEvent
from literacy_app.webkit.extensions import db, reading
from tests.page_client import PageClient
from tests.people import PASSWORD, People


def test_signing_in_leads_to_the_office_and_the_cookie_is_shut_to_scripts(client: PageClient, people: People) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    page = client.post("/account/sign-in", {"login": "ou", "password": PASSWORD})
    assert (page.status, page.location) == (303, "/office/")
    cookie = next(value for value in page.response.headers.getlist("Set-Cookie") if value.startswith("staff="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert client.follow(page).status == 200


def test_a_wrong_password_shows_the_form_again_with_the_login_and_a_plain_message(
    client: PageClient, people: People
) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    page = client.post("/account/sign-in", {"login": "ou", "password": "wrong"})
    assert page.status == 422
    assert "账号或密码不对" in page.text
    assert page.one("#login")["value"] == "ou"
    assert not page.one("#password").get("value")


def test_too_many_tries_are_asked_to_wait_and_told_how_long(client: PageClient, people: People) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    for _ in range(4):
        client.post("/account/sign-in", {"login": "ou", "password": "wrong"})
    page = client.post("/account/sign-in", {"login": "ou", "password": PASSWORD})
    assert (page.status, page.response.headers["Retry-After"]) == (429, "2")


def test_many_tries_at_once_are_as_few_as_one_after_the_other(client: PageClient, people: People) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    token = client.last.hidden("csrf_token")
    cookie = client.client.get_cookie("session")
    start, answers = threading.Barrier(10), Counter[int]()

    def guess() -> None:
        other = people.app.test_client()
        other.set_cookie("session", cookie.value)
        start.wait()
        fields = {"login": "ou", "password": "wrong", "csrf_token": token}
        answers[other.post("/account/sign-in", data=fields).status_code] += 1

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= answers[422] <= 4
    assert set(answers) <= {422, 429, 503} and answers.total() == 10


def test_a_network_that_tries_one_login_after_the_other_is_asked_to_wait(client: PageClient) -> None:
    client.get("/account/sign-in")
    tries = [client.post("/account/sign-in", {"login": f"user{n}", "password": "wrong"}).status for n in range(32)]
    assert tries == [422] * 30 + [429] * 2


def test_while_a_password_is_compared_no_connection_and_no_transaction_is_held(app: Flask, people: People) -> None:
    client, answers = people.sign_in("ou"), []
    client.get("/account/sign-in")

    def sign_in() -> None:
        answers.append(client.post("/account/sign-in", {"login": "ou", "password": PASSWORD}).status)

    with staff._hashing, staff._hashing, app.app_context():
        thread = threading.Thread(target=sign_in)
        thread.start()
        until = time.monotonic() + 10
        while not (tries := waiting(db.engine)) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.1)
        assert (tries, db.engine.pool.checkedout(), answers) == (1, 0, [])
    thread.join()
    assert answers == [303]


def waiting(engine: Engine) -> int:
    """How many tries are counted and not yet taken back."""
    with engine.connect() as connection:
        return connection.scalar(text("select count(*) from staff_failed_sign_in")) or 0


def test_when_too_many_sign_in_at_once_the_next_is_asked_to_come_back(client: PageClient, people: People) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(service.turn())
        page = client.post("/account/sign-in", {"login": "ou", "password": PASSWORD})
    assert (page.status, page.response.headers["Retry-After"]) == (503, "1")
    client.get("/account/sign-in")
    assert client.post("/account/sign-in", {"login": "ou", "password": PASSWORD}).status == 303


@pytest.mark.parametrize(("login", "first"), [("ou", "/office/"), ("vi", "/account/"), ("in", "/account/")])
def test_everybody_begins_on_a_page_that_there_is(client: PageClient, people: People, login: str, first: str) -> None:
    people.take_on(login)
    client.get("/account/sign-in")
    page = client.post("/account/sign-in", {"login": login, "password": PASSWORD})
    assert page.location == first
    assert client.follow(page).status == 200


@pytest.mark.parametrize(
    "evil", ["//evil", "https:evil", "/\\evil", "/\t/evil", "@evil", "/a\r\nSet-Cookie: x=1", "javascript:alert(1)"]
)
def test_signing_in_never_leads_off_the_site(client: PageClient, people: People, evil: str) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    page = client.post("/account/sign-in", {"login": "ou", "password": PASSWORD, "next": evil})
    assert page.response.headers["Location"] == "/"


def test_a_page_for_staff_asks_to_sign_in_and_comes_back(client: PageClient, people: People) -> None:
    people.take_on("ou")
    page = client.follow(client.get("/office/?wave=open"))
    assert page.heading == "工作人员登录"
    page = client.post("/account/sign-in", {"login": "ou", "password": PASSWORD, "next": page.hidden("next")})
    assert page.location == "/office/?wave=open"


def test_a_stale_sign_in_page_is_shown_again_and_keeps_the_login(client: PageClient, people: People) -> None:
    people.take_on("ou")
    client.get("/account/sign-in")
    page = client.post("/account/sign-in", {"login": "ou", "password": PASSWORD}, token="made up")
    assert page.status == 422
    assert "请再点一次" in page.text
    assert page.one("#login")["value"] == "ou"


def test_the_cookie_planted_before_signing_in_is_worth_nothing_after(client: PageClient, people: People) -> None:
    people.take_on("ou")
    client.cookies["staff"] = "planted"
    client.get("/account/sign-in")
    client.post("/account/sign-in", {"login": "ou", "password": PASSWORD})
    other = PageClient(people.app)
    other.cookies["staff"] = "planted"
    assert other.get("/office/").status == 302


def test_signing_out_ends_the_sign_in_on_the_server(people: People) -> None:
    client = people.sign_in("ou")
    secret = client.cookies["staff"]
    client.get("/account/")
    client.post("/account/sign-out")
    other = PageClient(people.app)
    other.cookies["staff"] = secret
    assert other.get("/account/").status == 302


def test_an_idle_sign_in_asks_again(people: People) -> None:
    assert people.sign_in("ou", ago=timedelta(minutes=31)).get("/account/").status == 302


def test_everybody_on_the_staff_has_an_account_page(people: People) -> None:
    for login in ("ou", "su", "in", "ed", "ad"):
        assert people.sign_in(login).get("/account/").status == 200


def test_a_new_password_is_refused_with_the_reason_beside_it(people: People) -> None:
    client = people.sign_in("ou")
    client.get("/account/")
    page = client.post("/account/", {"old": PASSWORD, "new": "short"})
    assert page.status == 422
    assert "至少要 12 个字符" in page.text


def test_a_new_password_can_be_set(people: People) -> None:
    client = people.sign_in("ou")
    client.get("/account/")
    page = client.follow(client.post("/account/", {"old": PASSWORD, "new": "another long sentence"}))
    assert "密码改好了" in page.text


def test_an_administrator_sees_the_people_of_the_own_areas_only(people: People) -> None:
    people.take_on("ou")
    people.take_on("ne")
    page = people.sign_in("ad").get("/admin/")
    assert "ou" in page.text and "ne ·" not in page.text


@pytest.mark.parametrize("login", ["ou", "su", "in", "ed"])
def test_the_list_of_people_is_shut_to_other_roles(people: People, login: str) -> None:
    assert people.sign_in(login).get("/admin/").status == 403


def test_disabling_somebody_shuts_them_out_at_once(people: People) -> None:
    officer, admin = people.sign_in("ou"), people.sign_in("ad")
    assert officer.get("/account/").status == 200
    form = next(one for one in admin.get("/admin/").soup.select("main form") if "Ou" in one.get_text())
    admin.post(str(form["action"]))
    assert officer.get("/account/").status == 302


def test_an_administrator_cannot_shut_themselves_out(people: People) -> None:
    admin = people.sign_in("ad")
    admin.get("/admin/")
    row = staff_row(people, "ad")
    assert admin.post(f"/admin/people/{row.id}/disable").status == 403
    assert admin.get("/admin/").status == 200


def test_who_disabled_somebody_stands_in_the_audit_log(people: People) -> None:
    people.take_on("ou")
    admin = people.sign_in("ad")
    admin.get("/admin/")
    admin.post(f"/admin/people/{staff_row(people, 'ou').id}/disable")
    with people.app.app_context():
        event = reading().scalars(select(AuditEvent).where(AuditEvent.action == "staff_disabled")).one()
    assert (event.actor, event.subject) == ("ad", "ou")


def test_guessing_the_old_password_is_slowed_like_signing_in(people: People) -> None:
    client = people.sign_in("ou")
    client.get("/account/")
    fields = {"old": "wrong", "new": "another long sentence"}
    assert [client.post("/account/", fields).status for _ in range(4)] == [422] * 4
    page = client.post("/account/", fields | {"old": PASSWORD})
    assert page.status == 422
    assert "请等 2 秒再试" in page.text


def staff_row(people: People, login: str) -> StaffRow:
    with people.app.app_context():
        row = staff_by_login(reading(), login)
    assert row is not None
    return row


def test_somebody_of_another_area_cannot_be_disabled(people: People) -> None:
    neighbour, admin = people.sign_in("ne"), people.sign_in("ad")
    neighbour.get("/account/")
    with people.app.app_context():
        row = staff_by_login(reading(), "ne")
    assert row is not None
    admin.get("/admin/")
    admin.post(f"/admin/people/{row.id}/disable")
    assert neighbour.get("/account/").status == 200


def test_disabling_by_following_a_link_is_not_possible(people: People) -> None:
    assert people.sign_in("ad").get("/admin/people/00000000-0000-0000-0000-000000000000/disable").status == 405
