"""What instruments can do, each in a tiny one of its own (tests/surveys/instruments), on pages and through the door."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import update
from werkzeug.test import TestResponse

from literacy_app import create_app, tasks
from literacy_app.foundation import clock
from literacy_app.foundation.clock import reporting_date
from literacy_app.surveys.loader import read_instrument
from literacy_app.surveys.models import AnswerSheet, Draft, LinkRow, SubmissionRow
from literacy_app.surveys.queries import draft_by_secret, link_of
from literacy_app.surveys.rules import LinkKind
from literacy_app.surveys.rules.walk import in_order, offered
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import body
from tests.conftest import settings_for
from tests.page_client import Page, PageClient

pytestmark = pytest.mark.thorough

HERE = Path(__file__).parent
INSTRUMENTS = HERE / "instruments"
NAMES = sorted(folder.name.removesuffix("-v1") for folder in INSTRUMENTS.iterdir())
UNDER_WAY = "f2b0c9f4-5c3e-4a55-8f0a-0d6c2f1f7a10"


def surveyed_app(loaded: Path, data: Path, names: list[str]) -> Flask:
    """The whole application with these instruments, each in a wave of its name."""
    shutil.copytree(loaded, data, dirs_exist_ok=True)
    wave = (data / "surveys/waves/open.yml").read_text(encoding="utf-8")
    for name in names:
        if not (data / f"surveys/instruments/{name}-v1").exists():
            shutil.copytree(INSTRUMENTS / f"{name}-v1", data / f"surveys/instruments/{name}-v1")
        named = wave.replace("id: open", f"id: {name}").replace("instrument: tiny", f"instrument: {name}")
        (data / f"surveys/waves/{name}.yml").write_text(named, encoding="utf-8")
    settings = settings_for(data)
    app = create_app(settings)
    with app.app_context():
        list(tasks.load_surveys(settings))
    app.testing = True
    return app


@pytest.fixture(scope="module")
def app(
    loaded_template: Path, tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache
) -> Flask:
    """One application for all of these tests: each is another person in it."""
    app = surveyed_app(loaded_template, tmp_path_factory.mktemp("behaviours"), NAMES)
    app.jinja_env.bytecode_cache = compiled_templates
    return app


def token_of(app: Flask, name: str) -> str:
    with app.app_context():
        link = link_of(reading(), name)
        assert link is not None
        return link.token


class Person:
    """Somebody who agreed to answer a tiny instrument on our pages."""

    def __init__(self, app: Flask, name: str) -> None:
        self.app, self.name, self.client = app, name, PageClient(app)
        self.token = token_of(app, name)
        self.address = f"/s/{self.token}"
        self.client.get(f"{self.address}/consent")
        self.client.post(f"{self.address}/consent", {"consent": "agree"})

    def at(self, number: int) -> Page:
        return self.client.get(f"{self.address}/{number}")

    def say(self, number: int, *answers: str, **fields: str) -> Page:
        """Answer the question on this page as a browser would."""
        asked = self.at(number).hidden("question")
        return self.client.post(f"{self.address}/{number}", {"answer": list(answers), "question": asked} | fields)

    def pages(self) -> Iterator[Page]:
        """All pages of questions, in order."""
        for number in count(1):
            if (page := self.at(number)).status == 404:
                return
            yield page

    def all(self) -> list[str]:
        """The headings of all pages, in order."""
        return [page.heading for page in self.pages()]

    def send(self) -> Page:
        self.client.get(f"{self.address}/check")
        return self.client.post(f"{self.address}/send")

    def draft(self) -> Draft:
        cookie = self.client.client.get_cookie(f"draft-{self.token}", path=self.address)
        assert cookie is not None
        with self.app.app_context():
            draft = draft_by_secret(reading(), self.name, cookie.value)
            assert draft is not None
            return draft

    def stored(self) -> dict[str, Any]:
        """The answers as they were stored, once they were sent."""
        return stored(self.app, self.draft().id).answers


def stored(app: Flask, id: UUID) -> AnswerSheet:
    with app.app_context():
        sheet = reading().get(AnswerSheet, ("own", id))
        assert sheet is not None
        return sheet


def bring(app: Flask, name: str, answers: dict[str, Any], **changes: Any) -> TestResponse:
    """A submission by a program."""
    raw = body(answers, wave=name, instrument=name, **changes)
    return app.test_client().post(
        "/api/v1/submissions", data=raw, headers={"Authorization": f"Bearer {token_of(app, name)}"}
    )


def brought(app: Flask, name: str, answers: dict[str, Any], **changes: Any) -> AnswerSheet:
    reply = bring(app, name, answers, **changes)
    assert reply.status_code == 201, reply.json
    return stored(app, UUID((reply.json or {})["id"]))


def described(app: Flask, name: str) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get(f"/api/v1/links/{token_of(app, name)}").json or {}
    return found


def asked(app: Flask, name: str) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in described(app, name)["questions"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_tiny_instrument_can_be_begun_described_and_sent_empty_by_a_program(app: Flask, name: str) -> None:
    assert Person(app, name).at(1).status == 200
    assert described(app, name)["instrument"] == name
    assert bring(app, name, {}).status_code == 201


# Conditions


def test_what_hangs_on_an_answer_is_asked_when_it_is_given(app: Flask) -> None:
    person = Person(app, "branch")
    assert person.all() == ["您抽烟吗？", "您多大？"]
    person.say(1, "yes")
    assert person.all() == ["您抽烟吗？", "抽什么？", "您多大？"]
    person.say(2, "other")
    assert person.all() == ["您抽烟吗？", "抽什么？", "别的是什么？", "您多大？"]


def test_closing_a_branch_hides_what_hangs_on_what_it_hides(app: Flask) -> None:
    person = opened(app)
    person.say(1, "no")
    assert person.all() == ["您抽烟吗？", "您多大？"]


def opened(app: Flask) -> Person:
    """Somebody who answered both questions of the branch."""
    person = Person(app, "branch")
    person.say(1, "yes")
    person.say(2, "other")
    person.say(3, "雪茄")
    return person


def test_an_answer_is_still_there_when_its_branch_was_closed_and_opens_again(app: Flask) -> None:
    person = opened(app)
    person.say(1, "no")
    assert person.draft().answers["other"] == "雪茄"
    person.say(1, "yes")
    assert person.at(3).one("textarea").get_text(strip=True) == "雪茄"


def test_answers_of_a_closed_branch_are_not_sent(app: Flask) -> None:
    person = opened(app)
    person.say(1, "no")
    assert person.send().location == f"{person.address}/done"
    assert person.stored() == {"smokes": "no"}


def test_the_count_of_questions_follows_the_branch(app: Flask) -> None:
    person = Person(app, "branch")
    assert "第 1 题，共 2 题" in person.at(1).text
    person.say(1, "yes")
    assert "第 2 题，共 3 题" in person.at(2).text


def test_a_form_about_a_question_that_is_hidden_meanwhile_keeps_nothing_and_goes_on(app: Flask) -> None:
    person = opened(app)
    person.say(1, "no")
    person.at(2)
    page = person.client.post(f"{person.address}/3", {"answer": "烟丝", "question": "other"})
    assert page.status == 303
    assert person.draft().answers["other"] == "雪茄"


def test_an_answer_to_a_hidden_question_from_a_program_is_kept_apart_exactly_as_sent(app: Flask) -> None:
    reply = bring(app, "branch", {"smokes": "no", "what": "pipe"})
    assert (reply.status_code, (reply.json or {})["status"]) == (201, "quarantined")
    assert (reply.json or {})["reason"] == "contradiction"
    assert stored(app, UUID((reply.json or {})["id"])).answers == {"smokes": "no", "what": "pipe"}


def test_conditions_are_described_for_programs(app: Flask) -> None:
    assert {id: one["show_if"] for id, one in asked(app, "branch").items()} == {
        "smokes": None,
        "what": "${smokes} = 'yes'",
        "other": "${what} = 'other'",
        "age": None,
    }


# Constraints


@pytest.mark.parametrize(
    ("number", "typed", "message"),
    [
        (1, "14", "只问 15 到 110 岁的人。"),
        (1, "111", "只问 15 到 110 岁的人。"),
        (2, "1381234567", "手机号是 11 位数字。"),
        (3, "2999-01-01", "日子还没有到。"),
        (5, "13", "这个回答和题目的要求对不上，请再看看。"),
    ],
)
def test_an_answer_that_breaks_a_constraint_is_shown_again_with_its_message(
    app: Flask, number: int, typed: str, message: str
) -> None:
    person = Person(app, "limits")
    page = person.say(number, typed)
    assert page.status == 422
    assert message in page.text
    assert (page.soup.select("#answer")[0].get("value") or page.one("#answer").get_text(strip=True)) == typed
    assert person.draft().answers == {}


@pytest.mark.parametrize(("number", "typed"), [(1, "15"), (1, "110"), (2, "13812345678"), (3, "2026-01-31"), (5, "12")])
def test_an_answer_that_keeps_a_constraint_goes_on(app: Flask, number: int, typed: str) -> None:
    assert Person(app, "limits").say(number, typed).status == 303


def test_today_is_a_day_that_has_come(app: Flask) -> None:
    today = reporting_date(clock.now())
    person = Person(app, "limits")
    assert person.say(3, today.isoformat()).status == 303
    assert person.say(3, (today + timedelta(days=1)).isoformat()).status == 422


def test_a_constraint_message_is_in_the_language_of_the_page(app: Flask) -> None:
    person = Person(app, "limits")
    person.client.get(f"{person.address}?lang=en")
    assert "We ask people from 15 to 110." in person.say(1, "3").text


def test_an_answer_that_a_later_change_makes_wrong_must_be_put_right_before_sending(app: Flask) -> None:
    person = Person(app, "limits")
    person.say(1, "40")
    person.say(4, "30")
    person.say(1, "20")
    page = person.client.get(f"{person.address}/check")
    assert "对不上" in page.text and page.link("第 4 题").startswith(f"{person.address}/4?")
    assert person.send().status == 422
    person.say(4, "3")
    assert person.send().location == f"{person.address}/done"


@pytest.mark.parametrize(
    "answers", [{"age": 14}, {"phone": "1381234567"}, {"visit": "2999-01-01"}, {"age": 20, "bedrooms": 20}]
)
def test_an_answer_that_breaks_a_constraint_from_a_program_waits_and_is_kept(
    app: Flask, answers: dict[str, Any]
) -> None:
    reply = bring(app, "limits", answers)
    assert (reply.status_code, (reply.json or {})["reason"]) == (201, "contradiction")
    assert stored(app, UUID((reply.json or {})["id"])).answers == answers


def test_a_contradiction_keeps_the_bytes_as_they_came(app: Flask) -> None:
    raw = body({"age": 3}, wave="limits", instrument="limits").replace(b": ", b":  ")
    headers = {"Authorization": f"Bearer {token_of(app, 'limits')}"}
    reply = app.test_client().post("/api/v1/submissions", data=raw, headers=headers)
    with app.app_context():
        row = reading().get(SubmissionRow, ("own", UUID((reply.json or {})["id"])))
        assert row is not None and row.raw == raw


def test_days_are_judged_by_the_day_on_which_the_answers_were_finished(app: Flask) -> None:
    late = "2026-10-01T20:00:00+00:00"  # the second of October in China
    assert (bring(app, "limits", {"visit": "2026-10-02"}, finished_at=late).json or {})["status"] == "accepted"
    early = "2026-10-01T15:00:00+00:00"
    assert (bring(app, "limits", {"visit": "2026-10-02"}, finished_at=early).json or {})["status"] == "quarantined"


def test_constraints_and_their_messages_are_described_for_programs(app: Flask) -> None:
    age = asked(app, "limits")["age"]
    assert age["constraint"] == ". >= 15 and . <= 110"
    assert age["words"]["en"]["constraint"] == "We ask people from 15 to 110."


# Required


@pytest.mark.parametrize(("number", "message"), [(1, "请选一个，统计要用。"), (2, "这一题请一定回答。")])
def test_what_is_required_cannot_be_left_empty(app: Flask, number: int, message: str) -> None:
    page = Person(app, "must").say(number)
    assert page.status == 422
    assert message in page.text


def test_what_is_required_has_no_button_to_skip_it(app: Flask) -> None:
    person = Person(app, "must")
    assert not person.at(1).soup.select("[name=skip]")
    assert person.at(3).soup.select("[name=skip]")


def test_what_is_required_cannot_be_skipped_by_a_made_up_form(app: Flask) -> None:
    person = Person(app, "must")
    assert person.say(1, skip="1").status == 422
    assert person.draft().seen == 0


def test_nothing_is_sent_while_something_required_is_missing(app: Flask) -> None:
    person = Person(app, "must")
    person.say(1, "female")
    assert "这几题请一定回答" in person.client.get(f"{person.address}/check").text
    assert person.send().status == 422
    person.say(2, "清河")
    assert person.send().location == f"{person.address}/done"


def test_a_code_answers_what_is_required(app: Flask) -> None:
    person = Person(app, "must")
    assert person.say(1, "refused").status == 303
    assert person.say(2, "", code="refused").status == 303
    assert person.send().location == f"{person.address}/done"


def test_required_and_its_message_are_described_for_programs(app: Flask) -> None:
    sex = asked(app, "must")["sex"]
    assert sex["required"] is True
    assert sex["words"]["zh_Hans"]["required"] == "请选一个，统计要用。"


# Matrix


def test_a_matrix_is_one_card_a_row_under_a_common_lead(app: Flask) -> None:
    person = Person(app, "matrix")
    assert person.all() == ["电视", "医生", "网络", "空气", "水"]
    assert "您相信这些地方说的话吗？" in person.at(2).text
    assert [one["value"] for one in person.at(2).soup.select("main input[type=radio]")] == ["much", "little", "refused"]


def test_a_row_is_answered_stored_and_asked_about_as_a_question_of_its_own(app: Flask) -> None:
    person = Person(app, "matrix")
    person.say(3, "much")
    assert person.all()[-1] == "为什么相信网络？"
    person.send()
    assert person.stored() == {"trust-web": "much"}


def test_a_row_of_a_scored_matrix_earns_its_points(app: Flask) -> None:
    assert brought(app, "matrix", {"know-air": "often", "know-water": "never"}).points == {
        "know-air": 2,
        "know-water": 0,
    }


def test_a_matrix_is_described_as_its_rows(app: Flask) -> None:
    rows = asked(app, "matrix")
    assert [id for id, one in rows.items() if one["matrix"] == "know"] == ["know-air", "know-water"]
    assert (rows["know-air"]["kind"], rows["know-air"]["codes"]) == ("single", ["dont_know"])
    assert rows["know-air"]["words"]["zh_Hans"] == {
        "stem": "空气",
        "hint": "想一想",
        "lead": "多久应该检查一次？",
        "options": {"often": "经常", "never": "不用"},
    }


def test_the_matrix_itself_cannot_be_answered(app: Flask) -> None:
    assert bring(app, "matrix", {"trust": "much"}).json == {"errors": {"answers.trust": "no_such_question"}}


# Shuffled


def options_at(person: Person, number: int) -> list[str]:
    return [str(one["value"]) for one in person.at(number).soup.select("main input[type=radio]")]


def test_one_person_sees_the_same_order_on_every_visit_and_after_every_answer(app: Flask) -> None:
    person = Person(app, "shuffle")
    before = options_at(person, 1), person.all()
    person.say(1, "c")
    person.say(3, "true")
    assert (options_at(person, 1), person.all()) == before


def test_people_differ_in_the_orders_that_they_see(app: Flask) -> None:
    people = [Person(app, "shuffle") for _ in range(4)]
    assert len({tuple(options_at(one, 1)) for one in people}) > 1
    assert len({tuple(one.all()) for one in people}) > 1


def test_shuffling_loses_and_doubles_nothing_and_leaves_codes_last(app: Flask) -> None:
    person = Person(app, "shuffle")
    assert (sorted(options_at(person, 1)[:-1]), options_at(person, 1)[-1]) == (list("abcdef"), "refused")
    headings = person.all()
    assert (headings[0], headings[-1]) == ("哪一个？", "还有吗？")
    assert sorted(headings[1:-1]) == sorted(f"第{n}句对吗？" for n in "一二三四五")


def test_the_order_that_somebody_saw_can_be_told_from_the_id_of_what_was_stored(app: Flask) -> None:
    person = Person(app, "shuffle")
    seen_options, seen = options_at(person, 1)[:-1], person.all()
    person.send()
    instrument = read_instrument(INSTRUMENTS / "shuffle-v1", HERE).instrument
    with app.app_context():
        row = reading().get(SubmissionRow, ("own", person.draft().id))
        assert row is not None
    order = in_order(instrument, str(row.id))
    assert [instrument.words["zh_Hans"].questions[one.id].stem for one in order] == seen
    assert list(offered(order[0], {}, row.finished_at, str(row.id))) == seen_options


def test_what_is_shuffled_is_described_for_programs(app: Flask) -> None:
    assert described(app, "shuffle")["shuffle_sections"] == ["t"]
    assert {
        id: (one["shuffle"], one["section"]) for id, one in asked(app, "shuffle").items() if id in ("first", "m1")
    } == {
        "first": (True, "s"),
        "m1": (False, "t"),
    }


# Codes


def test_a_code_is_no_answer_to_a_constraint_and_no_number_to_a_condition(app: Flask) -> None:
    person = Person(app, "codes")
    assert person.say(1, "", code="refused").status == 303
    assert person.all() == ["您多大？", "哪天出生？", "哪一个对？", "为什么不说？"]


def test_codes_are_stored_and_sent_as_codes(app: Flask) -> None:
    person = Person(app, "codes")
    person.say(2, "", code="refused")
    person.say(3, "dont_know")
    person.send()
    assert person.stored() == {"born": {"code": "refused"}, "q1": {"code": "dont_know"}}


def test_a_program_may_send_a_code_for_every_question_that_is_asked(app: Flask) -> None:
    answers = {"age": {"code": "refused"}, "born": {"code": "refused"}, "q1": {"code": "dont_know"}}
    assert brought(app, "codes", answers).answers == answers


def test_a_question_can_hang_on_a_code(app: Flask) -> None:
    person = Person(app, "codes")
    person.say(3, "dont_know")
    assert person.all()[-1] == "为什么不说？"


# Words that repeat answers


def told(app: Flask) -> Person:
    person = Person(app, "piping")
    person.say(1, "李雷")
    person.say(2, "west")
    return person


def test_earlier_answers_stand_in_stems_hints_and_leads(app: Flask) -> None:
    person = told(app)
    assert person.at(3).heading == "李雷，您好！"
    assert "您住在西乡，您的数是 20。" in person.at(3).text
    assert "在西乡怎么样？" in person.at(6).text
    assert person.at(7).heading == "李雷的夜里"


def test_several_choices_are_named_one_after_the_other(app: Flask) -> None:
    person = told(app)
    person.say(4, "hills", "sea")
    assert person.at(5).heading == "为什么喜欢山、海？"


def test_where_there_is_no_answer_yet_dots_stand_for_it(app: Flask) -> None:
    assert Person(app, "piping").at(3).heading == "……，您好！"


def test_a_refused_answer_is_repeated_as_its_label(app: Flask) -> None:
    person = Person(app, "piping")
    person.say(1, "", code="refused")
    assert person.at(3).heading == "不愿回答，您好！"


def test_what_somebody_typed_is_repeated_as_text_and_never_as_html_or_as_another_answer(app: Flask) -> None:
    person = Person(app, "piping")
    person.say(1, "<img src=x>${town}")
    page = person.at(3)
    assert page.heading == "<img src=x>${town}，您好！"
    assert not page.soup.select("main img")


def test_words_for_programs_keep_the_names_of_the_questions(app: Flask) -> None:
    assert asked(app, "piping")["why"]["words"]["zh_Hans"]["stem"] == "为什么喜欢${likes}？"


def test_an_answer_of_a_closed_branch_is_not_repeated(app: Flask) -> None:
    person = Person(app, "hiding")
    person.say(1, "yes")
    person.say(2, "李雷")
    person.say(1, "no")
    assert person.at(2).heading == "……，您好！"


# Calculated


def test_a_calculated_value_decides_about_later_questions(app: Flask) -> None:
    person = Person(app, "calculated")
    assert person.all() == ["哪一年出生？", "还有吗？"]
    person.say(1, "2015")
    assert person.all() == ["哪一年出生？", "在哪里上学？", "还有吗？"]
    person.say(1, "1980")
    assert person.all() == ["哪一年出生？", "做什么工作？", "还有吗？"]


def test_calculated_values_are_stored_by_the_server(app: Flask) -> None:
    person = Person(app, "calculated")
    person.say(1, "1981")
    person.send()
    assert person.stored() == {"born": 1981, "age": 45, "group": "grown", "half": 11.25, "adult": "true"}


def test_what_cannot_be_calculated_is_not_stored(app: Flask) -> None:
    assert brought(app, "calculated", {"end": "x"}).answers == {"adult": "false", "end": "x"}


def test_calculated_values_are_not_in_what_a_page_sends(app: Flask) -> None:
    person = Person(app, "calculated")
    person.say(1, "1981")
    person.send()
    assert json.loads(person.draft().sent_body or b"")["answers"] == {"born": 1981}


@pytest.mark.parametrize("value", [45, "45", {"code": "refused"}, None])
def test_a_calculated_value_from_a_program_is_refused_by_field(app: Flask, value: Any) -> None:
    reply = bring(app, "calculated", {"born": 1981, "age": value})
    assert reply.status_code == 422
    assert list((reply.json or {})["errors"]) == ["answers.age"]


def test_calculations_are_described_apart_from_what_is_asked(app: Flask) -> None:
    assert "age" not in asked(app, "calculated")
    assert described(app, "calculated")["calculated"][1] == {
        "id": "group",
        "show_if": "${born} != ''",
        "calculation": "if(${age} < 18, 'young', 'grown')",
    }


# Decimals


@pytest.mark.parametrize(
    ("typed", "message"),
    [("61.25", "小数点后最多 1 位"), ("0.9", "最小是 1"), ("300.1", "最大是 300"), ("6,5", "请填数字")],
)
def test_a_number_with_decimals_is_held_to_its_places_and_bounds(app: Flask, typed: str, message: str) -> None:
    page = Person(app, "decimals").say(1, typed)
    assert page.status == 422
    assert message in page.text


def test_a_number_with_decimals_is_stored_exactly_and_calculated_with(app: Flask) -> None:
    person = Person(app, "decimals")
    person.say(1, "61.5")
    person.say(2, "１.７０")
    assert person.at(2).one("#answer")["value"] == "1.7"
    person.send()
    assert person.stored() == {"weight": 61.5, "height": 1.7, "bmi": 21.3}


def test_a_page_that_asks_for_decimals_brings_the_keys_for_them(app: Flask) -> None:
    assert Person(app, "decimals").at(1).one("#answer")["inputmode"] == "decimal"
    assert Person(app, "branch").at(2).one("#answer")["inputmode"] == "numeric"


def test_a_constraint_on_decimals_holds_for_programs(app: Flask) -> None:
    assert (bring(app, "decimals", {"height": 2.8}).json or {})["reason"] == "contradiction"
    assert (bring(app, "decimals", {"height": 2.79}).json or {})["status"] == "accepted"


# Notes


def test_a_note_has_nothing_to_fill_in_and_one_button_on(app: Flask) -> None:
    page = Person(app, "note").at(1)
    assert page.heading == "请慢慢看"
    assert not page.soup.select("main form .field, main form input:not([type=hidden]), main form textarea")
    assert [one.get_text(strip=True) for one in page.soup.select("main form button")] == ["往下"]


def test_a_note_has_no_number_and_is_not_counted(app: Flask) -> None:
    person = Person(app, "note")
    assert "题，共" not in person.at(1).text
    assert "第 1 题，共 1 题" in person.at(2).text


def test_going_on_from_a_note_keeps_no_answer(app: Flask) -> None:
    person = Person(app, "note")
    assert person.say(1).location == f"{person.address}/2"
    assert person.draft().answers == {}


def test_a_note_can_hang_on_an_answer_and_be_the_last_page(app: Flask) -> None:
    person = Person(app, "note")
    person.say(2, "female")
    assert person.all()[2:] == ["给女士的话", "谢谢您"]
    assert person.say(4).location == f"{person.address}/check"


def test_notes_are_no_gaps(app: Flask) -> None:
    person = Person(app, "note")
    person.say(2, "male")
    assert "1 题都答了" in person.client.get(f"{person.address}/check").text


@pytest.mark.parametrize("value", ["x", {"code": "refused"}])
def test_an_answer_to_a_note_from_a_program_is_refused_by_field(app: Flask, value: Any) -> None:
    assert list((bring(app, "note", {"hello": value}).json or {})["errors"]) == ["answers.hello"]


def test_a_note_is_described_without_options_and_codes(app: Flask) -> None:
    hello = asked(app, "note")["hello"]
    assert (hello["kind"], hello["options"], hello["codes"]) == ("note", [], [])


# Options under conditions


@pytest.mark.parametrize(
    ("region", "cities"),
    [("north", ["beijing", "harbin", "other", "refused"]), ("south", ["guangzhou", "other", "refused"])],
)
def test_only_options_whose_condition_holds_are_offered(app: Flask, region: str, cities: list[str]) -> None:
    person = Person(app, "cascade")
    person.say(1, region)
    assert options_at(person, 2) == cities


def test_a_choice_that_is_no_longer_offered_must_be_made_again(app: Flask) -> None:
    person = Person(app, "cascade")
    person.say(1, "north")
    person.say(2, "harbin")
    person.say(1, "south")
    assert person.send().status == 422
    person.say(2, "guangzhou")
    assert person.send().location == f"{person.address}/done"


def test_a_choice_that_is_not_offered_is_not_taken_from_a_made_up_form(app: Flask) -> None:
    person = Person(app, "cascade")
    person.say(1, "south")
    assert person.say(2, "beijing").status == 422


@pytest.mark.parametrize("answers", [{"region": "south", "city": "beijing"}, {"city": "beijing"}])
def test_a_choice_that_is_not_offered_from_a_program_waits(app: Flask, answers: dict[str, Any]) -> None:
    assert (bring(app, "cascade", answers).json or {})["reason"] == "contradiction"


def test_an_option_can_hang_on_a_calculated_value(app: Flask) -> None:
    person = Person(app, "cascade")
    person.say(1, "north")
    assert [one["value"] for one in person.at(3).soup.select("main input")[2:]] == ["snow", "rain", "refused"]


def test_conditions_of_options_are_described_for_programs(app: Flask) -> None:
    assert asked(app, "cascade")["city"]["option_if"]["guangzhou"] == "${region} = 'south'"


# Several choices


@pytest.mark.parametrize(
    ("chosen", "status"), [(["bus"], 303), (["bus", "car"], 303), (["bus", "car", "bike"], 422), (["bus", "foot"], 422)]
)
def test_a_constraint_can_count_what_was_chosen(app: Flask, chosen: list[str], status: int) -> None:
    page = Person(app, "many").say(1, *chosen)
    assert page.status == status
    assert ("最多选两个" in page.response.text) is (status == 422)


def test_choices_stay_ticked_when_they_are_asked_again(app: Flask) -> None:
    page = Person(app, "many").say(1, "bus", "car", "bike")
    assert [one["value"] for one in page.soup.select("main input[checked]")] == ["bus", "car", "bike"]


def test_a_question_can_hang_on_one_of_several_choices(app: Flask) -> None:
    person = Person(app, "many")
    person.say(1, "car", "bus")
    assert person.all()[1:] == ["哪一路公交？"]
    person.send()
    assert person.stored() == {"means": ["bus", "car"], "many": 2}


# Days


@pytest.mark.parametrize("typed", ["2026-01-31", "2026/1/31", "2026.01.31", " 2026-1-31 ", "２０２６-１-３１"])
def test_a_day_can_be_typed_in_several_ways(app: Flask, typed: str) -> None:
    person = Person(app, "days")
    assert person.say(1, typed).status == 303
    assert person.at(1).one("#answer")["value"] == "2026-01-31"


@pytest.mark.parametrize("typed", ["2026-02-30", "昨天", "31-01-2026", "2026-13-01", "0-0-0", "1" * 5000 + "-1-1"])
def test_what_is_no_day_is_asked_again(app: Flask, typed: str) -> None:
    page = Person(app, "days").say(1, typed)
    assert page.status == 422
    assert "请填日期" in page.text


def test_days_are_compared_counted_and_written_in_parts(app: Flask) -> None:
    person = Person(app, "days")
    person.say(1, "2024-02-28")
    assert "搬走在搬来以后。" in person.say(2, "2024-02-27").text
    person.say(2, "2024-03-01")
    person.send()
    assert person.stored() == {"moved": "2024-02-28", "left": "2024-03-01", "stayed": 2, "month": "2024-02"}


@pytest.mark.parametrize("value", ["2026-1-31", "2026-02-30", "2026-W05-6", "20260131", 20260131, ["2026-01-31"]])
def test_a_day_from_a_program_is_written_in_one_way_or_refused(app: Flask, value: Any) -> None:
    assert bring(app, "days", {"moved": value}).json == {"errors": {"answers.moved": "not_a_day"}}


# All at once


def test_everything_together_can_be_answered_and_sent(app: Flask) -> None:
    person = Person(app, "everything")
    answers = {"name": "韩梅", "sex": "female", "born": "1980-05-05", "work": "教师", "weight": "55.5"}
    answers |= {"means": "bus", "trust-tv": "much", "q1": "true", "q2": "b", "q3": "c", "bye": "再见"}
    number = 1
    while (page := person.at(number)).status == 200:
        id = page.hidden("question")
        person.say(number, answers[id]) if id in answers else person.say(number, skip="1")
        number += 1
    assert person.send().location == f"{person.address}/done"
    kept = person.stored()
    assert kept["age"] >= 46
    assert kept == answers | {
        "age": kept["age"],
        "weight": 55.5,
        "means": ["bus"],
        "q3": ["c"],
    }


# Nothing tells what is right


def other_key(folder: Path) -> None:
    """Another right answer to every item of `everything`, worth the same."""
    key = folder / "key.yml"
    text = key.read_text(encoding="utf-8")
    swaps = {
        '"true"': '"false"',
        "answer: b, points: 2": "answer: d, points: 2",
        "[a, c]": "[b, c]",
        "answer: a": "answer: b",
    }
    for old, new in swaps.items():
        assert old in text
        text = text.replace(old, new)
    key.write_text(text, encoding="utf-8")


def test_what_respondents_may_see_is_the_same_whatever_is_right(tmp_path: Path) -> None:
    shutil.copytree(INSTRUMENTS / "everything-v1", tmp_path / "instruments/everything-v1")
    other_key(tmp_path / "instruments/everything-v1")
    other = read_instrument(tmp_path / "instruments/everything-v1", tmp_path)
    here = read_instrument(INSTRUMENTS / "everything-v1", HERE)
    assert other.key_body() != here.key_body()
    assert other.body() == here.body()
    assert replace(other, key=here.key) == here


Seen = list[tuple[str, int, list[tuple[str, str]], str]]
PASSING = re.compile(r'(name="csrf_token"[^>]* value=")[^"]+|\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b')


class Crawler:
    """Goes through everything that can be seen before sending, and keeps it without what passes: tokens, codes, cookies."""

    def __init__(self, app: Flask) -> None:
        self.app, self.program, self.seen = app, app.test_client(), Seen()
        with app.app_context(), transaction() as session:
            for kind in LinkKind:
                link = update(LinkRow).where(LinkRow.wave_id == "everything", LinkRow.kind == kind)
                session.execute(link.values(token=f"link-{kind}"))
        self.here = "/s/link-open"

    def keep(self, path: str, response: TestResponse) -> str:
        text = response.get_data(as_text=True)
        headers = sorted((name, value) for name, value in response.headers if name not in ("Set-Cookie", "Date"))
        self.seen.append((path, response.status_code, headers, PASSING.sub(r"\1", text)))
        return text

    def get(self, path: str) -> str:
        return self.keep(path, self.program.get(path))

    def post(self, path: str, token: str, **fields: str) -> None:
        self.keep(path, self.program.post(path, data={"csrf_token": token} | fields))

    def begin(self) -> None:
        self.get(self.here)
        self.post(f"{self.here}/consent", csrf(self.get(f"{self.here}/consent")), consent="agree")
        with self.app.app_context(), transaction() as session:
            session.execute(update(Draft).values(id=UUID(UNDER_WAY)))

    def questions(self, answers: dict[str, str]) -> None:
        number = 1
        while (
            asked := re.search(r'name="question" value="([^"]+)"', page := self.get(f"{self.here}/{number}"))
        ) is not None:
            token, id = csrf(page), asked[1]
            self.post(f"{self.here}/{number}", token, question=id)
            self.post(f"{self.here}/{number}", token, question=id, answer="nonsense")
            self.post(
                f"{self.here}/{number}",
                token,
                question=id,
                **({"answer": answers[id]} if id in answers else {"skip": "1"}),
            )
            number += 1

    def crawl(self, answers: dict[str, str]) -> Seen:
        self.begin()
        self.questions(answers)
        for path in ("check", "done", "resume", "pause", "", "?lang=en", "1", "check"):
            self.get(f"{self.here}/{path}".replace("/?", "?").rstrip("/"))
        self.questions({})
        self.post(f"{self.here}/pause", csrf(self.get(f"{self.here}/pause")))
        for path in ("/s/link-kiosk", "/api/v1/links/link-open", "/api/v1/openapi", "/api/v1/links/link-kiosk", "/"):
            self.get(path)
        return self.seen


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert found
    return found[1]


def test_nothing_that_can_be_seen_before_sending_depends_on_what_is_right(
    loaded_template: Path, tmp_path: Path
) -> None:
    shutil.copytree(INSTRUMENTS / "everything-v1", tmp_path / "other/surveys/instruments/everything-v1")
    other_key(tmp_path / "other/surveys/instruments/everything-v1")
    answers = {
        "name": "韩梅",
        "sex": "female",
        "born": "1980-05-05",
        "means": "bus",
        "q1": "true",
        "q2": "b",
        "q4-x": "a",
    }
    worlds = [surveyed_app(loaded_template, tmp_path / world, ["everything"]) for world in ("one", "other")]
    one, other = (Crawler(app).crawl(answers) for app in worlds)
    assert [step[0] for step in one] == [step[0] for step in other]
    for here, there in zip(one, other, strict=True):
        assert here == there
    assert sum(status == 200 for _, status, _, _ in one) > 40


def test_the_two_worlds_differ_in_what_they_score(loaded_template: Path, tmp_path: Path) -> None:
    shutil.copytree(INSTRUMENTS / "everything-v1", tmp_path / "other/surveys/instruments/everything-v1")
    other_key(tmp_path / "other/surveys/instruments/everything-v1")
    worlds = [surveyed_app(loaded_template, tmp_path / world, ["everything"]) for world in ("one", "other")]
    answers = {"q1": "true", "q2": "b"}
    assert [brought(app, "everything", answers).points for app in worlds] == [{"q1": 1, "q2": 2}, {"q1": 0, "q2": 0}]
