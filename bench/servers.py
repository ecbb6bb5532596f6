"""What is measured: servers, the product and its yardsticks with the same workers and threads; and memory."""

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS, CLIENTS, WORKERS, THREADS = 6.0, 8, "2", "8"


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """A server started with this command, for the time of the block."""
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(900):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise SystemExit(f"the server ended: {' '.join(command)}") from None
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def bare(name: str, environment: Mapping[str, str]) -> Iterator[int]:
    """A yardstick of bench/bare.py on the same server with the same workers and threads."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", WORKERS, "--threads", THREADS, "--preload"]
    with served([*command, "-b", f"127.0.0.1:{port}", f"bench.bare:{name}"], port, environment):
        yield port


@contextmanager
def product(data: Path, more: Mapping[str, str] | None = None) -> Iterator[int]:
    """The demonstration as `make run` serves it, with its data in a folder."""
    port = free_port()
    environment = {"LITERACY_DATA": str(data), "PORT": str(port), "LITERACY_WORKERS": WORKERS, **(more or {})}
    with served([sys.executable, "-m", "literacy_app.cli", "run"], port, environment):
        yield port


def peak_mb() -> float:
    """The most memory of this process in MB. What getrusage says of a child begins with what its parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
