"""The pages of a lesson that are read."""

import pytest

from tests.page_client import PageClient


def test_a_lesson_is_walked_page_by_page_to_its_end_and_on_to_the_next(client: PageClient) -> None:
    page = client.get("/learn/alpha")
    headings = [page.heading]
    while "下一页" in page.text:
        page = client.get(page.link("下一页"))
        headings.append(page.heading)
    assert headings == ["你知道吗？", "一个想法", "怎么做", "哪一个？"]


def test_the_idea_shows_the_picture_and_the_bold_point(client: PageClient) -> None:
    page = client.get("/learn/alpha/idea")
    assert page.one("main img")["alt"] == "一幅画"
    assert page.one("main strong").get_text() == "要点"


def test_the_picture_is_kept_by_browsers_for_ever_under_its_hash(client: PageClient) -> None:
    address = str(client.get("/learn/alpha/idea").one("main img")["src"])
    response = client.get(address).response
    assert response.mimetype == "image/svg+xml"
    assert "immutable" in response.headers["Cache-Control"]


def test_the_action_is_an_if_then_plan(client: PageClient) -> None:
    plan = client.get("/learn/alpha/action").one(".plan").get_text(" ", strip=True)
    assert "当看到时" in plan and "我就去做" in plan


def test_the_last_page_names_the_sources_and_leads_to_the_next_lesson(client: PageClient) -> None:
    page = client.get("/learn/alpha/takeaway")
    assert "一本书" in page.text
    assert page.link("学下一课") == "/learn/beta"


def test_a_drawing_is_kept_for_ever_only_under_its_own_address(client: PageClient) -> None:
    own = str(client.get("/learn/alpha/idea").one("main img")["src"])
    assert "immutable" in client.client.get(own).headers["Cache-Control"]
    for address in ("/pictures/alpha.0123456789ab.svg", "/pictures/all.0123456789ab.svg"):
        assert client.client.get(address).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/learn/none", "/learn/alpha/why", "/learn/alpha/q9", "/pictures/none.abc.svg"])
def test_what_does_not_exist_is_not_found(client: PageClient, path: str) -> None:
    assert client.get(path).status == 404


def test_a_lesson_cannot_be_posted_to(client: PageClient) -> None:
    client.get("/learn/alpha")
    assert client.post("/learn/alpha").status == 405


def test_a_lesson_is_complete_in_english(client: PageClient) -> None:
    page = client.get("/learn/alpha?lang=en")
    assert page.heading == "Did you know?"


def test_in_few_words_a_lesson_is_one_page_with_its_picture_one_sentence_and_one_thing_to_do(
    client: PageClient,
) -> None:
    client.get("/learn/alpha")
    page = client.follow(client.post("/preferences", {"words": "plain", "next": "/learn/alpha"}))
    assert page.heading == "课程 alpha"
    assert page.one("main img")["alt"] == "一幅画"
    assert "一句话" in page.text and "我就去做" in page.text
    assert page.link("答几道题") == "/learn/alpha/q1"
    page = client.follow(client.post("/preferences", {"words": "full", "next": "/learn/alpha"}))
    assert page.heading == "你知道吗？"
