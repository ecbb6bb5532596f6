"""The office's pages of levels: what they show, who may see them, and keeping a version."""

from datetime import datetime

import pytest
from flask import Flask

from literacy_app.estimation.queries import estimations
from literacy_app.foundation import clock
from literacy_app.surveys.models import AnswerSheet
from literacy_app.surveys.rules import Decision
from literacy_app.surveys.service import decide, receive_submission
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import ALL_RIGHT, ALL_WRONG, SIX_OF_TEN, body, desk, draw, link
from tests.people import People

PAGES = ["level", "weights", "level/townships", "items", "self-selected", "plan", "reading"]
VILLAGES = ("990201001001", "990201001002", "990201002201", "990201002202")


@pytest.fixture
def surveyed(app: Flask) -> datetime:
    """Forty people in each of four villages; every fourth is literate, every tenth did not answer."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        for village in VILLAGES:
            for number in range(40):
                person = draw(session, village)
                about = {"sex": ("female", "male")[number % 2], "birth_year": 2026 - 16 - number}
                answers = ALL_RIGHT if number % 4 == 0 else SIX_OF_TEN if number % 4 == 1 else ALL_WRONG
                if number % 10 != 9:
                    receive_submission(session, body(about | answers, respondent=str(person)), desk(), now)
    return now


@pytest.mark.parametrize("page", PAGES)
def test_before_anybody_was_drawn_every_page_says_what_will_be_here(people: People, page: str) -> None:
    assert people.sign_in("ou").get(f"/office/{page}/?wave=open").status == 200


@pytest.mark.parametrize("page", PAGES)
def test_whoever_answers_for_the_area_sees_every_page(people: People, surveyed: datetime, page: str) -> None:
    assert people.sign_in("su").get(f"/office/{page}/?wave=open").status == 200


@pytest.mark.parametrize("login", ["in", "ed"])
@pytest.mark.parametrize("page", PAGES)
def test_other_roles_see_none(people: People, login: str, page: str) -> None:
    assert people.sign_in(login).get(f"/office/{page}/").status == 403


@pytest.mark.parametrize("page", PAGES)
def test_another_area_and_an_unknown_one_are_answered_alike(people: People, page: str) -> None:
    client = people.sign_in("ne")
    assert client.get(f"/office/{page}/?pilot=own").status == client.get(f"/office/{page}/?pilot=no").status == 404


def test_levels_of_groups_and_articles_stand_in_charts_and_in_tables(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get("/office/level/?wave=open")
    captions = [table.caption.get_text() for table in page.soup.select("table") if table.caption]
    assert {"性别", "年龄", "各条，最弱的在前", "从基线到目标，每年应达到"} <= set(captions)
    assert len(page.soup.select("figure.dots")) == 9


def test_the_weakest_article_comes_first(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get("/office/level/?wave=open")
    table = next(one for one in page.soup.select("table") if one.caption and "各条" in one.caption.get_text())
    shares = [float(row.select("td")[1].get_text().rstrip("%")) for row in table.select("tbody tr")]
    assert shares == sorted(shares) and len(shares) == 3


def test_an_officer_keeps_a_version_and_sees_that_it_is_the_present_one(
    people: People, app: Flask, surveyed: datetime
) -> None:
    client = people.sign_in("ou")
    client.get("/office/weights/?wave=open")
    assert client.post("/office/weights/?wave=open").status == 303
    assert "第 1 版就是现在的数" in client.get("/office/weights/?wave=open").text
    assert "每一位数都一样" in client.get("/office/weights/1/?wave=open&check=1").text
    with app.app_context():
        assert estimations(reading(), "own", "open")[0].made_by == "ou"


def test_answers_after_a_version_are_told_of_and_the_version_stays(
    people: People, app: Flask, surveyed: datetime
) -> None:
    client = people.sign_in("ou")
    client.get("/office/weights/?wave=open")
    client.post("/office/weights/?wave=open")
    with app.app_context(), transaction() as session:
        receive_submission(session, body(ALL_RIGHT, respondent=str(draw(session))), desk(), clock.now())
    assert "第 1 版之后有变化" in client.get("/office/weights/?wave=open").text
    assert "每一位数都一样" in client.get("/office/weights/1/?wave=open&check=1").text


def test_a_version_whose_answers_were_tampered_with_is_not_vouched_for(
    people: People, app: Flask, surveyed: datetime
) -> None:
    client = people.sign_in("ou")
    client.get("/office/weights/?wave=open")
    client.post("/office/weights/?wave=open")
    with app.app_context(), transaction() as session:
        for sheet in session.query(AnswerSheet).limit(5):
            sheet.points = {"q1": 3, "q2": 3, "q3": 4}
    page = client.get("/office/weights/1/?wave=open&check=1").text
    assert "结果不一样" in page and "每一位数都一样" not in page


def test_a_version_is_shown_as_kept_and_made_again_when_asked(people: People, surveyed: datetime) -> None:
    client = people.sign_in("ou")
    client.get("/office/weights/?wave=open")
    client.post("/office/weights/?wave=open")
    plain, checked = (client.get(f"/office/weights/1/?wave=open{more}").text for more in ("", "&check=1"))
    assert ("每一位数都一样" in plain, "每一位数都一样" in checked) == (False, True)


def test_interviews_without_a_score_are_told_of(people: People, app: Flask, surveyed: datetime) -> None:
    with app.app_context(), transaction() as session:
        sent = body(ALL_RIGHT, version=9, respondent=str(draw(session)))
        outcome = receive_submission(session, sent, desk(), surveyed)
        assert outcome.receipt is not None
        decide(session, "own", outcome.receipt.id, Decision.ACCEPT, "ou", "test", surveyed)
    assert "1 份计入的答卷没有得分" in people.sign_in("ou").get("/office/weights/?wave=open").text


def test_a_supervisor_cannot_keep_a_version(people: People, surveyed: datetime) -> None:
    client = people.sign_in("su")
    page = client.get("/office/weights/?wave=open")
    assert not page.soup.select("form[action*=weights]")
    assert client.post("/office/weights/?wave=open").status == 403


def test_an_unknown_version_is_not_found(people: People, surveyed: datetime) -> None:
    assert people.sign_in("ou").get("/office/weights/7/?wave=open").status == 404


def test_items_are_told_apart_by_what_is_wrong_with_them(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get("/office/items/?wave=open")
    rows = page.soup.select("table")[0].select("tbody tr")
    # Of the 36 who answered in a village 18 have q1 and q2 right and 10 have q3; nothing is wrong with any of them.
    assert [row.select("td")[0].get_text() for row in rows] == ["50%", "50%", "28%"]
    assert "没有要看的题" in page.text


def test_a_true_or_false_item_that_needs_a_look_shows_how_it_was_answered(people: People, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for number in range(40):
            answers = ALL_RIGHT | {"q1": "false", "q3": ["b"] if number % 2 else ["a", "c"]}
            person = str(draw(session, VILLAGES[number % 4]))
            receive_submission(session, body(answers, respondent=person), desk(), clock.now())
    page = people.sign_in("ou").get("/office/items/?wave=open")
    assert page.status == 200 and "几乎都答错" in page.text and "对" in page.text


def test_items_of_a_few_people_are_not_shown_lest_it_be_seen_who_answered(people: People, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        receive_submission(session, body(ALL_RIGHT, respondent=str(draw(session))), desk(), clock.now())
    page = people.sign_in("ou").get("/office/items/?wave=open")
    assert page.status == 200 and "访到的人还太少（1 人）" in page.text and not page.soup.select("table")


def test_a_number_of_a_few_people_is_hidden_in_a_version_too(people: People, app: Flask, surveyed: datetime) -> None:
    with app.app_context(), transaction() as session:
        for _ in range(3):
            about = {"sex": "male", "birth_year": 2026 - 67}
            receive_submission(session, body(about | ALL_RIGHT, respondent=str(draw(session))), desk(), surveyed)
    client = people.sign_in("ou")
    client.get("/office/weights/?wave=open")
    client.post("/office/weights/?wave=open")
    rows = client.get("/office/weights/1/?wave=open").soup.select("tbody tr")
    oldest = next(row for row in rows if "60–69" in row.get_text())
    assert [cell.get_text() for cell in oldest.select("td")][1:] == ["3", "—", "—"]


def test_a_township_that_nobody_was_interviewed_in_does_not_stop_the_page(
    people: People, app: Flask, surveyed: datetime
) -> None:
    with app.app_context(), transaction() as session:
        draw(session, "990201003001")
    assert people.sign_in("ou").get("/office/level/townships/?wave=open").status == 200


def test_only_the_total_and_its_parts_are_held_against_the_target(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get("/office/level/?wave=open")
    judged = [table.caption.get_text() for table in page.soup.select("table") if "结论" in table.thead.get_text()]
    assert judged == ["总体：直接算的和年龄标准化的", "三个部分"]
    total = next(table for table in page.soup.select("table") if "总体" in table.caption.get_text())
    assert total.select("tbody tr")[1].select("td")[5].get_text() == "—"


def test_people_who_chose_to_answer_are_shown_apart_and_called_so(
    people: People, app: Flask, surveyed: datetime
) -> None:
    with app.app_context(), transaction() as session:
        for number in range(60):
            about = {"sex": ("female", "male")[number % 2], "birth_year": 2026 - 16 - number % 40}
            receive_submission(session, body(about | ALL_RIGHT), link(), surveyed)
    page = people.sign_in("ou").get("/office/self-selected/?wave=open")
    assert "这不是素养水平" in page.text
    assert page.one(".figures").get_text().count("100.0%") == 2  # as they are and raked


def test_a_plan_says_how_many_people_and_villages(people: People) -> None:
    asked = "purpose=precision&level=20&half_width=4&people_a_psu=20&rho=5&response=80&power=80"
    figures = people.sign_in("ou").get(f"/office/plan/?{asked}").one(".figures").get_text(" ", strip=True)
    assert figures == "访到 750 抽取 937 村居 38"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("purpose=precision&level=200&half_width=4", "请填 0.1 到 99.9 之间的数"),
        ("purpose=target&level=20", "这样填算不出来"),
        ("purpose=target&level=20&target=30", "这样填算不出来"),
        ("purpose=precision&level=二十&half_width=4", "不是有效的小数"),
        ("purpose=precision&level=sNaN&half_width=4", "请填一个数"),
        ("purpose=precision&level=20&half_width=Infinity", "请填一个数"),
        ("purpose=nonsense&level=20", "这样填算不出来"),
    ],
)
def test_a_plan_that_cannot_be_made_says_what_to_fill_in(people: People, asked: str, says: str) -> None:
    rest = "&people_a_psu=20&rho=5&response=80&power=80"
    page = people.sign_in("ou").get(f"/office/plan/?{asked}{rest}")
    assert page.status == 200 and says in page.text
