"""Pages of field work: who sees and does what, what they say, and what they refuse."""

import csv
import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.accounts.queries import staff_by_login
from literacy_app.fieldwork import queries
from literacy_app.fieldwork.models import VisitRow
from literacy_app.fieldwork.rules import Disposition
from literacy_app.foundation import clock
from literacy_app.webkit.extensions import reading, transaction
from tests.fieldwork.field import ENOUGH, Field, Somebody, frozen, local
from tests.fieldwork.field import people as members
from tests.page_client import Page, PageClient
from tests.people import People

FIELD = "/office/waves/open/field/"
D = Disposition


@dataclass
class Place:
    """Addresses of the first village and of three of its households."""

    village: str
    numbers: list[int]
    reserves: list[int]

    @property
    def page(self) -> str:
        return f"{FIELD}{self.village}/"

    def home(self, place: int = 0) -> str:
        return f"{self.page}{self.numbers[place]}/"


def land_of(session: Session) -> Field:
    """The field as services see it, with the stock interviewer."""
    row = staff_by_login(session, "in")
    assert row is not None
    draw = queries.frozen_draw(session, "own", "open")
    assert draw is not None
    return Field(session, draw, Somebody(row.id), clock.now())


@pytest.fixture
def place(app: Flask, people: People) -> Place:
    people.take_on("in")
    with app.app_context(), transaction() as session:
        frozen(session, clock.now())
        land = land_of(session)
        homes, reserves = land.sample(), land.reserves()
        return Place(homes[0].village, [one.number for one in homes], [one.number for one in reserves])


def visited(app: Flask, place: int, result: Disposition, times: int = 1) -> None:
    """Somebody was at a household of the first village."""
    with app.app_context(), transaction() as session:
        land = land_of(session)
        land.visits(land.sample()[place], result, ENOUGH[:times])


def assigned(client: PageClient, place: Place) -> Page:
    page = client.get(place.page)
    choice = next(one for one in page.soup.select("select[name=staff] option") if "（in）" in one.text)
    return client.follow(client.post(f"{place.page}assign", {"staff": str(choice["value"])}))


def visits_kept(app: Flask) -> int:
    with app.app_context():
        return reading().scalar(select(func.count()).select_from(VisitRow)) or 0


def typed(client: PageClient, **changes: str) -> dict[str, str]:
    assert client.last is not None
    fields = {"id": client.last.hidden("id"), "day": "2026-10-05", "time": "09:30", "result": "no_one_home"}
    return fields | {"again_day": "", "again_time": ""} | changes


def test_before_the_sample_is_frozen_the_page_sends_to_the_sampling_desk(people: People) -> None:
    page = people.sign_in("su").get(FIELD)
    assert "先把样本封存" in page.text and page.link("去抽样") == "/office/waves/open/sample/"


