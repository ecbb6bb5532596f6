"""A phone in a session, from the code to the end."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from literacy_app.groups.models import GroupSession
from literacy_app.groups.rules import LASTS
from literacy_app.learners.models import Learner
from literacy_app.webkit.extensions import reading, transaction
from tests.groups.halls import Hall, open_hall
from tests.page_client import PageClient
from tests.people import People


@pytest.fixture
def hall(people: People) -> Hall:
    """A session on lesson alpha."""
    return open_hall(people)


def test_a_code_typed_in_small_letters_and_with_spaces_leads_in(hall: Hall, client: PageClient) -> None:
    client.get("/join/")
    page = client.get(f"/join/?code={hall.code[:3].lower()}+{hall.code[3:].lower()}")
    assert page.location == f"/join/{hall.code}"
    assert client.follow(page).heading == "课程 alpha"


def test_an_unknown_code_is_said_plainly_and_kept_in_the_field(client: PageClient) -> None:
    page = client.get("/join/?code=zzzzzz")
    assert page.status == 404 and "没有找到这个代码" in page.text
    assert page.one("#code")["value"] == "zzzzzz"


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", ""), ("post", "/answer"), ("post", "/next")])
def test_every_address_below_an_unknown_code_says_so(client: PageClient, method: str, path: str) -> None:
    client.get("/join/")
    assert "没有找到这个代码" in getattr(client, method)(f"/join/NOSUCH{path}").text


def test_looking_at_a_session_makes_nobody_take_part(hall: Hall, client: PageClient) -> None:
    client.get(f"/join/{hall.code}")
    assert "已加入 0 部手机" in hall.leader.get(hall.address).text


def test_two_taps_on_join_are_one_phone(hall: Hall, client: PageClient) -> None:
    client.get(f"/join/{hall.code}")
    for _tap in range(2):
        client.post(f"/join/{hall.code}")
    assert "已加入 1 部手机" in hall.leader.get(hall.address).text
    assert client.get(f"/join/{hall.code}").heading == "加入了"


def test_a_phone_that_keeps_no_cookie_is_told_what_to_do(hall: Hall, client: PageClient) -> None:
    client.get("/join/")
    page = client.post(f"/join/{hall.code}", token="made up")
    assert page.status == 422 and "请再点一次" in page.text


def test_the_secret_is_shut_to_scripts_and_belongs_to_this_session_only(hall: Hall, client: PageClient) -> None:
    response = client.get(f"/join/{hall.code}").response
    cookie = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("seat="))
    assert f"Path=/join/{hall.code}" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_question_is_answered_once_and_explained_only_after_the_leader_shows_it(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    kept = hall.answer(phone, "a")
    assert kept.heading == "收到了" and "甲" in kept.text
    assert "因为" not in kept.response.text and "正确" not in kept.response.text
    hall.step()
    told = phone.get(f"/join/{hall.code}")
    assert told.heading == "再想想" and "因为乙" in told.text and "乙" in told.one("li.right").get_text()


def test_two_taps_on_an_answer_count_once_and_the_first_stands(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    asked = hall.asked(phone)
    for chosen in ("b", "a"):
        page = phone.post(f"/join/{hall.code}/answer", {**asked, "answer": chosen})
    assert "乙" in phone.follow(page).text
    assert "这一题有 1 人答了" in hall.leader.get(hall.address).text


def test_nothing_chosen_is_asked_again(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    asked = hall.asked(phone)
    page = phone.post(f"/join/{hall.code}/answer", asked)
    assert page.status == 422 and "先选一个" in page.text


def test_a_stale_page_is_shown_again_with_the_choice(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    asked = hall.asked(phone)
    page = phone.post(f"/join/{hall.code}/answer", {**asked, "answer": "c"}, token="of another day")
    assert (page.status, page.one("input[checked]")["value"]) == (422, "c")


def test_an_answer_after_the_show_is_not_counted_and_the_reason_is_said(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    asked = hall.asked(phone)
    hall.step()
    page = phone.follow(phone.post(f"/join/{hall.code}/answer", {**asked, "answer": "b"}))
    assert "答案已经公布了" in page.text and page.heading == "答案是这样"


def test_an_answer_to_a_question_that_is_gone_leads_to_the_one_asked_now(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    asked = hall.asked(phone)
    hall.step()
    hall.step()
    page = phone.follow(phone.post(f"/join/{hall.code}/answer", {**asked, "answer": "b"}))
    assert "大家已经到下一题了" in page.text and page.heading == "这句话对吗？"


def test_one_phone_goes_from_person_to_person_and_stays_one_phone(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    seat = hall.answer(phone, "b").hidden("seat")
    for _tap in range(2):
        page = phone.post(f"/join/{hall.code}/next", {"seat": seat})
    assert phone.follow(page).heading == "哪一个？"
    hall.answer(phone, "a")
    text = hall.leader.get(hall.address).text
    assert "已加入 1 部手机" in text and "这一题有 2 人答了" in text


def test_a_tap_on_the_page_of_the_person_before_is_not_the_next_persons_answer(hall: Hall) -> None:
    phone = hall.joined()
    hall.step()
    old = hall.asked(phone)
    seat = hall.answer(phone, "b").hidden("seat")
    phone.post(f"/join/{hall.code}/next", {"seat": seat})
    phone.get(f"/join/{hall.code}")
    page = phone.follow(phone.post(f"/join/{hall.code}/answer", {**old, "answer": "a"}))
    assert page.heading == "哪一个？"
    assert "这一题有 1 人答了" in hall.leader.get(hall.address).text


def test_a_reload_of_an_answer_goes_back_to_the_session(hall: Hall) -> None:
    assert hall.joined().get(f"/join/{hall.code}/answer").location == f"/join/{hall.code}"


def test_an_ended_session_thanks_and_leads_to_the_lesson(hall: Hall, client: PageClient) -> None:
    phone = hall.joined()
    hall.leader.get(hall.address)
    hall.leader.post(f"{hall.address}/end")
    for visitor in (phone, client):
        page = visitor.get(f"/join/{hall.code}")
        assert "这一场结束了" in page.heading and page.link("看这一课") == "/learn/alpha"


def test_a_session_that_nobody_ended_is_over_after_six_hours(hall: Hall, people: People) -> None:
    phone = hall.joined()
    hall.step()
    with people.app.app_context(), transaction() as session:
        opened = session.query(GroupSession).one().opened_at
        session.execute(update(GroupSession).values(opened_at=opened - LASTS - timedelta(seconds=1)))
    assert "这一场结束了" in phone.get(f"/join/{hall.code}").heading
    assert "已结束" in hall.leader.get("/office/sessions/").text


def test_a_session_of_another_pilot_says_whose_it_is(people: People, client: PageClient) -> None:
    neighbour = open_hall(people, login="ne")
    assert "邻县" in client.get(f"/join/{neighbour.code}").one(".brand").get_text()


def test_taking_part_makes_no_learner_and_asks_no_name(hall: Hall, people: People) -> None:
    phone = hall.joined()
    hall.step()
    hall.answer(phone, "b")
    with people.app.app_context():
        assert reading().query(Learner).count() == 0
    assert [
        field["name"] for field in phone.get(f"/join/{hall.code}").soup.select("main input:not([type=hidden])")
    ] == []


def test_the_next_person_cannot_be_called_by_a_link(hall: Hall) -> None:
    assert hall.joined().get(f"/join/{hall.code}/next").status == 405
