"""The columns of an export come from the instruments, never from the answers."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from literacy_app.exports.rules import Form
from literacy_app.surveys.service import receive_submission
from tests.builders import ALL_RIGHT, body, link
from tests.exports.readers import csv_rows, keep_second, made

pytestmark = pytest.mark.thorough

OF_TINY = ["sex", "birth_year", "birth_year.code", "township", "remark", "remark.code", "q1", "q2"]
Q3 = ["q3.a", "q3.b", "q3.c", "q3.d", "q3.code"]


def heading(session: Session, form: Form = Form.WIDE_CSV, **selection: object) -> list[str]:
    return made(session, form, **selection).decode("utf-8-sig").splitlines()[0].split(",")


def asked(session: Session) -> list[str]:
    return [
        name for name in heading(session) if name.split(".")[0] not in {"meta", "points", "score", "attained", "max"}
    ]


def test_the_columns_are_the_same_before_anybody_answered_and_after(stocked: Session, now: datetime) -> None:
    before = heading(stocked)
    receive_submission(stocked, body(), link(), now)
    assert heading(stocked) == before
    assert asked(stocked) == OF_TINY + Q3


def test_an_option_that_nobody_ticked_has_its_column(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(ALL_RIGHT), link(), now)
    row = csv_rows(made(stocked, Form.WIDE_CSV))[0]
    assert [row[name] for name in Q3] == ["1", "0", "1", "0", ""]


def test_questions_of_another_version_stand_after_their_neighbours_and_nothing_is_lost(
    stocked: Session, now: datetime
) -> None:
    keep_second(stocked)
    receive_submission(stocked, body(ALL_RIGHT), link(), now)
    receive_submission(stocked, body({"q3": ["e"], "q4": ["b"]}, version=2), link(), now)
    new = ["q4.a", "q4.b", "q4.code", "height", "height.code", "moved", "moved.code", "half", "trust-air"]
    assert asked(stocked) == OF_TINY + new + ["q3.a", "q3.b", "q3.c", "q3.d", "q3.e", "q3.code"]


def test_what_a_version_does_not_ask_or_offer_is_empty_and_not_zero(stocked: Session, now: datetime) -> None:
    keep_second(stocked)
    receive_submission(stocked, body(ALL_RIGHT), link(), now)
    receive_submission(stocked, body({"q3": ["e"], "q4": ["b"]}, version=2), link(), now)
    rows = {row["meta.version"]: row for row in csv_rows(made(stocked, Form.WIDE_CSV))}
    q3 = ["q3.a", "q3.b", "q3.c", "q3.d", "q3.e"]
    assert [rows["1"][name] for name in q3] == ["1", "0", "1", "0", ""]
    assert [rows["2"][name] for name in q3] == ["0", "", "0", "0", "1"]
    assert (rows["1"]["q4.b"], rows["2"]["q4.b"], rows["2"]["q4.a"]) == ("", "1", "0")


def test_an_instrument_that_is_not_known_adds_a_row_and_no_column(stocked: Session, now: datetime) -> None:
    before = heading(stocked)
    receive_submission(stocked, body(ALL_RIGHT, version=9), link(), now)
    row = csv_rows(made(stocked, Form.WIDE_CSV))[0]
    assert list(row) == before
    assert (row["meta.version"], row["meta.status"], row["q1"]) == ("9", "quarantined", "")


def test_the_plain_copy_has_no_weight_no_design_and_no_paradata_in_any_file(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(paradata={"canary": "seen"}), link(), now)
    for form in (Form.WIDE_CSV, Form.LONG_CSV, Form.XLSX, Form.JSONL, Form.CODEBOOK):
        plain, full = made(stocked, form), made(stocked, form, copy="full")
        assert len(full) > len(plain)
        for word in (b"weight.", b"design.", b"paradata", b"canary"):
            assert word not in plain
    assert {"weight.base", "design.psu", "meta.paradata"} <= set(heading(stocked, copy="full"))


def test_the_codebook_names_every_column_with_its_values_in_both_languages(stocked: Session) -> None:
    rows = csv_rows(made(stocked, Form.CODEBOOK))
    assert [name for name in heading(stocked) if name not in {row["column"] for row in rows}] == []
    value = next(row for row in rows if (row["column"], row["value"]) == ("sex", "female"))
    assert (value["spss_value"], value["zh_Hans"], value["en"]) == ("1.0", "女", "Female")
