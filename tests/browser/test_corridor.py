"""The product's whole way, walked on a phone: learn, practise, answer, see the result, compare with the target."""

from typing import Any

import pytest

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def learn(visitor: Visitor) -> None:
    visitor.go("/")
    assert "清禾县" in visitor.page.locator(".brand").inner_text()
    visitor.press("开始学")
    visitor.page.wait_for_url("**/learn/*")
    for _ in range(20):
        asked = visitor.page.locator(".choices")
        if asked.count():
            visitor.choose(0)
            visitor.press("看答案")
            visitor.page.wait_for_selector(".feedback")
            assert visitor.heading in ("答对了", "再想想")
        if not visitor.page.locator("main").get_by_role("link", name="下一页", exact=True).count():
            break
        visitor.press("下一页")
    assert visitor.page.get_by_text("学下一课").count() == 1


def practise(visitor: Visitor) -> None:
    visitor.go("/practice/")
    for _ in range(3):
        visitor.choose(1)
        visitor.press("看答案")
        visitor.page.wait_for_selector(".feedback")
        visitor.press("下一题")


def answer_survey(visitor: Visitor) -> None:
    visitor.go(visitor.demonstration.survey)
    assert visitor.heading == "居民生态环境与健康素养调查问卷"
    visitor.press("开始")
    visitor.press("同意，开始答题")
    while visitor.page.locator(".choices, input[inputmode=numeric]").count():
        count = visitor.page.locator(".choice").count()
        if count:
            visitor.choose(0)
        else:
            visitor.page.fill("#answer", "1968" if "哪一年" in visitor.heading else "12")
        number = visitor.page.locator(".progress-text").inner_text()
        assert visitor.page.locator(".feedback").count() == 0
        visitor.page.locator("main form .actions button").first.click()
        visitor.page.wait_for_function(
            "n => { const p = document.querySelector('.progress-text'); return !p || p.innerText !== n }", arg=number
        )
    assert visitor.heading == "交卷前看一眼"
    visitor.press("交卷")
    assert "收到了" in visitor.heading
    assert visitor.page.locator(".meter").count() == 3
    assert len(visitor.page.locator(".receipt").inner_text().strip()) == 9


def compare(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    text = visitor.page.locator("main").inner_text()
    for words in ("每 100 个 15—69 岁的居民里", "目标", "95% 区间", "松坪乡", "泰勒线性化"):
        assert words in text
    assert visitor.page.locator("figure.dots").count() == 3
    assert visitor.page.locator(".synthetic").is_visible()


def test_the_corridor_is_walked_on_a_phone(visit: Any) -> None:
    resident = visit()
    learn(resident)
    practise(resident)
    answer_survey(resident)
    compare(visit())


def test_the_corridor_is_walked_without_script(visit: Any) -> None:
    resident = visit(java_script_enabled=False)
    learn_without_script(resident)
    officer = visit(java_script_enabled=False)
    officer.sign_in("officer")
    assert "素养水平和目标" in officer.heading


def learn_without_script(visitor: Visitor) -> None:
    visitor.go("/learn/air-and-body/q1")
    visitor.choose(2)
    visitor.press("看答案")
    assert visitor.heading == "答对了"
    visitor.go(visitor.demonstration.survey)
    visitor.press("开始")
    visitor.press("同意，开始答题")
    visitor.choose(0)
    visitor.press("下一题")
    assert "第 2 题" in visitor.page.locator(".progress-text").inner_text()
    visitor.page.fill("#answer", "1900")
    visitor.press("下一题")
    assert "最小是 1940" in visitor.page.locator("main").inner_text()
    assert visitor.page.locator("#answer").input_value() == "1900"


def test_a_survey_is_gone_on_with_where_it_was_left_after_the_window_was_closed(visit: Any) -> None:
    resident = visit()
    resident.go(resident.demonstration.survey + "/consent")
    resident.press("同意，开始答题")
    resident.choose(0)
    resident.press("下一题")
    resident.page.wait_for_function("() => document.querySelector('.progress-text').innerText.includes('第 2 题')")
    resident.page.close()
    resident.page = resident.context.new_page()
    resident.go(resident.demonstration.survey)
    resident.press("接着答（第 2 题）")
    assert "第 2 题" in resident.page.locator(".progress-text").inner_text()


def test_the_language_and_the_look_are_switched_from_the_header(visit: Any) -> None:
    resident = visit()
    resident.go("/learn/")
    resident.page.get_by_role("button", name="English").click()
    resident.page.wait_for_load_state()
    assert resident.heading == "All lessons"
    resident.page.locator("details.display summary").click()
    resident.page.get_by_role("button", name="Dark").click()
    resident.page.wait_for_load_state()
    assert resident.page.locator("html").get_attribute("data-theme") == "dark"
