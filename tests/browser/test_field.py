"""The interviewer's app as interviewers use it, in a real Chromium before the real demonstration."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import AXE, PHONE, Demonstration, Visitor
from tests.services import chromium

pytestmark = pytest.mark.browser

PIN = "482913"
IN_APP = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0.2"


def register(page: Page, demonstration: Demonstration, pin: str = PIN) -> None:
    """The first time on this phone: signed in, a PIN set."""
    account = demonstration.accounts["interviewer"]
    page.goto(f"{demonstration.base}/account/sign-in?next=/field/start")
    page.fill("#login", account["login"])
    page.fill("#password", account["password"])
    page.click("main button")
    page.fill("#new-pin", pin)
    page.fill("#pin-again", pin)
    page.click("[data-form=start] button")
    page.wait_for_selector("#pin")


def unlock(page: Page, pin: str = PIN) -> None:
    page.fill("#pin", pin)
    page.click("[data-form=unlock] button")
    page.wait_for_selector("#screen .house, #screen [data-do=refresh]")


def ready(page: Page, demonstration: Demonstration) -> None:
    """At work: registered, unlocked, with the households and forms on the phone, and the worker in control."""
    register(page, demonstration)
    unlock(page)
    page.wait_for_selector(".house:not(.over)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_function(FORMS)


FORMS = """async () => {
  const store = await Store.open({ indexedDB, name: "field" });
  const people = (await store.of("").get("meta", "people")).list;
  const kept = await store.of(people[0].id).all("meta");
  return kept.filter((one) => one.id.startsWith("form:")).length >= 2; // in both languages
}"""


def add(page: Page, sex: str, age: int) -> None:
    page.locator(f"label[for=sex-{sex}]").click()
    page.fill("#age", str(age))
    page.click("[data-form=member] button")


def to_interview(page: Page) -> str:
    """From today's list to the first question at a household nobody has been to; says whom chance chose."""
    page.locator(".house:not(.over)", has_text="还没去").first.click()
    page.click("[data-do=roster]")
    for sex, age in (("m", 67), ("f", 64), ("f", 35)):
        add(page, sex, age)
    page.click("[data-do=draw]")
    chosen = page.inner_text(".chosen")
    page.click("[data-do=interview]")
    page.click("[data-slot=agree]")
    page.wait_for_selector("[data-form=answer]")
    return chosen


def answer(page: Page, most: int = 100) -> int:
    """Answer question after question, at most so many; how many were answered."""
    for count in range(most):
        if not page.query_selector("[data-form=answer]"):
            return count
        before = page.inner_text("[data-slot=progress]")
        choices = page.locator("[data-slot=question] .choice:not(.apart) label")
        if choices.count():
            choices.nth(count % choices.count()).click()
        else:
            page.fill("#answer", "1970" if "年" in page.inner_text("#screen h1") else "12")
        page.click("[data-form=answer] button.primary")
        page.wait_for_function(
            "(before) => { const at = document.querySelector('[data-slot=progress]');"
            " return !at || at.innerText !== before; }",
            arg=before,
        )
    return most


def state(page: Page) -> dict[str, int]:
    """What the queue holds, as the store has it."""
    found: dict[str, int] = page.evaluate("""async () => {
      const store = await Store.open({ indexedDB, name: "field" });
      const people = (await store.of("").get("meta", "people")).list, found = {};
      for (const one of await store.of(people[0].id).all("records")) found[one.state] = (found[one.state] || 0) + 1;
      found.drafts = (await store.of(people[0].id).all("drafts")).length;
      return found;
    }""")
    return found


