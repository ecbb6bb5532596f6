"""A real Chromium before the real demonstration, started as `make run` starts it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.services import chromium

REPOSITORY = Path(__file__).parents[2]
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
PHONE = {"width": 360, "height": 740}


@dataclass
class Demonstration:
    """The served demonstration and its sign-ins."""

    base: str
    survey: str
    accounts: dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration, freshly made, served by the real server."""
    data = tmp_path_factory.mktemp("demonstration")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"LITERACY_DATA": str(data), "PORT": str(port), "PYTHONPATH": str(REPOSITORY)}
    environment.pop("LITERACY_BIND", None)
    log = (data / "log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "literacy_app.cli", "run"], cwd=REPOSITORY, env=environment, stdout=log, stderr=log
    )
    try:
        for _ in range(600):
            if f"Ready: http://127.0.0.1:{port}" in (data / "log").read_text():
                break
            assert server.poll() is None, (data / "log").read_text()
            time.sleep(0.1)
        found = json.loads((data / "demo-accounts.json").read_text())
        yield Demonstration(found["base_url"], found["survey_link"], found["accounts"])
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    found = chromium.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=list(found.arguments), env=found.environment
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser window; remembers everything that went wrong in it."""

    context: BrowserContext
    page: Page
    demonstration: Demonstration
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the demonstration."""
        self.page.goto(path if path.startswith("http") else self.demonstration.base + path)

    def press(self, text: str) -> None:
        """Press the button or link of the main part that says exactly this, and wait for the next page."""
        target = (
            self.page.locator("main")
            .get_by_role("link", name=text, exact=True)
            .or_(self.page.locator("main").get_by_role("button", name=text, exact=True))
        )
        target.first.click()
        self.page.wait_for_load_state()

    def choose(self, *numbers: int) -> None:
        """Tick options by their place, from 0."""
        for number in numbers:
            self.page.locator(".choice label").nth(number).click()

    @property
    def heading(self) -> str:
        """What the page's h1 says."""
        return re.sub(r"\s+", " ", self.page.locator("h1").inner_text()).strip()

    def sign_in(self, role: str) -> None:
        """Sign in as one of the demonstration's staff."""
        account = self.demonstration.accounts[role]
        self.go("/account/sign-in")
        self.page.fill("#login", account["login"])
        self.page.fill("#password", account["password"])
        self.press("登录")

    def wish(self, **wishes: object) -> None:
        """Set how pages look, as the preferences cookie does."""
        value = "&".join(f"{name}={wish}" for name, wish in wishes.items())
        self.context.add_cookies([{"name": "prefs", "value": value, "url": self.demonstration.base}])


def listen(visitor: Visitor) -> None:
    """Gather errors of scripts and of the security policy, resources that fail, and requests to anywhere else."""

    def on_console(message: ConsoleMessage) -> None:
        # That a page itself is answered 404 or 422 is no fault; a file of a page that fails is seen by on_response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            visitor.complaints.append(message.text)

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch"):
            visitor.complaints.append(f"{response.status}: {response.url}")

    def on_request(request: Request) -> None:
        if not request.url.startswith(visitor.demonstration.base):
            visitor.complaints.append(f"elsewhere: {request.url}")

    visitor.page.on("console", on_console)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("response", on_response)
    visitor.page.on("request", on_request)


@pytest.fixture
def visit(browser: Browser, demonstration: Demonstration) -> Iterator[Any]:
    """Makes visitors, and fails if one of them saw an error in the console, a refused resource or a request elsewhere."""
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        context = browser.new_context(**({"viewport": PHONE, "reduced_motion": "reduce"} | options))
        visitor = Visitor(context, context.new_page(), demonstration)
        listen(visitor)
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
