"""Model phones: threads that make interviews, keep them in a file until a receipt comes, and crash as phones do."""

import hashlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from drill import stock
from drill.history import History, Result
from literacy_app.foundation import clock

DOUBLED, THROWN_AWAY, CRASHES = 0.2, 0.1, 0.03
PATIENCE = 8.0  # seconds that a phone waits for an answer
REST = (0.02, 0.2)  # seconds after an attempt that failed, shorter than a real phone's so that a drill sees many


@dataclass(frozen=True)
class Answer:
    """What came back: the status and the body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Door:
    """Where a phone sends: a port, mostly the proxy's, and a token; `seal` makes a record of an interview and its number."""

    port: int
    token: str
    path: str = "/api/v1/submissions"
    seal: Callable[[stock.Interview, int], bytes] | None = None


def post(door: Door, body: bytes) -> Answer | None:
    """Send one body; None when no whole answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {door.token}", "Content-Type": "application/json"}
        connection.request("POST", door.path, body, headers)
        reply = connection.getresponse()
        return Answer(reply.status, reply.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def judge(answer: Answer | None, interview: stock.Interview) -> tuple[Result, str | None]:
    """What a phone may conclude, and when the server says that it received: only a receipt of these very bytes is one."""
    if answer is None:
        return Result.UNKNOWN, None
    if answer.status in (409, 422):
        return Result.REFUSED, None
    try:
        receipt = json.loads(answer.body)
        named = (receipt["id"], receipt["sha256"])
        received_at, status = str(receipt["received_at"]), receipt["status"]
    except (ValueError, TypeError, KeyError):
        return Result.UNKNOWN, None
    if status == "attention":  # kept, but nobody could read it: the phone keeps its copy too
        return Result.REFUSED, None
    if answer.status in (201, 202) and named == (interview.id, hashlib.sha256(interview.sent).hexdigest()):
        return Result.OK, received_at
    return Result.UNKNOWN, None


class Pending:
    """What a phone has not got a receipt for, in a file of which a crash can spoil the last line only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.interviews: dict[str, stock.Interview] = {}
        self.made = 0
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")  # or the next entry would share a line with a torn one
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # torn by a crash: it was never on the list
            if "done" in entry:
                self.interviews.pop(entry["done"], None)
            else:
                made = stock.Interview(entry["id"], entry["body"].encode(), entry["parcel"].encode())
                self.interviews[made.id] = made
                self.made += 1

    def add(self, interview: stock.Interview) -> None:
        """Keep an interview before anything is sent."""
        texts = {"body": interview.body.decode(), "parcel": interview.parcel.decode()}
        self._write({"id": interview.id, **texts})
        self.interviews[interview.id] = interview
        self.made += 1

    def done(self, id: str) -> None:
        """Forget an interview that has its receipt."""
        self._write({"done": id})
        self.interviews.pop(id, None)

    def tear(self) -> None:
        """What a crash in the middle of writing leaves behind."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write('{"id": "torn')

    def _write(self, entry: dict[str, str]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


class Phone:
    """One phone with its list. `shift` is how far its clock is wrong, `pace` the seconds between interviews."""

    def __init__(self, name: str, folder: Path, door: Door, history: History, seed: int, *, pace: float = 0.1) -> None:
        self.name, self.door, self.history, self.pace = name, door, history, pace
        self.rng = random.Random(f"{seed} {name}")
        self.pending = Pending(folder / f"{name}.jsonl")
        self.now: Callable[[], datetime] = clock.now
        self.crashes = 0
        self._pool = ThreadPoolExecutor(2)

    def live(self, until: Callable[[], bool]) -> None:
        """Make interviews and send them, until it is over; what is not sent stays on the list."""
        due = time.monotonic()
        while not until():
            if time.monotonic() >= due:
                due = time.monotonic() + self.rng.uniform(0.5, 1.5) * self.pace
                self.interview()
            if not self.send_one():
                time.sleep(self.rng.uniform(*REST))

    def interview(self) -> None:
        """Make one and put it on the list."""
        number = self.pending.made + 1
        made = stock.interview(self.rng, self.now(), number)
        if self.door.seal:
            made = replace(made, parcel=self.door.seal(made, number))
        self.pending.add(made)
        self.history.create(made.id, hashlib.sha256(made.body).hexdigest(), sealed=bool(made.parcel))

    def drain(self, seconds: float) -> None:
        """Send what is left, with nothing in the way, for so long at most; note what still is."""
        until = time.monotonic() + seconds
        while self.pending.interviews and time.monotonic() < until:
            if not self.send_one(hurt=False):
                time.sleep(0.05)
        self.history.left[self.name] = len(self.pending.interviews)

    def send_one(self, *, hurt: bool = True) -> bool:
        """Try the oldest, or now and then any other; whether it has its receipt. Nothing on the list: False."""
        waiting = list(self.pending.interviews.values())
        if not waiting:
            return False
        chosen = waiting[0] if self.rng.random() < 0.7 else self.rng.choice(waiting)
        times = 2 if hurt and self.rng.random() < DOUBLED else 1
        results = list(self._pool.map(lambda _: self._attempt(chosen, hurt), range(times)))
        if hurt and self.rng.random() < CRASHES:
            self._crash()
            return False
        if Result.OK in results:
            self.pending.done(chosen.id)
        return Result.OK in results

    def _attempt(self, interview: stock.Interview, hurt: bool) -> Result:
        answer = post(self.door, interview.sent)
        result, received_at = judge(answer, interview)
        if hurt and self.rng.random() < THROWN_AWAY:
            result, received_at = Result.UNKNOWN, None  # the reply came, but the phone never knew
        self.history.note(self.name, interview.id, result, answer.status if answer else None, received_at)
        return result

    def _crash(self) -> None:
        """Lose everything but the file, before the receipt is noted."""
        self.crashes += 1
        if self.rng.random() < 0.5:
            self.pending.tear()
        self.pending = Pending(self.pending.path)


class Crowd:
    """Several phones at once, each in a thread of its own and with a door of its own."""

    def __init__(self, doors: Sequence[Door], folder: Path, history: History, seed: int, *, pace: float = 0.1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.phones = [Phone(f"phone-{n}", folder, door, history, seed, pace=pace) for n, door in enumerate(doors)]
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def begin(self) -> None:
        """Let them live."""
        self._threads = [threading.Thread(target=self._live, args=(phone,), daemon=True) for phone in self.phones]
        for thread in self._threads:
            thread.start()

    def _live(self, phone: Phone) -> None:
        try:
            phone.live(self._over.is_set)
        except BaseException as error:  # a phone that fell over is a fault of the drill, and must be told
            self.errors.append(error)

    def end(self, seconds: float = 60.0) -> None:
        """Stop them and send what is left with nothing in the way. Raises what broke a phone."""
        self._over.set()
        for thread in self._threads:
            thread.join(30)
        if self.errors:
            raise self.errors[0]
        with ThreadPoolExecutor(len(self.phones)) as pool:
            list(pool.map(lambda phone: phone.drain(seconds), self.phones))

    def shift_clocks(self, *shifts: timedelta | datetime) -> None:
        """Set the clocks wrong, one after the other: by a while, or to one moment."""
        for number, phone in enumerate(self.phones):
            shift = shifts[number % len(shifts)]
            phone.now = _standing(shift) if isinstance(shift, datetime) else _shifted(shift)

    def set_clocks_right(self) -> None:
        """Let every phone have the right time again."""
        for phone in self.phones:
            phone.now = clock.now


def _standing(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _shifted(shift: timedelta) -> Callable[[], datetime]:
    return lambda: clock.now() + shift
