"""Reading instruments and waves from files, and submissions from bytes."""

import json
import shutil
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.surveys.loader import instrument_from, key_from, read_submission, read_surveys
from literacy_app.surveys.rules import Submission
from tests.builders import FILES, body


def test_an_instrument_comes_back_from_its_kept_form_as_it_was() -> None:
    frozen = read_surveys(FILES / "surveys")[0][0]
    assert instrument_from(frozen.body()) == frozen.instrument
    assert key_from(frozen.key_body()) == frozen.key


def test_the_kept_form_for_respondents_holds_no_key() -> None:
    body_of_instrument = read_surveys(FILES / "surveys")[0][0].body()
    assert "pass_mark" not in body_of_instrument and "points" not in body_of_instrument


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "what"),
    [
        ("instruments/tiny-v1/form.yml", "kind: number", "kind: numero", "line 7", "is not a kind"),
        ("instruments/tiny-v1/form.yml", "id: q2", "id: q1", "line 11", "stands twice"),
        (
            "instruments/tiny-v1/form.yml",
            "second_class: scientific_knowledge",
            "second_class: basic_attitude",
            "line 11",
            "belongs to concepts",
        ),
        ("instruments/tiny-v1/form.yml", "version: 1", "version: 2", "line 1", "folder's name"),
        ("instruments/tiny-v1/key.yml", "answer: b", "answer: z", "line 5", "must be among"),
        ("instruments/tiny-v1/key.yml", "answer: [a, c]", "answer: a", "line 6", "a list for"),
        ("instruments/tiny-v1/key.yml", '  q1: {answer: "true", points: 3}\n', "", "line 4", "has no right answer"),
        ("instruments/tiny-v1/key.yml", "points: 70", "points: 170", "line 1", "at most"),
        ("instruments/tiny-v1/words.en.yml", "b: Two, ", "", "line 13", "exactly the options"),
        ("instruments/tiny-v1/words.en.yml", "  remark: {stem: Anything else?}\n", "", "line 8", "has no words"),
        ("waves/open.yml", "instrument: tiny", "instrument: other", "line 3", "there is no instrument"),
        ("waves/open.yml", 'closes_on: "2099-12-31"', 'closes_on: "2019-12-31"', "line 6", "is after"),
        ("waves/open.yml", "id: open", "id: shut", "line 1", "file's name"),
        ("waves/open.yml", 'opens_on: "2020-01-01"', 'opens_on: "soon"', "line 6", "date"),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason(
    tmp_path: Path, file: str, old: str, new: str, where: str, what: str
) -> None:
    shutil.copytree(FILES / "surveys", tmp_path / "surveys")
    path = tmp_path / "surveys" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        read_surveys(tmp_path / "surveys")
    found = {(problem.file, problem.where) for problem in caught.value.problems}
    assert (file, where) in found
    assert any(what in problem.message for problem in caught.value.problems)


def test_a_submission_is_read() -> None:
    read = read_submission(body())
    assert isinstance(read, Submission)
    assert read.answers["q3"] == ["a", "c"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"score": 100}, "score"),
        ({"is_official": True}, "is_official"),
        ({"id": "not-a-uuid"}, "id"),
        ({"id": None}, "id"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"version": 10**400}, "version"),
        ({"mode": "telepathy"}, "mode"),
        ({"language": "xx"}, "language"),
        ({"started_at": "2026-10-01T10:00:00"}, "started_at"),
        ({"finished_at": 5}, "finished_at"),
        ({"answers": []}, "answers"),
        ({"respondent": "me"}, "respondent"),
        ({"wave": "a\x00"}, ""),
        ({"answers": {"q1": "\ud800"}}, ""),
        ({"answers": {"q1": [[[[[[[1]]]]]]]}}, ""),
    ],
)
def test_what_cannot_be_read_is_named_by_field(changes: dict[str, object], field: str) -> None:
    fields = json.loads(body()) | changes
    raw = json.dumps({name: value for name, value in fields.items() if value is not None}).encode()
    read = read_submission(raw)
    assert isinstance(read, dict)
    assert field in read


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"NaN",
        b'{"version": NaN}',
        b'{"id": 1, "id": 2}',
        b"[" * 100_000,
        b'{"version": ' + b"9" * 10_000 + b"}",
    ],
)
def test_bytes_that_are_no_submission_are_answered_and_break_nothing(raw: bytes) -> None:
    assert isinstance(read_submission(raw), dict)
