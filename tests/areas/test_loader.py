"""Reading pilots."""

import shutil
from pathlib import Path

import pytest

from literacy_app.areas.loader import read_pilots
from literacy_app.foundation.errors import InputError
from tests.builders import FILES


def test_a_pilot_is_read_with_its_divisions() -> None:
    pilots = {folder.pilot.id: folder for folder in read_pilots(FILES / "content")}
    assert set(pilots) == {"own", "neighbour"}
    assert len(pilots["own"].areas) == 8


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("990201001001,", "99020100100,", "row 4, column code"),
        ("东一社区,East One", "东一社区,", "row 4, column name_zh"),
        ("East One,111", "East One,999", "row 4, column urban_rural_class"),
        ("2020-01-01,2023-01-01", "2020-13-01,", "row 9, column valid_from"),
        ("code,name_zh", "code,name", "row 1"),
    ],
)
def test_a_bad_row_is_named_with_row_and_column(tmp_path: Path, old: str, new: str, where: str) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    path = tmp_path / "content/pilots/own/areas.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_pilots(tmp_path / "content")
    assert (caught.value.problems[0].file, caught.value.problems[0].where) == ("pilots/own/areas.csv", where)


def test_a_pilot_whose_id_no_table_can_hold_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    path = (tmp_path / "content/pilots/own").rename(tmp_path / "content/pilots" / ("a" * 41)) / "pilot.yml"
    path.write_text(path.read_text().replace("id: own", "id: " + "a" * 41))
    with pytest.raises(InputError, match="pilot.yml: line 1: must be up to 40 of a-z"):
        read_pilots(tmp_path / "content")


def test_a_pilot_of_a_code_that_is_no_township_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    path = tmp_path / "content/pilots/own/pilot.yml"
    path.write_text(path.read_text().replace('"990201002"', '"990201"'))
    with pytest.raises(InputError, match="is not a township"):
        read_pilots(tmp_path / "content")
