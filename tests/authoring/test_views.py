"""The editor's pages."""

from uuid import uuid4

import pytest
from flask import Flask

from literacy_app.foundation import clock
from literacy_app.learners.models import Learner
from literacy_app.practice.models import Attempt
from literacy_app.practice.rules import Setting
from literacy_app.webkit.extensions import transaction
from tests.people import People

PATHS = ["/editor/", "/editor/lessons/alpha", "/editor/articles/a21", "/editor/articles/a01/items"]


def practise(app: Flask, right: int, wrong: int, pilot: str = "own") -> None:
    """Learners who answered question q1 of the lesson alpha, whose right option is b, once each."""
    with app.app_context(), transaction() as session:
        for number in range(right + wrong):
            who = uuid4()
            session.add(Learner(pilot_id=pilot, id=who, created_at=clock.now()))
            session.flush()
            session.add(
                Attempt(
                    pilot_id=pilot,
                    id=uuid4(),
                    learner_id=who,
                    article_id="a01",
                    item_id="alpha.q1",
                    answer=["b" if number < right else "a"],
                    right=number < right,
                    setting=Setting.LESSON,
                    at=clock.now(),
                )
            )


def test_the_matrix_shows_what_an_article_has_and_what_it_lacks(people: People, app: Flask) -> None:
    practise(app, 3, 1)
    page = people.sign_in("ed").get("/editor/")
    row = next(row for row in page.soup.select("tbody tr") if row.select("a[href='/editor/lessons/alpha']"))
    cells = [cell.get_text(" ", strip=True) for cell in row.select("td")]
    assert cells[1] == "3" and "不够 6" in cells[2] and cells[3] == "4"
    assert "还没有课" in page.text


def test_a_preview_shows_every_page_with_keys_and_reasons(people: People) -> None:
    page = people.sign_in("ed").get("/editor/lessons/alpha")
    assert "预览" in page.text and page.heading == "课程 alpha"
    assert len(page.soup.select(".preview section.card")) == 8
    right = [one.get_text(" ", strip=True) for one in page.soup.select("li.right")]
    assert len(right) == 4 and all("正确答案" in one for one in right)
    assert "一本书" in page.text and page.one(".preview img")["alt"] == "一幅画"


@pytest.mark.parametrize("width", [360, 412, 1280])
def test_a_preview_has_three_widths(people: People, width: int) -> None:
    page = people.sign_in("ed").get(f"/editor/lessons/alpha?width={width}")
    assert f"w{width}" in page.one(".preview")["class"]
    assert page.one("main a[aria-current]")["href"] == f"?width={width}"


def test_a_width_that_nobody_has_is_the_phones(people: People) -> None:
    assert "w360" in people.sign_in("ed").get("/editor/lessons/alpha?width=7").one(".preview")["class"]


def test_a_practice_set_is_previewed_item_by_item(people: People) -> None:
    page = people.sign_in("ed").get("/editor/articles/a21")
    assert "a21-1" in page.text and "因为一" in page.text
    assert page.link("题目分析") == "/editor/articles/a21/items"


def test_an_article_without_a_practice_set_says_so(people: People) -> None:
    assert "还没有练习组" in people.sign_in("ed").get("/editor/articles/a01").text


def test_the_analysis_says_what_first_tries_show_and_that_it_is_not_the_level(people: People, app: Flask) -> None:
    practise(app, 38, 2)
    page = people.sign_in("ed").get("/editor/articles/a01/items")
    card = next(one for one in page.soup.select("section.card") if "alpha.q1" in one.get_text())
    text = card.get_text(" ", strip=True)
    assert "第一次就答对的有 95 人" in text and "共 40 人，人还不够算区分度" in text
    assert "偏易" in text and "有选项几乎没人选" in text
    assert "永远不是素养水平" in page.text


def test_too_few_first_tries_give_no_number(people: People, app: Flask) -> None:
    practise(app, 29, 0)
    text = people.sign_in("ed").get("/editor/articles/a01/items").text
    assert "第一次作答的有 29 人，太少了" in text and "第一次就答对的有 100 人" not in text


def test_practice_in_another_area_is_not_shown(people: People, app: Flask) -> None:
    practise(app, 40, 0, "neighbour")
    client = people.sign_in("ed")
    assert "第一次作答的有 0 人" in client.get("/editor/articles/a01/items").text
    assert {cell.get_text() for cell in client.get("/editor/").soup.select("td[data-label=作答次数]")} == {"0"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("login", ["ed", "ad"])
def test_editors_and_administrators_see_the_pages(people: People, login: str, path: str) -> None:
    assert people.sign_in(login).get(path).status == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("login", ["ou", "su", "in"])
def test_other_roles_do_not(people: People, login: str, path: str) -> None:
    assert people.sign_in(login).get(path).status == 403


@pytest.mark.parametrize("path", ["/editor/lessons/none", "/editor/articles/a99", "/editor/articles/a99/items"])
def test_what_does_not_exist_is_not_found(people: People, path: str) -> None:
    assert people.sign_in("ed").get(path).status == 404


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_cannot_be_posted_to(people: People, path: str) -> None:
    client = people.sign_in("ed")
    client.get(path)
    assert client.post(path).status == 405


@pytest.mark.parametrize("path", PATHS)
def test_no_cache_keeps_the_keys(people: People, path: str) -> None:
    assert people.sign_in("ed").get(path).response.headers["Cache-Control"] == "no-store"
