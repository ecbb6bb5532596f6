"""Waves in the office, as the people of the office see them."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from literacy_app.foundation.audit import AuditEvent
from literacy_app.surveys import queries
from literacy_app.surveys.models import Judgement, SubmissionRow
from literacy_app.surveys.rules import LinkKind
from literacy_app.surveys.service import receive_submission
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import body, desk, draw, link
from tests.page_client import PageClient
from tests.people import People


@pytest.fixture
def waiting(app: Flask) -> str:
    """The address of a submission that waits: its wave is closed by now."""
    from literacy_app.foundation import clock

    id = str(uuid4())
    with app.app_context(), transaction() as session:
        receive_submission(session, body(id=id, instrument="tiny", version=9), link(), clock.now())
    return f"/office/waves/open/submissions/{id}"


def status_of(app: Flask, address: str) -> str:
    with app.app_context():
        row = queries.submission(reading(), "own", UUID(address.rpartition("/")[2]))
        assert row is not None
        return str(row.status)


def test_the_list_says_of_every_wave_within_reach_how_it_stands(people: People) -> None:
    page = people.sign_in("ou").get("/office/waves/")
    assert page.status == 200
    assert "正在收答卷" in page.text and "已结束" in page.text


@pytest.mark.parametrize("path", ["/office/waves/", "/office/waves/open/", "/office/waves/open/link.svg"])
def test_others_are_sent_away(client: PageClient, people: People, path: str) -> None:
    assert client.get(path).status == 302
    assert people.sign_in("ed").get(path).status == 403


@pytest.mark.parametrize("path", ["/office/waves/open/", "/office/waves/open/kiosk.svg", "/office/waves/none/"])
def test_a_wave_of_another_area_is_as_unknown_as_one_that_does_not_exist(people: People, path: str) -> None:
    assert people.sign_in("ne").get(path).status == 404


def test_everything_received_is_accounted_for(app: Flask, people: People, waiting: str) -> None:
    from literacy_app.foundation import clock

    with app.app_context(), transaction() as session:
        receive_submission(session, body(), link(), clock.now())
        receive_submission(session, body(respondent=str(draw(session))), desk(), clock.now())
    figures = people.sign_in("ou").get("/office/waves/open/").one("dl.figures")
    numbers = [int(one.get_text()) for one in figures.select("dd:nth-of-type(1)")]
    assert numbers == [3, 1, 1, 1, 0, 0]


def test_what_waits_is_counted_after_a_decision_with_its_reason(app: Flask, people: People, waiting: str) -> None:
    officer = people.sign_in("ou")
    assert "用的是别的问卷版本" in officer.get(waiting).text
    assert officer.post(waiting, {"decision": "accept", "reason": "核对过原件"}).status == 303
    assert status_of(app, waiting) == "accepted"
    assert "核对过原件" in officer.get(waiting).text
    with app.app_context():
        assert reading().scalars(select(Judgement.author)).all() == ["ou"]


def test_a_decision_without_a_reason_is_not_taken(app: Flask, people: People, waiting: str) -> None:
    officer = people.sign_in("ou")
    officer.get(waiting)
    page = officer.post(waiting, {"decision": "void", "reason": " "})
    assert page.status == 422 and "请写一句理由" in page.text
    assert status_of(app, waiting) == "quarantined"


def test_a_submission_is_decided_upon_once(people: People, waiting: str) -> None:
    officer = people.sign_in("ou")
    officer.get(waiting)
    officer.post(waiting, {"decision": "void", "reason": "重复"})
    page = officer.post(waiting, {"decision": "accept", "reason": "又想计入"})
    assert page.status == 409 and "已经有了决定" in page.text


def test_whoever_looks_at_ones_answers_is_written_down(app: Flask, people: People, waiting: str) -> None:
    people.sign_in("su").get(waiting)
    with app.app_context():
        read = reading().scalars(select(AuditEvent).where(AuditEvent.action == "submission_read")).one()
        assert (read.actor, read.subject) == ("su", waiting.rpartition("/")[2])


def test_a_replaced_link_lets_nobody_begin_and_what_still_comes_through_it_waits(app: Flask, people: People) -> None:
    with app.app_context():
        old = queries.link_of(reading(), "open")
        assert old is not None
        token = old.token
    officer = people.sign_in("ou")
    officer.get("/office/waves/open/")
    assert officer.post("/office/waves/open/links", {"kind": "open"}).status == 303
    program = app.test_client()
    reply = program.post("/api/v1/submissions", data=body(), headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json["status"], reply.json["reason"]) == (201, "quarantined", "credential_revoked")
    assert "现在不收答卷" in PageClient(app).get(f"/s/{token}").text
    with app.app_context():
        new = queries.link_of(reading(), "open", LinkKind.OPEN)
        assert new is not None and new.token != token


def test_a_supervisor_sees_links_and_cannot_replace_them(people: People) -> None:
    supervisor = people.sign_in("su")
    supervisor.get("/office/waves/open/")
    assert supervisor.post("/office/waves/open/links", {"kind": "open"}).status == 403


def test_submissions_of_another_wave_are_not_shown_here(app: Flask, people: People, waiting: str) -> None:
    assert people.sign_in("ou").get(waiting.replace("/open/", "/closed/")).status == 404
    with app.app_context():
        assert reading().scalars(select(SubmissionRow.id)).one()


def test_an_interviewer_finds_the_paper_forms_to_key_and_no_results(people: People) -> None:
    page = people.sign_in("in").get("/office/waves/")
    assert "抽到" not in page.text
    assert page.soup.select_one("main a[href='/office/waves/open/paper/']")
    assert people.sign_in("in").get("/office/waves/open/").status == 403


def test_what_nobody_can_read_yet_is_not_offered_for_correction_and_a_blank_form_is(
    app: Flask, people: People, waiting: str
) -> None:
    from literacy_app.foundation import clock

    blank = str(uuid4())
    with app.app_context(), transaction() as session:
        receive_submission(session, body({}, id=blank), link(), clock.now())
    officer = people.sign_in("ou")
    unread, empty = officer.get(waiting), officer.get(f"/office/waves/open/submissions/{blank}")
    assert not unread.soup.select("a[href$=correct]") and "等版本补上就能看" in unread.text
    assert empty.soup.select("a[href$=correct]") and "一题也没有回答" in empty.text
