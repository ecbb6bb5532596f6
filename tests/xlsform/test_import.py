"""Workbooks of other people: what is taken, what is noted, and what is refused with its row."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from literacy_app.cli import main
from literacy_app.foundation.errors import InputError
from literacy_app.questions.rules import Question
from literacy_app.questions.rules.expressions import Scene, evaluate, parse
from literacy_app.surveys.loader import Frozen, read_instrument
from literacy_app.xlsform.service import Imported, import_workbook
from tests.conftest import NOW
from tests.xlsform.books import SETTINGS, YES_NO, Sheet, ask, write_book

pytestmark = pytest.mark.thorough

Import = Callable[..., Imported]
OPINION = {"x_dimension": "concepts", "x_second_class": "basic_attitude", "x_article": "a01", "x_topic": "general"}


@pytest.fixture
def take(tmp_path: Path) -> Import:
    """Write a workbook and import it."""

    def take(survey: Sheet, choices: Sheet = YES_NO, **settings: object) -> Imported:
        book = write_book(tmp_path / "air.xlsx", survey, choices, {**SETTINGS, "x_title::en": "Air", **settings})
        return import_workbook(tmp_path / "surveys", book)

    return take


@pytest.fixture
def made(take: Import, tmp_path: Path) -> Callable[..., Frozen]:
    """Import a workbook and read what was written."""

    def made(survey: Sheet, choices: Sheet = YES_NO, **settings: object) -> Frozen:
        done = take(survey, choices, **settings)
        assert not done.missing
        return read_instrument(tmp_path / "surveys" / done.folder, tmp_path / "surveys")

    return made


def complaints(take: Import, survey: Sheet, choices: Sheet = YES_NO, **settings: object) -> list[str]:
    """What an import is refused for."""
    with pytest.raises(InputError) as caught:
        take(survey, choices, **settings)
    return [str(problem) for problem in caught.value.problems]


def question(made: Callable[..., Frozen], *rows: dict[str, object], choices: Sheet = YES_NO) -> Question:
    """The last question that these rows make."""
    return made(list(rows), choices).instrument.questions[-1]


REFUSED = [
    (ask("geopoint", "a"), "survey row 2: a question of type 'geopoint' is not taken: no places of persons are stored"),
    (ask("geotrace", "a"), "survey row 2: a question of type 'geotrace' is not taken: no places"),
    (ask("image", "a"), "survey row 2: a question of type 'image' is not taken: no pictures"),
    (ask("audio", "a"), "survey row 2: a question of type 'audio' is not taken: no pictures, sounds"),
    (
        ask("phonenumber", "a"),
        "survey row 2: a question of type 'phonenumber' is not taken: nothing is stored by which",
    ),
    (ask("rank yn", "a"), "survey row 2: a question of type 'rank' is not taken: ask for the first"),
    (
        ask("select_one_from_file x.csv", "a"),
        "survey row 2: a question of type 'select_one_from_file' is not taken: put",
    ),
    (ask("texxt", "a"), "survey row 2: 'texxt' is no type that instruments know; there are text, integer"),
    (ask("text", "Name"), "survey row 2: the name 'Name' of a question must be up to 40 of a-z, 0-9, - and _"),
    (ask("text", "姓名"), "survey row 2: the name '姓名' of a question must be"),
    (ask("text", "a", default="x"), "survey row 2: has 'default': nobody gave this answer"),
    (ask("text", "a", calculation="1 + 1"), "survey row 2: has 'calculation': a question is not worked out"),
    (ask("text", "a", **{"media::image": "x.png"}), "survey row 2: has 'media': pictures and sounds are not taken"),
    (ask("text", "a", **{"bind::odk:x": "1"}), "survey row 2: has 'bind': bind:: columns are not taken"),
    (ask("text", "a", **{"body::accept": "1"}), "survey row 2: has 'body': body:: columns are not taken"),
    (ask("calculate", "a", calculation="1", trigger="${b}"), "survey row 2: has 'trigger': nothing is set when"),
    (
        ask("text", "a", required="${b} = 1"),
        "survey row 2: 'required' is '${b} = 1': a question is required always (yes)",
    ),
    (ask("text", "a", relevant="${b} = 1"), "survey row 2: 'relevant' is '${b} = 1', but there is no question 'b'"),
    (ask("text", "a", relevant=". = 1"), "survey row 2: 'relevant' is '. = 1': `.` is for constraints"),
    (ask("integer", "a", constraint=". > (1"), "survey row 2: 'constraint' is '. > (1': ')' was expected"),
    (
        ask("integer", "a", constraint="pulldata('x', 'y', 'z', .)"),
        "'pulldata' is no function that instruments may use",
    ),
    (ask("integer", "a", constraint=". > last-saved"), "survey row 2: 'constraint' is '. > last-saved'"),
    (ask("calculate", "a"), "survey row 2: 'a' says nowhere what it is worked out from"),
    (ask("hidden", "a"), "survey row 2: 'a' says nowhere what it is worked out from"),
    (ask("text", "a", hint="${b}"), "survey row 2: 'hint' has ${...} in it, but there is no question 'b'"),
    (ask("select_one nowhere", "a"), "survey row 2: there is no list 'nowhere' in the sheet 'choices'"),
    (ask("select_one yn", "a", appearance="label"), "survey row 2: is only a heading"),
    (
        ask("select_one yn", "a", appearance="search('x')"),
        "survey row 2: the appearance \"search('x')\" asks another program",
    ),
    (
        ask("select_one yn", "a", choice_filter="town = 1"),
        "survey row 2: 'choice_filter' is 'town = 1': 'town' is no column",
    ),
    (ask("range", "a", parameters="start=1 end=x step=1"), "survey row 2: the parameter 'end' of a range is 'x'"),
    (ask("time", "a", constraint=". > '08:00'"), "survey row 2: times are texts here, so they cannot be compared"),
    (ask("text", "a", x_dimension="wisdom"), "survey row 2: 'x_dimension' is 'wisdom'; there are concepts"),
    (ask("select_one yn", "a", x_answer="yes"), "survey row 2: 'x_answer' is for questions with an 'x_dimension'"),
    (
        ask("select_one yn", "a", x_answer="no way", **OPINION),
        "survey row 2: 'x_answer' is 'no way'; the options are yes, no",
    ),
    (ask("select_one yn", "a", x_answer="no", x_points="0", **OPINION), "survey row 2: 'x_points' is '0'"),
]


@pytest.mark.parametrize(("row", "said"), REFUSED, ids=[f"{number}" for number in range(len(REFUSED))])
def test_what_has_no_place_is_refused_with_its_row(
    row: dict[str, object], said: str, take: Import, tmp_path: Path
) -> None:
    told = complaints(take, [row, ask("text", "z")])
    assert any(line.startswith("air.xlsx: ") and said in line for line in told), told
    assert not (tmp_path / "surveys").exists()


REFUSED_SETTINGS = [
    ({"form_id": "Air Survey"}, "settings row 2: 'form_id' is 'Air Survey'; a name is up to 40 of a-z"),
    ({"form_id": None}, "settings row 2: 'form_id' is missing"),
    ({"version": "v1.2"}, "settings row 2: 'version' is 'v1.2'; versions are whole numbers"),
    ({"submission_url": "https://example.org"}, "settings row 2: has 'submission_url'"),
    ({"x_pass_points": "80", "x_pass_of": "60"}, "settings row 2: 'x_pass_points' is '80' of '60'"),
    ({"x_multiple_mode": "half"}, "settings row 2: 'x_multiple_mode' is 'half'"),
]


@pytest.mark.parametrize(("settings", "said"), REFUSED_SETTINGS)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, object], said: str, take: Import) -> None:
    assert any(said in line for line in complaints(take, [ask("text", "a")], **settings))


def test_everything_that_is_wrong_is_said_at_once(take: Import) -> None:
    rows = [ask("image", "a"), ask("text", "B"), ask("text", "c", default="1"), ask("text", "d", relevant="${e} = 1")]
    told = complaints(take, rows)
    assert [line.split(": ")[1] for line in told[:4]] == [f"survey row {row}" for row in (2, 3, 4, 5)]


def test_a_repeat_is_refused_once_and_nothing_in_it(take: Import) -> None:
    told = complaints(take, [ask("begin_repeat", "people"), ask("image", "face"), {"type": "end_repeat"}])
    assert told == [
        "air.xlsx: survey row 2: a repeat has no place here: the household roster belongs to the interviewer app"
    ]


def test_choices_have_no_column_of_right_answers(take: Import) -> None:
    told = complaints(take, [ask("select_one yn", "a")], [{**YES_NO[0], "correct": "1"}, YES_NO[1]])
    assert "air.xlsx: choices row 2: has the column 'correct': right answers do not travel with the choices" in told[0]


@pytest.mark.parametrize("name", ["Yes", "是", "dont_know", "a-name-that-is-longer-than-twenty"])
def test_an_option_that_cannot_be_one_is_refused_with_its_row(name: str, take: Import) -> None:
    told = complaints(take, [ask("select_one yn", "a")], [{**YES_NO[0], "name": name}, YES_NO[1]])
    assert told[0].startswith(f"air.xlsx: choices row 2: '{name}' ")


def test_a_condition_on_what_comes_later_is_refused(take: Import) -> None:
    told = complaints(take, [ask("text", "a", relevant="${b} = 'x'"), ask("text", "b")])
    assert "air.xlsx: survey row 2: 'relevant' is \"${b} = 'x'\", but 'b' does not stand before it" in told


@pytest.mark.parametrize(
    ("type", "reason"), [("note", "is only read"), ("acknowledge", "is only read"), ("deviceid", "is kept by the door")]
)
def test_a_condition_on_what_has_no_answer_is_refused(type: str, reason: str, take: Import) -> None:
    told = complaints(take, [ask(type, "a"), ask("text", "b", relevant="${a} = 'OK'")])
    assert f"but 'a' {reason}" in told[0]


def test_what_pyxform_says_is_passed_on(take: Import) -> None:
    told = complaints(take, [ask("begin_group", "g"), ask("text", "a")])
    assert any("Unmatched 'begin_group'" in line or "begin" in line for line in told)


def test_what_the_loader_says_is_said_of_the_row(take: Import) -> None:
    told = complaints(take, [ask("text", "x"), ask("select_one yn", "a", x_anchor="other-v1")])
    assert told == ["air.xlsx: survey row 3: 'a' is not asked in other-v1 with the same shape, words and right answer"]


TAKEN = [
    (ask("text", "a"), Question("a", "text")),
    (ask("integer", "a"), Question("a", "number")),
    (ask("decimal", "a"), Question("a", "number", decimals=6)),
    (ask("date", "a", constraint=". <= today()"), Question("a", "date", constraint=". <= today()")),
    (ask("select_one yn", "a", required="yes"), Question("a", "single", options=("yes", "no"), required=True)),
    (
        ask("select_multiple yn", "a", parameters="randomize=true"),
        Question("a", "multiple", options=("yes", "no"), shuffle=True),
    ),
    (ask("note", "a"), Question("a", "note")),
    (ask("acknowledge", "a", required="yes"), Question("a", "note")),
    (ask("calculate", "a", calculation="1 + 1"), Question("a", "calculated", calculation="1 + 1")),
    (ask("hidden", "a", default="x"), Question("a", "calculated", calculation="'x'")),
    (ask("integer", "a", constraint=". >= 0 and . <= 120"), Question("a", "number", min=0, max=120)),
    (ask("integer", "a", constraint=". > 0 or . = -1"), Question("a", "number", constraint=". > 0 or . = -1")),
    (
        ask("text", "a", constraint="string-length(.) <= 9 and . != 'x'"),
        Question("a", "text", max=9, constraint=". != 'x'"),
    ),
    (ask("range", "a"), Question("a", "number", min=1, max=10)),
    (
        ask("range", "a", parameters="start=0 end=10 step=2"),
        Question("a", "number", min=0, max=10, constraint="round((. - 0) * 1) mod 2 = 0"),
    ),
    (
        ask("range", "a", parameters="start=0.5 end=5 step=0.5"),
        Question("a", "number", max=5, decimals=1, constraint=". >= 0.5 and round((. - 0.5) * 10) mod 5 = 0"),
    ),
]


@pytest.mark.parametrize(("row", "expected"), TAKEN, ids=[f"{number}" for number in range(len(TAKEN))])
def test_each_type_becomes_its_kind(row: dict[str, object], expected: Question, made: Callable[..., Frozen]) -> None:
    found = question(made, ask("begin_group", "s"), row, {"type": "end_group"})
    assert found == Question(**{**vars(expected), "section": "s"})


@pytest.mark.parametrize(
    ("type", "good", "bad"), [("time", "08:30", "8:30"), ("dateTime", "2026-11-24T08:30", "2026-11-24")]
)
def test_a_time_is_a_text_in_its_form(type: str, good: str, bad: str, made: Callable[..., Frozen]) -> None:
    found = question(made, ask(type, "a"))
    assert found.kind == "text"
    assert evaluate(parse(found.constraint), Scene({}, NOW, this=good)) is True
    assert evaluate(parse(found.constraint), Scene({}, NOW, this=bad)) is False


def test_other_becomes_an_option_and_a_question(made: Callable[..., Frozen]) -> None:
    first, second = made([ask("select_one yn or_other", "a")]).instrument.questions
    assert first.options == ("yes", "no", "other")
    assert (second.id, second.kind, second.show_if) == ("a_other", "text", "selected(${a}, 'other')")


def test_the_condition_of_a_group_is_that_of_its_questions(made: Callable[..., Frozen]) -> None:
    rows = [
        ask("select_one yn", "a"),
        ask("begin_group", "g", relevant="${a} = 'yes' or ${a} = 'no'"),
        ask("begin_group", "inner", relevant="${a} != ''"),
        ask("text", "b", relevant="1 = 1"),
        {"type": "end_group"},
        {"type": "end_group"},
    ]
    found = made(rows).instrument.questions[-1]
    assert (found.section, found.show_if) == ("g", "(${a} = 'yes' or ${a} = 'no') and ${a} != '' and 1 = 1")


def test_a_table_of_questions_becomes_a_matrix_and_conditions_follow(made: Callable[..., Frozen]) -> None:
    rows = [
        ask("begin_group", "s"),
        ask("begin_group", "trust", appearance="table-list"),
        ask("select_one yn", "tv"),
        ask("select_one yn", "web"),
        {"type": "end_group"},
        ask("text", "why", relevant="${web} = 'yes'"),
        {"type": "end_group"},
    ]
    first, second, third = made(rows).instrument.questions
    assert (first.id, second.id, first.matrix) == ("trust-tv", "trust-web", "trust")
    assert third.show_if == "${trust-web} = 'yes'"


def test_a_choice_filter_becomes_conditions_of_options(made: Callable[..., Frozen]) -> None:
    towns = [
        {"list_name": "town", "name": name, "label": name, "label::English (en)": name, "of": of}
        for name, of in (("p", "yes"), ("q", "no"), ("r", ""))
    ]
    rows = [ask("select_one yn", "a"), ask("select_one town", "b", choice_filter="of = ${a} or of = ''")]
    found = question(made, *rows, choices=[*YES_NO, *towns])
    assert found.option_if == {"p": "'yes' = ${a}", "q": "'no' = ${a}"}


def test_codes_among_the_choices_are_those_that_are_offered_anyway(made: Callable[..., Frozen]) -> None:
    refused = {"list_name": "yn", "name": "refused", "label": "不说", "label::English (en)": "Keep it"}
    made_of = made([ask("select_one yn", "a")], [*YES_NO, refused])
    assert made_of.instrument.questions[0].options == ("yes", "no")
    assert made_of.instrument.words["en"].labels["refused"] == "Keep it"


def test_the_day_of_the_interview_can_be_asked_about(made: Callable[..., Frozen]) -> None:
    found = question(made, {"type": "today", "name": "day"}, ask("date", "a", constraint=". <= ${day}"))
    assert found.constraint == ". <= today()"


def test_right_answers_make_a_key(made: Callable[..., Frozen]) -> None:
    rows = [
        ask("select_one yn", "a", x_answer="no", x_points="2", **OPINION),
        ask("select_multiple yn", "b", x_answer="no yes", **OPINION),
    ]
    key = made(rows, x_pass_points="2", x_pass_of="3", x_multiple_mode="partial").key
    assert (key.items["a"].answer, key.items["a"].points) == ("no", 2)
    assert (key.items["b"].answer, key.items["b"].points) == (("no", "yes"), 1)
    assert (key.pass_mark.points, key.pass_mark.of, key.multiple_mode) == (2, 3, "partial")


@pytest.mark.parametrize("column", ["label::中文 (zh)", "label::zh_Hans", "label::简体中文(zh)", "label::Chinese"])
def test_our_languages_have_many_names(column: str, made: Callable[..., Frozen]) -> None:
    rows = [{"type": "text", "name": "a", column: "水", "label::English (en)": "Water"}]
    found = made(rows, default_language=column.split("::")[1])
    assert [words.questions["a"].stem for words in found.instrument.words.values()] == ["水", "Water"]


def test_another_language_is_left_out_and_noted(take: Import) -> None:
    done = take([ask("text", "a", **{"label::Français (fr)": "Eau"})])
    assert any("the column 'label::Français (fr)' is left out" in str(note) for note in done.notes)


def test_a_missing_translation_makes_a_draft_that_says_what_is_missing(take: Import, tmp_path: Path) -> None:
    rows = [ask("text", "a"), {"type": "text", "name": "b", "label": "二", "hint": "短"}]
    done = take(rows)
    assert done.folder == "drafts/air-v2"
    assert done.missing[0].startswith("zh_Hans: missing 0 of ")
    assert "en: missing 2 of" in done.missing[1]
    assert done.missing[1].endswith("texts (survey row 3 label, survey row 3 hint)")
    assert not (tmp_path / "surveys/instruments").exists()
    assert take([ask("text", "a"), ask("text", "b")]).folder == "instruments/air-v2"
    assert not (tmp_path / "surveys/drafts/air-v2").exists()


def test_a_scored_question_without_a_right_answer_makes_a_draft(take: Import) -> None:
    done = take([ask("select_one yn", "a", **OPINION)])
    assert done.folder == "drafts/air-v2"
    assert done.missing == ("right answers: missing 1 of 1 (a)",)


def test_an_instrument_that_is_there_is_not_changed(take: Import) -> None:
    take([ask("text", "a")])
    told = complaints(take, [ask("text", "b")])
    assert told == [
        "air.xlsx: settings row 2: instruments/air-v2 is there already: a change needs a new version in the settings"
    ]


def test_what_is_not_quite_as_it_was_is_noted(take: Import) -> None:
    rows = [
        {"type": "start", "name": "start"},
        ask("text", "a", appearance="numbers-only", guidance_hint="读慢一点"),
        ask("time", "b"),
        {"type": "audit", "name": "audit"},
    ]
    told = " | ".join(str(note) for note in take(rows).notes)
    for said in ("row 2: 'start' is left out", "row 3: 'guidance_hint' is left out", "'numbers-only' is left out"):
        assert said in told
    assert "row 4: 'b' becomes a text in the form of a time" in told
    assert "'x_introduction' is missing: a standard text stands in words.*.yml; write your own" in told


def test_the_command_says_rows_and_writes_nothing(tmp_path: Path) -> None:
    book = write_book(tmp_path / "air.xlsx", [ask("image", "a")])
    result = CliRunner().invoke(main, ["survey", "import", str(book), "--surveys", str(tmp_path / "surveys")])
    assert result.exit_code == 2
    assert "air.xlsx: survey row 2: a question of type 'image' is not taken" in result.stderr
    assert not (tmp_path / "surveys").exists()


def test_the_command_says_where_the_questions_are(tmp_path: Path) -> None:
    book = write_book(tmp_path / "air.xlsx", [ask("text", "a")], settings={**SETTINGS, "x_title::en": "Air"})
    result = CliRunner().invoke(main, ["survey", "import", str(book), "--surveys", str(tmp_path / "surveys")])
    assert result.exit_code == 0, result.stderr
    assert "Took 1 questions. They are in instruments/air-v2, an instrument: check it" in result.stderr
