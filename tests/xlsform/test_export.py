"""Instruments as workbooks: there and back again, and without the key."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from literacy_app.cli import main
from literacy_app.foundation.errors import InputError, NotFound
from literacy_app.questions.rules import Question
from literacy_app.questions.rules.expressions import parse
from literacy_app.surveys.loader import Frozen, read_instrument
from literacy_app.xlsform.rules.logic import for_choice, for_odk, from_odk, write
from literacy_app.xlsform.rules.writing import write_workbook
from literacy_app.xlsform.service import export_instrument, import_workbook
from tests.conftest import FILES, REPOSITORY
from tests.xlsform.forms import instrument, xform

pytestmark = pytest.mark.thorough

ROOTS = (REPOSITORY / "surveys", FILES / "surveys", REPOSITORY / "tests" / "surveys")
FOLDERS = sorted(folder for root in ROOTS for folder in (root / "instruments").glob("*/"))
TINY = FILES / "surveys"


def there_and_back(folder: Path, tmp_path: Path) -> Frozen:
    """The instrument that comes of the workbook of the one in `folder`."""
    root = folder.parents[1]
    (tmp_path / "x.xlsx").write_bytes(export_instrument(root, folder.name, with_key=True).content)
    target = tmp_path / "surveys"
    for anchor in {
        question.anchor for question in read_instrument(folder, root).instrument.questions if question.anchor
    }:
        shutil.copytree(root / "instruments" / anchor, target / "instruments" / anchor)
    done = import_workbook(target, tmp_path / "x.xlsx")
    assert not done.missing
    return read_instrument(target / done.folder, target)


def with_trees(questions: Sequence[Question]) -> list[tuple[object, ...]]:
    """Questions with their expressions as trees: blanks and needless brackets are no difference."""

    def tree(text: str) -> object:
        return parse(text) if text else text

    return [
        (
            replace(question, show_if="", constraint="", calculation="", option_if={}),
            *(tree(text) for text in (question.show_if, question.constraint, question.calculation)),
            {option: tree(text) for option, text in question.option_if.items()},
        )
        for question in questions
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_what_leaves_comes_back_the_same(folder: Path, tmp_path: Path) -> None:
    here, back = read_instrument(folder, folder.parents[1]), there_and_back(folder, tmp_path)
    assert with_trees(back.instrument.questions) == with_trees(here.instrument.questions)
    assert back.instrument.words == here.instrument.words
    assert back.instrument.shuffle_sections == here.instrument.shuffle_sections
    assert (back.instrument.name, back.instrument.version) == (here.instrument.name, here.instrument.version)
    assert (back.instrument.edition, back.key) == (here.instrument.edition, here.key)


def test_pyxform_takes_the_national_form() -> None:
    form = read_instrument(REPOSITORY / "surveys/instruments/ehl-a-v1", REPOSITORY / "surveys").instrument
    assert xform(form).count("<bind ") == len(form.questions) + 1  # and the id of the submission


def test_instruments_that_differ_in_the_key_only_have_the_same_workbook(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "surveys")
    first = export_instrument(tmp_path / "surveys", "tiny-v1", with_key=False)
    key = tmp_path / "surveys/instruments/tiny-v1/key.yml"
    text = key.read_text()
    other = text.replace('q1: {answer: "true"', 'q1: {answer: "false"').replace("points: 70", "points: 60")
    assert other != text
    key.write_text(other)
    second = export_instrument(tmp_path / "surveys", "tiny-v1", with_key=False)
    assert first.content == second.content
    shown = export_instrument(tmp_path / "surveys", "tiny-v1", with_key=True)
    assert shown.content != second.content


def cells(path: Path) -> dict[str, list[list[object]]]:
    """What stands in a workbook; every cell is a text."""
    book = load_workbook(path)
    assert all(cell.data_type in ("s", "n") and (cell.value is None or cell.data_type == "s")
               for sheet in book for row in sheet.iter_rows() for cell in row)  # fmt: skip
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_key_is_never_among_the_choices(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(export_instrument(TINY, "tiny-v1", with_key=True).content)
    found = cells(tmp_path / "x.xlsx")
    assert {"x_answer", "x_points"} <= set(found["survey"][0])
    assert found["choices"][0] == ["list_name", "name", "label::简体中文 (zh)", "label::English (en)"]
    (tmp_path / "y.xlsx").write_bytes(export_instrument(TINY, "tiny-v1", with_key=False).content)
    plain = cells(tmp_path / "y.xlsx")
    assert not {"x_answer", "x_points"} & set(plain["survey"][0])
    assert not [name for name in plain["settings"][0] if str(name).startswith(("x_pass", "x_multiple"))]


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://example.org")', "+1", "-1", "@x", "＝1+1"])
def test_a_text_like_a_formula_stays_a_text(text: str, tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "surveys")
    words = tmp_path / "surveys/instruments/tiny-v1/words.en.yml"
    said = read_instrument(words.parent, tmp_path / "surveys").instrument.words["en"].title
    words.write_text(words.read_text().replace(f"title: {said}", f"title: '{text}'"))
    (tmp_path / "x.xlsx").write_bytes(export_instrument(tmp_path / "surveys", "tiny-v1", with_key=True).content)
    assert any(text in row for row in cells(tmp_path / "x.xlsx")["settings"])
    done = import_workbook(tmp_path / "back", tmp_path / "x.xlsx")
    assert read_instrument(tmp_path / "back" / done.folder, tmp_path / "back").instrument.words["en"].title == text


def test_what_does_not_fit_is_listed() -> None:
    told = " | ".join(export_instrument(REPOSITORY / "tests/surveys", "everything-v1", with_key=False).notes)
    assert "township: its choices are those of a wave, so it is a text in ODK" in told
    assert "weight: ODK does not keep to 1 decimals" in told
    assert "ODK does not shuffle the sections t" in told
    assert "come in another order in ODK" in told


def test_a_section_in_two_parts_and_with_the_name_of_a_question_comes_back() -> None:
    rows = write_workbook(
        instrument("x", [Question("s", "text", section="s"), Question("t", "text", section="s")]), None
    ).sheets["survey"]
    assert rows[1][:2] == ("begin group", "s.1")


def test_an_id_that_no_workbook_can_have_is_said(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "surveys")
    for file in (tmp_path / "surveys/instruments/tiny-v1").iterdir():
        file.write_text(file.read_text().replace("remark", "1remark"))
    with pytest.raises(InputError, match="'1remark' cannot be a name in a workbook"):
        export_instrument(tmp_path / "surveys", "tiny-v1", with_key=False)


@pytest.mark.parametrize("title", ["none-v1", "../surveys", ""])
def test_an_instrument_that_is_not_there_is_not_found(title: str) -> None:
    with pytest.raises(NotFound):
        export_instrument(TINY, title, with_key=False)


@pytest.mark.parametrize(
    "expression",
    [
        "${a} - (${b} - 1) = 2 or not(${c} != '' and (${d} < 3 or . >= 4))",
        "-(1 + 2) * 3 mod -2",
        "concat(\"it's\", '\"', if(true(), .5, 12))",
        "(1 < 2) = (3 < 4)",
        "1 - 2 - 3 div 4 div 5",
    ],
)
def test_an_expression_written_anew_is_the_same_expression(expression: str) -> None:
    assert parse(write(parse(expression))) == parse(expression)


def test_what_odk_reads_otherwise_is_written_out_and_comes_back() -> None:
    ours = "regex(., '[a-z]+') and ${day} >= '2020-01-01' and ${name} != '2020-01-01'"
    theirs = for_odk(ours, {"day"})
    assert theirs == "regex(., '^(?:[a-z]+)$') and ${day} >= date('2020-01-01') and ${name} != '2020-01-01'"
    assert from_odk(theirs) == ours
    assert for_odk(". <= '2020-01-01'", set(), on_a_day=True) == ". <= date('2020-01-01')"


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("name != 'a' or ${x} = 1", ""),
        ("name = 'b' and ${x} = 1 or ${x} = 2", "${x} = 1 or ${x} = 2"),
        ("name = 'a'", "false()"),
        ("not(name = 'a') and selected(${x}, of)", "selected(${x}, 'north')"),
    ],
)
def test_a_filter_for_one_choice_asks_about_the_rest_only(condition: str, left: str) -> None:
    assert for_choice(condition, {"name": "b", "of": "north"}) == left


def test_the_command_warns_of_the_key(tmp_path: Path) -> None:
    words = [
        "survey",
        "export",
        "tiny-v1",
        "--format",
        "xlsform",
        "--surveys",
        str(TINY),
        "--out",
        str(tmp_path / "x.xlsx"),
    ]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0 and "warning" not in result.stderr
    assert "note: introduction, rights and consent are in the settings" in result.stderr
    result = CliRunner().invoke(main, [*words, "--with-key"])
    assert "warning: the workbook holds the right answers" in result.stderr
