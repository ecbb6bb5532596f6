"""The printed form and the cards that invite."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from literacy_app import cli
from literacy_app.config import Settings
from literacy_app.foundation.audit import AuditEvent
from literacy_app.paper.rules.sheet import pixels
from literacy_app.surveys.models import Invitation
from literacy_app.surveys.service import entry_of, kept_instrument
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import draw
from tests.page_client import PageClient
from tests.paper.papers import load_rich
from tests.paper.printed import printed
from tests.people import People

pytestmark = pytest.mark.thorough

FORM = "/office/waves/rich/paper/form.pdf"
CARDS = "/office/waves/open/invitations.pdf"


@pytest.fixture
def officer(app: Flask, people: People) -> PageClient:
    load_rich(app)
    return people.sign_in("ou")


def form(client: PageClient, **asked: object) -> bytes:
    response = client.get(FORM, query_string=asked).response
    assert response.mimetype == "application/pdf" and "attachment" in response.headers["Content-Disposition"]
    return response.data


def test_the_statutory_header_and_the_page_code_are_on_every_page(officer: PageClient) -> None:
    pages = printed(form(officer, copies=1, first=12)).pages
    assert len(pages) > 1
    for place, page in enumerate(pages, start=1):
        for words in ("演示 T-2 表", "县生态环境局", "统制〔2026〕2 号", "2099年12月31日", "0012"):
            assert words.replace(" ", "") in page.replace(" ", "")
        assert f"rich rich-v1 0012 {place}/{len(pages)}" in page


def test_the_code_for_machines_says_the_same_as_the_one_for_people(officer: PageClient) -> None:
    found = printed(form(officer, copies=1, first=12))
    codes = [f"rich rich-v1 0012 {page}/{len(found.pages)}" for page in range(1, len(found.pages) + 1)]
    wanted = [pixels(segno.make(code, error="m", micro=False).matrix) for code in codes]
    assert sorted(found.pictures) == sorted(wanted)


def test_every_copy_has_its_own_number_and_begins_with_its_first_page(officer: PageClient) -> None:
    pages = printed(form(officer, copies=3, first=7)).pages
    each = len(pages) // 3
    assert [page.count("居民环境健康小调查") for page in pages] == ([1] + [0] * (each - 1)) * 3
    for copy, number in enumerate(("0007", "0008", "0009")):
        for page in range(each):
            assert f"rich-v1 {number} {page + 1}/{each}" in pages[copy * each + page]


def test_without_copies_the_number_is_left_open(officer: PageClient) -> None:
    assert "rich rich-v1 - 1/" in printed(form(officer)).pages[0]


def test_all_that_a_respondent_needs_can_be_copied_out_of_it(officer: PageClient) -> None:
    text = "".join(printed(form(officer, copies=1)).pages).replace(" ", "")
    for words in (
        "居民环境健康小调查",
        "不问姓名和电话",
        "征求您的同意（第2版）",
        "同意参加",
        "先请您说说自己",
        "只有第1题选了“是”才答",
        "只有第5题选了“别的”才答",
        "请按调查员的提示",
        "上个月您出门用过哪些办法？",
        "可以选几个",
        "亲戚朋友说的",
        "99不愿回答",
        "8不知道",
        "答完了，谢谢您",
    ):
        assert words in text
    assert "两倍" not in text


def test_it_is_printed_in_english_too(officer: PageClient) -> None:
    text = "".join(printed(form(officer, language="en", copies=1)).pages)
    assert "A short survey on environment and health" in text and "Rather not say" in text


def test_forms_that_differ_only_in_the_key_are_the_same_to_the_byte(app: Flask, officer: PageClient) -> None:
    before = form(officer, copies=1)
    with app.app_context():
        kept = kept_instrument(reading(), "rich", 1)
        assert kept is not None
        other = {id: replace(item, points=item.points + 1, answer="false") for id, item in kept.key.items.items()}
        kept.key.items.clear()
        kept.key.items.update(other)
    assert form(officer, copies=1) == before
    assert b"pass_mark" not in before


def test_it_is_tagged_and_has_a_title(officer: PageClient) -> None:
    made = form(officer)
    assert b"/StructTreeRoot" in made and b"/MarkInfo" in made and b"/Title" in made


@pytest.mark.parametrize(
    "asked", [{"copies": "many"}, {"copies": 51}, {"copies": 2, "first": 999_999}, {"language": "xx"}]
)
def test_what_cannot_be_printed_is_said_on_the_list(officer: PageClient, asked: dict[str, object]) -> None:
    page = officer.get(FORM, query_string=asked)
    assert page.status == 422 and page.heading == "纸质问卷"


def test_only_who_may_prints_and_only_their_own(app: Flask, people: People) -> None:
    load_rich(app)
    for login, status in (("in", 403), ("ed", 403), ("ne", 404), ("su", 200), ("ad", 200)):
        assert people.sign_in(login).get(FORM).status == status
    client = people.sign_in("ou")
    client.get("/office/waves/rich/paper/")
    assert client.post(FORM).status == 405


def test_the_command_writes_the_same_form(
    app: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "content", "surveys"):
        monkeypatch.setenv(f"LITERACY_{name.upper()}", str(getattr(settings, name)))
    out = tmp_path / "form.pdf"
    asked = ["survey", "pdf", "open", "--out", str(out), "--copies", "2", "--first", "5", "--language", "zh_Hans"]
    done = CliRunner().invoke(cli.main, asked)
    assert done.exit_code == 0, done.output
    text = "".join(printed(out.read_bytes()).pages)
    assert "open tiny-v1 0005 1/" in text and "open tiny-v1 0006 1/" in text and "小问卷" in text
    assert CliRunner().invoke(cli.main, ["survey", "pdf", "nothing", "--out", str(out)]).exit_code == 1


def drawn(app: Flask, many: int = 1) -> None:
    with app.app_context(), transaction() as session:
        for _ in range(many):
            draw(session)


def test_cards_invite_everybody_who_is_drawn_with_an_address_that_opens(app: Flask, people: People) -> None:
    drawn(app, 9)
    client = people.sign_in("ou")
    client.get("/office/waves/open/paper/")
    response = client.post(CARDS, {"psu": "", "format": "pdf"}).response
    assert response.mimetype == "application/pdf"
    found = printed(response.data)
    assert [page.count("请您参加调查") for page in found.pages] == [8, 1]
    assert len(found.pictures) == 9
    assert "统计局" in found.pages[0] and "2026-1" in found.pages[0]


def test_the_list_of_addresses_is_a_table_for_a_letter(app: Flask, people: People) -> None:
    drawn(app, 2)
    client = people.sign_in("ad")
    client.get("/office/waves/open/paper/")
    response = client.post(f"{CARDS}?format=csv").response
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [sorted(row) for row in rows] == [sorted(["编号", "地区", "地区代码", "PSU", "网址"])] * 2
    assert client.get(rows[0]["网址"].removeprefix("http://localhost")).status == 200
    with app.app_context():
        entry = entry_of(reading(), rows[0]["网址"].rsplit("/", 1)[1])
        assert entry is not None and entry.respondent is not None
        assert reading().scalars(select(AuditEvent).where(AuditEvent.action == "invitations_made")).one().actor == "ad"


def test_whom_nobody_waits_for_is_not_invited_and_who_may_not_does_not_invite(app: Flask, people: People) -> None:
    client = people.sign_in("ou")
    client.get("/office/waves/open/paper/")
    page = client.post(CARDS)
    assert page.status == 422 and "没有等着回答的人" in page.text
    drawn(app)
    for login, status in (("su", 403), ("in", 403), ("ne", 404)):
        other = people.sign_in(login)
        other.get("/office/waves/neighbour/paper/1" if login == "ne" else "/office/waves/open/paper/1")
        assert other.post(CARDS).status == status
    with app.app_context():
        assert reading().scalars(select(Invitation)).all() == []
