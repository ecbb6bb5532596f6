"""The leader's pages and the page for the projector."""

import pytest

from tests.groups.halls import Hall, open_hall
from tests.page_client import PageClient
from tests.people import People


@pytest.fixture
def hall(people: People) -> Hall:
    """A session on lesson alpha, opened by the officer of the own county."""
    return open_hall(people)


def test_a_new_session_has_a_code_of_six_and_waits_for_phones(hall: Hall) -> None:
    page = hall.leader.get(hall.address)
    assert page.heading == "课程 alpha" and "等人加入" in page.text
    assert len(hall.code) == 6


def test_two_taps_on_open_open_one_session(people: People) -> None:
    leader = people.sign_in("ou")
    page = leader.get("/office/sessions/new")
    fields = {"id": page.hidden("id"), "pilot": page.hidden("pilot"), "subject": "lesson:alpha"}
    first = leader.post("/office/sessions/new", fields)
    assert leader.post("/office/sessions/new", fields).location == first.location
    assert len(leader.get("/office/sessions/").soup.select("main .card")) == 1


@pytest.mark.parametrize(("name", "other"), [("subject", "lesson:beta"), ("pilot", "neighbour")])
def test_whoever_goes_back_and_chooses_something_else_opens_another_session(
    people: People, name: str, other: str
) -> None:
    leader = people.sign_in("pa")
    page = leader.get("/office/sessions/new")
    fields = {"id": page.hidden("id"), "pilot": "own", "subject": "lesson:alpha"}
    token = page.hidden("csrf_token")
    opened = [leader.post("/office/sessions/new", sent, token=token) for sent in (fields, {**fields, name: other})]
    assert opened[0].location != opened[1].location
    assert [leader.get(one.location).status for one in opened] == [200, 200]


def test_a_session_on_an_article_asks_its_practice_questions(people: People) -> None:
    hall = open_hall(people, subject="article:a21")
    assert "第 1 题" not in hall.leader.get(hall.address).text
    hall.step()
    assert "第 1 题" in hall.leader.get(hall.address).text


@pytest.mark.parametrize(
    "fields", [{"subject": "lesson:nowhere"}, {"subject": "lesson:alpha", "pilot": "neighbour"}, {}]
)
def test_a_subject_or_a_pilot_that_is_not_offered_is_asked_again(people: People, fields: dict[str, str]) -> None:
    leader = people.sign_in("ou")
    given = {"pilot": leader.get("/office/sessions/new").hidden("pilot")} | fields
    assert leader.post("/office/sessions/new", given).status == 422


def test_a_stale_form_is_shown_again(people: People) -> None:
    leader = people.sign_in("ou")
    leader.get("/office/sessions/new")
    page = leader.post("/office/sessions/new", {"subject": "lesson:alpha", "pilot": "own"}, token="old")
    assert page.status == 422 and "请再点一次" in page.text


def test_whoever_leads_in_several_pilots_chooses_one(people: People) -> None:
    page = people.sign_in("pa").get("/office/sessions/new")
    assert [option["value"] for option in page.soup.select("#pilot option")] == ["neighbour", "own"]


def test_the_screen_shows_the_code_before_the_first_question_and_asks_again_by_itself(hall: Hall) -> None:
    page = hall.leader.get(f"{hall.address}/screen")
    assert "已加入 0 部手机" in page.text and hall.code in page.one("main svg text").get_text()
    assert page.response.headers["Refresh"] == "3"


def test_the_screen_stands_still_when_asked_and_while_answers_are_shown(hall: Hall) -> None:
    assert "Refresh" not in hall.leader.get(f"{hall.address}/screen?still=1").response.headers
    hall.step()
    hall.step()
    assert "Refresh" not in hall.leader.get(f"{hall.address}/screen").response.headers


