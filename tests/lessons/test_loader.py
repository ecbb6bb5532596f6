"""Reading the curriculum."""

import shutil
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.lessons.loader import from_json, read_curriculum, to_json
from tests.builders import FILES


def test_the_curriculum_is_read_in_the_order_of_the_articles_and_comes_back_as_it_was() -> None:
    curriculum = read_curriculum(FILES / "content")
    assert [lesson.id for lesson in curriculum.lessons] == ["alpha", "beta"]
    assert from_json(to_json(curriculum)) == curriculum


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "what"),
    [
        ("lesson.yml", "article: a01", "article: a99", "line 3", "no article"),
        ("lesson.yml", "action, q1", "action, q9, q1", "line 7", "neither a card nor a question"),
        (
            "lesson.yml",
            "pages: [hook, idea, action, q1",
            "pages: [q1, idea, action",
            "line 7",
            "does not begin with a question",
        ),
        ("lesson.yml", "q2, q3, takeaway", "q3, takeaway", "line 7", "on no page"),
        ("lesson.yml", "minutes: 4", "minutes: four", "line 5", "integer"),
        ("lesson.yml", "topics: [general]", "topics: [weather]", "line 4", "general"),
        ("lesson.yml", "id: q3", "id: hook", "line 11", "the name of a card"),
        ("lesson.yml", "id: q3", "id: Q3", "line 11", "up to 40 of a-z"),
        ("lesson.yml", "options: [a, b, c]}", "options: [a, b, dont_know]}", "line 9", "up to 20 of a-z"),
        ("key.yml", "q1: b", "q1: e", "line 1", "must be among"),
        ("words.en.yml", ", c: Because three", "", "line 10", "must explain exactly"),
        ("words.en.yml", ", then: I will do it", "", "line 7", "when"),
        ("words.en.yml", "title: Lesson alpha\n", "", "line 1", "Field required"),
        ("words.en.yml", "sources: {book: A book}", "sources: {}", "line 13", "has no words"),
        ("picture.svg", "<circle", "<script/><circle", "line 1", "plain shapes"),
        ("picture.svg", "<circle", '<circle onload="x()"', "line 1", "plain shapes"),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason(
    tmp_path: Path, file: str, old: str, new: str, where: str, what: str
) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    path = tmp_path / "content/lessons/alpha" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_curriculum(tmp_path / "content")
    assert (f"lessons/alpha/{file}", where) in {(problem.file, problem.where) for problem in caught.value.problems}
    assert any(what in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize("name", ["a" * 40, "Alpha", "阿尔法", "al pha"])
def test_a_lesson_whose_folder_cannot_name_it_everywhere_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    lesson = (tmp_path / "content/lessons/alpha").rename(tmp_path / "content/lessons" / name) / "lesson.yml"
    lesson.write_text(lesson.read_text().replace("id: alpha", f"id: {name}"))
    with pytest.raises(InputError, match="up to 39 of a-z"):
        read_curriculum(tmp_path / "content")


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "what"),
    [
        ("items.yml", "article: a21", "article: a08", "line 1", "folder's name"),
        ("items.yml", "id: a21-1", "id: q1", "line 4", "must begin with a21-"),
        ("key.yml", "a21-1: c", "a21-1: d", "line 1", "must be among"),
        ("words.en.yml", ", c: For III", "", "line 2", "must explain exactly"),
    ],
)
def test_a_bad_practice_set_is_named_with_line_and_reason(
    tmp_path: Path, file: str, old: str, new: str, where: str, what: str
) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    path = tmp_path / "content/practice/a21" / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_curriculum(tmp_path / "content")
    assert (f"practice/a21/{file}", where) in {(problem.file, problem.where) for problem in caught.value.problems}
    assert any(what in problem.message for problem in caught.value.problems)


def test_the_problems_of_all_lessons_are_told_together(tmp_path: Path) -> None:
    shutil.copytree(FILES / "content", tmp_path / "content")
    for name in ("alpha", "beta"):
        (tmp_path / "content/lessons" / name / "key.yml").write_text("{}")
    with pytest.raises(InputError) as caught:
        read_curriculum(tmp_path / "content")
    assert {problem.file for problem in caught.value.problems} == {"lessons/alpha/key.yml", "lessons/beta/key.yml"}
