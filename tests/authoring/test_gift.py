"""GIFT: every construct is taken or named, and what is written comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy_app.authoring.rules.exchange import Choice, Portable, Reading
from literacy_app.authoring.rules.gift import read_gift, write_gift
from tests.authoring.portables import FILES, portables


@pytest.fixture(scope="module")
def sample() -> Reading:
    return read_gift((FILES / "every-construct.gift").read_text())


def only(text: str) -> Portable:
    reading = read_gift(text)
    assert len(reading.questions) == 1, reading.left
    return reading.questions[0]


def reason(text: str) -> str:
    reading = read_gift(text)
    assert not reading.questions and len(reading.left) == 1
    return reading.left[0].message


def test_every_question_that_has_a_kind_here_is_taken_with_the_line_it_began_in(sample: Reading) -> None:
    assert [(q.line, q.kind) for q in sample.questions] == [
        (7, "single"),
        (13, "single"),
        (15, "single"),
        (17, "true_false"),
        (19, "true_false"),
        (21, "true_false"),
        (23, "multiple"),
        (30, "single"),
        (32, "single"),
        (34, "single"),
        (36, "single"),
        (42, "single"),
    ]


def test_every_other_question_is_named_with_its_line_and_reason(sample: Reading) -> None:
    wanted = {
        46: "essay",
        48: "numerical",
        50: "short answer",
        52: "matching",
        54: "description",
        56: "2 are fully right",
        58: "no right option",
        60: "1 options",
        62: "more than one group",
        64: "braces that do not match",
        66: "braces that do not match",
        68: "<img>",
        70: "<img>",
        72: "no words",
    }
    assert {remark.line for remark in sample.left} == set(wanted)
    assert [remark for remark in sample.left if wanted[remark.line] not in remark.message] == []


def test_what_a_taken_question_loses_is_noted(sample: Reading) -> None:
    noted = {remark.line: remark.message for remark in sample.notes}
    assert "category 'environment/air'" in noted[4]
    assert [line for line in noted if line != 4] == [30]
    both = " ".join(remark.message for remark in sample.notes if remark.line == 30)
    assert "part marks" in both and "general feedback became" in both


def test_names_options_keys_and_reasons_are_read(sample: Reading) -> None:
    window = sample.questions[0]
    assert (window.name, window.stem) == ("Window", "When is the best time to open the window?")
    assert window.choices[0] == Choice("When the air outside is good", True, "Fresh air in, stale air out.")
    assert [choice.right for choice in window.choices] == [True, False, False]


def test_answers_inside_a_sentence_leave_a_gap() -> None:
    assert only("Rain washes {~soot =dust} away.").stem == "Rain washes _____ away."


@pytest.mark.parametrize("written", ["T", "TRUE", "true"])
def test_the_first_reason_of_a_judgement_is_for_those_who_got_it_wrong(written: str) -> None:
    question = only(f"So? {{{written}#for the wrong#for the right}}")
    assert question.choices == (Choice("true", True, "for the right"), Choice("false", False, "for the wrong"))


def test_a_false_judgement_has_its_reasons_the_other_way_round() -> None:
    question = only("So? {F#for the wrong#for the right}")
    assert question.choices == (Choice("true", False, "for the wrong"), Choice("false", True, "for the right"))


def test_weights_above_nothing_are_right_when_several_may_be_chosen() -> None:
    question = only("Two? {~%50%a ~%50%b ~%-100%c ~d}")
    assert [choice.right for choice in question.choices] == [True, True, False, False]


def test_uneven_weights_are_noted() -> None:
    assert "part marks" in read_gift("Two? {~%70%a ~%30%b ~c}").notes[0].message


def test_escaped_characters_mean_nothing() -> None:
    question = only(r"::a\:\:b::c \{ d\nnew {=\=1 \~ 2 # \#no ~\\x \} y}")
    assert (question.name, question.stem) == ("a::b", "c { d\nnew")
    assert question.choices == (Choice("=1 ~ 2", True, "#no"), Choice("\\x } y", False))


def test_a_comment_inside_a_question_is_no_part_of_it() -> None:
    assert only("One\n// not me\ntwo {=a\n  // nor me\n~b}").stem == "One\ntwo"


def test_html_becomes_bold_lines_and_lists() -> None:
    stem = only("[html]<p>Is <b>this</b> it?</p><ul><li>one</li><li>two</li></ul> {=a ~b}").stem
    assert stem == "Is **this** it?\n\n- one\n\n- two" or stem == "Is **this** it?\n\n- one\n- two"


def test_html_marks_without_a_counterpart_are_noted() -> None:
    reading = read_gift("[html]CO<sub>2</sub> is? {=a ~b}")
    assert reading.questions[0].stem == "CO2 is?"
    assert "<sub>" in reading.notes[0].message


def test_plain_text_is_taken_as_it_stands() -> None:
    assert only("[plain]a <b> &amp; c {=x ~y}").stem == "a <b> &amp; c"


def test_general_feedback_with_full_reasons_is_noted_as_lost() -> None:
    assert "not kept" in read_gift("Q {=a#x ~b#y ####general}").notes[0].message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Q {=a ~ ~b}", "without words"),
        ("Q {=a ~b ~b}", "twice"),
        ("Q {maybe}", "neither choices nor"),
        ("Q } {", "braces"),
        ("Q {=a ~b\x07}", "control character"),
        ("Q {" + "~x" * 30 + "=y}", "31 options"),
    ],
)
def test_a_faulty_question_is_left_with_its_reason(text: str, why: str) -> None:
    assert why in reason(text)


def test_a_mark_of_windows_and_its_line_ends_are_no_trouble() -> None:
    assert only("\ufeffQ {=a ~b}\r\n").stem == "Q"


@given(st.lists(portables(), min_size=1, max_size=4))
def test_what_is_written_is_read_again(questions: list[Portable]) -> None:
    reading = read_gift(write_gift({"a09": questions}))
    assert list(reading.questions) == questions
    assert reading.left == () and len(reading.notes) == 1


@given(st.text(alphabet="ab:#={}~%[]\\/->\n $T0", max_size=60))
def test_no_text_breaks_the_reader_and_no_block_is_lost(text: str) -> None:
    lines = text.split("\n")
    reading = read_gift(text)
    asked = any(line.strip() and not line.lstrip().startswith(("//", "$CATEGORY:")) for line in lines)
    assert asked == bool(reading.questions or reading.left)
