"""Runs the tests of the phone's own code under node, one for each `test("…")` of a file."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from dev import NODE

HERE = Path(__file__).parent
BROWSER = HERE.parent / "browser"


def named(file: str) -> list[str]:
    """The names of the tests in a file of this folder."""
    names = re.findall(r'^test\("([^"]+)"', (HERE / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert names
    return names


@cache
def outcome(file: str) -> str:
    """What node says of the file's tests, as TAP."""
    assert NODE.exists(), f"there is no {NODE}: `make fast` installs it from requirements-test.lock"
    done = subprocess.run(
        [NODE, "--test-reporter=tap", HERE / file], capture_output=True, encoding="utf-8", timeout=300
    )
    return done.stdout + done.stderr


def passes(file: str, name: str) -> None:
    """Fail with what node says unless it ran this test and it passed."""
    said = outcome(file)
    if not re.search(rf"^ok \d+ - {re.escape(name)}$", said, re.MULTILINE):
        pytest.fail(said[-8000:], pytrace=False)


def needs_packages() -> None:
    """Fail with what to do where the npm packages are not installed."""
    if not (BROWSER / "node_modules" / "fake-indexeddb").is_dir():
        pytest.fail("npm packages are missing: run `make test` once, which installs tests/browser/package-lock.json")
