"""The pages of the quality desk: what they say, who may open them, and that nothing is seen before its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from literacy_app.config import Settings
from literacy_app.contacts.service import keep_contact
from literacy_app.fieldwork.queries import frozen_draw, households
from literacy_app.foundation import clock
from literacy_app.foundation.audit import AuditEvent
from literacy_app.quality import queries
from literacy_app.quality.rules import Result
from literacy_app.surveys import queries as surveys
from literacy_app.surveys.rules import Status
from literacy_app.webkit.extensions import reading, transaction
from tests.contacts.homes import NAME, PHONE, contact
from tests.page_client import Page, PageClient
from tests.people import People
from tests.quality.field import interview, sample

DESK = "/office/waves/open/quality/"
CHECKS = f"{DESK}back-checks/"
ROLES = {"ou": 200, "su": 200, "ad": 200, "pa": 200, "in": 403, "ed": 403, "ne": 404, "vi": 404}


@dataclass
class Field:
    """A wave with interviews by the phone of `in`, the first of which is drawn and has a contact."""

    app: Flask
    now: datetime
    ids: list[UUID]

    @property
    def check(self) -> str:
        """The page of the back-check."""
        return f"{CHECKS}{self.ids[0]}"

    @property
    def interview(self) -> str:
        """The page of an interview."""
        return f"{DESK}interviews/{self.ids[0]}"

    def events(self, action: str) -> list[AuditEvent]:
        """Rows of the audit log."""
        with self.app.app_context():
            return list(reading().scalars(select(AuditEvent).where(AuditEvent.action == action)))

    def result(self) -> str | None:
        """What came of the back-check."""
        with self.app.app_context():
            row = queries.back_check(reading(), "own", self.ids[0])
            return row.result if row else None


@pytest.fixture
def field(app: Flask) -> Field:
    now = clock.now()
    with app.app_context(), transaction() as session:
        homes = sample(session, now)
        ids = [
            interview(
                session,
                home,
                now,
                ended=now - timedelta(hours=1 + n),
                paradata={"times": {"q1": 5.5, "q2": 7}, "total": 800, "edits": {"q1": 2}},
            )
            for n, home in enumerate(homes[:1])
        ]
        keep_contact(session, "own", contact(homes[0], at=now), app.config["CONTACTS_KEY"], "in", now)
    return Field(app, now, ids)


def paths(field: Field) -> dict[str, str]:
    return {
        "risks": DESK,
        "interview": field.interview,
        "back_checks": CHECKS,
        "back_check": field.check,
        "agreement": f"{DESK}agreement/",
    }


@pytest.mark.parametrize("login", ROLES)
@pytest.mark.parametrize("page", ["risks", "interview", "back_checks", "back_check", "agreement"])
def test_who_may_open_which_page(people: People, field: Field, page: str, login: str) -> None:
    people.sign_in("su").get(CHECKS)  # draws
    assert people.sign_in(login).get(paths(field)[page]).status == ROLES[login]


@pytest.mark.parametrize("page", ["risks", "back_checks", "agreement"])
def test_pages_that_only_show_take_no_form(people: People, field: Field, page: str) -> None:
    client = people.sign_in("su")
    client.get(field.interview)
    assert client.post(paths(field)[page]).status == 405


@pytest.mark.parametrize("path", ["take", "contact"])
def test_what_changes_something_is_never_got(people: People, field: Field, path: str) -> None:
    client = people.sign_in("su")
    client.get(CHECKS)
    assert client.get(f"{field.check}/{path}").status == 405


def test_before_anything_came_the_pages_say_so(people: People) -> None:
    client = people.sign_in("su")
    assert "还没有入户访问的答卷" in client.get(DESK).text
    assert "还没有抽到的" in client.get(CHECKS).text
    assert "还没有抽到的" in client.get(f"{DESK}agreement/").text


def test_the_wave_s_page_leads_here(people: People) -> None:
    assert people.sign_in("su").get("/office/waves/open/").link("质量") == DESK


def test_the_desk_counts_interviews_and_draws_on_opening(people: People, field: Field) -> None:
    page = people.sign_in("su").get(DESK)
    assert "只是提示，不是结论" in page.text and "0 / 1" in page.one(".figures").get_text(" ", strip=True)
    assert len(field.events("back_checks_drawn")) == 1
    people.sign_in("ou").get(DESK)
    assert len(field.events("back_checks_drawn")) == 1


def test_interviews_with_several_signs_are_listed_in_words_and_leave_when_seen(people: People, field: Field) -> None:
    with field.app.app_context(), transaction() as session:
        drawn = frozen_draw(session, "own", "open")
        assert drawn is not None
        for home in households(session, drawn)[1:6]:
            interview(session, home, field.now, minutes=0.3)
    client = people.sign_in("su")
    page = client.get(DESK)
    assert "快得来不及读题" in page.text and "一小时内访问太多" in page.text
    first = str(page.soup.select("#list ~ .table-wrap tbody a")[0]["href"])
    assert "每题平均" in client.get(first).text
    client.follow(client.post(first, {"verdict": "approve"}))
    assert first not in client.get(DESK).response.text


def test_an_interview_shows_signs_times_and_answers_and_is_noted_as_read(people: People, field: Field) -> None:
    page = people.sign_in("su").get(field.interview)
    assert len(page.soup.select("figure rect")) == 2
    assert "手机计时 13 分钟" in page.text and "调查员 in" in page.text
    assert [event.actor for event in field.events("submission_read")] == ["su"]


def test_an_interview_of_another_wave_or_of_nobody_is_not_found(people: People, field: Field) -> None:
    client = people.sign_in("su")
    assert client.get(f"{DESK}interviews/{uuid4()}").status == 404
    assert client.get(field.interview.replace("/open/", "/closed/")).status == 404


def say(client: PageClient, path: str, fields: Mapping[str, str]) -> Page:
    client.get(path)
    return client.post(path, dict(fields))


def test_a_supervisor_approves_returns_and_takes_out(people: People, field: Field) -> None:
    client = people.sign_in("su")
    assert "没问题" in client.follow(say(client, field.interview, {"verdict": "approve"})).text
    page = client.follow(say(client, field.interview, {"verdict": "return", "note": "请再问出生年"}))
    assert "退回核实" in page.text and "请再问出生年" in page.text
    assert "退回核实的" in client.get(DESK).text
    client.follow(say(client, field.interview, {"verdict": "void", "note": "没有访问过"}))
    with field.app.app_context():
        row = surveys.submission(reading(), "own", field.ids[0])
        assert row is not None and row.status == Status.VOIDED
    page = say(client, field.interview, {"verdict": "approve"})
    assert page.status == 409 and "已经有了决定" in page.text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "请选一个"),
        ({"verdict": "void"}, "请写一句理由"),
        ({"verdict": "return", "note": "  "}, "请写一句理由"),
        ({"verdict": "delete", "note": "x"}, ""),
        ({"verdict": "void", "note": "x" * 401}, "太长了"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_decided(
    people: People, field: Field, fields: dict[str, str], says: str
) -> None:
    page = say(people.sign_in("su"), field.interview, fields)
    assert page.status == 422 and says in page.text
    assert not field.events("submission_void")


@pytest.mark.parametrize("login", ["in", "ed", "ne", "vi"])
def test_others_decide_nothing_and_see_no_contact(people: People, field: Field, login: str) -> None:
    people.sign_in("su").get(CHECKS)
    client = people.sign_in(login)
    for path, fields in (
        (field.interview, {"verdict": "void", "note": "x"}),
        (field.check, {"method": "call", "outcome": "not_interviewed"}),
        (f"{field.check}/take", {}),
        (f"{field.check}/contact", {"reason": "call"}),
    ):
        client.get("/account/")
        assert client.post(path, fields).status in (403, 404)
    assert field.result() is None and not field.events("contact_revealed") and not field.events("submission_void")


def test_the_list_names_place_interviewer_and_who_does_it(people: People, field: Field) -> None:
    client = people.sign_in("su")
    page = client.get(CHECKS)
    assert "还没有人" in page.text and "还没核" in page.text
    client.get(field.check)
    client.follow(client.post(f"{field.check}/take"))
    assert page.soup.select("tbody td")[1].get_text() == "in"
    assert client.get(CHECKS).soup.select("tbody td")[2].get_text() == "我"
    assert people.sign_in("ou").get(CHECKS).soup.select("tbody td")[2].get_text() == "su"


def test_first_answers_are_seen_only_after_the_second(people: People, field: Field) -> None:
    client = people.sign_in("su")
    client.get(CHECKS)
    before = client.get(field.check)
    assert not before.soup.select("option[selected]:not([value=''])") and "1980" not in before.response.text
    fields = {"method": "call", "outcome": "asked", "fact-sex": "female", "fact-birth_year": "１９８１"}
    page = client.follow(client.post(field.check, fields))
    assert "有不一样" in page.text and "1980" in page.text and "1981" in page.text
    assert field.result() == Result.DIFFERS


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"outcome": "asked", "fact-sex": "female"}, "请选打电话还是上门"),
        ({"method": "call"}, "请选一个结果"),
        ({"method": "call", "outcome": "asked"}, "请至少再问一题"),
        ({"method": "call", "outcome": "asked", "fact-birth_year": "1820"}, "最小是 1940"),
        ({"method": "call", "outcome": "asked", "fact-birth_year": "old"}, "请填数字"),
        ({"method": "call", "outcome": "asked", "fact-sex": "x"}, "请从上面的选项里选"),
    ],
)
def test_what_does_not_fit_is_said_beside_it_and_nothing_is_kept(
    people: People, field: Field, fields: dict[str, str], says: str
) -> None:
    client = people.sign_in("su")
    client.get(CHECKS)
    page = say(client, field.check, fields)
    assert page.status == 422 and says in page.text and field.result() is None


def test_what_is_done_stays_done(people: People, field: Field) -> None:
    client = people.sign_in("su")
    client.get(CHECKS)
    client.get(field.check)
    nobody = {"method": "visit", "outcome": "not_interviewed"}
    assert "没有访问过" in client.follow(client.post(field.check, nobody)).text
    page = client.post(field.check, {"method": "visit", "outcome": "unreachable"})
    assert page.status == 409 and field.result() == Result.NOT_INTERVIEWED
    assert client.post(f"{field.check}/take").status == 409
    assert client.post(f"{field.check}/contact", {"reason": "call"}).status == 409
    assert "都核完了" in client.get(CHECKS).text and "没有访问过" in client.get(f"{DESK}agreement/").text


def test_agreement_is_shown_with_kappa_where_there_is_one(people: People, field: Field) -> None:
    client = people.sign_in("su")
    client.get(CHECKS)
    client.get(field.check)
    client.post(field.check, {"method": "call", "outcome": "asked", "fact-sex": "female"})
    text = client.get(f"{DESK}agreement/").text
    assert "100% (1 / 1)" in text and "—" in text


@pytest.mark.parametrize("login", ["su", "ad"])
def test_a_contact_is_masked_until_somebody_gives_a_reason(people: People, field: Field, login: str) -> None:
    client = people.sign_in(login)
    client.get(CHECKS)
    page = client.get(field.check)
    assert "欧**" in page.text and "139****0123" in page.text and PHONE not in page.response.text
    refused = client.post(f"{field.check}/contact")
    assert refused.status == 422 and "请选一个原因" in refused.text and PHONE not in refused.response.text
    shown = client.post(f"{field.check}/contact", {"reason": "call"})
    assert shown.status == 200 and NAME in shown.text and PHONE in shown.text
    assert shown.response.headers["Cache-Control"] == "no-store"
    [event] = field.events("contact_revealed")
    assert (event.actor, event.detail["reason"]) == (login, "call")
    assert PHONE not in client.get(field.check).response.text


@pytest.mark.parametrize("login", ["ou", "pa"])
def test_officers_see_no_contact_at_all(people: People, field: Field, login: str) -> None:
    client = people.sign_in(login)
    client.get(CHECKS)
    page = client.get(field.check)
    assert "只有督导员和管理员能看" in page.text and "欧**" not in page.text
    assert client.post(f"{field.check}/contact", {"reason": "call"}).status == 403


def test_beyond_the_day_s_budget_the_page_says_so_and_an_alarm_stays(
    people: People, field: Field, settings: Settings
) -> None:
    client = people.sign_in("su")
    client.get(CHECKS)
    client.get(field.check)
    answers = [client.post(f"{field.check}/contact", {"reason": "call"}) for _ in range(32)]
    assert [page.status for page in answers] == [200] * 30 + [429] * 2
    assert "到了一天的上限" in answers[-1].text and PHONE not in answers[-1].response.text
    assert len(field.events("contact_revealed")) == 30 and len(field.events("contact_reveals_spent")) == 2


def test_another_key_is_a_clear_message_and_not_a_broken_page(people: People, field: Field) -> None:
    field.app.config["CONTACTS_KEY"] = bytes(32)
    client = people.sign_in("su")
    client.get(CHECKS)
    page = client.get(field.check)
    assert page.status == 200 and "联系方式打不开" in page.text and "LITERACY_CONTACTS_KEY_FILE" in page.text
    page = client.post(f"{field.check}/contact", {"reason": "call"})
    assert page.status == 409 and "联系方式打不开" in page.text and not field.events("contact_revealed")


def test_nothing_an_interviewer_can_open_says_who_is_drawn(people: People, field: Field) -> None:
    people.sign_in("su").get(CHECKS)
    client, id = people.sign_in("in"), str(field.ids[0])
    for path in ("/office/", "/office/waves/", "/office/waves/open/field/", "/account/", "/field/"):
        page = client.client.get(path, headers={"Cookie": f"staff={client.cookies.get('staff', '')}"})
        assert "复核" not in page.text and id not in page.text and "back-check" not in page.text


def test_only_the_pages_here_read_back_checks() -> None:
    house = Path(__file__).parents[2] / "literacy_app"
    readers = {
        str(path.relative_to(house).parts[0])
        for path in house.rglob("*.py")
        if "BackCheck" in path.read_text() or "back_check" in path.read_text()
    }
    assert readers <= {"quality", "migrations", "jobs.py", "foundation", "tables.py"}