def test_before_the_answers_are_shown_the_screen_counts_and_explains_nothing(hall: Hall) -> None:
    hall.phone().get(f"/join/{hall.code}")
    hall.step()
    page = hall.leader.get(f"{hall.address}/screen")
    assert page.heading == "哪一个？" and "已有 0 人答了" in page.text
    assert "因为" not in page.response.text and "正确" not in page.response.text


def test_the_screen_shows_how_answers_spread_with_words_and_reasons(hall: Hall) -> None:
    phones = [hall.joined() for _phone in range(3)]
    hall.step()
    for phone, chosen in zip(phones, ("b", "b", "a"), strict=True):
        hall.answer(phone, chosen)
    hall.step()
    rows = [
        row.get_text(" ", strip=True) for row in hall.leader.get(f"{hall.address}/screen").soup.select(".answers li")
    ]
    assert "1 人选（每 10 人里约 3 人）" in rows[0] and "因为甲" in rows[0]
    assert "2 人选（每 10 人里约 7 人）" in rows[1] and "正确答案" in rows[1]
    assert "没有人选" in rows[2]


def test_a_doubled_tap_on_the_screen_skips_no_question(hall: Hall) -> None:
    page = hall.leader.get(f"{hall.address}/screen")
    fields = {name: page.hidden(name) for name in ("position", "shown", "from")}
    for _tap in range(2):
        assert hall.leader.post(f"{hall.address}/step", fields).location == f"{hall.address}/screen"
    assert "第 1 题，共 3 题" in hall.leader.get(f"{hall.address}/screen").text


def test_a_session_can_be_ended_at_once_and_says_how_many_came(hall: Hall) -> None:
    hall.joined()
    hall.leader.get(hall.address)
    page = hall.leader.follow(hall.leader.post(f"{hall.address}/end", {"from": "session"}))
    assert "有 1 部手机、1 人次加入" in page.text
    assert "谢谢大家" in hall.leader.get(f"{hall.address}/screen").heading


PATHS = ["", "/screen", "/code.svg"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("login", ["ne", "vi"])
def test_a_session_of_somebody_elses_area_is_answered_like_one_that_is_not_there(
    people: People, hall: Hall, login: str, path: str
) -> None:
    client = people.sign_in(login)
    unknown = client.get("/office/sessions/00000000-0000-0000-0000-000000000000")
    page = client.get(hall.address + path)
    assert (page.status, page.text) == (404, unknown.text)


@pytest.mark.parametrize("path", ["/step", "/end"])
def test_nobody_of_another_area_moves_a_session(people: People, hall: Hall, path: str) -> None:
    client = people.sign_in("ne")
    client.get("/office/sessions/")
    assert client.post(hall.address + path, {"position": "0", "shown": "0"}).status == 404
    assert "等人加入" in hall.leader.get(hall.address).text


def test_the_list_shows_ones_own_sessions_and_those_of_the_whole_pilot(people: People, hall: Hall) -> None:
    assert hall.code in people.sign_in("su").get("/office/sessions/").text
    assert hall.code not in people.sign_in("vi").get("/office/sessions/").text
    village = open_hall(people, login="vi")
    assert village.code in people.sign_in("vi").get("/office/sessions/").text


@pytest.mark.parametrize("login", ["su", "in", "ed"])
def test_every_kind_of_leader_may_open_one(people: People, login: str) -> None:
    assert len(open_hall(people, login=login).code) == 6


@pytest.mark.parametrize("path", ["/office/sessions/", "/office/sessions/new", "/office/posters/"])
def test_other_roles_and_residents_do_not_lead(people: People, client: PageClient, path: str) -> None:
    assert people.sign_in("ad").get(path).status == 403
    assert client.get(path).location.startswith("/account/sign-in")


def test_a_step_cannot_be_taken_by_following_a_link(hall: Hall) -> None:
    assert hall.leader.get(f"{hall.address}/step").status == 405
    assert hall.leader.get(f"{hall.address}/end").status == 405
