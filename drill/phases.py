"""What the drill does to a server, phase by phase; each phase has a server, phones and data of its own."""

import random
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from drill import interviewer, supervisor
from drill.checker import Findings, Run, Stored, check, read_stored
from drill.history import History
from drill.interviewer import enrol
from drill.phones import PATIENCE, Crowd, Door
from drill.proxy import Kind, Proxy, mixed, straight
from drill.supervisor import NotReady, Supervisor
from literacy_app.foundation import clock

PHONES, PACE, DRAIN_SECONDS = 6, 0.15, 60.0
# SQLite's log alone may have 32 MB before it is carried over into the database.
FULL_TIMES, DISK_BYTES = 3, 64 * 1024 * 1024
WRONG_CLOCKS = (
    timedelta(days=-3),
    timedelta(days=3),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2099, 12, 31, tzinfo=UTC),
)
WEIGHTS: dict[Kind, float] = dict.fromkeys(Kind, 1.0) | {Kind.PASS: 4.0, Kind.ANSWER: 0.0}
Say = Callable[[str], None]


@dataclass
class Stage:
    """A server, a proxy before it and phones behind that; what was done to it, and complaints that no row can show."""

    server: Supervisor
    proxy: Proxy
    crowd: Crowd
    history: History
    rng: random.Random
    say: Say
    least_kills: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    complaints: Findings = field(default_factory=dict)

    def reads(self) -> bool:
        """Whether somebody who only looks is served: the description of the survey, from the database."""
        try:
            address = f"{self.server.base}/api/v1/links/{self.server.link()}"
            return httpx.get(address, timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def complain(self, name: str, text: str) -> None:
        """Note what a phase saw for itself."""
        self.complaints.setdefault(name, []).append(text)


@dataclass(frozen=True)
class Outcome:
    """What became of one phase; `asked` are the seconds that it was to act for, `seconds` what it took with all around."""

    name: str
    findings: Findings
    stage: Stage
    stored: Stored
    asked: float
    seconds: float


@dataclass(frozen=True)
class Phase:
    """One kind of trouble: for what share of the drill's time, and what must really have happened in a whole drill."""

    name: str
    share: float
    act: Callable[[Stage, float], None]
    wanted: Mapping[str, int]
    small_disk: bool = False


def kill(stage: Stage, seconds: float) -> None:
    """Kill every process at random moments under load and start it again; every third time a worker only, before that."""
    until = time.monotonic() + seconds
    while time.monotonic() < until or stage.server.kills < stage.least_kills:
        time.sleep(stage.rng.uniform(0.2, 1.2))
        if stage.server.kills % 3 == 0 and stage.server.kill_a_worker():
            stage.happened["worker_kills"] += 1
            time.sleep(stage.rng.uniform(0.2, 0.8))
        stage.server.kill()
        stage.happened["kills"] += 1
        took = stage.server.restart()
        stage.say(f"kill {stage.server.kills}: ready after {took:.1f} s, {len(stage.history.created)} interviews")


def wire(stage: Stage, seconds: float) -> None:
    """Every fault of the proxy, mixed."""
    stage.proxy.plan = mixed(stage.rng.randrange(2**32), WEIGHTS)
    _let_live(stage, seconds)


def pause(stage: Stage, seconds: float) -> None:
    """Stop all processes where they stand: once for longer than a phone waits, then for moments; then let them go on."""
    spans = [max(PATIENCE + 1, min(15.0, seconds / 2))]
    while sum(spans) < seconds * 0.8:
        spans.append(stage.rng.uniform(0.2, 2.0))
    for span in spans:
        stage.server.pause()
        time.sleep(span)
        stage.server.go_on()
        stage.happened["pauses"] += 1
        stage.happened["long_pauses"] += span > PATIENCE
        stage.say(f"paused for {span:.1f} s, {len(stage.history.created)} interviews")
        time.sleep(0.5)


def lock(stage: Stage, seconds: float) -> None:
    """Somebody else holds the database's write lock, longer than a request may wait."""
    with sqlite3.connect(stage.server.database, isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        time.sleep(max(10.0, seconds * 0.8))
        connection.execute("ROLLBACK")
    stage.happened["locks"] += 1
    stage.say(f"database locked for {time.monotonic() - began:.1f} s, {len(stage.history.created)} interviews")
    _recover(stage, "lock")


def clocks(stage: Stage, seconds: float) -> None:
    """The phones' clocks are three days behind and ahead, at 1970 and at 2099."""
    stage.crowd.shift_clocks(*WRONG_CLOCKS)
    _let_live(stage, seconds)
    stage.crowd.set_clocks_right()


def disk(stage: Stage, seconds: float) -> None:
    """The disk is full, several times; then there is room again."""
    for number in range(FULL_TIMES):
        time.sleep(0.5)
        with _full(stage):
            before, until = _put_off(stage), time.monotonic() + max(2.0, seconds / FULL_TIMES - 2)
            while time.monotonic() < until:
                if not stage.reads():
                    stage.complain("reads", "nobody could read while the disk was full")
                time.sleep(0.3)
        stage.happened["full_disks"] += 1
        stage.say(
            f"disk full {number + 1}: {_put_off(stage) - before} put off, {len(stage.history.created)} interviews"
        )
        _recover(stage, "disk")


def _recover(stage: Stage, what: str) -> None:
    """Wait until a submission is taken again, with nobody's help."""
    before, began = len(stage.history.acknowledged()), time.monotonic()
    while len(stage.history.acknowledged()) == before and time.monotonic() - began < supervisor.PATIENCE:
        time.sleep(0.05)
    stage.server.recoveries.append(round(time.monotonic() - began, 2))


def _put_off(stage: Stage) -> int:
    return sum(one.status in (503, 507) for one in stage.history.operations)


def _let_live(stage: Stage, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(min(5.0, max(0.0, until - time.monotonic())))
        faults = sum(count for kind, count in stage.proxy.happened.items() if kind is not Kind.PASS)
        stage.say(f"{len(stage.history.created)} interviews, {faults} faults")


@contextmanager
def _full(stage: Stage) -> Iterator[None]:
    """No byte more can be written: the disk is filled, or, where it is not a disk of its own, files may grow no further."""
    if not stage.server.data.is_mount():
        stage.server.limit_files(max(path.stat().st_size for path in stage.server.data.glob("*.sqlite3*")))
        yield
        stage.server.limit_files(None)
        return
    filler = stage.server.data / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (64 * 1024, 1024, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    yield
    filler.unlink()


PHASES = (
    Phase("kill", 0.32, kill, {"kills": 20, "worker_kills": 1}),
    Phase("wire", 0.28, wire, {str(kind): 1 for kind, weight in WEIGHTS.items() if weight}),
    Phase("disk", 0.1, disk, {"full_disks": FULL_TIMES, "put_off": 10}, small_disk=True),
    Phase("pause", 0.14, pause, {"pauses": 2, "long_pauses": 1}),
    Phase("lock", 0.06, lock, {"locks": 1, "put_off": 1}),
    Phase("clocks", 0.1, clocks, {"wrong_clocks": 100}),
)


def run(
    phase: Phase, prepared: Path, seconds: float, seed: int, command: Sequence[str], say: Say, scale: float = 1.0
) -> Outcome:
    """One phase on a fresh server, drained and checked. `scale` is the share of a whole drill that is asked for."""
    began, moment = time.monotonic(), clock.now()
    wanted = {name: max(1, int(least * scale)) for name, least in phase.wanted.items()}
    if tuple(command) == supervisor.SERVE:
        wanted["sealed"] = 1  # another server may know nothing of phones
    with _folder(phase) as folder:
        with Supervisor(prepared, folder / "data", command) as server, Proxy(server.port) as proxy:
            phones = [enrol(server.data) for _ in range(PHONES // 2)]
            server.start()
            history = History()
            crowd = Crowd(_doors(server, proxy.port, phones), folder / "phones", history, seed, pace=PACE)
            stage = Stage(server, proxy, crowd, history, random.Random(f"{seed} {phase.name}"), say)
            stage.least_kills = wanted.get("kills", 0)
            try:
                crowd.begin()
                phase.act(stage, seconds)
            except NotReady as problem:
                stage.complain("not_ready", str(problem))
            finally:
                proxy.plan = straight
                crowd.end(DRAIN_SECONDS if server.ready() else 0.0)
        stored = read_stored(server.database)
    stage.happened.update({str(kind): count for kind, count in proxy.happened.items()})
    stage.happened["put_off"] = _put_off(stage)
    stage.happened["sealed"] = len(history.sealed & history.acknowledged())
    stage.happened["wrong_clocks"] = sum("clock" in row.flags for row in stored.rows)
    judged = Run(server.recoveries, wanted, stage.happened, moment, clock.now())
    seen = {name: stage.complaints.get(name, []) for name in ("reads", "not_ready")}
    return Outcome(phase.name, check(history, stored, judged) | seen, stage, stored, seconds, time.monotonic() - began)


def _doors(server: Supervisor, port: int, phones: Sequence[interviewer.Phone]) -> list[Door]:
    """Half of the phones are interviewers' and seal, where the server has a door for that; the others answer by a link."""
    key = interviewer.key_from(server.base, phones[0])
    sealing = [Door(port, one.token, "/api/v1/records", interviewer.sealer(key)) for one in phones] if key else []
    return sealing + [Door(port, server.link())] * (PHONES - len(sealing))


@contextmanager
def _folder(phase: Phase) -> Iterator[Path]:
    """A folder for one phase; its `data` is a small disk of its own where the phase needs one and we may have it."""
    with tempfile.TemporaryDirectory(prefix=f"drill-{phase.name}-") as name:
        data = Path(name) / "data"
        data.mkdir()
        mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", data)
        small = phase.small_disk and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        try:
            yield Path(name)
        finally:
            if small:
                subprocess.run(("umount", "-l", data), check=False)
