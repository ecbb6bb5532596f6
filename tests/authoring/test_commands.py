"""The commands of authoring."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from literacy_app.cli import main
from tests.authoring.portables import tiny_content
from tests.conftest import REPOSITORY


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    content = tiny_content(tmp_path)
    (content / "policy.yml").write_text((REPOSITORY / "content/policy.yml").read_text())
    monkeypatch.setenv("LITERACY_CONTENT", str(content))
    return content


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["content", *map(str, words)])


def test_the_check_prints_advice_and_still_says_yes(content: Path) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "advice: lessons/alpha/words.zh_Hans.yml: line 3: says little" in result.stderr
    assert "No problems. " in result.stderr and "pieces of advice" in result.stderr


def test_the_check_says_no_to_an_error(content: Path) -> None:
    file = content / "practice/a21/words.en.yml"
    file.write_text(file.read_text().replace("How to take part?", "See www.example.org"))
    result = run("check")
    assert result.exit_code == 1
    assert "practice/a21/words.en.yml: line 2: has a web address" in result.stderr


def test_what_leaves_as_a_file_comes_in_again_elsewhere(content: Path, tmp_path: Path) -> None:
    for language in ("zh_Hans", "en"):
        out = tmp_path / f"{language}.xml"
        assert run("export", "--format", "moodle-xml", "--language", language, "--out", out).exit_code == 0
        result = run("import", out, "--article", "a08", "--language", language, "--draft", "copy")
        assert result.exit_code == 0, result.stderr
    assert "They are in practice/a08: in practice with the next" in result.stderr
    assert run("check").exit_code == 0


def test_the_import_names_what_it_left_and_what_is_missing(content: Path, tmp_path: Path) -> None:
    (tmp_path / "q.gift").write_text("水清吗？{=清 ~浑}\n\n写一写。{}\n")
    result = run("import", tmp_path / "q.gift", "--article", "a21", "--language", "zh_Hans")
    assert result.exit_code == 0
    assert "left out: q.gift: line 3: is an essay question" in result.stderr
    assert "Took 1 questions (a21-2 to a21-2), left 1." in result.stderr
    assert "missing: drafts/a21/q/words.en.yml" in result.stderr
    assert run("accept", "a21", "q").exit_code == 1


def test_a_file_without_a_question_that_can_be_taken_is_wrong_input(content: Path, tmp_path: Path) -> None:
    (tmp_path / "q.gift").write_text("Write. {}\n")
    result = run("import", tmp_path / "q.gift", "--article", "a21", "--language", "en")
    assert result.exit_code == 2
    assert "q.gift: line 1: is an essay question" in result.stderr
