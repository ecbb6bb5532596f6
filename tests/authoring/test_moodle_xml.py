"""Moodle XML: every type is taken or named, what is written comes back, and no entity is ever expanded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy_app.authoring.rules.exchange import Choice, Portable, Reading, Unreadable
from literacy_app.authoring.rules.moodle_xml import read_moodle_xml, write_moodle_xml
from tests.authoring.portables import FILES, portables

BOMB = b"""<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>"""
OUTSIDE = b"""<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question>&x;</question></quiz>"""


@pytest.fixture(scope="module")
def sample() -> Reading:
    return read_moodle_xml((FILES / "every-construct.xml").read_bytes())


def test_choices_are_taken_with_their_lines_keys_and_reasons(sample: Reading) -> None:
    assert [(q.line, q.kind, q.name) for q in sample.questions] == [
        (5, "single", "Kettle"),
        (18, "multiple", "Two"),
        (26, "true_false", "Ice"),
    ]
    assert sample.questions[0].stem == "Which water is **safe** to drink?\n\n- at home"
    assert sample.questions[0].choices[0] == Choice("Boiled & covered", True, "Yes.")
    assert sample.questions[0].choices[1] == Choice("Clear = safe", False, "Germs die in boiling water.")
    assert [choice.right for choice in sample.questions[1].choices] == [True, True, False]
    assert sample.questions[2].choices[1] == Choice("false", False, "They only sleep.")


def test_every_other_question_is_named_with_its_line_and_reason(sample: Reading) -> None:
    wanted = {
        32: "'essay'",
        33: "'cloze'",
        34: "'matching'",
        35: "'numerical'",
        36: "'shortanswer'",
        37: "'description'",
        38: "a file in it",
        39: "not exactly one",
    }
    assert {remark.line for remark in sample.left} == set(wanted)
    assert [remark for remark in sample.left if wanted[remark.line] not in remark.message] == []


@pytest.mark.parametrize(
    "lost", ["marks", "part marks", "overall feedback", "hints", "tags", "general feedback became"]
)
def test_what_a_taken_question_loses_is_noted(sample: Reading, lost: str) -> None:
    assert any(lost in remark.message for remark in sample.notes if remark.line == 5)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (b"<quiz><question>", "not well-formed"),
        (b"<html></html>", "not <quiz>"),
        (b"<quiz>" + b"<a>" * 50 + b"</a>" * 50 + b"</quiz>", "nested"),
        (b'<?xml version="1.0" encoding="klingon"?><quiz/>', "encoding"),
    ],
)
def test_a_file_that_is_broken_or_wants_too_much_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_moodle_xml(raw)
    assert why in caught.value.reason and caught.value.line == 1


@given(st.lists(portables(), min_size=1, max_size=4))
def test_what_is_written_is_read_again(questions: list[Portable]) -> None:
    reading = read_moodle_xml(write_moodle_xml({"a09": questions}).encode())
    assert list(reading.questions) == questions
    assert reading.left == () and len(reading.notes) == 1
