"""Every page as a browser shows it: accessible in every size and theme, light, and within the screen."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AXE, Visitor

pytestmark = pytest.mark.browser

RESIDENTS = (
    "/",
    "/learn/",
    "/learn/?q=喝水",
    "/learn/air-and-body",
    "/learn/air-and-body/idea",
    "/learn/air-and-body/action",
    "/learn/air-and-body/q1",
    "/learn/air-and-body/print",
    "/practice/a09-1",
    "/review/",
    "/me/",
    "/me/resume",
    "/check/concepts/before",
    "/certificates/",
    "/join/",
    "/preferences",
    "/nothing",
    "/account/sign-in",
)
# What a learner opens while learning; each keeps the budgets of a phone on a weak network.
LEARNERS = (
    "/",
    "/learn/",
    "/learn/air-and-body",
    "/learn/air-and-body/idea",
    "/learn/air-and-body/q1",
    "/practice/a09-1",
    "/review/",
    "/me/",
    "/check/concepts/before",
)
LESSON = "/learn/air-and-body"
STAFF = {
    "administrator": ("/office/", "/account/", "/admin/", "/editor/"),
    "officer": (
        "/office/topics/",
        "/office/learning/",
        "/office/sessions/",
        "/office/posters/",
        "/office/level/",
        "/office/weights/",
        "/office/weights/1/",
        "/office/level/townships/",
        "/office/items/",
        "/office/self-selected/",
        "/office/plan/?purpose=precision&level=20&half_width=4&people_a_psu=20&rho=5&response=80&power=80",
        "/office/reading/",
        "/office/waves/2026-qinghe/sample/",
    ),
}


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: WCAG 2.0-2.2 A and AA and best practice."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))"
    )
    return [f"{page.url}: {one}" for one in found]


def states(visitor: Visitor) -> list[str]:
    """Walk past every state of a page that has no address of its own, and gather what axe finds."""
    found = []
    for path in RESIDENTS:
        visitor.go(path)
        found += violations(visitor.page)
    visitor.go(f"{LESSON}/q1")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_selector(".error-text")
    found += violations(visitor.page)
    visitor.choose(0)
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_selector(".feedback")
    found += violations(visitor.page)
    survey = visitor.demonstration.survey
    for path in (survey, f"{survey}/consent"):
        visitor.go(path)
        found += violations(visitor.page)
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_selector(".choices")
    for path in ("/1", "/2", "/8", "/23", "/48", "/check"):
        visitor.go(survey + path)
        found += violations(visitor.page)
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_selector(".receipt")
    return found + violations(visitor.page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_no_page_of_a_resident_has_an_accessibility_fault(visit: Any, size: int, theme: str) -> None:
    visitor = visit()
    visitor.wish(size=size, theme=theme, language="zh_Hans" if size % 2 else "en")
    assert states(visitor) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_no_page_of_the_staff_has_an_accessibility_fault(visit: Any, size: int, theme: str) -> None:
    visitor = visit()
    visitor.wish(size=size, theme=theme)
    found = []
    for role, paths in STAFF.items():
        visitor.sign_in(role)
        for path in paths:
            visitor.go(path)
            found += violations(visitor.page)
    assert found == []


def test_the_elder_view_has_no_accessibility_fault(visit: Any) -> None:
    visitor = visit()
    visitor.wish(view="elder", size=2)
    assert states(visitor) == []


@pytest.mark.parametrize(("view", "least"), [("standard", 44), ("elder", 60)])
def test_what_is_tapped_is_large_enough(visit: Any, view: str, least: int) -> None:
    visitor = visit()
    visitor.wish(view=view)
    for path in ("/", "/learn/", f"{LESSON}/q1", visitor.demonstration.survey):
        visitor.go(path)
        small = visitor.page.evaluate(
            """least => [...document.querySelectorAll('main .button, main .choice, .nav a, .tool, .door, .lesson-card, .back a')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < least - 0.5).map(e => e.outerHTML.slice(0, 80) + e.getBoundingClientRect().height)""",
            least,
        )
        assert small == []


def test_text_is_as_large_as_the_norm_for_the_elder_view_wants(visit: Any) -> None:
    visitor = visit()
    sizes = []
    for size in (1, 2, 3, 4):
        visitor.wish(view="elder", size=size)
        visitor.go(LESSON)
        sizes.append(visitor.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"))
        spacing = visitor.page.evaluate(
            "(s => parseFloat(s.lineHeight) / parseFloat(s.fontSize))(getComputedStyle(document.querySelector('main [data-listen]')))"
        )
        assert spacing >= 1.3
    assert min(sizes) >= 18 and max(sizes) >= 30


@pytest.mark.parametrize("width", [320, 360, 412, 1280])
def test_no_page_is_wider_than_the_screen(visit: Any, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 740})
    visitor.sign_in("administrator")
    for language in ("zh_Hans", "en"):
        for size in (1, 4):
            visitor.wish(size=size, language=language)
            for path in (
                "/",
                "/learn/",
                f"{LESSON}/idea",
                f"{LESSON}/q1",
                visitor.demonstration.survey,
                "/office/",
                "/office/level/",
                "/office/weights/",
                "/office/items/",
                "/office/plan/",
                "/account/",
                "/admin/",
            ):
                visitor.go(path)
                assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, (path, size, language)


@pytest.mark.parametrize("path", LEARNERS)
def test_the_first_view_of_a_learners_page_is_light_and_does_not_jump(visit: Any, path: str) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        "window.jumped = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.jumped += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    sizes: dict[str, int] = {}
    visitor.page.on("response", lambda answer: sizes.update({answer.url: int(answer.headers.get("content-length", 0))}))
    visitor.go(path)
    visitor.page.wait_for_load_state("networkidle")
    # What the service worker fetches for later is not part of this view.
    seen = {url: size for url, size in sizes.items() if not url.endswith(("/sw.js", "/offline"))}
    code = sum(size for url, size in seen.items() if "/pictures/" not in url and "mark" not in url)
    print(f"{path}: {code} bytes of HTML, CSS and JS, {sum(seen.values())} with pictures, {len(seen)} requests")
    assert all(sizes.values()), sizes
    assert code <= 14 * 1024
    assert sum(seen.values()) <= 30 * 1024
    assert len(seen) <= 6
    assert visitor.page.evaluate("window.jumped") < 0.001


def test_style_and_script_keep_their_budgets(visit: Any) -> None:
    visitor = visit()
    visitor.go("/")
    for selector, attribute, most in (("link[rel=stylesheet]", "href", 8), ("script[src]", "src", 6)):
        address = visitor.page.locator(selector).get_attribute(attribute)
        body = visitor.context.request.get(visitor.demonstration.base + address).body()
        assert len(gzip.compress(body, 9)) <= most * 1024


def test_home_fits_one_phone_screen(visit: Any) -> None:
    visitor = visit()
    visitor.go("/")
    last = visitor.page.evaluate(
        "[...document.querySelectorAll('main .card, main .door')].pop().getBoundingClientRect().bottom"
    )
    assert last <= 740


def test_the_office_prints_without_navigation_and_with_its_charts(visit: Any) -> None:
    visitor = visit(viewport={"width": 1280, "height": 900})
    visitor.sign_in("officer")
    visitor.page.emulate_media(media="print")
    assert not visitor.page.locator("nav.nav").is_visible()
    assert visitor.page.locator("figure.dots").first.is_visible()
