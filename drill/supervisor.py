"""Starts the product as users do, on data of its own, and kills, stops, continues and starts it again."""

import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from drill import stock
from literacy_app.config import DATABASE

ROOT = Path(__file__).parent.parent
SERVE = (sys.executable, "-m", "literacy_app.cli", "serve")

PATIENCE = 30.0  # seconds until a server that does not get ready is a failure of its own
BEFORE_SERVING = (("db", "upgrade"), ("content", "load"), ("survey", "load"))


class NotReady(Exception):
    """The server ended or did not get ready; says what it logged last."""


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(folder: Path) -> Path:
    """A data folder with the drill's stock loaded, made by the console command as in README; to be copied."""
    stock.write_files(folder)
    for words in BEFORE_SERVING:
        done = subprocess.run(
            [*SERVE[:-1], *words], cwd=ROOT, env=_environment(folder), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotReady(f"literacy {' '.join(words)}: {done.stderr.strip()}")
    return folder


def _environment(data: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    own = {
        "LITERACY_DATA": str(data),
        "LITERACY_CONTENT": str(data / "content"),
        "LITERACY_SURVEYS": str(data / "surveys"),
        "LITERACY_PROFILE": "demo",
        "PYTHONPATH": str(ROOT),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LITERACY_")}
    return inherited | own | dict(more or {})


class Supervisor:
    """One server on a copy of prepared data, stopped at the end of a `with`. `recoveries` are the seconds from each start after a kill to ready."""

    def __init__(self, prepared: Path, data: Path, command: Sequence[str] = SERVE) -> None:
        if not (data / DATABASE).exists():
            shutil.copytree(prepared, data, dirs_exist_ok=True)
        self.data, self.command, self.port = data, tuple(command), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data.with_name(f"{data.name}.log")
        self.kills = 0
        self.recoveries: list[float] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def database(self) -> Path:
        """The server's SQLite file."""
        return self.data / DATABASE

    def link(self, wave: str = stock.WAVE) -> str:
        """The token of a wave's open link."""
        query = "SELECT token FROM survey_link WHERE wave_id = ? AND kind = 'open'"
        with sqlite3.connect(self.database) as connection:
            return str(connection.execute(query, (wave,)).fetchone()[0])

    def start(self) -> float:
        """Start in a process group of its own and wait until /readyz says ready; the seconds it took. Raises NotReady."""
        began = time.monotonic()
        environment = _environment(self.data, {"LITERACY_BIND": f"127.0.0.1:{self.port}", "LITERACY_WORKERS": "2"})
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise NotReady(f"{' '.join(self.command)}: {self._last_words()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def ready(self) -> bool:
        """Whether the database is reachable and its tables are current, as the server says."""
        try:
            return httpx.get(f"{self.base}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """Kill every process of the server, without a word of warning (SIGKILL)."""
        self._signal(signal.SIGKILL)
        self.kills += 1
        assert self._process is not None
        self._process.wait(10)

    def restart(self) -> float:
        """Start again after a kill; the seconds until it was ready."""
        self.recoveries.append(round(self.start(), 2))
        return self.recoveries[-1]

    def kill_a_worker(self) -> bool:
        """Kill one worker process only; whether there was one. The server replaces it itself."""
        workers = self._workers()
        if workers:
            os.kill(workers[0], signal.SIGKILL)
        return bool(workers)

    def pause(self) -> None:
        """Stop every process where it stands, as a virtual machine that is moved (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let every process go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def limit_files(self, size: int | None) -> None:
        """Let no process of the server write beyond so many bytes of any file; None lifts it. Stands for a full disk."""
        assert self._process is not None
        most = resource.RLIM_INFINITY if size is None else size
        for process in (self._process.pid, *self._workers()):
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def stop(self) -> None:
        """End it as an office does (SIGTERM), and by force when it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait(10)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def _workers(self) -> list[int]:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(word) for word in children.read_text().split()] if children.exists() else []

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "said nothing"
