"""Advice comes with file and line, errors stop the check, and files of other programs are opened with care."""

import shutil
from pathlib import Path

import pytest

from literacy_app.authoring.loader import read_advice, read_exchange
from literacy_app.foundation.errors import InputError
from literacy_app.lessons.loader import read_curriculum
from tests.authoring.portables import tiny_content


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return tiny_content(tmp_path)


def change(content: Path, file: str, old: str, new: str) -> None:
    path = content / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("lessons/alpha/words.en.yml", "A book", "'A book, see https://example.org'", "web address"),
        ("lessons/alpha/words.en.yml", "A book", "一本书", "not in English"),
        ("lessons/alpha/words.zh_Hans.yml", "picture_alt: 一幅画", "picture_alt: ''", "is empty"),
        ("practice/a21/words.en.yml", "a: I,", "a: <b>I</b>,", "HTML"),
        ("practice/a21/words.en.yml", "c: III}", "c: All of the above}", "other options"),
        ("practice/a21/words.zh_Hans.yml", "c: 三}", "c: 以上都对}", "other options"),
    ],
)
def test_an_error_stops_the_check_with_its_line(content: Path, file: str, old: str, new: str, what: str) -> None:
    change(content, file, old, new)
    with pytest.raises(InputError) as caught:
        read_curriculum(content)
    assert [what in one.message and one.file == file for one in caught.value.problems] == [True]
    assert caught.value.problems[0].where.startswith("line ")


def test_words_in_an_unknown_language_are_no_longer_passed_over(content: Path) -> None:
    shutil.copy(content / "practice/a21/words.en.yml", content / "practice/a21/words.fr.yml")
    with pytest.raises(InputError, match="in no language of the product"):
        read_curriculum(content)


def test_drafts_are_no_part_of_the_curriculum(content: Path) -> None:
    before = read_curriculum(content)
    (content / "drafts/a21/x").mkdir(parents=True)
    (content / "drafts/a21/x/items.yml").write_text("nonsense: [")
    assert read_curriculum(content) == before


def test_advice_names_file_and_line_and_does_not_stop(content: Path) -> None:
    change(content, "practice/a21/words.zh_Hans.yml", "怎样参与？", "请进一步说明下列哪种做法不对？")
    found = read_advice(content, read_curriculum(content))
    told = [str(one) for one in found if one.file == "practice/a21/words.zh_Hans.yml"]
    assert any("line 2: '进一步' is an office word" in one for one in told)
    assert any("asks for what is not so" in one for one in told)
    assert any(one.file == "lessons/alpha/words.zh_Hans.yml" and "cannot see" in one.message for one in found)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"<quiz>", "line 1: is not well-formed XML"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, raw: bytes, why: str) -> None:
    (tmp_path / "x").write_bytes(raw)
    with pytest.raises(InputError, match=why):
        read_exchange(tmp_path / "x")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_exchange(tmp_path / "x")
