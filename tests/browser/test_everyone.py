"""Learning for everybody: large and far apart enough for the old, aloud, on paper, without pictures, from right to left."""

import re
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from literacy_app.config import Settings
from tests.browser.conftest import PHONE
from tests.browser.test_pages import violations

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/learn/",
    "/learn/alpha",
    "/learn/alpha/idea",
    "/learn/alpha/q1",
    "/learn/alpha/takeaway",
    "/learn/alpha/print",
    "/offline",
    "/preferences",
)

# Everything in a page that is tapped and is not a word within a sentence, smaller than it should be.
SMALL = """least => [...document.querySelectorAll('a, button, summary, .choice, audio')].filter(e => {
  const box = e.getBoundingClientRect();
  return e.checkVisibility() && !e.closest('.skip, .foot, details:not([open]) > :not(summary)')
    && (box.width < least - 0.5 || box.height < least - 0.5);
}).map(e => e.outerHTML.slice(0, 90))"""

# Texts whose contrast with what lies behind them is less than it should be.
FAINT = """least => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)|transparent/.test(c)) return c; } return 'rgb(255,255,255)'; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility() || e.closest('svg, .away, .skip') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < least) found.push(ratio.toFixed(2) + ' ' + e.outerHTML.slice(0, 80));
  }
  return found;
}"""

# Blocks of text whose lines are closer than the norm.
TIGHT = """least => [...document.querySelectorAll('main p, main li, main h1, main h2, main label, main dd')].filter(e => {
  const s = getComputedStyle(e); return e.checkVisibility() && parseFloat(s.lineHeight) / parseFloat(s.fontSize) < least - 0.001;
}).map(e => e.outerHTML.slice(0, 80))"""

VOICE = """Object.defineProperty(window, 'speechSynthesis', {value: {getVoices: () => [{lang: 'zh-CN', name: 'a'}], said: [], cancel() {}, speak(line) { this.said.push(line.text); }}});
window.SpeechSynthesisUtterance = function (text) { this.text = text; };"""


