"""One's own page, review, the tests before and after, certificates, search."""

import json
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from literacy_app.framework.rules import Dimension
from literacy_app.learners.models import Learner
from literacy_app.practice.models import Certificate
from literacy_app.webkit.extensions import transaction
from tests.conftest import NOW
from tests.page_client import Page, PageClient


def answer(client: PageClient, address: str, chosen: str) -> Page:
    attempt = client.get(address).hidden("attempt")
    return client.follow(client.post(address, {"attempt": attempt, "answer": chosen}))


def value_of(client: PageClient, cookie: str) -> str:
    found = client.client.get_cookie(cookie)
    return found.value if found else ""


def test_before_the_first_answer_my_page_says_what_will_be_here(client: PageClient) -> None:
    assert "答过第一题" in client.get("/me/").text


def test_my_page_says_how_far_i_am_and_what_is_kept_of_me(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    text = client.get("/me/").text
    assert "七天里学了 1 天" in text and "一共 1 条" in text and "1 部手机" in text


def test_a_code_carries_what_was_learnt_to_another_phone(app: Flask, client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    client.get("/me/")
    code = client.follow(client.post("/me/code")).one(".receipt").get_text(strip=True)
    other = PageClient(app)
    other.get("/me/resume")
    page = other.follow(other.post("/me/resume", {"code": code.lower().replace("-", " ")}))
    assert "接上了" in page.text and "2 部手机" in page.text


def test_what_was_learnt_on_the_other_phone_is_added_and_not_lost(app: Flask, client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    client.get("/me/")
    code = client.follow(client.post("/me/code")).one(".receipt").get_text(strip=True)
    other = PageClient(app)
    answer(other, "/learn/beta/q1", "b")
    other.get("/me/resume")
    assert "一共 2 条" in other.follow(other.post("/me/resume", {"code": code})).text


@pytest.mark.parametrize("code", ["", "ABCD-EFGH-JKMN", "1" * 500, "<script>"])
def test_a_wrong_code_is_asked_again_with_what_was_typed(client: PageClient, code: str) -> None:
    client.get("/me/resume")
    page = client.post("/me/resume", {"code": code})
    assert page.status == 422
    assert page.one("#code")["value"] == code


def test_somebody_else_begins_anew_on_the_same_phone(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    client.get("/me/")
    client.post("/me/other")
    assert "答过第一题" in client.get("/me/").text


def test_a_page_from_before_does_not_bring_back_whoever_handed_the_phone_on(client: PageClient) -> None:
    old = client.get("/learn/alpha/q1").hidden("attempt")
    client.post("/learn/alpha/q1", {"attempt": old, "answer": "b"})
    client.get("/me/")
    client.post("/me/other")
    client.get("/learn/alpha/q2")
    client.follow(client.post("/learn/alpha/q1", {"attempt": old, "answer": "a"}))
    data = json.loads(client.get("/me/data.json").response.data)
    assert [one["answer"] for one in data["attempts"]] == [["a"]]


def test_whoever_comes_back_with_a_code_has_the_mark_of_what_still_waits_on_the_phone(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    mark = value_of(client, "who")
    client.get("/me/")
    code = client.follow(client.post("/me/code")).one(".receipt").get_text(strip=True)
    client.get("/me/")
    client.post("/me/other")
    answer(client, "/learn/alpha/q2", "true")
    client.get("/me/resume")
    client.post("/me/resume", {"code": code})
    assert mark and value_of(client, "who") == mark


def test_a_code_that_was_replaced_elsewhere_is_not_shown_any_more(app: Flask, client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    client.get("/me/")
    code = client.follow(client.post("/me/code")).one(".receipt").get_text(strip=True)
    other = PageClient(app)
    other.get("/me/resume")
    other.follow(other.post("/me/resume", {"code": code}))
    other.post("/me/code")
    assert client.get("/me/code").status == 302


@pytest.mark.parametrize("path", ["/me/", "/me/resume", "/certificates/"])
def test_no_cache_keeps_what_belongs_to_one_learner(client: PageClient, path: str) -> None:
    assert client.get(path).response.headers["Cache-Control"] == "no-store"


def test_my_data_can_be_taken_along(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    data = json.loads(client.get("/me/data.json").response.data)
    assert [(one["item"], one["right"]) for one in data["attempts"]] == [("alpha.q1", True)]


def test_deleting_asks_once_and_then_leaves_nothing(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    assert "找不回来" in client.get("/me/delete").text
    assert client.post("/me/delete").response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "答过第一题" in client.get("/me/").text


def test_review_has_nothing_before_anything_was_learnt(client: PageClient) -> None:
    assert "先去学一课" in client.get("/review/").text


def test_review_on_the_same_day_says_that_nothing_is_due(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    assert "今天没有要温习的" in client.get("/review/").text


def test_an_item_in_review_is_answered_and_explained(client: PageClient) -> None:
    assert "答对了" in answer(client, "/review/alpha.q1", "b").heading
    assert client.get("/review/none").status == 404


def test_the_test_before_asks_without_feedback_and_ends(client: PageClient) -> None:
    page = client.get("/check/skills/before")
    assert "一共 1 题" in page.text
    page = client.follow(client.post("/check/skills/before"))
    assert page.heading == "怎样参与？"
    item = page.hidden("item")
    page = client.follow(client.post("/check/skills/before/next", {"item": item, "answer": "a"}))
    page = client.follow(page) if page.status == 303 else page
    assert "去学吧" in page.heading and "答对" not in page.text


def test_the_test_after_shows_what_was_gained(client: PageClient) -> None:
    for setting, chosen in (("before", "a"), ("after", "c")):
        client.get(f"/check/skills/{setting}")
        page = client.follow(client.post(f"/check/skills/{setting}"))
        page = client.post(f"/check/skills/{setting}/next", {"item": page.hidden("item"), "answer": chosen})
        while page.status == 303:
            page = client.follow(page)
    assert "学之前 1 题里答对 0 题" in page.text


@pytest.mark.parametrize(
    "path", ["/check/wisdom/before", "/check/skills/during", "/certificates/wisdom", "/certificates/skills"]
)
def test_what_does_not_exist_is_not_found(client: PageClient, path: str) -> None:
    assert client.get(path).status == 404


def test_a_certificate_is_not_made_before_its_time(client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    client.get("/me/")
    assert client.post("/certificates/concepts").location == "/me/"


def test_a_made_up_certificate_is_not_confirmed(client: PageClient) -> None:
    assert "没有这张证书" in client.get("/certificates/?code=ABCDEFGHJK").text


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("脏空气", "/learn/beta"), ("好环境", "/learn/alpha"), ("alpha", "/learn/alpha"), ("雾霾天", "/learn/beta")],
)
def test_a_lesson_is_found_by_words_of_its_title_or_article(client: PageClient, wanted: str, found: str) -> None:
    page = client.get(f"/learn/?q={wanted}")
    assert [one["href"] for one in page.soup.select("ul.lessons a")][0] == found


def test_a_search_that_finds_nothing_says_so(client: PageClient) -> None:
    assert "没有找到“量子力学”" in client.get("/learn/?q=量子力学").text


def test_a_certificate_is_a_page_and_a_pdf_whose_code_anybody_can_check(app: Flask, client: PageClient) -> None:
    answer(client, "/learn/alpha/q1", "b")
    with app.app_context(), transaction() as session:
        learner = session.scalars(select(Learner)).one()
        made = Certificate(
            pilot_id="own",
            id=uuid4(),
            code="ABCDEFGHJK",
            learner_id=learner.id,
            dimension=Dimension.SKILLS,
            issued_at=NOW,
        )
        session.add(made)
    assert "ABCDEFGHJK" in client.get("/certificates/skills").text
    document = client.get("/certificates/skills.pdf").response
    assert document.mimetype == "application/pdf" and document.data.startswith(b"%PDF")
    assert "有这张证书" in PageClient(app).get("/certificates/?code=abcdefghjk").text
    assert PageClient(app).get("/certificates/skills").status == 404
