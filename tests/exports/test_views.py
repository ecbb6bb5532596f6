"""The page that lists the files, and the files as an officer downloads them."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from literacy_app import cli
from literacy_app.config import Settings
from literacy_app.exports.rules import Form
from literacy_app.foundation import clock
from literacy_app.foundation.audit import AuditEvent
from literacy_app.surveys.service import receive_submission
from literacy_app.webkit.extensions import reading, transaction
from tests.builders import body, draw, link
from tests.builders import desk as desk_of
from tests.exports.readers import csv_rows, sav, xlsx_rows
from tests.people import People

pytestmark = pytest.mark.thorough

PAGE = "/office/waves/open/exports/"


@pytest.fixture
def surveyed(app: Flask) -> datetime:
    """An interview of somebody drawn, and an answer through the link."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        receive_submission(session, body(respondent=str(draw(session))), desk_of(), now)
        receive_submission(session, body(), link(), now)
    return now


def test_the_page_names_every_file_with_what_it_is_for(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get(PAGE)
    assert page.heading == "数据导出" and "一共收到 2 份答卷" in page.text
    links = [str(one["href"]) for one in page.soup.select("main a[download]")]
    assert [form for form in Form if not any(f"/{form}?" in href for href in links)] == []


def test_every_link_of_the_page_leads_to_a_file(people: People, surveyed: datetime) -> None:
    client = people.sign_in("ad")
    for one in client.get(PAGE).soup.select("main a[download]"):
        page = client.get(str(one["href"]))
        assert page.status == 200 and len(page.response.data) > 100


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}wide.csv"])
@pytest.mark.parametrize("login", ["su", "in", "ed"])
def test_other_roles_may_not_take_data_out(people: People, path: str, login: str) -> None:
    assert people.sign_in(login).get(path).status == 403


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}wide.csv", f"{PAGE}ddi.xml"])
@pytest.mark.parametrize("login", ["ne", "vi"])
def test_whoever_is_elsewhere_does_not_find_the_wave(people: People, path: str, login: str) -> None:
    assert people.sign_in(login).get(path).status == 404


def test_files_are_only_fetched(people: People) -> None:
    client = people.sign_in("ou")
    client.get(PAGE)
    assert client.post(f"{PAGE}wide.csv").status in (403, 405)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PAGE}notes.doc", 404),
        ("/office/waves/nowhere/exports/wide.csv", 404),
        (f"{PAGE}wide.csv?copy=secret", 400),
        (f"{PAGE}wide.csv?language=xx", 400),
        (f"{PAGE}wide.csv?stream=x", 400),
        (f"{PAGE}wide.csv?counted=x", 400),
    ],
)
def test_what_there_is_not_is_said_and_leaves_no_trace(people: People, app: Flask, path: str, status: int) -> None:
    assert people.sign_in("ou").get(path).status == status
    with app.app_context():
        assert reading().scalars(select(AuditEvent).where(AuditEvent.action == "data_exported")).all() == []


def test_a_download_leaves_one_row_in_the_audit_log(people: People, app: Flask, surveyed: datetime) -> None:
    people.sign_in("ou").get(f"{PAGE}wide.csv?copy=full&counted=1")
    with app.app_context():
        event = reading().scalars(select(AuditEvent).where(AuditEvent.action == "data_exported")).one()
    assert (event.pilot_id, event.actor, event.subject) == ("own", "ou", "open")
    assert event.detail == {"file": "wide.csv", "copy": "full", "stream": None, "counted": True}


def test_a_download_is_a_file_with_a_name_and_is_kept_nowhere(people: People, surveyed: datetime) -> None:
    page = people.sign_in("ou").get(f"{PAGE}wide.csv?copy=full", headers={"Accept-Encoding": "br, gzip, zstd"})
    headers = page.response.headers
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"open-full-wide.csv\"; filename*=UTF-8''%E8%B0%83%E6%9F%A5%20open-full-wide.csv"
    )
    assert headers["Cache-Control"] == "no-store" and "Content-Encoding" not in headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(csv_rows(page.response.data)) == 2


def test_the_copy_the_language_and_the_selection_are_those_of_the_address(
    people: People, surveyed: datetime, tmp_path: Path
) -> None:
    client = people.sign_in("ou")
    counted = client.get(f"{PAGE}wide.xlsx?counted=1&copy=full").response.data
    assert [row["meta.stream"] for row in xlsx_rows(counted)] == ["probability"]
    _, about = sav(client.get(f"{PAGE}data.sav?language=en").response.data, tmp_path)
    assert about.column_names_to_labels["sex"] == "Your sex?"
    assert not [name for name in about.column_names if name.startswith(("weight", "design"))]


def test_others_can_answer_while_a_download_runs(people: People, app: Flask, surveyed: datetime) -> None:
    client = people.sign_in("ou")
    client.get(PAGE)
    response = app.test_client()
    response.set_cookie("staff", str(client.client.get_cookie("staff").value))  # type: ignore[union-attr]
    stream = response.get(f"{PAGE}wide.csv", buffered=False)
    assert next(stream.iter_encoded()).startswith(b"\xef\xbb\xbfmeta.id")
    with app.app_context(), transaction() as session:
        receive_submission(session, body(), link(), clock.now())
    stream.close()


@pytest.mark.parametrize("form", ["csv", "long", "xlsx", "sav", "jsonl", "codebook"])
def test_the_command_writes_the_same_files(settings: Settings, app: Flask, form: str, surveyed: datetime) -> None:
    out = settings.data / f"out.{form}"
    environment = {
        f"LITERACY_{name.upper()}": str(getattr(settings, name)) for name in ("data", "content", "surveys", "profile")
    }
    words = ["survey", "data", "open", "--format", form, "--out", str(out), "--copy", "full", "--language", "en"]
    result = CliRunner().invoke(cli.main, words, env=environment)
    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 100
    missing = CliRunner().invoke(cli.main, [*words[:2], "nowhere", *words[3:]], env=environment)
    assert (missing.exit_code, "NotFound: nowhere" in missing.output) == (1, True)


def test_the_command_describes_a_wave(settings: Settings, app: Flask) -> None:
    out = settings.data / "ddi.xml"
    environment = {
        f"LITERACY_{name.upper()}": str(getattr(settings, name)) for name in ("data", "content", "surveys", "profile")
    }
    result = CliRunner().invoke(cli.main, ["survey", "ddi", "open", "--out", str(out)], env=environment)
    assert result.exit_code == 0, result.output
    assert b"ddi:codebook:2_5" in out.read_bytes()
