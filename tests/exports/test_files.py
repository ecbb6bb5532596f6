"""What is stored comes back from every file, read by programs that others wrote."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import numpy as np
import pandas
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from literacy_app.estimation.rules.weights import response_weights
from literacy_app.estimation.service import keep_version
from literacy_app.exports.queries import hold_still
from literacy_app.exports.rules import Column, ColumnType, Form, Selection
from literacy_app.exports.rules.xlsx_file import XlsxFile
from literacy_app.exports.service import export
from literacy_app.foundation.languages import Bilingual
from literacy_app.foundation.orm import WRITES
from literacy_app.surveys.models import AnswerSheet
from literacy_app.surveys.rules import Correction, Decision
from literacy_app.surveys.service import decide, receive_submission, wave_of
from tests.accounts.test_service import POLICY
from tests.builders import ALL_RIGHT, SIX_OF_TEN, body, desk, draw, link, load_files
from tests.exports.readers import (
    NOW,
    csv_rows,
    imported,
    json_lines,
    keep_second,
    made,
    sav,
    xlsx_cells,
    xlsx_rows,
)

pytestmark = pytest.mark.thorough

EVERYTHING = {
    "sex": "female",
    "birth_year": 1980,
    "township": "990201002",
    "remark": "很好",
    "q1": "false",
    "q2": "c",
    "q3": ["a", "c"],
    "q4": ["b"],
    "height": 171.5,
    "moved": "1999-12-31",
    "trust-air": "high",
}
CODED = {
    "sex": {"code": "refused"},
    "birth_year": {"code": "refused"},
    "remark": {"code": "refused"},
    "q1": {"code": "dont_know"},
    "q3": {"code": "dont_know"},
    "height": {"code": "refused"},
    "moved": {"code": "refused"},
}
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", "'=1", "''", "'"]
TEXTS = [
    "𠮷野家😀👨‍👩‍👧",
    "一\r\n二\n三\r四\t五",
    '他说："好，好"',
    "<b>&amp;]]>_x000D_",
    "\ufffe 开头是非字符",
    "a" * 255 + "字" * 300,
]


@pytest.fixture
def second(stocked: Session) -> Session:
    """The session with two versions of the instrument."""
    keep_second(stocked)
    return stocked


def test_every_kind_of_answer_is_itself_in_csv_and_excel(second: Session, now: datetime) -> None:
    receive_submission(second, body(EVERYTHING, version=2), link(), now)
    wanted: dict[str, Any] = {name: value for name, value in EVERYTHING.items() if name not in {"q3", "q4"}}
    wanted |= {"half": 85.75, "q4.a": 0, "q4.b": 1, "points.q1": 0, "points.q3": 4, "score.total": 4, "max.total": 10}
    wanted |= {"attained.total": 0, "attained.skills": 1, "meta.reason": "other_version", "meta.wave": "open"}
    excel, plain = xlsx_rows(made(second, Form.XLSX))[0], csv_rows(made(second, Form.WIDE_CSV))[0]
    assert {name: excel[name] for name in wanted} == wanted
    assert {name: plain[name] for name in wanted} == {name: str(value) for name, value in wanted.items()}


def test_times_carry_the_offset_of_the_reporting_zone(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(), link(), now)
    row = csv_rows(made(stocked, Form.WIDE_CSV))[0]
    assert row["meta.started_at"] == "2026-10-01T10:00:00+08:00"
    assert row["meta.received_at"] == "2026-11-01T12:00:00+08:00"


def test_the_receipt_code_is_the_one_that_was_given(stocked: Session, now: datetime) -> None:
    outcome = receive_submission(stocked, body(), link(), now)
    assert outcome.receipt is not None
    assert csv_rows(made(stocked, Form.WIDE_CSV))[0]["meta.receipt"] == outcome.receipt.code
    assert csv_rows(made(stocked, Form.WIDE_CSV))[0]["meta.id"] == str(outcome.receipt.id)


def test_codes_stand_in_their_column_for_choices_and_beside_it_for_everything_else(
    second: Session, now: datetime
) -> None:
    receive_submission(second, body(CODED, version=2), link(), now)
    row = csv_rows(made(second, Form.WIDE_CSV))[0]
    assert (row["sex"], row["q1"]) == ("refused", "dont_know")
    for id in ("birth_year", "remark", "height", "moved"):
        assert (row[id], row[f"{id}.code"]) == ("", "refused")
    assert [row[f"q3.{option}"] for option in ("a", "c", "code")] == ["", "", "dont_know"]


def test_a_text_that_reads_like_a_code_stays_a_text(stocked: Session, now: datetime) -> None:
    said = '{"code": "refused"}'
    receive_submission(stocked, body({"remark": said}), link(), now)
    row = csv_rows(made(stocked, Form.WIDE_CSV))[0]
    assert (row["remark"], row["remark.code"]) == (said, "")


def test_spss_has_numbers_labels_and_missing_values(second: Session, now: datetime, tmp_path: Path) -> None:
    receive_submission(second, body(EVERYTHING, version=2), link(), now)
    data = made(second, Form.SAV)
    row, about = sav(data, tmp_path)
    got = row[0]
    assert (got["sex"], got["q1"], got["q2"], got["birth_year"], got["township"]) == (1, 0, 3, 1980, 990201002)
    assert [got[f"q3.{option}"] for option in "acde"] == [1, 1, 0, 0] and np.isnan(got["q3.b"])
    assert (got["height"], got["half"], got["remark"], got["trust_air"]) == (171.5, 85.75, "很好", 2)
    assert str(got["moved"]) == "1999-12-31"
    assert str(got["meta.started_at"]) == "2026-10-01 10:00:00"
    assert about.column_names_to_labels["q3.a"] == "子｜哪几个？"
    assert about.column_names_to_labels["trust_air"] == "您信任吗？｜空气"
    assert about.variable_value_labels["sex"] == {1: "女", 2: "男", -8: "不知道", -9: "不愿回答"}
    assert about.variable_measure["sex"] == "nominal" and about.variable_measure["birth_year"] == "scale"
    assert (about.file_encoding, about.file_label) == ("UTF-8", "调查 open")


def test_spss_labels_come_in_english_too(stocked: Session, tmp_path: Path) -> None:
    _, about = sav(made(stocked, Form.SAV, language="en"), tmp_path)
    assert about.column_names_to_labels["sex"] == "Your sex?"
    assert about.variable_value_labels["q1"] == {1: "Right", 0: "Wrong", -8: "Don't know", -9: "Rather not say"}


def test_spss_declares_codes_missing_and_keeps_them_apart(second: Session, now: datetime, tmp_path: Path) -> None:
    receive_submission(second, body(CODED, version=2), link(), now)
    data = made(second, Form.SAV)
    row = sav(data, tmp_path, user_missing=True, disable_datetime_conversion=True)[0][0]
    assert (row["sex"], row["q1"], row["q3.a"], row["q3.d"], row["moved"]) == (-9, -8, -8, -8, -9)
    assert (row["birth_year"], row["height"], row["remark"], row["remark.code"]) == (
        -9_999_999_999,
        -9_999_999_999,
        "",
        -9,
    )
    _, about = sav(data, tmp_path, user_missing=True)
    assert about.missing_ranges["q1"] == [{"lo": -9.0, "hi": -9.0}, {"lo": -8.0, "hi": -8.0}] or about.missing_ranges[
        "q1"
    ] == [{"lo": -8.0, "hi": -8.0}, {"lo": -9.0, "hi": -9.0}]
    assert np.isnan(sav(data, tmp_path)[0][0]["q1"])


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_harmless_and_comes_back_when_it_is_imported(
    stocked: Session, now: datetime, tmp_path: Path, text: str
) -> None:
    receive_submission(stocked, body({"remark": text}, paradata=[text]), link(), now)
    for form in (Form.WIDE_CSV, Form.LONG_CSV):
        said = [value for row in csv_rows(made(stocked, form, copy="full")) for value in row.values() if value]
        assert not [value for value in said if value[0] in "=+-@\t\r\n\0＝＋－＠"]
        assert text in [imported(value) for value in said]
    cells = [
        cell for row in xlsx_cells(made(stocked, Form.XLSX, copy="full")) for cell in row if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = [str(cell.value) for cell in cells if cell.data_type == "s"]
    assert not [value for value in texts if value[0] in "=+-@\t\r\n\0＝＋－＠"]
    assert text in [imported(value) for value in texts]
    assert sav(made(stocked, Form.SAV), tmp_path)[0][0]["remark"] == text
    assert json_lines(made(stocked, Form.JSONL))[0]["answers"]["remark"] == text


def test_a_negative_number_stays_a_number(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(), link(), now)
    stocked.scalars(select(AnswerSheet)).one().answers = {"birth_year": -5}
    stocked.flush()
    assert csv_rows(made(stocked, Form.WIDE_CSV))[0]["birth_year"] == "-5"
    assert xlsx_rows(made(stocked, Form.XLSX))[0]["birth_year"] == -5


@pytest.mark.parametrize("text", [*TEXTS, "字" * 10_000, "😀" * 10_000], ids=range(len(TEXTS) + 2))
def test_texts_come_back_to_the_letter(stocked: Session, now: datetime, tmp_path: Path, text: str) -> None:
    receive_submission(stocked, body(), link(), now)
    stocked.scalars(select(AnswerSheet)).one().answers = {"remark": text}  # longer than this question takes
    stocked.flush()
    plain = made(stocked, Form.WIDE_CSV)
    assert csv_rows(plain)[0]["remark"] == text
    assert pandas.read_csv(io.BytesIO(plain), keep_default_na=False, dtype=str)["remark"][0] == text
    escaped = text.replace("_x000D_", "_x005F_x000D_").replace("\ufffe", "_xFFFE_")  # as Excel reads it
    assert xlsx_rows(made(stocked, Form.XLSX))[0]["remark"] == escaped
    assert json_lines(made(stocked, Form.JSONL))[0]["answers"]["remark"] == text


@pytest.mark.parametrize("text", [*TEXTS, "字" * 10_000, "😀" * 10_000], ids=range(len(TEXTS) + 2))
def test_texts_come_back_from_spss_to_the_letter(second: Session, now: datetime, tmp_path: Path, text: str) -> None:
    for _ in range(2):
        receive_submission(second, body({}, version=2), link(), now)
    sheets = second.scalars(select(AnswerSheet).order_by(AnswerSheet.submission_id)).all()
    sheets[0].answers, sheets[1].answers = {"remark": text, "q1": "true"}, {"remark": "短", "q1": "true"}
    second.flush()
    rows, _ = sav(made(second, Form.SAV), tmp_path)
    assert [row["remark"] + row.get("remark.2", "") for row in rows] == [text, "短"]
    assert [row["q1"] for row in rows] == [1, 1]


def test_received_is_excluded_and_included_together_each_with_its_status(stocked: Session, now: datetime) -> None:
    first, wrong = json.loads(body())["id"], str(uuid4())
    receive_submission(stocked, body(id=first), link(), now)
    receive_submission(stocked, body(id=wrong), link(), now)
    decide(stocked, "own", UUID(wrong), Decision.VOID, "ou", "twice", now)
    corrected = Correction(UUID(first), "a slip")
    credential = link()
    receive_submission(
        stocked,
        body(SIX_OF_TEN),
        type(credential)(credential.caller, "own", "open", "test", correction=corrected),
        now,
    )
    receive_submission(stocked, body(version=9), link(), now)
    rows = csv_rows(made(stocked, Form.WIDE_CSV))
    assert sorted(row["meta.status"] for row in rows) == ["accepted", "quarantined", "replaced", "voided"]
    assert [row["meta.replaces"] for row in rows if row["meta.replaces"]] == [first]


def test_other_waves_and_streams_stay_out(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(respondent=str(draw(stocked))), desk(), now)
    receive_submission(stocked, body(), link(), now)
    receive_submission(stocked, body(wave="closed"), link("closed"), now)
    assert len(csv_rows(made(stocked, Form.WIDE_CSV))) == 2
    for selection in ({"stream": "self_selected"}, {"counted": True}):
        assert len(csv_rows(made(stocked, Form.WIDE_CSV, **selection))) == 1


def test_the_full_copy_has_the_weights_that_estimation_works_with(stocked: Session, now: datetime) -> None:
    places = ["990201001001"] * 3 + ["990201001002"] * 2
    for number, psu in enumerate(places):
        person = draw(stocked, psu, 0.02 if psu.endswith("1") else 0.05, stratum="S")
        if number != 1:
            receive_submission(stocked, body(respondent=str(person), paradata={"taps": number}), desk(), now)
    receive_submission(stocked, body(), link(), now)
    rows = csv_rows(made(stocked, Form.WIDE_CSV, copy="full"))
    weights = response_weights(
        np.array([0.02] * 3 + [0.05] * 2),
        np.array(["S"] * 5),
        np.array(places),
        np.array([True, False, True, True, True]),
    )
    got = sorted(float(row["weight.response"]) for row in rows if row["weight.response"])
    assert got == sorted(float(weight) for weight in weights if weight)
    assert sorted(row["weight.base"] for row in rows) == ["", "20.0", "20.0", "50.0", "50.0"]
    assert {row["meta.paradata"] for row in rows if row["design.psu"]} >= {'{"taps": 0}'}


def test_the_full_copy_has_the_weights_of_the_latest_version(stocked: Session, now: datetime) -> None:
    for psu in ("990201001001", "990201001002"):
        receive_submission(stocked, body(respondent=str(draw(stocked, psu, 0.02))), desk(), now)
    assert {row["weight.final"] for row in csv_rows(made(stocked, Form.WIDE_CSV, copy="full"))} == {""}
    keep_version(stocked, wave_of(stocked, "open"), POLICY, "ou", now)
    receive_submission(stocked, body(respondent=str(draw(stocked))), desk(), now)
    rows = csv_rows(made(stocked, Form.WIDE_CSV, copy="full"))
    assert sorted(row["weight.final"] for row in rows) == ["", "50.0", "50.0"]


def test_the_full_copy_is_the_same_in_excel_spss_and_json_lines(
    stocked: Session, now: datetime, tmp_path: Path
) -> None:
    person = str(draw(stocked, probability=0.04))
    receive_submission(stocked, body(respondent=person, paradata={"taps": 3}), desk(), now)
    excel = xlsx_rows(made(stocked, Form.XLSX, copy="full"))[0]
    spss = sav(made(stocked, Form.SAV, copy="full"), tmp_path)[0][0]
    for name, value in {"design.respondent": person, "weight.base": 25, "meta.paradata": '{"taps": 3}'}.items():
        assert (excel[name], spss[name]) == (value, value)
    line = json_lines(made(stocked, Form.JSONL, copy="full"))[0]
    assert (line["design"]["weight.response"], line["paradata"]) == (25, {"taps": 3})


def test_paradata_that_no_cell_can_hold_are_said_to_be_in_json_lines(
    stocked: Session, now: datetime, tmp_path: Path
) -> None:
    long = "字" * 40_000
    receive_submission(stocked, body(paradata=long), link(), now)
    said = xlsx_rows(made(stocked, Form.XLSX, copy="full"))[0]["meta.paradata"]
    assert said == sav(made(stocked, Form.SAV, copy="full"), tmp_path)[0][0]["meta.paradata"]
    assert "data.jsonl" in said and json_lines(made(stocked, Form.JSONL, copy="full"))[0]["paradata"] == long


def test_the_long_file_has_a_row_an_answer_in_the_order_of_the_form(second: Session, now: datetime) -> None:
    receive_submission(second, body(EVERYTHING | {"q2": {"code": "dont_know"}}, version=2), link(), now)
    rows = csv_rows(made(second, Form.LONG_CSV))
    assert [row["question"] for row in rows][:6] == ["sex", "birth_year", "township", "remark", "q1", "q2"]
    of = {row["question"]: (row["value"], row["code"], row["label"], row["points"]) for row in rows}
    assert of["q3"] == ("a c", "", "子、寅", "4")
    assert of["q2"] == ("", "dont_know", "不知道", "0")
    assert (of["height"], of["half"]) == (("171.5", "", "", ""), ("85.75", "", "", ""))


def test_json_lines_hold_answers_points_and_scores_as_they_are_stored(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(ALL_RIGHT), link(), now)
    line = json_lines(made(stocked, Form.JSONL))[0]
    assert (line["answers"], line["points"]) == (ALL_RIGHT, {"q1": 3, "q2": 3, "q3": 4})
    assert (line["scores"]["total"]["points"], line["scores"]["total"]["attained"]) == (10, True)
    assert line["meta"]["stream"] == "self_selected"


@pytest.mark.parametrize("form", [Form.WIDE_CSV, Form.XLSX, Form.SAV, Form.JSONL])
def test_an_empty_wave_gives_a_readable_file(stocked: Session, tmp_path: Path, form: Form) -> None:
    data = made(stocked, form)
    read = {
        Form.WIDE_CSV: csv_rows,
        Form.XLSX: xlsx_rows,
        Form.SAV: lambda data: sav(data, tmp_path)[0],
        Form.JSONL: json_lines,
    }
    assert read[form](data) == []


@pytest.mark.parametrize("form", [Form.WIDE_CSV, Form.LONG_CSV, Form.XLSX, Form.SAV])
def test_the_first_bytes_come_before_the_rows_are_read(stocked: Session, now: datetime, form: Form) -> None:
    receive_submission(stocked, body(), link(), now)
    wave = wave_of(stocked, "open")
    pieces = export(stocked, wave, form, Selection(), NOW)
    first = next(pieces)
    # A submission that comes after the first bytes is still in the file: the rows were not read yet.
    receive_submission(stocked, body(), link(), now)
    assert first and len(b"".join(pieces)) > 0
    assert first[:3] in {b"\xef\xbb\xbf", b"PK\x03", b"$FL"}


def test_a_file_is_of_one_moment_whoever_answers_meanwhile(engine: Engine, now: datetime) -> None:
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        load_files(session, now)
        receive_submission(session, body(), link(), now)
        session.commit()
    with Session(engine) as reader:
        hold_still(reader)
        pieces = export(reader, wave_of(reader, "open"), Form.WIDE_CSV, Selection(), NOW)
        first = next(pieces)
        with Session(engine) as session:
            session.connection(execution_options={WRITES: True})
            receive_submission(session, body(), link(), now)
            session.commit()
        assert len(csv_rows(first + b"".join(pieces))) == 1


def test_a_full_sheet_goes_on_on_the_next() -> None:
    file = XlsxFile([Column("a", "a", ColumnType.TEXT, Bilingual("甲", "A"))], most_rows=3)
    write = file.maker(())
    data = file.start() + file.rows([[write((text,))] for text in "甲乙丙丁戊"]) + file.end()
    sheets = [[cell.value for (cell,) in xlsx_cells(data, name)] for name in ("data", "data2", "data3")]
    assert sheets == [["a", "甲", "乙"], ["a", "丙", "丁"], ["a", "戊"]]


def test_a_stream_that_is_given_up_lets_go_quietly(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(), link(), now)
    pieces = export(stocked, wave_of(stocked, "open"), Form.XLSX, Selection(), NOW)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]


def test_the_description_is_ddi_with_questions_categories_and_header(second: Session, now: datetime) -> None:
    receive_submission(second, body(EVERYTHING, version=2), link(), now)
    root = ElementTree.fromstring(made(second, Form.DDI))  # noqa: S314 - made by ourselves
    ddi = {"d": "ddi:codebook:2_5"}
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert root.tag == "{ddi:codebook:2_5}codeBook" and root.get("version") == "2.5"
    assert [part.tag.rpartition("}")[2] for part in root] == ["docDscr", "stdyDscr", "fileDscr", "dataDscr"]
    said = {one.get(language): one.text for one in root.findall(".//d:var[@name='q2']/d:qstn/d:qstnLit", ddi)}
    assert said == {"zh-Hans": "哪一个？", "en": "Which one?"}
    values = [one.text for one in root.findall(".//d:var[@name='q2']/d:catgry/d:catValu", ddi)]
    assert values == ["a", "b", "c", "dont_know", "refused"]
    assert [one.text for one in root.findall(".//d:stdyDscr/d:citation/d:titlStmt/d:IDNo", ddi)] == [
        "open",
        "T-1",
        "2026-1",
    ]
    assert root.find(".//d:dataColl/d:weight", ddi) is not None
    assert root.findtext(".//d:fileTxt/d:dimensns/d:caseQnty", namespaces=ddi) == "1"
    names = {one.get("name") for one in root.findall(".//d:var", ddi)}
    assert {"weight.base", "q3.b", "trust-air", "half"} <= names
    assert root.find(".//d:var[@name='half']/d:derivation/d:drvcmd", ddi) is not None
    ids = {one.get("ID") for one in root.findall(".//d:var", ddi)}
    assert all(set(group.get("var", "").split()) <= ids for group in root.findall(".//d:varGrp", ddi))