def test_a_household_is_interviewed_without_a_network_and_arrives_when_there_is_one(visit: Any) -> None:
    visitor: Visitor = visit(has_touch=True)
    page, context = visitor.page, visitor.context
    ready(page, visitor.demonstration)
    before = page.locator(".house.over", has_text="访成了").count()
    context.set_offline(True)
    page.reload()
    unlock(page)
    assert "没有网络" in page.inner_text("#sync")
    to_interview(page)
    assert answer(page) == 59
    page.click("[data-do=finish]")
    page.fill("#name", "王阿姨")
    page.fill("#phone", "13812345678")
    page.click("[data-form=contact] button")
    page.wait_for_selector("[data-do=today]")
    assert "存好了" in page.inner_text("#screen")
    assert state(page) == {"finalised": 3, "drafts": 0}
    context.set_offline(False)
    page.wait_for_function("() => document.getElementById('sync').innerText.includes('都上传了')")
    assert state(page) == {"acknowledged": 3, "drafts": 0}
    assert re.search("回执号 [0-9A-F]{4}-[0-9A-F]{4}", page.inner_text("#screen"))
    page.click("[data-do=today]")
    page.wait_for_selector(".house.over")
    assert page.locator(".house.over", has_text="访成了").count() == before + 1
    visitor.complaints[:] = [one for one in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_an_interview_that_broke_in_the_middle_goes_on_where_it_was(visit: Any) -> None:
    visitor: Visitor = visit()
    page = visitor.page
    ready(page, visitor.demonstration)
    to_interview(page)
    answer(page, 16)
    where = page.inner_text("[data-slot=progress]")
    assert "第 17 题" in where
    page.locator("[data-slot=question] .choice label").first.click()
    page.wait_for_timeout(900)  # a tap is kept within a second
    page.close()  # as a crash: nothing is asked, nothing is told
    again = visitor.context.new_page()
    again.goto(f"{visitor.demonstration.base}/field/")
    unlock(again)
    again.click("[data-do=resume]")
    again.wait_for_selector("[data-form=answer]")
    assert again.inner_text("[data-slot=progress]") == where
    assert again.locator("[data-slot=question] input").first.is_checked()
    again.click("[data-do=previous]")
    again.wait_for_function("() => document.querySelector('[data-slot=progress]').innerText.includes('第 16 题')")
    assert again.locator("[data-slot=question] input:checked").count() == 1


def test_nothing_of_a_finished_interview_lies_open_on_the_phone(
    browser: Browser, demonstration: Demonstration, tmp_path: Path
) -> None:
    found, profile = chromium.find(), tmp_path / "profile"
    canary = "13987650000"
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=found.executable, args=list(found.arguments), env=found.environment, viewport=PHONE
    )
    page = context.new_page()
    ready(page, demonstration)
    context.set_offline(True)
    to_interview(page)
    answer(page)
    page.click("[data-do=finish]")
    page.fill("#name", "金丝雀")
    page.fill("#phone", canary)
    page.click("[data-form=contact] button")
    page.wait_for_selector("#screen [data-do=today]")
    records = page.evaluate("""async () => {
      const store = await Store.open({ indexedDB, name: "field" });
      const people = (await store.of("").get("meta", "people")).list, mine = store.of(people[0].id);
      const kept = [];
      for (const area of ["meta", "households", "drafts", "records", "tombstones"]) kept.push(...await mine.all(area));
      return JSON.stringify(kept.filter((one) => !one.id.startsWith("form:")));
    }""")
    token = "device-"
    context.close()
    assert "sealed" in records  # there was something to look at
    for secret in (canary, "金丝雀", "birth_year", '"q01"', token):
        assert secret not in records
    files = [path for path in profile.rglob("*") if path.is_file()]
    assert any("IndexedDB" in str(path) for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in (canary, "金丝雀"):
            for encoding in ("utf-8", "utf-16-le"):
                assert secret.encode(encoding) not in content, path


def test_wrong_numbers_wait_longer_and_open_nothing(visit: Any) -> None:
    visitor: Visitor = visit()
    page = visitor.page
    register(page, visitor.demonstration)
    for _ in range(3):
        page.fill("#pin", "000001")
        page.click("[data-form=unlock] button")
        page.wait_for_function("() => document.querySelector('#screen [data-slot=error]').innerText !== ''")
        page.wait_for_function("() => !document.body.hasAttribute('aria-busy')")
    page.fill("#pin", PIN)
    page.click("[data-form=unlock] button")
    page.wait_for_function("() => document.querySelector('#screen [data-slot=error]').innerText.includes('秒')")
    page.wait_for_timeout(2500)
    unlock(page)


def test_it_is_not_begun_where_it_could_not_be_kept(visit: Any) -> None:
    inside: Visitor = visit(user_agent=IN_APP)
    inside.go("/field/")
    inside.page.wait_for_selector("text=请用浏览器打开")
    assert inside.page.locator("#screen a, #screen button").count() == 0
    private: Visitor = visit()
    private.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    private.go("/field/")
    private.page.wait_for_selector("text=这个浏览器存不住答卷")


def test_a_full_phone_says_so_and_keeps_the_answer_on_the_screen(visit: Any) -> None:
    visitor: Visitor = visit()
    page = visitor.page
    ready(page, visitor.demonstration)
    to_interview(page)
    answer(page, 3)
    # As a browser without room: writing fails until there is some again.
    page.evaluate("""() => {
      const put = IDBObjectStore.prototype.put;
      window.full = true;
      IDBObjectStore.prototype.put = function (...given) {
        if (window.full) throw new DOMException("no room", "QuotaExceededError");
        return put.apply(this, given);
      };
    }""")
    page.locator("[data-slot=question] .choice label").first.click()
    page.click("[data-form=answer] button.primary")
    page.wait_for_selector("text=手机存满了")
    page.evaluate("window.full = false")
    page.click("[data-do=again]")
    page.wait_for_selector("[data-form=answer]")
    page.wait_for_function("() => document.querySelector('[data-slot=progress]').innerText.includes('第 5 题')")
    assert state(page)["drafts"] == 1


def test_a_minor_is_asked_only_with_a_guardian_and_a_refusal_is_recorded(visit: Any) -> None:
    visitor: Visitor = visit()
    page = visitor.page
    ready(page, visitor.demonstration)
    page.locator(".house:not(.over)", has_text="还没去").first.click()
    page.click("[data-do=roster]")
    add(page, "f", 16)
    page.click("[data-do=draw]")
    page.click("[data-do=interview]")
    page.click("[data-slot=agree]")
    assert "监护人" in page.inner_text("#screen [data-slot=error]")
    page.click("[data-do=declined]")
    page.wait_for_selector(".house.over:has-text('监护人不同意')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_screens_are_accessible_and_fit(visit: Any, theme: str) -> None:
    visitor: Visitor = visit(color_scheme=theme)
    visitor.wish(theme=theme)
    page = visitor.page
    register(page, visitor.demonstration)
    look(page)
    unlock(page)
    page.wait_for_selector(".house:not(.over)")
    page.wait_for_function(FORMS)
    look(page)
    page.locator(".house:not(.over)", has_text="还没去").last.click()
    look(page)
    page.click("[data-do=roster]")
    add(page, "m", 40)
    look(page)
    page.click("[data-do=draw]")
    look(page)
    page.click("[data-do=interview]")
    look(page)
    page.click("[data-slot=agree]")
    page.wait_for_selector("[data-form=answer]")
    look(page)
    page.click("[data-do=pause]")
    look(page)


def look(page: Page) -> None:
    """One heading, no fault that axe finds, nothing wider than the screen, and targets for thumbs."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert page.locator("h1:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate("""() => Array.from(document.querySelectorAll("#screen button, #screen a, #screen summary"))
      .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML)""")
    assert small == []


def test_10_an_update_of_the_app_reloads_nothing_under_an_interview(visit: Any) -> None:
    visitor: Visitor = visit()
    page = visitor.page
    ready(page, visitor.demonstration)
    to_interview(page)
    answer(page, 5)
    page.evaluate("window.same = true")
    visitor.wish(size=3)  # the server has another shell now, as after an update, and so another worker
    page.evaluate("""() => new Promise((done) => {
      navigator.serviceWorker.addEventListener("controllerchange", () => done());
      navigator.serviceWorker.getRegistration("/field/").then((registration) => registration.update());
    })""")
    page.wait_for_timeout(500)
    assert page.evaluate("window.same === true")
    assert "第 6 题" in page.inner_text("[data-slot=progress]")
    answer(page)
    page.click("[data-do=finish]")
    page.click("[data-do=nocontact]")
    page.wait_for_function("() => document.getElementById('sync').innerText.includes('都上传了')")
    page.reload()  # and the next time it is the new one
    assert page.get_attribute("html", "data-size") == "3"
