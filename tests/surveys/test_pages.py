"""A survey answered alone, one question a page."""

import pytest
from flask import Flask
from sqlalchemy import delete, select

from literacy_app.areas.models import PilotArea
from literacy_app.surveys.models import Draft
from literacy_app.surveys.queries import link_of
from literacy_app.webkit.extensions import reading, transaction
from tests.page_client import Page, PageClient


def address(app: Flask, wave: str = "open") -> str:
    with app.app_context():
        link = link_of(reading(), wave)
        assert link is not None
        return f"/s/{link.token}"


@pytest.fixture
def survey(app: Flask) -> str:
    return address(app)


@pytest.fixture
def begun(client: PageClient, survey: str) -> Page:
    """The first question, after consent."""
    client.get(f"{survey}/consent")
    return client.follow(client.post(f"{survey}/consent", {"consent": "agree"}))


def test_the_cover_says_who_asks_by_which_law_and_which_rights_one_has(client: PageClient, survey: str) -> None:
    page = client.get(survey)
    for words in ("小问卷", "请您回答几个问题", "您可以不参加", "T-1", "统计局", "2026-1", "2099年12月31日"):
        assert words in page.text


def test_without_consent_nothing_is_kept_and_no_question_is_shown(client: PageClient, survey: str) -> None:
    client.get(f"{survey}/consent")
    page = client.post(f"{survey}/consent", {"consent": "decline"})
    assert "没有保存任何内容" in page.text
    assert client.get(f"{survey}/1").location == survey


def test_answers_are_saved_step_by_step_and_another_visit_goes_on_where_one_stopped(
    client: PageClient, survey: str, begun: Page
) -> None:
    assert "第 1 题，共 7 题" in begun.text
    client.follow(client.post(f"{survey}/1", {"answer": "female"}))
    page = client.get(survey)
    assert "接着答（第 2 题）" in page.text
    assert client.get(f"{survey}/1").one("input[checked]")["value"] == "female"


def test_an_answer_that_cannot_be_taken_is_shown_again_with_what_was_typed(
    client: PageClient, survey: str, begun: Page
) -> None:
    client.get(f"{survey}/2")
    page = client.post(f"{survey}/2", {"answer": "18六8"})
    assert page.status == 422
    assert page.one("#answer")["value"] == "18六8"
    assert "请填数字" in page.text


def test_a_page_that_lay_open_too_long_is_shown_again_with_the_choice(
    client: PageClient, survey: str, begun: Page
) -> None:
    page = client.post(f"{survey}/1", {"answer": "male"}, token="of another day")
    assert page.status == 422
    assert page.one("input[checked]")["value"] == "male"
    assert "你选的还在" in page.text


def test_nothing_chosen_is_asked_again_but_can_be_skipped(client: PageClient, survey: str, begun: Page) -> None:
    assert client.post(f"{survey}/1").status == 422
    assert client.post(f"{survey}/1", {"skip": "1"}).location == f"{survey}/2"


def test_a_demographic_question_can_be_refused_and_a_scored_one_not_known(
    client: PageClient, survey: str, begun: Page
) -> None:
    assert [one["value"] for one in client.get(f"{survey}/1").soup.select("main input[type=radio]")] == [
        "female",
        "male",
        "refused",
    ]
    client.get(f"{survey}/2")
    # As a browser sends it: the empty box beside the button that was pressed, or what was typed before changing one's mind.
    for typed in ("", "1980"):
        assert client.post(f"{survey}/2", {"answer": typed, "code": "refused"}).location == f"{survey}/3"
        assert client.get(f"{survey}/2").one("#answer")["value"] == ""
    assert client.get(f"{survey}/5").soup.select("input[value=dont_know]")


def test_the_townships_of_the_pilot_are_offered_by_name(client: PageClient, survey: str, begun: Page) -> None:
    page = client.get(f"{survey}/3")
    assert "东街道" in page.text and "西乡" in page.text


def test_no_page_before_sending_says_what_is_right(client: PageClient, survey: str, begun: Page) -> None:
    for number in range(1, 8):
        text = client.get(f"{survey}/{number}").response.text
        assert "正确" not in text and "points" not in text and "answer_key" not in text


def answer_all(client: PageClient, survey: str) -> Page:
    page = Page(client.client.get(survey))
    for number, answer in enumerate(["female", "1968", "990201001", "好😀𠮷", "true", "b", ["a", "c"]], start=1):
        client.get(f"{survey}/{number}")
        page = client.post(f"{survey}/{number}", {"answer": answer})
    return client.follow(page)


def test_all_answered_leads_to_sending_the_receipt_and_the_own_result_by_dimension(
    client: PageClient, survey: str, begun: Page
) -> None:
    page = answer_all(client, survey)
    assert "7 题都答了" in page.text
    page = client.follow(client.post(f"{survey}/send"))
    assert "收到了" in page.heading
    assert len(page.one(".receipt").get_text(strip=True)) == 9
    assert "满分 10 分，您得了 10 分" in page.text and "3 分里得 3 分" in page.text


