"""What is said of mistakes in the conditions, matrices, orders and repeated answers of instruments: each with file and line."""

import shutil
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError, Problem
from literacy_app.surveys.loader import Frozen, instrument_from, key_from, read_surveys

pytestmark = pytest.mark.thorough

HERE = Path(__file__).parent
INSTRUMENTS = HERE / "instruments"


def problems(root: Path) -> list[Problem]:
    try:
        read_surveys(root)
    except InputError as error:
        return error.problems
    return []


def after(root: Path, folder: str, file: str, old: str, new: str) -> list[Problem]:
    """What is said once `old` is `new` in a file of a tiny instrument, and of the form that it shares items with."""
    for name in {folder, "anchor-a-v1"} if folder.startswith("anchor") else {folder}:
        shutil.copytree(INSTRUMENTS / name, root / "instruments" / name)
    path = root / "instruments" / folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return problems(root)


@pytest.mark.parametrize(
    ("folder", "old", "new", "where", "what"),
    [
        # conditions
        ("branch-v1", "${smokes} = 'yes'", "${age} > 1", "line 7", "asks about 'age', which is no question before this one"),
        ("branch-v1", "${smokes} = 'yes'", "${what} = 'x'", "line 7", "asks about 'what', which is no question before"),
        ("branch-v1", "${smokes} = 'yes'", "${nobody} = 'x'", "line 7", "asks about 'nobody', which is no question"),
        ("branch-v1", "${smokes} = 'yes'", "${smokes} == 'yes'", "line 7", "'=' was not expected (character 12)"),
        ("branch-v1", "${smokes} = 'yes'", "smokes = 'yes'", "line 7", "'smokes' is no function that instruments may use"),
        ("branch-v1", "${smokes} = 'yes'", ". = 'yes'", "line 7", "`.` is for constraints"),
        ("branch-v1", "${smokes} = 'yes'", "jr:choice-name('x', '${age}') = 'a'", "line 7", "asks about 'age'"),
        ("calculated-v1", "2026 - ${born}", "2026 - .", "line 7", "`.` is for constraints"),
        ("calculated-v1", "2026 - ${born}", "2026 - ${group}", "line 7", "asks about 'group'"),
        ("limits-v1", ". < ${age}", ". < ${silent}", "line 9", "asks about 'silent'"),
        ("limits-v1", "regex(., '1[3-9]", "regex(., '1[[3-9]", "line 7", "is no pattern"),
        ("cascade-v1", "harbin: \"${region} = 'north'\"", "harbin: \"${city} = 'x'\"", "line 8", "asks about 'city'"),
        ("cascade-v1", "harbin: ", "tianjin: ", "line 8", "'tianjin' is none of the options"),
        ("matrix-v1", "${trust-web} = 'much'", "${trust} = 'much'", "line 8", "asks about 'trust'"),
        ("matrix-v1", "${trust-web} = 'much'", "${trust-radio} = 'much'", "line 8", "asks about 'trust-radio'"),
        # what goes with which kind
        ("branch-v1", "kind: number", "kind: number, calculation: '1'", "line 9", "`calculation` is what a question of kind calculated"),
        ("calculated-v1", ", calculation: \"2026 - ${born}\"", "", "line 7", "`calculation` is what a question of kind calculated"),
        ("branch-v1", "options: [paper, pipe, other]", "options: [paper, pipe, other], rows: [a, b]", "line 7", "`rows` is what a question of kind matrix has"),
        ("matrix-v1", "rows: [tv, doctor, web], ", "", "line 6", "`rows` is what a question of kind matrix has"),
        ("branch-v1", "kind: number", "kind: number, matrix: branch", "line 9", "is not written in files"),
        ("note-v1", "kind: note", "kind: note, dimension: concepts", "line 6", "neither scored nor required"),
        ("note-v1", "kind: note", "kind: note, required: true", "line 6", "neither scored nor required"),
        ("calculated-v1", "kind: calculated", "kind: calculated, required: true", "line 7", "neither scored nor required"),
        ("note-v1", "kind: note", "kind: note, options: [a, b]", "line 6", "a question of kind note has none"),
        ("decimals-v1", "decimals: 1", "decimals: 7", "line 6", "0 to 6, for a number only"),
        ("decimals-v1", "decimals: 1", "decimals: -1", "line 6", "0 to 6, for a number only"),
        ("decimals-v1", "decimals: 1", "decimals: half", "line 6", "integer"),
        ("branch-v1", "kind: text", "kind: text, decimals: 1", "line 8", "0 to 6, for a number only"),
        # rows
        ("matrix-v1", "rows: [tv, doctor, web]", "rows: [tv, tv]", "line 6", "'tv' must be up to 20 of a-z"),
        ("matrix-v1", "rows: [tv, doctor, web]", "rows: [TV, doctor, web]", "line 6", "'TV' must be up to 20 of a-z"),
        ("matrix-v1", "id: why", "id: trust-tv", "line 6", "makes the question 'trust-tv', which there is already"),
        ("matrix-v1", "id: trust,", f"id: {'t' * 38},", "line 6", "which is longer than 40"),
        # orders
        ("shuffle-v1", "shuffle_sections: [t]", "shuffle_sections: [t, x]", "line 5", "there is no section 'x'"),
        ("shuffle-v1", "id: m4, section: t,", "id: m4, section: t, show_if: \"${m1} = 'true'\",", "line 5", "depend on 'm1', which may come after them"),
        ("shuffle-v1", "id: m3, section: t", "id: m3, section: u", "line 5", "do not stand together"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_shape_is_named_with_line_and_reason(
    tmp_path: Path, folder: str, old: str, new: str, where: str, what: str
) -> None:
    found = after(tmp_path, folder, "form.yml", old, new)
    form = [one for one in found if one.file == f"instruments/{folder}/form.yml"]
    assert [one for one in form if one.where == where and what in one.message], [str(one) for one in found]


@pytest.mark.parametrize(
    ("folder", "old", "new", "where", "what"),
    [
        ("piping-v1", "怎么称呼您？", "'怎么称呼您，${town}？'", "line 8", "repeats 'town', which is not asked before"),
        ("piping-v1", "怎么称呼您？", "'怎么称呼您，${name}？'", "line 8", "repeats 'name', which is not asked before"),
        ("piping-v1", "您住在${town}", "您住在${village}", "line 11", "repeats 'village', which is not asked before"),
        ("piping-v1", "在${town}怎么样", "在${towns}怎么样", "line 14", "repeats 'towns', which is not asked before"),
        ("piping-v1", "${name}的夜里", "${nom}的夜里", "line 14", "repeats 'nom', which is not asked before"),
        ("piping-v1", "${name}，您好", "${姓名}，您好", "line 11", "has a `${` that names no question"),
        ("piping-v1", "hills: 山", "hills: '${town}的山'", "line 12", "only stems, leads and hints repeat answers"),
        ("limits-v1", "日子还没有到。", "'${phone}？'", "line 10", "only stems, leads and hints repeat answers"),
        ("shuffle-v1", "第四句对吗？", "'${m1}以后，第四句对吗？'", "line 12", "repeats 'm1', which is not asked before"),
        ("matrix-v1", "doctor: 医生, ", "", "line 8", "must word exactly the rows ['tv', 'doctor', 'web']"),
        ("branch-v1", "other: {stem: 别的是什么？}", "other: {stem: 别的？, rows: {a: 甲}}", "line 10", "must word exactly the rows []"),
        ("calculated-v1", "  age: {stem: 年龄}\n", "", "line 8", "question 'age' has no words"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_words_is_named_with_line_and_reason(
    tmp_path: Path, folder: str, old: str, new: str, where: str, what: str
) -> None:
    found = after(tmp_path, folder, "words.zh_Hans.yml", old, new)
    told = [one for one in found if one.file == f"instruments/{folder}/words.zh_Hans.yml"]
    assert [one for one in told if one.where == where and what in one.message], [str(one) for one in found]


@pytest.mark.parametrize(
    ("folder", "file", "old", "new"),
    [
        ("shuffle-v1", "form.yml", "id: last, section: u", "id: last, section: t"),
        ("shuffle-v1", "words.zh_Hans.yml", "还有吗？", "'${m1}以后还有吗？'"),
        ("branch-v1", "form.yml", "kind: number", "kind: number, decimals: 6"),
        ("limits-v1", "form.yml", ". < ${age}", ". < ${age} and ${bedrooms} < 9"),
    ],
)
def test_what_is_allowed_is_read_without_a_complaint(
    tmp_path: Path, folder: str, file: str, old: str, new: str
) -> None:
    assert after(tmp_path, folder, file, old, new) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "what"),
    [
        ("form.yml", "id: both, section: s, kind: single, options: [a, b, c]", "id: both, section: s, kind: single, options: [b, a, c]", "line 7", "'both' is not asked in anchor-a-v1"),
        ("form.yml", "id: both,", "id: both, show_if: \"${own-b} = 'true'\",", "line 7", "'both' is not asked in anchor-a-v1"),
        ("form.yml", "anchor: anchor-a-v1", "anchor: anchor-c-v1", "line 7", "'both' is not asked in anchor-c-v1"),
        ("form.yml", "id: own-b,", "id: own-b, anchor: anchor-a-v1,", "line 6", "'own-b' is not asked in anchor-a-v1"),
        ("words.zh_Hans.yml", "甲, b: 乙, c: 丙", "甲, b: 乙, c: 丁", "line 7", "with the same shape, words and right answer"),
        ("words.en.yml", "Asked in both", "Asked in both?", "line 7", "with the same shape, words and right answer"),
        ("words.en.yml", "x: First", "x: The first", "line 8", "'rows-x' is not asked in anchor-a-v1"),
        ("key.yml", "answer: b, points: 2", "answer: c, points: 2", "line 7", "with the same shape, words and right answer"),
        ("key.yml", "rows-y: {answer: b, points: 1}", "rows-y: {answer: b, points: 2}", "line 8", "'rows-y' is not asked"),
    ],
)  # fmt: skip
def test_an_anchor_that_is_not_the_same_item_is_named_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, where: str, what: str
) -> None:
    found = after(tmp_path, "anchor-b-v1", file, old, new)
    assert [
        one
        for one in found
        if (one.file, one.where) == ("instruments/anchor-b-v1/form.yml", where) and what in one.message
    ], [str(one) for one in found]


def test_a_scored_matrix_has_its_key_by_rows(tmp_path: Path) -> None:
    found = after(
        tmp_path, "matrix-v1", "key.yml", "know-air: {answer: often, points: 2}", "know: {answer: often, points: 2}"
    )
    assert {one.message for one in found} == {
        "'know' is not a question that has a right answer",
        "'know-air' has no right answer",
    }


@pytest.mark.parametrize("frozen", read_surveys(HERE)[0], ids=lambda frozen: frozen.instrument.title)
def test_every_tiny_instrument_comes_back_from_its_kept_form_as_it_was(frozen: Frozen) -> None:
    assert instrument_from(frozen.body()) == frozen.instrument
    assert key_from(frozen.key_body()) == frozen.key
