"""Practice questions with feedback at once, and the map."""

from literacy_app.lessons.service import curriculum_in_force
from literacy_app.webkit.extensions import reading
from tests.page_client import Page, PageClient


def answer(client: PageClient, address: str, chosen: str | list[str]) -> Page:
    attempt = client.get(address).hidden("attempt")
    return client.follow(client.post(address, {"attempt": attempt, "answer": chosen}))


def test_a_right_answer_is_told_at_once_with_the_reason_of_every_option(client: PageClient) -> None:
    page = answer(client, "/learn/alpha/q1", "b")
    assert "答对了" in page.heading
    for reason in ("因为甲", "因为乙", "因为丙"):
        assert reason in page.text


def test_another_answer_is_told_without_blame_and_shows_the_right_one(client: PageClient) -> None:
    page = answer(client, "/learn/alpha/q1", "a")
    assert "再想想" in page.heading and "错" not in page.heading
    assert "乙" in page.one("li.right").get_text()


def test_before_answering_no_page_holds_a_reason_or_the_key(client: PageClient) -> None:
    text = client.get("/learn/alpha/q1").response.text
    assert "因为" not in text and "right" not in text.replace("copyright", "")


def test_a_statement_and_a_choice_of_several_are_answered_too(client: PageClient) -> None:
    assert "答对了" in answer(client, "/learn/alpha/q2", "true").heading
    assert "答对了" in answer(client, "/learn/alpha/q3", ["a", "c"]).heading


def test_nothing_chosen_is_asked_again(client: PageClient) -> None:
    client.get("/learn/alpha/q1")
    page = client.post("/learn/alpha/q1", {"attempt": page_attempt(client)})
    assert page.status == 422
    assert "先选一个" in page.text


def page_attempt(client: PageClient) -> str:
    assert client.last is not None
    return client.last.hidden("attempt")


def test_a_stale_page_is_shown_again_with_the_choice_and_the_same_attempt(client: PageClient) -> None:
    attempt = client.get("/learn/alpha/q1").hidden("attempt")
    page = client.post("/learn/alpha/q1", {"attempt": attempt, "answer": "c"}, token="of another day")
    assert page.status == 422
    assert (page.one("input[checked]")["value"], page.hidden("attempt")) == ("c", attempt)


def test_a_reload_of_the_feedback_shows_it_again_and_asks_nothing(client: PageClient) -> None:
    attempt = client.get("/learn/alpha/q1").hidden("attempt")
    page = client.post("/learn/alpha/q1", {"attempt": attempt, "answer": "b"})
    assert client.get(page.location).heading == client.get(page.location).heading


def test_the_feedback_of_somebody_else_is_a_fresh_question(client: PageClient) -> None:
    attempt = client.get("/learn/alpha/q1").hidden("attempt")
    address = client.post("/learn/alpha/q1", {"attempt": attempt, "answer": "b"}).location
    other = PageClient(client.client.application)
    assert other.get(address).heading == "哪一个？"


def test_progress_shows_on_the_map_and_at_home(client: PageClient) -> None:
    for question, chosen in (("q1", "b"), ("q2", "true"), ("q3", "a")):
        answer(client, f"/learn/alpha/{question}", chosen)
    assert "1 课里学完 1 课" in client.get("/learn/").text
    assert client.get("/").link("开始学") == "/learn/beta"


def test_the_map_names_the_articles_that_have_no_lesson_yet(client: PageClient) -> None:
    page = client.get("/learn/")
    assert "还有 1 条的课程正在准备" in page.text and "参与" in page.text


def test_practice_goes_from_question_to_question(client: PageClient) -> None:
    first = client.follow(client.get("/practice/"))
    assert first.heading == "哪一个？"
    page = client.follow(client.post("/practice/alpha.q1", {"attempt": first.hidden("attempt"), "answer": "b"}))
    second = client.follow(client.get(page.link("下一题")))
    assert "课程 beta" in second.text, "the next question is on another article"


def test_questions_beyond_the_lessons_are_practised_too(client: PageClient) -> None:
    page = answer(client, "/practice/a21-1", "c")
    assert "答对了" in page.heading and "参与" in page.text
    assert client.get("/practice/a21-9").status == 404


def test_an_answer_whose_first_reply_was_lost_is_the_same_learners_as_the_next(client: PageClient) -> None:
    for address in ("/learn/alpha/q1", "/learn/alpha/q2"):
        attempt = client.get(address).hidden("attempt")
        client.post(address, {"attempt": attempt, "answer": "b" if "q1" in address else "true"})
        client.client.delete_cookie("learner")
    client.post(address, {"attempt": attempt, "answer": "true"})
    data = client.client.get("/me/data.json").json
    assert [one["item"] for one in data["attempts"]] == ["alpha.q1", "alpha.q2"]
    assert data["phones"] == 1


def test_the_address_of_an_answer_opens_nothing_to_whoever_it_is_shared_with(client: PageClient) -> None:
    attempt = client.get("/learn/alpha/q1").hidden("attempt")
    client.post("/learn/alpha/q1", {"attempt": attempt, "answer": "b"})
    other = PageClient(client.client.application)
    other.get("/learn/alpha/q2")
    page = other.follow(other.post("/learn/alpha/q1", {"attempt": attempt, "answer": "a"}))
    assert "再想想" in page.heading
    assert [one["answer"] for one in other.client.get("/me/data.json").json["attempts"]] == [["a"]]


def test_an_item_of_the_tests_before_and_after_is_asked_nowhere_else(client: PageClient) -> None:
    with client.client.application.app_context():
        held = sorted(curriculum_in_force(reading()).kept_back)
    assert held
    for id in held:
        assert [client.get(f"/{place}/{id}").status for place in ("practice", "review")] == [404, 404]


def test_the_cookie_of_a_learner_is_shut_to_scripts_and_says_nothing(client: PageClient) -> None:
    attempt = client.get("/learn/alpha/q1").hidden("attempt")
    response = client.post("/learn/alpha/q1", {"attempt": attempt, "answer": "b"}).response
    cookie = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("learner="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
