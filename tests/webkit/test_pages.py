"""What every page has round it."""

import pytest
from flask import Flask

from literacy_app.webkit.pages import local_path
from tests.page_client import PageClient


@pytest.mark.parametrize("path", ["/", "/learn/", "/preferences", "/account/sign-in", "/nothing", "/healthz"])
def test_every_answer_carries_the_security_headers(client: PageClient, path: str) -> None:
    policy = client.get(path).response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_a_static_file_carries_them_too_and_is_kept_for_ever(client: PageClient) -> None:
    address = str(client.get("/").soup.select("link[rel=stylesheet]")[0]["href"])
    response = client.get(address, headers={"Accept-Encoding": "br, gzip"}).response
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]
    response.close()


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        ("/learn/", "/learn/"),
        ("/a?b=c", "/a?b=c"),
        ("//evil", "/"),
        ("https://evil", "/"),
        ("/\\evil", "/"),
        ("/%09", "/%09"),
        ("/\tx", "/"),
        ("", "/"),
        (None, "/"),
        ("javascript:x", "/"),
    ],
)
def test_only_plain_paths_of_this_site_are_followed(target: str | None, answer: str) -> None:
    assert local_path(target) == answer


def test_wishes_are_kept_in_a_cookie_and_shown_on_the_page(client: PageClient) -> None:
    client.get("/learn/")
    page = client.follow(
        client.post(
            "/preferences", {"size": "3", "theme": "dark", "view": "elder", "language": "en", "next": "/learn/"}
        )
    )
    root = page.one("html")
    assert (root["data-size"], root["data-theme"], root["data-view"], root["lang"]) == ("3", "dark", "elder", "en")


def test_the_elder_view_begins_a_step_larger(client: PageClient) -> None:
    client.get("/")
    assert client.follow(client.post("/preferences", {"view": "elder"})).one("html")["data-size"] == "2"


@pytest.mark.parametrize("cookie", ["size=9&theme=pink", "%%%", "language=xx", "a" * 2000])
def test_a_broken_cookie_is_the_default(client: PageClient, cookie: str) -> None:
    client.cookies["prefs"] = cookie
    root = client.get("/").one("html")
    assert (root["data-size"], root["data-theme"], root["lang"]) == ("1", "auto", "zh-Hans")


def test_the_language_of_an_address_wins_over_the_cookie(client: PageClient) -> None:
    assert client.get("/?lang=en").one("html")["lang"] == "en"


def test_a_changing_request_without_token_is_refused(client: PageClient) -> None:
    client.get("/me/")
    assert client.post("/me/other", token=None).status == 400


def test_readers_who_answer_nothing_get_no_cookie(client: PageClient) -> None:
    for path in ("/", "/learn/", "/learn/alpha", "/preferences"):
        assert client.get(path).response.headers.getlist("Set-Cookie") == []


def test_a_request_from_another_site_is_refused_even_with_a_token(client: PageClient) -> None:
    client.get("/")
    assert client.post("/preferences", {"theme": "dark"}, headers={"Origin": "https://evil.example"}).status == 403


@pytest.mark.parametrize("path", ["/nothing", "/learn/nothing", "/s/nothing"])
def test_what_is_missing_is_said_in_plain_words_with_a_way_on(client: PageClient, path: str) -> None:
    page = client.get(path)
    assert page.status == 404
    assert page.link("回首页") == "/"


def test_an_unexpected_error_says_so_and_shows_nothing_of_the_inside(app: Flask) -> None:
    app.testing = False

    def broken() -> str:
        raise RuntimeError("secret inside")

    broken.policy = None  # type: ignore[attr-defined]
    app.add_url_rule("/broken", view_func=broken)
    page = PageClient(app).get("/broken")
    assert page.status == 500
    assert "secret" not in page.response.text and "已经保存的内容不会丢" in page.text


def test_a_view_without_a_policy_stays_shut(app: Flask) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "open", endpoint="forgotten")
    assert PageClient(app).get("/forgotten").status == 403


def test_too_large_a_form_is_refused_in_plain_words(client: PageClient) -> None:
    client.get("/")
    assert client.post("/preferences", {"next": "x" * 4_000_000}).status == 413
