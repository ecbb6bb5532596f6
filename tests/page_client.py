"""The only way to fetch a page in a test: it checks every page that it fetches, whatever the test is about."""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import brotli
from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # html5lib is old and warns on import; as a strict parser it has no successor
    import html5lib

from literacy_app.webkit.security import SECURITY_HEADERS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Compressed HTML alone; the first view with style and script is measured in tests/browser.
LARGEST_PAGE = 9 * 1024


@dataclass
class Page:
    """One answer of the server."""

    response: TestResponse

    @property
    def status(self) -> int:
        """The status code."""
        return self.response.status_code

    @property
    def location(self) -> str:
        """Where a redirect leads: path and query."""
        parts = urlsplit(self.response.headers["Location"])
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page as a tree."""
        return BeautifulSoup(self.response.text, "html.parser")

    @property
    def heading(self) -> str:
        """The text of the page's one h1."""
        return self.one("h1").get_text(" ", strip=True)

    @property
    def text(self) -> str:
        """What the main part says."""
        return self.one("main").get_text(" ", strip=True)

    def one(self, selector: str) -> Tag:
        """The only element that a selector finds."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector}"
        return found[0]

    def link(self, text: str) -> str:
        """The address behind the link with this text in the main part."""
        found = [one for one in self.soup.select("main a") if text in one.get_text(" ", strip=True)]
        assert len(found) == 1, f"{len(found)} links say {text!r}"
        return str(found[0]["href"])

    def hidden(self, name: str) -> str:
        """The value of a hidden field in the main part."""
        return str(self.soup.select(f"main input[name={name}]")[0]["value"])


class PageClient:
    """A browser without script: keeps cookies, sends tokens that it was shown, checks pages."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.cookies: dict[str, str] = {}
        self.last: Page | None = None

    def get(self, path: str, **options: Any) -> Page:
        """Fetch a page and check it."""
        return self._keep(self.client.get(path, **self._with_cookies(options)))

    def post(
        self,
        path: str,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        *,
        token: str | None = "shown",
        **options: Any,
    ) -> Page:
        """Send a form; by default with the token that the last page showed, as a browser would."""
        data = dict(fields or {})
        if token == "shown":
            assert self.last is not None, "fetch the page with the form first"
            shown = self.last.soup.select("input[name=csrf_token]")
            if shown:  # a form that changes only the look has none
                data["csrf_token"] = str(shown[0]["value"])
        elif token is not None:
            data["csrf_token"] = token
        return self._keep(self.client.post(path, data=data, **self._with_cookies(options)))

    def follow(self, page: Page) -> Page:
        """Go where a redirect leads."""
        assert page.status in (302, 303), f"no redirect but {page.status}: {page.response.text[:300]}"
        return self.get(page.location)

    def _with_cookies(self, options: dict[str, Any]) -> dict[str, Any]:
        for name, value in self.cookies.items():
            self.client.set_cookie(name, value)
        self.cookies.clear()
        return options

    def _keep(self, response: TestResponse) -> Page:
        page = Page(response)
        for name in SECURITY_HEADERS:
            assert response.headers.get(name) == SECURITY_HEADERS[name], f"{name} is missing or changed"
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            check(page)
            self.last = page
        return page


def check(page: Page) -> None:
    """Everything that is true of every page."""
    html = page.response.text
    html5lib.HTMLParser(strict=True).parse(html)
    language = page.one("html")["lang"]
    assert language in ("zh-Hans", "en")
    assert page.one("title").get_text(strip=True)
    page.one("h1")
    page.one("main")
    _check_fields(page)
    ids = [str(one["id"]) for one in page.soup.select("[id]")]
    assert len(ids) == len(set(ids)), f"an id stands twice: {[one for one in ids if ids.count(one) > 1]}"
    assert not page.soup.select("[style], style, script:not([src])"), (
        "the security policy forbids inline style and script"
    )
    assert not re.search(r"\son\w+=", html), "the security policy forbids inline handlers"
    if language == "en":
        _check_translated(page)
    size = len(brotli.compress(html.encode(), quality=4))
    assert size <= LARGEST_PAGE, f"the page has {size} bytes compressed"


def _check_fields(page: Page) -> None:
    for field in page.soup.select("input:not([type=hidden]), select, textarea"):
        labels = page.soup.select(f'label[for="{field.get("id")}"]') if field.get("id") else []
        assert labels or field.get("aria-label"), f"a field without a label: {field}"
    for image in page.soup.select("img"):
        assert image.get("alt") is not None, f"a picture without alt: {image}"


def _check_translated(page: Page) -> None:
    for node in page.soup.find_all(string=CHINESE):
        owner = node.find_parent(attrs={"lang": "zh-Hans"})
        assert owner is not None, f"not translated: {str(node).strip()!r}"
    for tag in page.soup.select("[alt], [aria-label], [title], [placeholder]"):
        for name in ("alt", "aria-label", "title", "placeholder"):
            assert not CHINESE.search(str(tag.get(name, ""))), f"not translated: {tag.get(name)!r}"
