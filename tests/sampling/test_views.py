"""The sampling desk: who may use it, what it says of files and plans that do not fit, and the lists."""

import csv
import io

import pytest
from flask import Flask

from literacy_app.sampling import queries
from literacy_app.webkit.extensions import reading
from tests.page_client import Page, PageClient
from tests.people import People
from tests.sampling.test_service import frame_file

DESK = "/office/waves/open/sample/"
PLAN = {
    "way": "each_township",
    "villages": "3",
    "households": "12",
    "reserves": "5",
    "selection": "kish",
}


def upload(client: PageClient, raw: bytes, name: str = "frame.csv") -> Page:
    client.get(DESK)
    return client.post(f"{DESK}frames", {"file": (io.BytesIO(raw), name)}, content_type="multipart/form-data")  # type: ignore[dict-item]


def drawn(client: PageClient, **changes: str) -> Page:
    page = client.get(DESK)
    frame = str(page.soup.select("select[name=frame] option")[0]["value"])
    return client.post(f"{DESK}draws", PLAN | {"frame": frame} | changes)


@pytest.fixture
def officer(people: People) -> PageClient:
    client = people.sign_in("ou")
    assert upload(client, frame_file()).status == 303
    return client


def test_before_a_frame_was_read_the_desk_says_what_it_wants(people: People) -> None:
    assert "还没有抽样框" in people.sign_in("ou").get(DESK).text


def test_a_frame_is_shown_with_its_numbers(officer: PageClient) -> None:
    text = officer.get(DESK).text
    assert "frame.csv" in text and "16,400" in text


@pytest.mark.parametrize(
    ("raw", "name", "says"),
    [
        (b"code,name,size,households\n1,A,10,5\n", "frame.csv", "不是 12 位代码"),
        (frame_file() + b"\n990201001201,again,5,5,rural", "frame.csv", "代码重复"),
        (b"PK\x03\x04 nonsense", "frame.xlsx", "请"),
        (b"nothing", "frame.doc", "文件名要以 .csv 或 .xlsx 结尾"),
        (frame_file("990777"), "frame.csv", "不在这个试点地区里"),
        (b"", "frame.csv", "没有村居"),
    ],
    ids=["code", "twice", "broken", "name", "elsewhere", "empty"],
)
def test_a_file_that_is_no_frame_changes_nothing_and_says_what_to_do(
    people: People, app: Flask, raw: bytes, name: str, says: str
) -> None:
    page = upload(people.sign_in("ou"), raw, name)
    assert page.status == 422 and says in page.text and "什么也没有改" in page.text
    with app.app_context():
        assert not queries.frames(reading(), "own")


def test_no_file_is_said_beside_the_field(people: People) -> None:
    client = people.sign_in("ou")
    client.get(DESK)
    page = client.post(f"{DESK}frames")
    assert page.status == 422 and "请选一个文件" in page.text


def test_a_draw_shows_villages_chances_and_that_it_comes_out_the_same(officer: PageClient) -> None:
    page = officer.follow(drawn(officer))
    assert "户和机会都一样" in page.text
    assert page.one(".figures").get_text(" ", strip=True).startswith("村居 6 样本户 72 备用户 30")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"villages": "11"}, "没有这么多村居"),
        ({"households": "400"}, "没有这么多户"),
        ({"way": "townships"}, "请填要抽几个乡镇"),
        ({"villages": "x"}, "不是有效的整数"),
    ],
)
def test_a_plan_that_does_not_fit_says_what_to_change(officer: PageClient, changes: dict[str, str], says: str) -> None:
    page = drawn(officer, **changes)
    assert page.status == 422 and says in page.text


def test_the_list_has_every_household_with_its_chance(officer: PageClient) -> None:
    page = officer.follow(drawn(officer))
    answer = officer.client.get(page.link("下载住户名单"))
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 102 and {row["kish_table"] for row in rows} == {"A", "B1", "B2", "C", "D", "E1", "E2", "F"}
    assert sum(1 / float(row["probability"]) for row in rows if row["reserve"] == "sample") == pytest.approx(
        5100, rel=0.15
    )


def test_a_frozen_sample_ends_drawing(officer: PageClient) -> None:
    page = officer.follow(drawn(officer))
    freeze = str(page.soup.select("form[action$=freeze]")[0]["action"])
    assert "由 ou 封存" in officer.follow(officer.post(freeze)).text
    desk = officer.get(DESK)
    assert not desk.soup.select("form[action$=draws]") and "已封存" in desk.text
    assert officer.post(freeze).status == 409


def test_a_supervisor_sees_and_does_not_draw(people: People, officer: PageClient) -> None:
    officer.follow(drawn(officer))
    client = people.sign_in("su")
    page = client.get(DESK)
    assert "第 1 次抽样" in page.text and not page.soup.select("main form")
    assert client.post(f"{DESK}draws", PLAN).status == 403


@pytest.mark.parametrize("login", ["in", "ed"])
def test_other_roles_do_not_see_the_desk(people: People, login: str) -> None:
    assert people.sign_in(login).get(DESK).status == 403


def test_another_area_s_desk_is_not_found(people: People) -> None:
    assert people.sign_in("ne").get(DESK).status == 404