@pytest.fixture
def base(app: Flask) -> Iterator[str]:
    """The address of the application on the tiny files; what a test hangs on it before the first page is served too."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def phone(browser: Browser, base: str) -> Iterator[Any]:
    """Makes phones whose reader has wishes about pages."""
    made: list[BrowserContext] = []

    def make(wishes: str = "", **options: Any) -> Page:
        context = browser.new_context(**({"viewport": PHONE, "base_url": base, "reduced_motion": "reduce"} | options))
        made.append(context)
        context.add_cookies([{"name": "prefs", "value": wishes, "url": base}])
        return context.new_page()

    yield make
    for context in made:
        context.close()


def record(settings: Settings) -> Path:
    """Put a recording of half a second into the folder of a lesson. What is in it is a wave; players look inside."""
    path = settings.content / "lessons/alpha/audio.zh_Hans.mp3"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 1, 8000, 4000, "NONE", ""))
        sound.writeframes(bytes([128] * 4000))
    return path


@pytest.mark.parametrize(("view", "least"), [("standard", 44), ("elder", 60)])
def test_whatever_is_tapped_is_as_wide_and_high_as_the_norm(phone: Any, view: str, least: int) -> None:
    page = phone(f"view={view}")
    small = {}
    for path in PAGES:
        page.goto(path)
        small[path] = page.evaluate(SMALL, least)
    assert {path: found for path, found in small.items() if found} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_the_elder_view_every_text_has_the_contrast_and_the_lines_of_the_norm(phone: Any, theme: str) -> None:
    page = phone(f"view=elder&theme={theme}")
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(FAINT, 4.5) == [], path
        assert page.evaluate(TIGHT, 1.3) == [], path


def test_the_elder_view_is_one_press_away_and_nothing_hurries(phone: Any) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    page.locator("summary.tool").click()
    page.locator(".display").get_by_role("button", name="开").first.click()
    page.wait_for_selector("html[data-view=elder]")
    assert page.url.endswith("/learn/alpha/q1")
    assert page.locator("meta[http-equiv=refresh], [role=timer], marquee").count() == 0


def test_a_phone_with_a_voice_offers_to_read_and_reads(phone: Any) -> None:
    page = phone()
    page.add_init_script(VOICE)
    page.goto("/learn/alpha/idea")
    page.get_by_role("button", name="听").click()
    assert "".join(page.evaluate("speechSynthesis.said")) == "这是 要点"


def test_a_phone_without_a_voice_offers_nothing_that_would_stay_silent(phone: Any) -> None:
    page = phone()
    page.add_init_script("Object.defineProperty(window, 'speechSynthesis', {value: undefined})")
    page.goto("/learn/alpha/idea")
    assert page.locator(".listen, audio").count() == 0


def test_a_recording_is_offered_with_its_size_and_fetched_only_when_played(phone: Any, settings: Settings) -> None:
    record(settings)
    page = phone()
    page.add_init_script(VOICE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/learn/alpha")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".recording")).to_contain_text("听这一课（4.0 kB）")
    assert not any("/audio/" in url for url in asked)
    assert page.locator(".listen").count() == 0
    page.evaluate("document.querySelector('audio').play()")
    assert page.evaluate("document.querySelector('audio').duration") == 0.5
    assert any("/audio/" in url for url in asked)


@pytest.mark.parametrize("wishes", ["size=1&theme=light", "size=4&theme=dark", "size=2&view=elder&pictures=off"])
def test_player_printed_lesson_offline_page_and_waiting_answer_have_no_accessibility_fault(
    phone: Any, settings: Settings, wishes: str
) -> None:
    record(settings)
    page = phone(wishes)
    found = []
    for path in ("/learn/alpha", "/learn/alpha/idea", "/learn/alpha/print", "/offline", "/learn/alpha/q1"):
        page.goto(path)
        found += violations(page)
    page.context.set_offline(True)
    page.locator(".choice label").first.click()
    page.get_by_role("button", name="看答案").click()
    expect(page.locator("#outbox")).not_to_be_empty()
    assert found + violations(page) == []


def test_a_reader_who_saves_data_gets_words_in_place_of_pictures(phone: Any) -> None:
    page = phone()
    page.goto("/learn/alpha/idea")
    page.locator("summary.tool").click()
    page.get_by_role("group", name="省流量").get_by_role("button", name="开").click()
    expect(page.locator(".unseen")).to_have_text("图：一幅画")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/pictures/" in url] == []


def test_a_lesson_prints_on_a_sheet_without_buttons_and_without_the_key(phone: Any) -> None:
    page = phone(viewport={"width": 794, "height": 1123})
    page.goto("/learn/alpha")
    page.get_by_role("link", name="打印这一课").click()
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    page.emulate_media(media="print")
    for selector in ("nav.nav", ".display", ".button", ".back", ".outbox"):
        assert not page.locator(selector).first.is_visible(), selector
    assert "因为" not in page.content()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2


@pytest.fixture
def mirrored(app: Flask) -> None:
    """A language that is written from right to left, in which every text is its own translation, turned round."""
    app.context_processor(lambda: {"html_dir": "rtl"})

    def turned(text: str) -> str:
        return f"\u202e{text}\u202c"

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        turned, lambda one, many, n: turned(one if n == 1 else many), newstyle=True
    )


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("size", [1, 4])
def test_from_right_to_left_no_page_is_wider_than_the_screen(mirrored: None, phone: Any, width: int, size: int) -> None:
    page = phone(f"size={size}", viewport={"width": width, "height": 740})
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.locator("summary.tool").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_from_right_to_left_the_page_is_the_mirror_of_the_other(mirrored: None, phone: Any) -> None:
    page = phone()
    page.goto("/learn/alpha/q1")
    edges = page.evaluate(
        """[['.brand svg', 'left'], ['.choice input', 'left'], ['.back svg', 'left'], ['.tools', 'right']].map(([s, side]) => {
        const box = document.querySelector(s).getBoundingClientRect(); return side === 'left' ? innerWidth - box.right : box.left; })"""
    )
    assert max(edges) < 40, "what stands at the left of a page stands at its right, and the other way round"
    assert page.evaluate("getComputedStyle(document.querySelector('.back .flip')).transform").startswith("matrix(-1")
    page.set_viewport_size({"width": 1280, "height": 740})
    page.locator("summary.tool").click()
    assert page.locator(".panel").bounding_box()["x"] < 1


def test_the_learner_side_works_without_script(phone: Any) -> None:
    page = phone(java_script_enabled=False)
    page.goto("/preferences")
    page.get_by_label("更大", exact=True).check(force=True)
    page.get_by_role("button", name="保存").click()
    page.goto("/learn/alpha")
    assert page.locator("html").get_attribute("data-size") == "3"
    while page.get_by_role("link", name="下一页").count():
        page.get_by_role("link", name="下一页").click()
        if page.locator("main form").count():
            page.locator(".choice label").first.click()
            page.get_by_role("button", name="看答案").click()
            expect(page.locator("h1")).to_have_text("答对了", timeout=1) if "q2" in page.url else None
    expect(page.locator("h1")).to_have_text("带回家")
    page.get_by_role("link", name="打印这一课").click()
    expect(page.locator(".sheet")).to_contain_text("这句话对吗？")