def test_gaps_are_listed_before_sending_and_do_not_prevent_it(client: PageClient, survey: str, begun: Page) -> None:
    page = client.get(f"{survey}/check")
    assert "还有 7 题没有回答" in page.text
    assert client.follow(client.post(f"{survey}/send")).status == 200


def test_a_gap_is_filled_and_leads_back_to_the_check(client: PageClient, survey: str, begun: Page) -> None:
    client.get(f"{survey}/2?check=1")
    assert client.post(f"{survey}/2?check=1", {"answer": "1968"}).location == f"{survey}/check"


def test_after_sending_the_questions_are_shut_and_the_receipt_stays(
    client: PageClient, survey: str, begun: Page
) -> None:
    client.get(f"{survey}/check")
    client.post(f"{survey}/send")
    assert client.get(f"{survey}/1").location == f"{survey}/done"
    assert client.get(survey).location == f"{survey}/done"


def test_somebody_else_can_answer_on_the_same_phone(client: PageClient, survey: str, begun: Page) -> None:
    client.get(f"{survey}/check")
    client.follow(client.post(f"{survey}/send"))
    page = client.follow(client.post(f"{survey}/leave"))
    assert "开始" in page.text


def test_the_language_can_be_switched_on_the_way(client: PageClient, survey: str, begun: Page) -> None:
    client.post(f"{survey}/1", {"answer": "female"})
    client.get(f"{survey}/2")
    page = client.follow(client.post("/preferences", {"language": "en", "next": f"{survey}/2"}))
    assert "Born in which year?" in page.text


def test_a_closed_wave_says_when_it_was_open_and_takes_nothing(app: Flask, client: PageClient) -> None:
    closed = address(app, "closed")
    assert "现在不收答卷" in client.get(closed).text
    assert client.get(f"{closed}/consent").location == closed


@pytest.mark.parametrize("path", ["/s/nobody", "/s/nobody/1", "/s/nobody/done"])
def test_an_unknown_link_is_not_found(client: PageClient, path: str) -> None:
    assert client.get(path).status == 404


@pytest.mark.parametrize("number", [0, 8, 999999999999])
def test_a_question_that_does_not_exist_is_not_found(client: PageClient, survey: str, begun: Page, number: int) -> None:
    assert client.get(f"{survey}/{number}").status == 404


def test_sending_by_following_a_link_is_not_possible(client: PageClient, survey: str, begun: Page) -> None:
    assert client.get(f"{survey}/send").status == 405


def test_a_word_that_is_also_a_code_is_kept_as_the_word_that_was_typed(
    client: PageClient, survey: str, begun: Page
) -> None:
    client.get(f"{survey}/4")
    client.post(f"{survey}/4", {"answer": "refused"})
    assert client.get(f"{survey}/4").one("textarea").get_text(strip=True) == "refused"


def test_dont_know_beside_another_choice_is_asked_again_in_words_that_are_true(
    client: PageClient, survey: str, begun: Page
) -> None:
    client.get(f"{survey}/7")
    page = client.post(f"{survey}/7", {"answer": ["a", "dont_know"]})
    assert page.status == 422
    assert "就不用再选别的" in page.text


def test_a_township_that_leaves_the_pilot_after_the_wave_opened_loses_nobody_an_answer(
    app: Flask, client: PageClient, survey: str, begun: Page
) -> None:
    client.get(f"{survey}/3")
    client.post(f"{survey}/3", {"answer": "990201002"})
    with app.app_context(), transaction() as session:
        session.execute(delete(PilotArea).where(PilotArea.area_code == "990201002"))
    client.get(f"{survey}/check")
    assert "收到了" in client.follow(client.post(f"{survey}/send")).heading


def test_a_draft_that_cannot_be_sent_stays_as_it_was_and_can_be_put_right(
    app: Flask, client: PageClient, survey: str, begun: Page
) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Draft)).one().answers = {"sex": "unknown"}
    client.get(f"{survey}/check")
    page = client.post(f"{survey}/send")
    assert page.status == 422
    assert "别的回答都在" in page.text
    client.get(f"{survey}/1")
    client.post(f"{survey}/1", {"answer": "female"})
    client.get(f"{survey}/check")
    assert "收到了" in client.follow(client.post(f"{survey}/send")).heading


def test_the_language_of_the_printed_address_holds_on_the_next_pages(client: PageClient, survey: str) -> None:
    client.get(f"{survey}?lang=en")
    assert client.get(f"{survey}/consent").one("html")["lang"] == "en"
    page = client.follow(client.post("/preferences", {"language": "zh_Hans", "next": survey}))
    assert page.one("html")["lang"] == "zh-Hans"
