"""Keying, comparing and correcting on pages."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from literacy_app.paper.rules import submission_id
from literacy_app.surveys.models import AnswerSheet, SubmissionRow
from literacy_app.surveys.rules import Status
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import draw
from tests.page_client import Page
from tests.paper.papers import ENTRY, FORMS, TYPED, enter, load_rich, send
from tests.people import People

pytestmark = pytest.mark.thorough

CORRECT = f"/office/waves/open/submissions/{submission_id('own', 'open', 7)}/correct"


def sheets(app: Flask) -> list[dict[str, object]]:
    with app.app_context():
        return list(reading().scalars(select(AnswerSheet.answers)))


@pytest.fixture
def stored(people: People) -> Page:
    """The list after form 7 was keyed equally by two people."""
    enter(people, "in")
    client = people.sign_in("su")
    return client.follow(send(client, client.get(f"{FORMS}7")))


@pytest.fixture
def differing(people: People) -> Page:
    """The comparison of form 7, keyed in two ways."""
    enter(people, "in")
    client = people.sign_in("su")
    return client.follow(send(client, client.get(f"{FORMS}7"), a_q2="3"))


def test_two_equal_entries_are_stored_and_the_list_says_so_with_the_receipt(app: Flask, stored: Page) -> None:
    assert "0007 已经收下，回执号" in stored.text and "100.0" in stored.text
    assert sheets(app) == [{"sex": "female", "q1": "true", "q2": "b", "q3": ["a", "c"]}]


def test_after_the_first_entry_another_person_is_waited_for(people: People) -> None:
    client = people.sign_in("in")
    page = client.follow(send(client, client.get(f"{FORMS}7")))
    assert "0007 的第一遍已经保存" in page.text
    assert "第二遍要由另一个人" in client.get(f"{FORMS}7").text
    assert "录第二遍（" not in page.text
    assert people.sign_in("su").get(FORMS).link("录第二遍（0007）") == f"{FORMS}7"


def test_the_second_person_sees_nothing_of_the_first_entry(people: People) -> None:
    enter(people, "in", a_remark="很好")
    page = people.sign_in("su").get(f"{FORMS}7")
    assert "第二遍录入" in page.text and "很好" not in page.text
    assert [one["value"] for one in page.soup.select("main .keyed input[type=text]") if one["value"]] == []


def test_what_cannot_be_read_is_shown_again_as_it_was_typed(people: People) -> None:
    page = enter(people, "in", a_q1="7", a_birth_year="1890", day="20990101", a_remark="原样")
    assert page.status == 422
    assert "第 5 题：只能填 1–2、8" in page.text and "最小是 1940" in page.text and "这一天还没有到" in page.text
    values = {str(one["name"]): str(one.get("value", "")) for one in page.soup.select("main .keyed input")}
    assert (values["a-q1"], values["a-birth_year"], values["a-q3"], values["day"]) == ("7", "1890", "13", "20990101")
    assert page.one("textarea").get_text() == "原样"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("consent", "", "请把这份问卷交给督导员"),
        ("day", "", "请填调查日期"),
        ("day", "20190101", "请看看年份"),
        ("language", "xx", "请选这份纸质问卷的语言"),
        ("respondent", "3F2A-91BC", "抽中的人里没有这个编号"),
    ],
)
def test_what_belongs_to_the_form_itself_is_checked(people: People, field: str, typed: str, words: str) -> None:
    page = enter(people, "in", **{field: typed})
    assert page.status == 422 and words in page.text


def test_a_page_that_lay_open_too_long_is_shown_again(people: People) -> None:
    client = people.sign_in("in")
    page = client.get(f"{FORMS}7")
    again = client.post(f"{FORMS}7", ENTRY | {"page": page.hidden("page")}, token="of another day")
    assert again.status == 422 and "请再点一次保存" in again.text
    assert send(client, again).status == 303


def test_a_second_click_leads_to_the_same_place_and_stores_nothing_more(people: People) -> None:
    client = people.sign_in("in")
    page = client.get(f"{FORMS}7")
    assert send(client, page).location == send(client, page).location == f"{FORMS}?kept=7"


def test_the_same_person_in_two_tabs_is_told_and_keeps_what_was_typed(people: People) -> None:
    client = people.sign_in("in")
    one, other = client.get(f"{FORMS}7"), client.get(f"{FORMS}7")
    send(client, one)
    page = send(client, other)
    assert page.status == 422 and "第一遍是您录的" in page.text
    assert page.one("#a-q3")["value"] == "13"


def test_one_person_alone_may_key_twice_when_an_officer_says_why(app: Flask, people: People) -> None:
    client = people.sign_in("ou")
    send(client, client.get(f"{FORMS}7"))
    assert "允许这一份由一个人录两遍" in client.get(f"{FORMS}7").text
    refused = client.post(f"{FORMS}7/alone", {"reason": " "})
    assert refused.status == 422 and "请写明原因" in refused.text
    page = client.follow(client.post(f"{FORMS}7/alone", {"reason": "今天只有我一个人"}))
    send(client, page)
    assert len(sheets(app)) == 1


def test_only_what_differs_is_compared_in_words(differing: Page) -> None:
    assert differing.heading == "核对问卷 0007"
    assert "第 6 题 · 哪一个？" in differing.text
    assert "第一遍：乙" in differing.text and "第二遍：丙" in differing.text
    assert "您的性别" not in differing.text


def test_what_is_picked_with_the_paper_in_hand_is_stored(app: Flask, people: People, differing: Page) -> None:
    client = people.sign_in("ou")
    client.get(f"{FORMS}7/compare")
    page = client.follow(client.post(f"{FORMS}7/compare", {"a-q2": "other", "other-a-q2": "1"}))
    assert "0007 已经收下" in page.text and "83.3" in page.text
    assert [one["q2"] for one in sheets(app)] == ["a"]


def test_nothing_is_stored_before_everything_is_picked(app: Flask, people: People, differing: Page) -> None:
    client = people.sign_in("ou")
    client.get(f"{FORMS}7/compare")
    for fields in ({}, {"a-q2": "third"}, {"a-q2": "other", "other-a-q2": "77"}):
        page = client.post(f"{FORMS}7/compare", fields)
        assert page.status == 422 and page.soup.select(".error-summary")
    assert sheets(app) == []


def test_answers_that_do_not_fit_are_warned_about_and_kept(app: Flask, people: People) -> None:
    load_rich(app)
    address = "/office/waves/rich/paper/1"
    for login, typed in (("in", TYPED | {"a-smokes": "2"}), ("su", TYPED | {"a-smokes": "2", "a-t1": "1"})):
        client = people.sign_in(login)
        head = {"day": "20261001", "language": "zh_Hans", "consent": "1", "page": client.get(address).hidden("page")}
        answer = client.post(address, head | typed)
    page = client.follow(answer)
    assert "第 2 题：按前面的回答不用答，纸上却答了" in page.text and "写在纸上的就是这样" in page.text
    page = client.follow(client.post(f"{address}/compare", {"a-t1": "first"}))
    assert "要由人看一看才算数" in page.text
    assert sheets(app)[0]["cigarettes"] == 12


def test_every_kind_of_question_is_keyed(app: Flask, people: People) -> None:
    load_rich(app)
    for login in ("in", "su"):
        client = people.sign_in(login)
        head = {"day": "20261001", "language": "zh_Hans", "consent": "1"}
        token = client.get("/office/waves/rich/paper/1").hidden("page")
        assert client.post("/office/waves/rich/paper/1", head | TYPED | {"page": token}).status == 303
    assert sheets(app) == [
        {
            "smokes": "true",
            "cigarettes": 12,
            "height": 1.65,
            "doubled": 3.3,
            "means": ["walk", "other"],
            "which": "骑马",
            "trust-tv": "much",
            "trust-doctor": "some",
            "trust-friends": {"code": "refused"},
            "less": {"code": "refused"},
            "t1": {"code": "dont_know"},
            "t2": ["a", "c"],
        }
    ]


def test_a_drawn_person_is_named_by_the_short_code(app: Flask, people: People) -> None:
    with app.app_context(), transaction() as session:
        person = draw(session)
    for login in ("in", "su"):
        enter(people, login, respondent=f"{person.hex[:4]}-{person.hex[4:8]}".upper())
    with app.app_context():
        assert reading().scalars(select(SubmissionRow.respondent_id)).one() == person


def test_the_list_is_filtered_and_leads_by_number(people: People, stored: Page) -> None:
    client = people.sign_in("in")
    assert client.get(f"{FORMS}?state=once").soup.select("tbody tr") == []
    assert len(client.get(f"{FORMS}?state=stored").soup.select("tbody tr")) == 1
    assert client.get(f"{FORMS}?number=0012").location == f"{FORMS}12"
    assert "编号是表上印的数字" in client.get(f"{FORMS}?number=abc").text
    assert client.get(f"{FORMS}0").status == 404


def test_a_stored_form_says_so_and_is_not_keyed_again(people: People, stored: Page) -> None:
    page = people.sign_in("ou").get(f"{FORMS}7")
    assert "这一份已经入库" in page.text and page.link("更正这一份") == CORRECT
    assert people.sign_in("ou").get(f"{FORMS}7/compare").location == f"{FORMS}?kept=7"


def test_a_correction_begins_with_what_is_stored_and_makes_a_new_version(
    app: Flask, people: People, stored: Page
) -> None:
    client = people.sign_in("su")
    page = client.get(CORRECT)
    assert page.one("#a-q3")["value"] == "13" and page.one("#a-sex")["value"] == "1"
    done = client.follow(client.post(CORRECT, {"reason": "看错了第 7 题", "a-q3": "14", "a-q1": "8"}))
    assert "更正已经保存" in done.text and done.one("#a-q3")["value"] == "14"
    with app.app_context():
        count = select(SubmissionRow.status, func.count()).group_by(SubmissionRow.status)
        assert dict(reading().execute(count).all()) == {Status.ACCEPTED: 1, Status.REPLACED: 1}  # type: ignore[arg-type]
    before = client.get(CORRECT)
    assert "这一份已经更正过" in before.text
    assert "更正" in client.get(before.link("看更正后的一份")).heading


def test_a_correction_wants_a_reason_and_readable_answers(app: Flask, people: People, stored: Page) -> None:
    client = people.sign_in("su")
    client.get(CORRECT)
    page = client.post(CORRECT, {"reason": "", "a-q1": "5"})
    assert page.status == 422 and "请写明为什么更正" in page.text and page.one("#a-q1")["value"] == "5"
    assert len(sheets(app)) == 1


def test_two_corrections_at_once_are_one_and_the_other_is_told(people: People, stored: Page) -> None:
    client = people.sign_in("su")
    client.get(CORRECT)
    client.post(CORRECT, {"reason": "一", "a-q1": "1"})
    page = client.post(CORRECT, {"reason": "二", "a-q1": "2"})
    assert page.status == 422


PAGES = [FORMS, f"{FORMS}7", f"{FORMS}8", CORRECT]


@pytest.mark.parametrize("path", PAGES)
def test_a_wrong_role_and_a_wrong_area_see_nothing(people: People, stored: Page, path: str) -> None:
    assert people.sign_in("ed").get(path).status == 403
    assert people.sign_in("ne").get(path).status == 404
    assert people.sign_in("vi").get(path).status == 404
    assert people.sign_in("pa").get(path).status == 200


def test_an_interviewer_keys_and_does_not_correct(people: People, stored: Page) -> None:
    client = people.sign_in("in")
    assert client.get(FORMS).status == 200
    assert client.get(CORRECT).status == 403
    client.get(FORMS)
    assert client.post(f"{FORMS}7/alone", {"reason": "x"}).status == 403


@pytest.mark.parametrize(
    ("path", "method"),
    [(FORMS, "post"), (f"{FORMS}7/alone", "get"), ("/office/waves/open/invitations.pdf", "get")],
)
def test_a_wrong_method_is_refused(people: People, path: str, method: str) -> None:
    client = people.sign_in("ou")
    client.get(FORMS)
    assert getattr(client, method)(path).status == 405


def test_posts_of_a_wrong_area_change_nothing(app: Flask, people: People, differing: Page) -> None:
    client = people.sign_in("ne")
    for path in (f"{FORMS}9", f"{FORMS}7/compare", f"{FORMS}7/alone", "/office/waves/open/invitations.pdf"):
        client.get("/office/waves/neighbour/paper/1")
        assert client.post(path, ENTRY | {"a-q2": "first", "reason": "x"}).status == 404
    assert sheets(app) == []


def test_what_is_not_there_is_not_found(people: People) -> None:
    client = people.sign_in("ou")
    assert client.get("/office/waves/nothing/paper/").status == 404
    assert client.get(f"{FORMS}5/compare").status == 404
    assert client.get(CORRECT).status == 404
