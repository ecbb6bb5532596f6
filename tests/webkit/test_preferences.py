"""How a reader wants pages to look, and which way their language is written."""

import pytest

from literacy_app.webkit.i18n import direction
from literacy_app.webkit.preferences import Preferences, preferences_of
from tests.page_client import PageClient


def test_what_a_cookie_keeps_is_what_was_wished() -> None:
    wished = Preferences().changed({"size": "3", "theme": "dark", "view": "elder", "pictures": "off", "language": "en"})
    assert preferences_of(wished.cookie()) == wished == Preferences("en", 3, "dark", "elder", "off")


def test_a_cookie_from_before_there_was_a_wish_about_pictures_shows_them() -> None:
    assert preferences_of("language=en&size=2&theme=dark&view=standard").pictures == "on"


def test_a_reader_who_saves_data_reads_what_the_picture_means(client: PageClient) -> None:
    client.get("/learn/alpha/idea")
    page = client.follow(client.post("/preferences", {"pictures": "off", "next": "/learn/alpha/idea"}))
    assert page.one(".unseen").get_text() == "图：一幅画" and not page.soup.select("main img")
    page = client.follow(client.post("/preferences", {"pictures": "on", "next": "/learn/alpha/idea"}))
    assert page.one("main img")["alt"] == "一幅画"


@pytest.mark.parametrize(("language", "way"), [("zh_Hans", "ltr"), ("en", "ltr"), ("ug", "rtl"), ("ar", "rtl")])
def test_a_language_knows_which_way_it_is_written(language: str, way: str) -> None:
    assert direction(language) == way


def test_every_page_says_which_way_it_is_written(client: PageClient) -> None:
    assert client.get("/").one("html")["dir"] == "ltr"
