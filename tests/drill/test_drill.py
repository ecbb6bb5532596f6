"""A short drill of the product passes, and the drill catches each server that is wrong on purpose."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drill.broken.door import Fault

pytestmark = pytest.mark.drill
REPOSITORY = Path(__file__).parents[2]
CAUGHT_WITHIN = 120  # seconds
TELLS = {
    Fault.CHECK_THEN_INSERT: "doubled",
    Fault.ACK_BEFORE_COMMIT: "lost",
    Fault.COUNTER_IN_PYTHON: "drift",
}


def drill(*words: str) -> tuple[int, dict[str, Any], str]:
    """Run it as `make drill` does: exit status, the JSON line at the end, and what it said meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "drill", *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


def test_a_short_drill_finds_nothing_wrong_with_the_product() -> None:
    status, found, said = drill("--minutes", "0.45")
    assert (status, found["failed"], found["wrong"]) == (0, 0, {}), said
    assert found["lost"] == found["doubled"] == 0 and found["kills"] >= 3
    assert found["stored"] == found["interviews"] == found["acknowledged"] > 100


@pytest.mark.parametrize("fault", Fault)
def test_a_server_that_is_wrong_on_purpose_is_caught_in_time(fault: Fault) -> None:
    server = f"{sys.executable} -m drill.broken {fault}"
    status, found, said = drill("--phase", "kill", "--minutes", "0.12", "--server", server)
    assert status == 1 and found["failed"] > 0
    assert any(line.startswith(f"{TELLS[fault]}:") for line in found["wrong"]["kill"]), said
    assert found["seconds"] < CAUGHT_WITHIN
