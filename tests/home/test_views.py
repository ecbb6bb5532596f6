"""The front door."""

from tests.page_client import PageClient


def test_home_offers_the_first_lesson_when_somebody_comes_for_the_first_time(client: PageClient) -> None:
    page = client.get("/")
    assert page.status == 200
    assert "课程 alpha" in page.text
    assert page.link("开始学") == "/learn/alpha"


def test_home_names_the_place_and_the_running_survey(client: PageClient) -> None:
    page = client.get("/")
    assert "本县" in page.one(".brand").get_text()
    assert page.link("参加居民调查").startswith("/s/")
