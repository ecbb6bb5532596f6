"""Sign-in, one's own account, and the list of people."""

from datetime import timedelta

import pytest

from literacy_app.accounts.queries import staff_by_login
from literacy_app.webkit.extensions import reading
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
