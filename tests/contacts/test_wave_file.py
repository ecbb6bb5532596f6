"""A wave's file says until when contacts are kept."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.surveys.loader import read_surveys, wave_body, wave_from
from literacy_app.surveys.rules import Wave

FILES = Path(__file__).parents[1] / "files/surveys"


def wave(folder: Path, line: str = "") -> Wave:
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    path = folder / "waves/closed.yml"
    path.write_text(path.read_text() + line)
    return next(one for one in read_surveys(folder)[1] if one.id == "closed")


def test_without_a_word_contacts_are_kept_for_ninety_days_after_collection(tmp_path: Path) -> None:
    assert wave(tmp_path).contacts_last_day == date(2021, 4, 1)


def test_the_wave_s_own_day_is_the_last(tmp_path: Path) -> None:
    found = wave(tmp_path, '\ncontacts_until: "2021-02-01"\n')
    assert found.contacts_last_day == date(2021, 2, 1)
    assert wave_from(wave_body(found)) == found


def test_a_day_before_the_wave_closes_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="closed.yml: line 14: is before the wave closes"):
        wave(tmp_path, '\ncontacts_until: "2020-12-31"\n')


def test_a_wave_that_was_kept_before_this_is_read(tmp_path: Path) -> None:
    old = wave_body(wave(tmp_path)).replace(',"contacts_until":null', "")
    assert wave_from(old).contacts_until is None
