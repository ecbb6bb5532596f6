"""The service worker, its switch, and the page for when there is no network."""

import gzip
import re

import pytest

from literacy_app.config import Settings
from literacy_app.lessons.rules import CARDS
from literacy_app.webkit import offline
from tests.page_client import PageClient
from tests.people import People


def worker(client: PageClient) -> str:
    response = client.get("/sw.js").response
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    return response.text


def test_the_worker_is_small_and_names_files_that_exist(client: PageClient) -> None:
    text = worker(client)
    assert len(gzip.compress(text.encode(), 9)) <= 2 * 1024
    files = re.findall(r'"(/static/[^"]+)"', text)
    assert len(files) == 3
    for address in files:
        response = client.get(address).response
        assert response.status_code == 200
        response.close()


def test_the_worker_takes_itself_off_while_the_switch_lies_there(client: PageClient, settings: Settings) -> None:
    assert "OFF = false" in worker(client)
    (settings.data / offline.SWITCH).touch()
    assert "OFF = true" in worker(client)
    assert client.get("/").one("body").get("data-worker") is None


def test_the_cards_that_are_kept_are_those_of_a_lesson() -> None:
    assert offline.CARDS == CARDS


def test_pages_of_residents_ask_for_the_worker_anew_when_the_reader_wishes_otherwise(client: PageClient) -> None:
    first = client.get("/learn/alpha").one("body")["data-worker"]
    client.post("/preferences", {"size": "4"})
    second = client.get("/learn/alpha").one("body")["data-worker"]
    assert str(first).startswith("/sw.js?look=") and first != second


@pytest.mark.parametrize("path", ["/account/sign-in", "/s/nothing"])
def test_pages_that_nothing_may_keep_do_not_ask_for_it(client: PageClient, path: str) -> None:
    assert client.get(path).one("body").get("data-worker") is None


def test_staff_do_not_get_it_even_on_pages_of_residents(people: People) -> None:
    assert people.sign_in("ou").get("/learn/alpha").one("body").get("data-worker") is None


def test_the_office_has_no_outbox(people: People) -> None:
    body = people.sign_in("ou").get("/office/").one("body")
    assert body.get("data-kept-label") is None and not body.select("#outbox")


def test_residents_have_an_outbox_that_is_read_out(client: PageClient) -> None:
    page = client.get("/learn/alpha/q1")
    assert page.one("#outbox")["role"] == "status"
    assert "待上传：# 个回答" in str(page.one("body")["data-kept-label"])


def test_the_page_for_no_network_says_that_nothing_is_lost(client: PageClient) -> None:
    page = client.get("/offline")
    assert page.heading == "现在没有网络"
    assert "不会丢" in page.text and page.one("[data-opened]").get("hidden") is not None


@pytest.mark.parametrize("path", ["/offline", "/sw.js"])
def test_neither_can_be_posted_to(client: PageClient, path: str) -> None:
    client.get("/")
    assert client.post(path).status == 405
