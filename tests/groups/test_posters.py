"""Posters for a lesson, an article, a topic and a session."""

import pytest

from tests.groups.halls import Hall, open_hall
from tests.people import People

POSTERS = ["lesson/alpha", "article/a01", "topic/general"]


@pytest.fixture
def hall(people: People) -> Hall:
    return open_hall(people)


@pytest.mark.parametrize("poster", POSTERS)
def test_a_poster_is_one_page_of_pdf_to_keep(people: People, poster: str) -> None:
    response = people.sign_in("ou").get(f"/office/posters/{poster}.pdf").response
    assert response.mimetype == "application/pdf" and "attachment" in response.headers["Content-Disposition"]
    assert response.data.startswith(b"%PDF-") and b"/Count 1" in response.data


@pytest.mark.parametrize("poster", POSTERS)
def test_a_poster_is_a_drawing_that_our_own_policy_lets_be_seen(people: People, poster: str) -> None:
    response = people.sign_in("ou").get(f"/office/posters/{poster}.svg").response
    assert response.mimetype == "image/svg+xml" and response.text.startswith('<svg viewBox="0 0 595')
    assert "data:" not in response.text and "style" not in response.text and "<image" not in response.text


def test_the_poster_of_a_session_is_for_its_leader_only(people: People, hall: Hall) -> None:
    address = f"/office/posters/session/{hall.address.rsplit('/', 1)[1]}"
    assert hall.leader.get(f"{address}.pdf").response.data.startswith(b"%PDF-")
    assert hall.leader.get(f"{address}.svg").response.mimetype == "image/svg+xml"
    assert people.sign_in("ne").get(f"{address}.pdf").status == 404


@pytest.mark.parametrize("poster", ["lesson/nowhere", "article/a99", "topic/nowhere", "topic/noise", "wave/open"])
def test_what_is_not_there_has_no_poster(people: People, poster: str) -> None:
    assert people.sign_in("ou").get(f"/office/posters/{poster}.pdf").status == 404


def test_every_poster_is_on_the_list(people: People) -> None:
    leader = people.sign_in("ed")
    page = leader.get("/office/posters/")
    links = [str(link["href"]) for link in page.soup.select("main table a")]
    assert "/office/posters/lesson/alpha.pdf" in links
    assert {leader.get(link).status for link in links} == {200}


def test_a_poster_cannot_be_posted_to(people: People) -> None:
    leader = people.sign_in("ou")
    leader.get("/office/posters/")
    assert leader.post("/office/posters/lesson/alpha.pdf").status == 405
    assert leader.post("/office/posters/").status == 405
