"""The interviewer's phone: a list of a thousand households, how fast the app opens without a network, and what it weighs.

Yardsticks: CommCare, which many interviewers use, brings some 25 cases a second (its own figure); an app should open within
a second on a phone four times as slow as this machine; and the app with one instrument should be at most 150 KB.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import brotli
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.servers import product
from literacy_app.accounts.queries import staff_by_login
from literacy_app.fieldwork.models import AssignmentRow
from literacy_app.fieldwork.service import assign, open_field
from literacy_app.foundation import clock
from literacy_app.foundation.orm import WRITES, engine_for
from literacy_app.sampling.models import DrawRow, HouseholdRow
from tests.services import chromium

HOUSEHOLDS, PIN, SLOWER = 1000, "482913", 4
COMMCARE = 40.0  # seconds for a thousand cases
LARGEST, SLOWEST = 150 * 1024, 1.0


def stock(data: Path, login: str) -> None:
    """Give the demonstration's interviewer a thousand households more."""
    engine = engine_for(f"sqlite:///{data / 'literacy.sqlite3'}")
    now = clock.now()
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        drawn = session.scalars(select(DrawRow).where(DrawRow.frozen_at.is_not(None))).first()
        staff = staff_by_login(session, login)
        assert drawn is not None and staff is not None, "the demonstration has field work"
        table = HouseholdRow.__table__.columns.keys()
        one = session.scalars(select(HouseholdRow).where(HouseholdRow.draw_id == drawn.id)).first()
        assert one is not None
        like = {name: getattr(one, name) for name in table} | {"turn": 1, "reserve": False}
        rows = [like | {"number": 100_000 + number, "place": 1000 + number} for number in range(HOUSEHOLDS)]
        session.execute(insert(HouseholdRow), rows)
        session.flush()
        open_field(session, drawn, "bench", now)
        taken = select(AssignmentRow).where(AssignmentRow.village == one.village, AssignmentRow.ended_at.is_(None))
        held = session.scalars(taken).first()
        if held is None or held.staff_id != staff.id:
            assign(session, drawn, one.village, staff.id, "bench", now)
        session.commit()
    engine.dispose()


def register(page: Page, base: str, account: dict[str, str]) -> None:
    """The first time on this phone."""
    page.goto(f"{base}/account/sign-in?next=/field/start")
    page.fill("#login", account["login"])
    page.fill("#password", account["password"])
    page.click("main button")
    page.fill("#new-pin", PIN)
    page.fill("#pin-again", PIN)
    page.click("[data-form=start] button")
    page.wait_for_selector("#pin")


def weight(base: str, form: bytes) -> int:
    """Bytes of the shell, everything that it names, its worker, and one instrument, all as browsers get them."""

    def compressed(path: str) -> bytes:
        with urlopen(Request(base + path, headers={"Accept-Encoding": "br"})) as reply:  # noqa: S310 - our own server
            body: bytes = reply.read()
            return body if reply.headers.get("Content-Encoding") == "br" else brotli.compress(body, quality=5)

    shell = compressed("/field/")
    files = sorted(set(re.findall(rb'/static/[^"]+', brotli.decompress(shell))))
    parts = [shell, compressed("/field/sw.js"), brotli.compress(form, quality=5)]
    return sum(map(len, parts)) + sum(len(compressed(name.decode())) for name in files)


def measure() -> Iterator[dict[str, Any]]:
    """Lines of `make bench`."""
    found = chromium.find()
    with TemporaryDirectory() as folder, product(Path(folder)) as port, sync_playwright() as playwright:
        base, data = f"http://127.0.0.1:{port}", Path(folder)
        account = json.loads((data / "demo-accounts.json").read_text())["accounts"]["interviewer"]
        stock(data, account["login"])
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=list(found.arguments), env={**found.environment}
        )
        context = browser.new_context(viewport={"width": 360, "height": 740})
        page, forms = context.new_page(), []
        page.on("response", lambda reply: forms.append(reply.body()) if "/field/forms/" in reply.url else None)
        register(page, base, account)
        page.fill("#pin", PIN)
        began = time.monotonic()
        page.click("[data-form=unlock] button")
        page.wait_for_function(f"() => document.querySelectorAll('.house').length >= {HOUSEHOLDS}", timeout=60_000)
        yield said("a list of 1,000 households to the phone", time.monotonic() - began, "s", "CommCare", COMMCARE)
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        context.set_offline(True)
        devtools = context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        times = []
        for _ in range(5):
            began = time.monotonic()
            page.reload(wait_until="commit")
            page.wait_for_selector("#pin")
            times.append(time.monotonic() - began)
        yield said("app opens without a network, four times slower", sorted(times)[2], "s", "a second", SLOWEST)
        browser.close()
        yield said("app and one instrument", weight(base, forms[0]), "bytes", "150 KB", LARGEST)


def said(name: str, value: float, unit: str, yardstick: str, most: float) -> dict[str, Any]:
    """Print and keep one line; the ratio is of the yardstick to the value, so above 1 is better."""
    print(f"{name}: {value:.3g} {unit} (ratio {most / value:.1f} to {yardstick})", flush=True)
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "ratio": round(most / value, 2),
        "yardstick": yardstick,
    }


if __name__ == "__main__":
    list(measure())
