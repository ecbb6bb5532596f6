"""Reading a pilot's targets."""

import shutil
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.targets.loader import read_targets
from tests.builders import FILES


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("share: 0.2, source", "share: 1.3, source", "line 4", "between 0 and 1"),
        ("share: 0.15", "share: 15", "line 2", "between 0 and 1"),
        ("scale: knowledge", "scale: wisdom", "line 5", "is not a scale"),
        ("year: 2023", "year: 23", "line 2", "not a year"),
        ("share: 0.15", "share: many", "line 2", "number"),
        ("share: 0.15, source: tests", f"share: 0.15, source: {'x' * 201}", "line 2", "at most 200"),
    ],
)
def test_an_impossible_target_is_named_with_its_line(tmp_path: Path, old: str, new: str, where: str, what: str) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    folder = tmp_path / "content/pilots/own"
    (folder / "targets.yml").write_text((folder / "targets.yml").read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_targets(folder, tmp_path / "content")
    assert (caught.value.problems[0].where, what in caught.value.problems[0].message) == (where, True)
