"""Going on on another phone, tablets at events, invitations: answering alone as residents meet it."""

from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from literacy_app.foundation import clock
from literacy_app.surveys import queries, service
from literacy_app.surveys.models import Draft, SubmissionRow
from literacy_app.surveys.rules import LinkKind, Status, Stream
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import draw
from tests.page_client import Page, PageClient


def address(app: Flask, kind: LinkKind = LinkKind.OPEN) -> str:
    with app.app_context():
        found = queries.link_of(reading(), "open", kind)
        assert found is not None
        return f"/s/{found.token}"


def begin(client: PageClient, survey: str) -> Page:
    client.get(f"{survey}/consent")
    return client.get(client.post(f"{survey}/consent", {"consent": "agree"}).location)


def code_of(client: PageClient, survey: str) -> str:
    client.get(f"{survey}/pause")
    return client.post(f"{survey}/pause").one(".receipt").get_text()


def test_with_a_code_one_goes_on_on_another_phone_and_the_first_lets_go(app: Flask, client: PageClient) -> None:
    survey = address(app)
    begin(client, survey)
    client.post(f"{survey}/1", {"answer": "female"})
    code = code_of(client, survey)
    other = PageClient(app)
    other.get(f"{survey}/resume")
    assert other.post(f"{survey}/resume", {"code": code.lower().replace("-", " ")}).status == 303
    assert other.get(f"{survey}/1").one("input[value=female]").has_attr("checked")
    assert client.get(f"{survey}/1").location == survey


@pytest.mark.parametrize("code", ["", "ABCD-EFGH-JKMN", "x" * 40])
def test_a_code_that_is_none_says_what_to_look_at_and_keeps_what_was_typed(
    app: Flask, client: PageClient, code: str
) -> None:
    survey = address(app)
    client.get(f"{survey}/resume")
    page = client.post(f"{survey}/resume", {"code": code})
    assert page.status == 422 and "这个号码对不上" in page.text
    assert page.one("#code")["value"] == code


def test_a_code_works_once(app: Flask, client: PageClient) -> None:
    survey = address(app)
    begin(client, survey)
    code = code_of(client, survey)
    for expected in (303, 422):
        other = PageClient(app)
        other.get(f"{survey}/resume")
        assert other.post(f"{survey}/resume", {"code": code}).status == expected


def test_a_tablet_returns_to_the_start_by_itself_and_forgets(app: Flask, client: PageClient) -> None:
    kiosk = address(app, LinkKind.KIOSK)
    page = begin(client, kiosk)
    assert page.response.headers["Refresh"] == f"180; url={kiosk}"
    client.post(f"{kiosk}/1", {"answer": "female"})
    cover = client.get(kiosk)
    assert "上次答到这里" not in cover.text
    assert client.get(f"{kiosk}/1").location == kiosk


def test_the_cookie_of_a_tablet_ends_with_the_browser_and_there_is_no_code_to_carry_away(
    app: Flask, client: PageClient
) -> None:
    kiosk = address(app, LinkKind.KIOSK)
    client.get(f"{kiosk}/consent")
    reply = client.post(f"{kiosk}/consent", {"consent": "agree"})
    assert "Max-Age" not in reply.response.headers["Set-Cookie"]
    assert not client.get(f"{kiosk}/1").soup.select("a[href$=pause]")


def test_after_the_receipt_a_tablet_is_ready_for_the_next_person(app: Flask, client: PageClient) -> None:
    kiosk = address(app, LinkKind.KIOSK)
    begin(client, kiosk)
    client.get(f"{kiosk}/check")
    done = client.get(client.post(f"{kiosk}/send").location)
    assert done.response.headers["Refresh"] == f"30; url={kiosk}"
    client.get(kiosk)
    assert begin(client, kiosk).status == 200


@pytest.fixture
def invited(app: Flask) -> tuple[UUID, str]:
    """A person drawn, and the address of the invitation."""
    with app.app_context(), transaction() as session:
        person = draw(session)
        made = service.invite(session, service.wave_of(session, "open"), [person], "ou", clock.now())
    return person, f"{address(app)}.{made[person]}"


def test_an_invitation_makes_a_probability_sample_and_works_once(
    app: Flask, client: PageClient, invited: tuple[UUID, str]
) -> None:
    person, survey = invited
    begin(client, survey)
    client.get(f"{survey}/check")
    client.post(f"{survey}/send")
    with app.app_context():
        row = reading().scalars(select(SubmissionRow)).one()
        assert (row.stream, row.status, row.respondent_id) == (Stream.PROBABILITY, Status.ACCEPTED, person)
        assert row.consent_version == "1"
    other = PageClient(app)
    assert "这份邀请已经用过了" in other.get(survey).text
    assert not other.get(survey).soup.select("a[href$=consent]")
    other.get(f"{survey}/consent")
    assert other.post(f"{survey}/consent", {"consent": "agree"}).location == survey


def test_a_program_may_answer_by_an_invitation_too(app: Flask, invited: tuple[UUID, str]) -> None:
    from tests.builders import body

    token = invited[1].removeprefix("/s/")
    reply = app.test_client().post("/api/v1/submissions", data=body(), headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json["status"]) == (201, "accepted")
    with app.app_context():
        assert reading().scalars(select(SubmissionRow.stream)).one() == Stream.PROBABILITY


def test_a_new_invitation_ends_the_one_before(app: Flask, client: PageClient, invited: tuple[UUID, str]) -> None:
    person, survey = invited
    with app.app_context(), transaction() as session:
        service.invite(session, service.wave_of(session, "open"), [person], "ou", clock.now())
    assert client.get(survey).status == 404


@pytest.mark.parametrize("end", [".", ".made-up", ".x.y"])
def test_a_made_up_invitation_opens_nothing(app: Flask, client: PageClient, end: str) -> None:
    assert client.get(address(app) + end).status == 404


def test_a_draft_keeps_the_version_of_the_consent(app: Flask, client: PageClient, now: datetime) -> None:
    begin(client, address(app))
    with app.app_context():
        assert reading().scalars(select(Draft.consent_version)).one() == "1"


def test_ones_own_result_leads_to_lessons_on_what_cost_points(app: Flask, client: PageClient) -> None:
    survey = address(app)
    begin(client, survey)
    for number, answer in ((5, "false"), (6, "b"), (7, ["a", "c"])):
        client.post(f"{survey}/{number}", {"answer": answer})
    client.get(f"{survey}/check")
    done = client.get(client.post(f"{survey}/send").location)
    assert [one["href"] for one in done.soup.select("section[aria-labelledby=learn] a")] == ["/learn/#a01"]
