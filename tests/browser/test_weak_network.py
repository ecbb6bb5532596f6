"""Learning where the network is weak: nothing that was answered is lost or counted twice, and opened lessons stay readable."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from literacy_app.config import Settings
from tests.browser.conftest import PHONE, REPOSITORY

pytestmark = pytest.mark.browser

# The application on the tiny files. An order in the file `die` kills it, once, at a step of answering a form.
SERVER = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from literacy_app import create_app
from tests.conftest import settings_for

data = Path(sys.argv[1])
app = create_app(settings_for(data))
inside = app.wsgi_app

def at(step):
    order = data / "die"
    if order.exists() and order.read_text() == step:
        order.unlink()
        os._exit(9)

def outside(environ, start):
    if environ["REQUEST_METHOD"] != "POST":
        return inside(environ, start)
    at("asked")
    reply = list(inside(environ, start))
    at("kept")
    return reply

event.listen(Session, "before_commit", lambda session: at("keeping"))
app.wsgi_app = outside
make_server("127.0.0.1", int(sys.argv[2]), app, threaded=True).serve_forever()
"""


class Server:
    """A server that can be killed and started again on the same data."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data, self.base = data, f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.data / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVER, str(self.data), str(self.port)],
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            )
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, (self.data / "log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait(10)

    def attempts(self) -> list[str]:
        """The items that were answered, in the database."""
        with sqlite3.connect(self.data / "literacy.sqlite3") as database:
            return [item for (item,) in database.execute("SELECT item_id FROM attempt ORDER BY at")]

    def survey(self) -> str:
        """The token of the open wave's public link."""
        with sqlite3.connect(self.data / "literacy.sqlite3") as database:
            return str(database.execute("SELECT token FROM survey_link WHERE wave_id = 'open'").fetchone()[0])


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """The application on its own copy of the tiny files."""
    server = Server(settings.data)
    yield server
    server.stop()


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Any]:
    """Makes phones, each with its own storage."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(viewport=PHONE, base_url=server.base, **options)
        made.append(context)
        return context.new_page()

    yield make
    for context in made:
        context.close()


def answer(page: Page, address: str = "/learn/alpha/q1", choice: int = 1) -> None:
    """Choose an option of a question and press the button."""
    if not page.url.endswith(address):
        page.goto(address)
    page.locator(".choice label").nth(choice).click()
    page.get_by_role("button", name="看答案").click()


def with_worker(page: Page) -> Page:
    """The page of a phone that has been here before, so that its service worker is at work."""
    page.goto("/")
    page.evaluate(
        "navigator.serviceWorker.ready.then(r => r.active.state === 'activated' || new Promise(d => r.active.onstatechange = d))"
    )
    return page


def until(page: Page, promise: str) -> None:
    """Wait until what a promise in the page brings is true."""
    for _ in range(200):
        if page.evaluate(promise):
            return
        time.sleep(0.05)
    raise AssertionError(promise)


def open_lesson(page: Page) -> None:
    """Open a lesson, and wait until its pages are on the phone."""
    page.goto("/learn/alpha")
    until(page, "caches.match('/learn/alpha/print').then(Boolean)")


def test_an_answer_given_without_a_network_waits_visibly_and_arrives_once(phone: Any, server: Server) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    page.context.set_offline(True)
    answer(page)
    expect(page.get_by_role("status").filter(has_text="待上传：1 个回答")).to_be_visible()
    expect(page.locator("form .wait")).to_contain_text("记在手机上")
    assert server.attempts() == []
    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("答对了")
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    page.reload()
    assert server.attempts() == ["alpha.q1"]


def test_whoever_waits_may_go_on_where_the_page_says_so(phone: Any) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    page.evaluate("document.querySelector('main form').dataset.after = '/learn/alpha/takeaway'")
    page.context.set_offline(True)
    answer(page)
    expect(page.get_by_role("link", name="先往下看")).to_have_attribute("href", "/learn/alpha/takeaway")


def test_several_answers_wait_and_arrive_in_order_when_a_page_is_opened_later(phone: Any, server: Server) -> None:
    page = phone()
    tabs = [page, page.context.new_page()]
    for tab, question in zip(tabs, ("q1", "q2"), strict=True):
        tab.goto(f"/learn/alpha/{question}")
    server.stop()
    for tab, question in zip(tabs, ("q1", "q2"), strict=True):
        answer(tab, f"/learn/alpha/{question}", 0)
        expect(tab.locator("form .wait")).to_contain_text("记在手机上")
    for tab in tabs:
        tab.close()
    server.start()
    later = page.context.new_page()
    later.goto(f"{server.base}/learn/")
    expect(later.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    assert server.attempts() == ["alpha.q1", "alpha.q2"]


@pytest.mark.parametrize("step", ["asked", "keeping", "kept"])
def test_a_server_killed_at_any_step_of_an_answer_loses_and_doubles_nothing(
    phone: Any, server: Server, step: str
) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    (server.data / "die").write_text(step)
    answer(page)
    expect(page.locator("form .wait")).to_contain_text("记在手机上")
    assert server.process.wait(10) == 9
    server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("h1")).to_contain_text("答对了")
    assert server.attempts() == ["alpha.q1"]


@pytest.mark.parametrize("step", ["asked", "keeping", "kept"])
def test_without_script_a_killed_server_loses_at_most_that_answer_and_never_doubles_it(
    phone: Any, server: Server, step: str
) -> None:
    page = phone(java_script_enabled=False)
    answer(page, "/learn/alpha/q2", 0)
    page.goto("/learn/alpha/q1")
    (server.data / "die").write_text(step)
    page.locator(".choice label").nth(1).click()
    page.get_by_role("button", name="看答案").click(no_wait_after=True)
    assert server.process.wait(10) == 9
    server.start()
    assert server.attempts() == ["alpha.q2"] + (["alpha.q1"] if step == "kept" else [])
    page.goto("/learn/")
    answer(page)
    assert server.attempts().count("alpha.q2") == 1


def test_an_answer_with_a_token_of_another_day_is_sent_with_a_fresh_one(phone: Any, server: Server) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    page.context.set_offline(True)
    answer(page)
    expect(page.locator("form .wait")).to_contain_text("记在手机上")
    page.context.clear_cookies(name="session")
    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("答对了")
    assert server.attempts() == ["alpha.q1"]


def test_what_somebody_else_left_on_a_shared_phone_waits_until_they_are_back(phone: Any, server: Server) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    page.context.add_cookies([{"name": "who", "value": "first", "url": server.base}])
    page.context.set_offline(True)
    answer(page)
    expect(page.locator("form .wait")).to_contain_text("记在手机上")
    page.context.add_cookies([{"name": "who", "value": "second", "url": server.base}])
    page.context.set_offline(False)
    page.goto("/learn/")
    page.wait_for_load_state("networkidle")
    assert server.attempts() == [] and page.locator("#outbox").inner_text() == ""
    page.context.add_cookies([{"name": "who", "value": "first", "url": server.base}])
    page.reload()
    expect(page.locator("#outbox")).to_have_text("已保存")
    assert server.attempts() == ["alpha.q1"]


def test_a_phone_that_keeps_nothing_in_its_storage_learns_all_the_same(phone: Any, server: Server) -> None:
    page = phone()
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw Error('refused') }})")
    answer(page)
    expect(page.locator("h1")).to_contain_text("答对了")
    page.goto("/learn/alpha/q2")
    page.context.set_offline(True)
    answer(page, "/learn/alpha/q2")
    expect(page.locator("form .wait")).to_contain_text("有网时再点一次")
    expect(page.locator("input:checked")).to_have_count(1)


def test_progress_stays_when_storage_is_emptied_and_cookies_are_kept(phone: Any, server: Server) -> None:
    page = with_worker(phone())
    for question in ("q1", "q2", "q3"):
        answer(page, f"/learn/alpha/{question}", 0)
        expect(page.locator(".feedback")).to_be_visible()
    page.evaluate(
        """Promise.all([localStorage.clear(), sessionStorage.clear(), caches.keys().then(all => Promise.all(all.map(k => caches.delete(k)))),
        navigator.serviceWorker.getRegistrations().then(all => Promise.all(all.map(r => r.unregister())))])"""
    )
    page.goto("/learn/")
    expect(page.locator("main")).to_contain_text("1 课里学完 1 课")
    assert sorted(server.attempts()) == ["alpha.q1", "alpha.q2", "alpha.q3"]


def test_an_opened_lesson_is_read_to_its_end_without_a_network(phone: Any, server: Server) -> None:
    page = with_worker(phone())
    open_lesson(page)
    server.stop()
    page.reload()
    expect(page.locator("h1")).to_contain_text("你知道吗？")
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("h1")).to_contain_text("课程 alpha")
    for words in ("一个想法", "怎么做", "带回家", "哪一个？"):
        expect(page.locator("main")).to_contain_text(words)
    assert page.locator("main img").first.evaluate("async image => (await image.decode(), image.naturalWidth)") > 0
    assert page.evaluate("getComputedStyle(document.querySelector('.plan')).borderRadius") == "12px"


def test_what_was_not_opened_gives_a_calm_page_that_lists_what_was(phone: Any, server: Server) -> None:
    page = with_worker(phone())
    open_lesson(page)
    server.stop()
    for address in ("/learn/beta", "/"):
        page.goto(address)
        expect(page.locator("h1")).to_contain_text("现在没有网络")
        expect(page.get_by_role("link", name="课程 alpha")).to_have_attribute("href", "/learn/alpha/print")


def test_a_slow_network_shows_the_kept_page_after_three_seconds(phone: Any, server: Server) -> None:
    page = with_worker(phone())
    open_lesson(page)
    os.kill(server.process.pid, 19)  # stopped, not gone: connections are taken and nothing comes
    began = time.monotonic()
    page.reload(wait_until="commit")
    expect(page.locator("h1")).to_contain_text("你知道吗？", timeout=10_000)
    took = time.monotonic() - began
    os.kill(server.process.pid, 18)
    assert 2.5 < took < 8


def test_the_worker_keeps_cards_and_files_and_nothing_of_anybody(phone: Any, server: Server) -> None:
    page = with_worker(phone())
    open_lesson(page)
    answer(page)
    expect(page.locator(".feedback")).to_be_visible()
    for address in ("/learn/", "/practice/", "/me/", "/account/sign-in", "/s/nothing", "/learn/alpha?lang=en"):
        page.goto(address)
    kept = page.evaluate(
        """caches.keys().then(all => Promise.all(all.map(k => caches.open(k).then(c => c.keys()))))
        .then(all => all.flat().map(r => new URL(r.url)).map(u => u.pathname + u.search))"""
    )
    pages = {path for path in kept if not path.startswith(("/static/", "/pictures/"))}
    assert pages == {"/offline", "/learn/alpha", "/learn/alpha/print"}


def test_the_switch_takes_the_worker_and_all_it_kept_off_the_phone(phone: Any, server: Server) -> None:
    page = with_worker(phone())
    open_lesson(page)
    (server.data / "no-offline").touch()
    page.goto("/learn/")
    until(
        page,
        "Promise.all([navigator.serviceWorker.getRegistrations(), caches.keys()]).then(([r, c]) => !r.length && !c.length)",
    )
    page.goto("/learn/alpha")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_a_new_version_keeps_the_one_before_it_and_no_more(phone: Any) -> None:
    page = phone()
    page.goto("/healthz")
    page.evaluate("caches.open('older').then(() => caches.open('old'))")
    with_worker(page)
    kept = page.evaluate("caches.keys()")
    assert len(kept) == 2 and kept[0] == "old"


def test_the_page_for_no_network_follows_the_wishes(phone: Any) -> None:
    page = with_worker(phone())
    page.goto("/preferences")
    page.get_by_role("radio", name="更大", exact=True).check(force=True)
    page.get_by_role("button", name="保存").click()
    until(page, "caches.match('/offline').then(r => r.text()).then(t => t.includes('data-size=\"3\"'))")


def test_an_answer_to_a_survey_is_never_kept_on_the_phone(phone: Any, server: Server) -> None:
    page = phone()
    page.goto(f"/s/{server.survey()}/consent")
    page.locator("main form button").first.click()
    page.wait_for_selector(".choices")
    page.context.set_offline(True)
    page.locator(".choice label").first.click()
    page.locator("main form button").first.click()
    expect(page.locator("form .wait")).to_contain_text("有网时再点一次")
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_no_page_of_the_staff_asks_for_the_worker(phone: Any) -> None:
    page = phone()
    page.goto("/account/sign-in")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
