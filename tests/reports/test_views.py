"""The office's first page."""

from datetime import datetime

import pytest
from flask import Flask

from literacy_app.foundation import clock
from literacy_app.surveys.service import receive_submission
from literacy_app.webkit.extensions import transaction
from tests.builders import ALL_RIGHT, ALL_WRONG, body, desk, draw, link
from tests.page_client import PageClient
from tests.people import People


@pytest.fixture
def surveyed(app: Flask) -> datetime:
    """Forty people drawn in each of four villages: in each, ten are literate, twenty-eight are not, two did not answer."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        for psu in ("990201001001", "990201001002", "990201002201", "990201002202"):
            for number in range(40):
                person = draw(session, psu)
                if number < 38:
                    receive_submission(
                        session, body(ALL_RIGHT if number < 10 else ALL_WRONG, respondent=str(person)), desk(), now
                    )
    return now


def test_before_anybody_was_drawn_the_page_says_what_will_be_here(people: People) -> None:
    assert "现在还没有抽样调查的答卷" in people.sign_in("ou").get("/office/?wave=open").text


def test_the_level_is_said_in_words_with_its_interval_and_beside_its_target(people: People, surveyed: datetime) -> None:
    text = people.sign_in("ou").get("/office/?wave=open").text
    assert "大约有 26.3 人具备环境健康素养" in text
    assert "目标是 20.0%。" in text and "抽到 160 人，访到 152 人" in text


def test_every_number_of_a_chart_stands_in_a_table(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get("/office/?wave=open")
    assert len(page.soup.select("figure.dots")) == 3
    assert [len(table.select("tbody tr")) for table in page.soup.select("table")] == [3, 3, 2]


def test_answers_through_the_open_link_do_not_move_the_level_by_a_digit(
    people: People, app: Flask, surveyed: datetime
) -> None:
    client = people.sign_in("ou")
    before = client.get("/office/?wave=open").soup.select("table")
    with app.app_context(), transaction() as session:
        for _ in range(50):
            receive_submission(session, body(ALL_RIGHT), link(), surveyed)
    after = client.get("/office/?wave=open")
    assert [str(table) for table in after.soup.select("table")] == [str(table) for table in before]
    assert "50" in after.one(".figures").get_text()


def test_too_few_people_give_no_number(people: People, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for psu in ("990201001001", "990201001002"):
            for _ in range(5):
                receive_submission(session, body(respondent=str(draw(session, psu))), desk(), clock.now())
    page = people.sign_in("ou").get("/office/?wave=open")
    assert "访到的人还太少（10 人）" in page.text
    assert "100.0%" not in page.text


@pytest.mark.parametrize("login", ["ou", "su", "ad", "pa"])
def test_whoever_answers_for_the_whole_area_sees_it(people: People, login: str) -> None:
    assert people.sign_in(login).get("/office/").status == 200


@pytest.mark.parametrize("login", ["in", "ed"])
def test_other_roles_do_not_see_it(people: People, login: str) -> None:
    assert people.sign_in(login).get("/office/").status == 403


@pytest.mark.parametrize("path", ["/office/?pilot=own", "/office/?pilot=own&wave=open", "/office/waves/open/link.svg"])
@pytest.mark.parametrize("login", ["ne", "vi"])
def test_another_area_and_an_unknown_one_are_answered_alike(people: People, login: str, path: str) -> None:
    client = people.sign_in(login)
    page, unknown = client.get(path), client.get("/office/?pilot=nowhere")
    assert (page.status, unknown.status) == (404, 404)
    assert page.text == unknown.text


def test_the_page_cannot_be_posted_to(people: People) -> None:
    client = people.sign_in("ou")
    client.get("/office/")
    assert client.post("/office/").status == 405


def test_the_code_of_the_link_is_a_picture(people: People) -> None:
    response = people.sign_in("ou").get("/office/waves/open/link.svg").response
    assert response.mimetype == "image/svg+xml"
    assert response.text.startswith("<svg")


def test_the_office_is_complete_in_english(people: People, surveyed: datetime) -> None:
    assert "environmental health literacy" in people.sign_in("ou").get("/office/?wave=open&lang=en").text


def test_an_officer_puts_a_topic_first_and_residents_see_its_lesson_at_home(people: People, client: PageClient) -> None:
    officer = people.sign_in("ou")
    officer.get("/office/topics/")
    assert officer.post("/office/topics/", {"topic": "air", "area": "990201001"}).status == 303
    assert "课程 beta" not in client.get("/").text
    assert "课程 beta" in client.get("/?area=990201001").text
    assert "课程 beta" in client.get("/").text


def test_a_topic_can_be_put_back(people: People) -> None:
    officer = people.sign_in("ou")
    officer.get("/office/topics/")
    officer.post("/office/topics/", {"topic": "noise", "area": ""})
    assert "噪声" in officer.get("/office/topics/").one("ul.cards").get_text()
    officer.post("/office/topics/", {"topic": "noise", "area": "", "back": "1"})
    assert "噪声" not in officer.get("/office/topics/").one("ul.cards").get_text()


@pytest.mark.parametrize("fields", [{"topic": "weather", "area": ""}, {"topic": "air", "area": "990202001"}, {}])
def test_a_topic_or_place_that_is_not_offered_is_refused(people: People, fields: dict[str, str]) -> None:
    officer = people.sign_in("ou")
    officer.get("/office/topics/")
    assert officer.post("/office/topics/", fields).status == 422


@pytest.mark.parametrize(("login", "status"), [("su", 403), ("in", 403), ("ed", 403), ("vi", 404)])
def test_topics_are_shut_to_others(people: People, login: str, status: int) -> None:
    assert people.sign_in(login).get("/office/topics/?pilot=own").status == status


def test_learning_is_shown_apart_and_named_as_not_the_level(people: People, client: PageClient) -> None:
    for setting, chosen in (("before", "a"), ("after", "c")):
        client.get(f"/check/skills/{setting}")
        page = client.follow(client.post(f"/check/skills/{setting}"))
        client.post(f"/check/skills/{setting}/next", {"item": page.hidden("item"), "answer": chosen})
    page = people.sign_in("ou").get("/office/learning/")
    assert "这不是素养水平" in page.text
    assert [cell.get_text() for cell in page.soup.select("tbody tr *")] == ["参与", "1", "0", "1", "1.00"]


def test_a_level_from_too_few_shows_neither_gap_nor_verdict(people: People, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for psu in ("990201001001", "990201001002"):
            receive_submission(session, body(respondent=str(draw(session, psu))), desk(), clock.now())
    text = people.sign_in("ou").get("/office/?wave=open").text
    for words in ("高出", "把握", "达标", "抽样误差里"):
        assert words not in text
