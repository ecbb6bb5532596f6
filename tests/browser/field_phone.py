"""An interviewer's phone for tests: the product's own queue on a real browser's storage, before a server that is hurt."""

import contextlib
import itertools
import random
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Error, Page, Response

from drill import interviewer, stock
from drill.interviewer import Key
from drill.supervisor import Supervisor

SCRIPTS = Path(__file__).parents[2] / "literacy_app" / "offline" / "static" / "field"
QUEUE = [(SCRIPTS / name).read_text() for name in ("store.js", "seal.js", "queue.js")]

# The queue as the app makes it. `skip` is added to the clock that counts pauses, `shift` to the one on the wall, and time
# passes `speed` times as fast for whatever waits.
OPEN = """async ({ owner, token, key, speed, locks }) => {
  Object.assign(window, { shift: 0, skip: 0, prompts: 0 });
  window.store = await Store.open({ indexedDB, name: 'drill' });
  const options = {
    store, owner, token, key,
    now: () => Date.now() + window.shift,
    monotonic: () => performance.now() * speed + window.skip,
    timers: { setTimeout: (work, after) => setTimeout(work, after / speed), clearTimeout: (timer) => clearTimeout(timer) },
    onSignIn: () => { window.prompts += 1; },
  };
  window.queue = new Queue(locks ? options : Object.assign(options, { locks: null }));
}"""
FINISH = """async (list) => {
  for (const [id, body, pilot, at] of list) {
    if (at !== null) window.shift = at - Date.now();
    await queue.finalise('interview', pilot, { kind: 'interview', body, broken_off: false }, { id });
  }
}"""


@dataclass
class Phone:
    """A page with the queue of one interviewer; `seen` are the statuses that came from the server's door for records."""

    page: Page
    base: str
    account: interviewer.Phone
    key: Key
    owner: str = "in"
    speed: float = 1
    locks: bool = True
    store: str = QUEUE[0]
    seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self._note)
        self.open()

    def _note(self, response: Response) -> None:
        if "/api/v1/records" in response.url:
            self.seen.append(response.status)

    def open(self) -> None:
        """Open the page, as after a restart: what is kept is all there is."""
        self.page.goto(f"{self.base}/healthz")
        for script in (self.store, *QUEUE[1:]):
            self.page.add_script_tag(content=script)
        key = {"id": self.key.id, "public": self.key.public}
        options = {
            "owner": self.owner,
            "token": self.account.token,
            "key": key,
            "speed": self.speed,
            "locks": self.locks,
        }
        self.page.evaluate(OPEN, options)

    def ask(self, script: str, *values: Any) -> Any:
        """What a promise in the page brings."""
        return self.page.evaluate(script, *values)

    def finish(self, *interviews: stock.Interview, pilot: str = stock.PILOT) -> None:
        """Seal and keep interviews, one after the other."""
        self.ask(FINISH, [(one.id, one.body.decode(), pilot, None) for one in interviews])

    def send(self) -> dict[str, Any]:
        """Send now, as when a person taps the button; what came of it."""
        found: dict[str, Any] = self.ask("queue.send({ now: true })")
        return found

    def until(self, promise: str, seconds: float = 15) -> None:
        """Wait until what a promise in the page brings is true."""
        end = time.monotonic() + seconds
        while not self.ask(promise):
            assert time.monotonic() < end, promise
            time.sleep(0.02)

    def counts(self) -> dict[str, int]:
        """How many there are in which state."""
        found: dict[str, int] = self.ask("queue.counts()")
        return found

    def states(self) -> dict[str, str]:
        """The state of every record by its id."""
        return {one["id"]: one["state"] for one in self.ask("queue.list()")}

    def crash(self) -> None:
        """End the page's process, whatever it is doing."""
        broken = self.page
        with contextlib.suppress(Error):
            broken.goto("chrome://crash", timeout=2_000)
        context = broken.context
        self.page = context.new_page()
        broken.close()
        self.page.on("response", self._note)
        self.open()


_seeds = itertools.count()


def interviews(count: int, **changes: Any) -> list[stock.Interview]:
    """So many interviews of today, never the same ones again."""
    rng = random.Random(next(_seeds))
    return [stock.interview(rng, datetime.now(UTC), n, **changes) for n in range(1, count + 1)]


def stored(server: Supervisor, made: Iterable[stock.Interview]) -> list[tuple[str, bytes]]:
    """The submissions among these that the server keeps, each with its bytes, as often as it keeps them."""
    ids = {one.id for one in made}
    with sqlite3.connect(server.database) as database:
        found = [(str(UUID(id)), raw) for id, raw in database.execute("SELECT id, raw FROM submission")]
    return sorted(row for row in found if row[0] in ids)


def records(server: Supervisor, made: Iterable[stock.Interview]) -> list[tuple[str, str, int]]:
    """The records among these as the server took them in, in that order: id, status, number."""
    ids = {one.id for one in made}
    query = "SELECT id, status, sequence FROM field_record ORDER BY received_at, rowid"
    with sqlite3.connect(server.database) as database:
        found = [(str(UUID(id)), status, number) for id, status, number in database.execute(query)]
    return [row for row in found if row[0] in ids]


def effects(server: Supervisor, one: stock.Interview) -> tuple[int, int, int, int]:
    """How many records, submissions, answer sheets and audit rows there are of one interview."""
    id = UUID(one.id)
    with sqlite3.connect(server.database) as database:
        counted = [
            database.execute(query, (id.hex if "audit" not in query else str(id),)).fetchone()[0]
            for query in (
                "SELECT count(*) FROM field_record WHERE id = ?",
                "SELECT count(*) FROM submission WHERE id = ?",
                "SELECT count(*) FROM answer_sheet WHERE submission_id = ?",
                "SELECT count(*) FROM audit_event WHERE subject = ? AND action = 'submission_received'",
            )
        ]
    return counted[0], counted[1], counted[2], counted[3]


def whole(made: Iterable[stock.Interview]) -> list[tuple[str, bytes]]:
    """What a server must keep of these: each once, byte for byte."""
    return sorted((one.id, one.body) for one in made)


def receipts(phone: Phone) -> list[dict[str, Any]]:
    """The receipts on a phone, oldest first."""
    return [one["receipt"] for one in reversed(phone.ask("queue.list()")) if one.get("receipt")]
