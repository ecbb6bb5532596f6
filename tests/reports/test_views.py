"""The office's first page."""

from datetime import datetime

import pytest
from flask import Flask

from literacy_app.foundation import clock
from literacy_app.surveys.service import receive_submission
from literacy_app.webkit.extensions import transaction
from tests.builders import ALL_RIGHT, ALL_WRONG, body, desk, draw, link
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
