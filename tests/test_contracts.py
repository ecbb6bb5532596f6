"""The import contracts hold, and each would notice a breach: a planted one is caught by name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder)}
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house in which something can be broken."""
    shutil.copytree(
        REPOSITORY / "literacy_app",
        tmp_path / "literacy_app",
        ignore=shutil.ignore_patterns("__pycache__", "static", "templates"),
    )
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("areas/rules.py", "from literacy_app.surveys import rules", "(learning wing)"),
        ("lessons/rules.py", "from literacy_app.practice import rules", "(learning wing)"),
        ("surveys/rules/walk.py", "from literacy_app.targets import rules", "(survey wing)"),
        ("practice/queries.py", "from literacy_app.practice import service", "Inside a room"),
        ("scoring/rules.py", "import flask", "Pure: rules, loader"),
        ("surveys/service/door.py", "from literacy_app.webkit import pages", "Pure: rules, loader"),
        ("scoring/rules.py", "import sqlalchemy", "Pure: rules know"),
        ("estimation/queries.py", "from literacy_app.practice import models", "survey never imports learning"),
        ("practice/service.py", "from literacy_app.surveys import models", "learning never imports survey"),
    ],
)
def test_a_planted_breach_is_caught(copy: Path, file: str, planted: str, contract: str) -> None:
    path = copy / "literacy_app" / file
    path.write_text(path.read_text() + f"\n{planted}\n")
    result = lint(copy)
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert result.returncode == 1
    assert any(contract in line for line in broken), result.stdout


def test_the_house_itself_keeps_every_contract(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "7 kept, 0 broken" in result.stdout