def test_the_wave_s_page_and_the_frozen_draw_lead_to_field_work(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("ou")
    assert client.get("/office/waves/open/").link("外勤") == FIELD
    with app.app_context():
        draw_id = land_of(reading()).draw.id
    assert client.get(f"/office/waves/open/sample/{draw_id}/").link("去外勤") == FIELD


def test_the_overview_says_in_words_where_it_stands(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("su")
    assert "还没有人出门。一共 36 户，分在 6 个村居。" in client.get(FIELD).text
    visited(app, 0, D.REFUSAL_PERSON)
    visited(app, 1, D.NO_ONE_HOME)
    text = client.get(FIELD).text
    assert "计划访 36 户，访完 0 户。还有 35 户要去，其中 34 户一次也没去过。" in text
    assert "还有 6 个村居没有调查员" in text and "应答率 RR1 是 0.0%" in text


def test_a_cluster_goes_to_an_interviewer_and_is_taken_back(people: People, place: Place) -> None:
    client = people.sign_in("su")
    assert "现在是 In。" in assigned(client, place).text
    assert "还有 5 个村居没有调查员" in client.get(FIELD).text
    client.get(place.page)
    page = client.follow(client.post(f"{place.page}end"))
    assert "还没有人。" in page.text and "以前是谁" in page.text


@pytest.mark.parametrize("staff", ["", "no-id", "6f1d3c9a-3a52-4c1a-9c65-0b1d6b0e7a11"])
def test_nobody_else_can_be_given_a_cluster(people: People, app: Flask, place: Place, staff: str) -> None:
    client = people.sign_in("su")
    client.get(place.page)
    assert client.post(f"{place.page}assign", {"staff": staff}).status == 422
    with app.app_context():
        assert queries.assignments(reading(), land_of(reading()).draw) == []


def test_a_household_shows_visits_and_what_the_rule_lacks(people: People, app: Flask, place: Place) -> None:
    visited(app, 0, D.NO_ONE_HOME, 2)
    text = people.sign_in("su").get(place.home()).text
    assert "还差 1 次上门" in text and "还差一次晚上或周末" in text and "AAPOR 2.24" in text


def test_a_household_shows_its_roster_and_who_was_chosen(people: People, app: Flask, place: Place) -> None:

    with app.app_context(), transaction() as session:
        land = land_of(session)
        land.roster(land.sample()[0], members(61))
        land.roster(land.sample()[0], members(61, 40), local(6, 9), reason="记漏了")
    text = people.sign_in("su").get(place.home()).text
    assert "男，61 岁 选中的人" in text and "不作数" in text and "记漏了" in text


def test_the_next_reserve_comes_in_by_a_button_when_the_rule_allows(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("su")
    visited(app, 0, D.NO_ONE_HOME, 3)
    page = client.get(place.home())
    assert f"换上第 {place.reserves[0]} 户" in page.text
    page = client.follow(client.post(f"{place.home()}reserve"))
    assert page.heading == f"第 {place.reserves[0]} 户" and f"第 {place.numbers[0]} 户" in page.text
    assert f"换成第 {place.reserves[0]} 户" in client.get(place.page).text


def test_a_refusal_has_no_button_and_is_refused_all_the_same(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("su")
    visited(app, 0, D.REFUSAL_HOUSEHOLD, 3)
    page = client.get(place.home())
    assert "拒访的不换" in page.text and not page.soup.select("form[action$=reserve]")
    again = client.post(f"{place.home()}reserve")
    assert again.status == 409 and "现在还不能换" in again.text


def test_when_reserves_are_used_up_the_page_says_so(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("su")
    for home in range(4):
        visited(app, home, D.VACANT)
    for home in range(3):
        client.get(place.home(home))
        client.post(f"{place.home(home)}reserve")
    assert "备用户已经用完" in client.get(place.home(3)).text


def test_a_visit_on_paper_is_written_down_once_however_often_it_is_sent(
    people: People, app: Flask, place: Place
) -> None:
    client = people.sign_in("su")
    client.get(place.home())
    fields = typed(client)
    for _again in range(2):
        assert client.post(f"{place.home()}visits", fields).status == 303
    assert visits_kept(app) == 1
    text = client.get(place.home()).text
    assert "家里没人" in text and "09:30" in text and "Su" in text


def test_an_appointment_keeps_its_time(people: People, place: Place) -> None:
    client = people.sign_in("su")
    client.get(place.home())
    fields = typed(client, result="appointment", again_day="2026-10-06", again_time="19:00")
    assert "约在" in client.follow(client.post(f"{place.home()}visits", fields)).text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"day": ""}, "请填日期"),
        ({"day": (clock.now() + timedelta(days=2)).date().isoformat()}, "这个时间还没到"),
        ({"result": "complete"}, "不是有效的选择"),
        ({"result": "appointment", "again_time": "19:00"}, "请把约好的日期也填上"),
        ({"id": "17"}, "请重新打开这一页"),
    ],
)
def test_a_visit_that_cannot_be_is_said_beside_the_field_and_not_kept(
    people: People, app: Flask, place: Place, changes: dict[str, str], says: str
) -> None:
    client = people.sign_in("su")
    client.get(place.home())
    page = client.post(f"{place.home()}visits", typed(client, **changes))
    assert page.status == 422 and says in page.text
    assert visits_kept(app) == 0


def test_an_interviewer_sees_and_writes_only_where_they_go(people: People, place: Place) -> None:
    client = people.sign_in("in")
    assert client.get(place.page).status == client.get(place.home()).status == 404
    assigned(people.sign_in("su"), place)
    page = client.get(place.page)
    assert page.status == 200 and not page.soup.select("main form")
    client.get(place.home())
    assert client.post(f"{place.home()}visits", typed(client)).status == 303
    for path in (f"{place.home()}reserve", f"{place.page}assign", f"{place.page}end"):
        client.get("/account/")
        assert client.post(path).status == 403
    assert client.get(FIELD).status == 403


def test_the_rates_stand_with_definitions_and_counts(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("ou")
    visited(app, 0, D.REFUSAL_PERSON)
    visited(app, 1, D.VACANT)
    with app.app_context(), transaction() as session:
        land = land_of(session)
        land.interview(land.sample()[2])
    text = client.get(f"{FIELD}rates").text
    # 1 / (1 + 1 + 33); e = 2 / 3, so 1 / (2 + 22); 1 / 2
    assert "1 / 35" in text and "2.9%" in text and "1 / 24" in text and "4.2%" in text and "50.0%" in text
    assert "I / (I + P + R + NC + O + UH + UO)" in text and "它不是应答率" in text and "e = 2 / (2 + 1) = 0.667" in text


def test_every_household_with_its_result_is_a_csv(people: People, app: Flask, place: Place) -> None:
    visited(app, 0, D.NO_ONE_HOME, 2)
    client = people.sign_in("ou")
    client.get(FIELD)
    raw = client.client.get(f"{FIELD}cases.csv").text
    rows = {(row["village"], row["number"]): row for row in csv.DictReader(io.StringIO(raw.removeprefix("\ufeff")))}
    row = rows[place.village, str(place.numbers[0])]
    assert len(rows) == 36 and (row["disposition"], row["aapor_code"], row["group"]) == ("no_one_home", "2.24", "NC")
    assert (row["visits"], row["first_visit"]) == ("2", "2026-10-05T09:00:00+08:00")


def pages(place: Place) -> list[str]:
    return ["", "rates", "cases.csv", f"{place.village}/", f"{place.village}/{place.numbers[0]}/"]


def actions(place: Place) -> list[str]:
    home = f"{place.village}/{place.numbers[0]}/"
    return [f"{place.village}/assign", f"{place.village}/end", f"{home}visits", f"{home}reserve"]


def test_another_area_s_field_work_is_not_found(people: People, place: Place) -> None:
    client = people.sign_in("ne")
    for path in pages(place):
        assert client.get(FIELD + path).status == 404
    for path in actions(place):
        client.get("/account/")
        assert client.post(FIELD + path).status == 404


def test_an_editor_has_no_business_in_the_field(people: People, place: Place) -> None:
    client = people.sign_in("ed")
    for path in pages(place):
        assert client.get(FIELD + path).status == 403
    for path in actions(place):
        client.get("/account/")
        assert client.post(FIELD + path).status == 403


def test_what_changes_something_is_not_fetched(people: People, place: Place) -> None:
    client = people.sign_in("su")
    for path in actions(place):
        assert client.get(FIELD + path).status == 405


def test_without_the_page_s_token_nothing_changes(people: People, app: Flask, place: Place) -> None:
    client = people.sign_in("su")
    assigned(client, place)
    visited(app, 0, D.VACANT)
    for path in actions(place):
        client.post(FIELD + path, token=None)
    with app.app_context():
        draw = land_of(reading()).draw
        assert queries.replacements(reading(), draw) == []
        assert queries.assignment(reading(), draw, place.village) is not None
    assert visits_kept(app) == 1


@pytest.mark.parametrize("path", ["990201009999/", "990201009999/1/", "{village}/99999/", "{village}/{reserve}/"])
def test_what_is_not_in_the_field_is_not_found(people: People, place: Place, path: str) -> None:
    address = path.format(village=place.village, reserve=place.reserves[0])
    assert people.sign_in("su").get(FIELD + address).status == 404
