"""The console command: what goes wrong is said in a line, with the exit status that it deserves."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from literacy_app import cli, tasks
from literacy_app.accounts import service
from literacy_app.accounts.queries import open_sign_ins, staff_by_login
from literacy_app.config import Settings
from literacy_app.foundation.errors import InputError
from literacy_app.foundation.orm import engine_for
from literacy_app.webkit.extensions import reading, transaction
from tests.conftest import settings_for
from tests.people import PASSWORD, People

Command = Callable[..., Result]


@pytest.fixture
def literacy() -> Iterator[Command]:
    """Runs a command with settings, as in a shell of somebody whose files others may read."""
    before = os.umask(0o022)

    def run(*words: str, settings: Settings | None = None, **more: str) -> Result:
        given = {} if settings is None else {"data": settings.data, "content": settings.content}
        given |= {} if settings is None else {"surveys": settings.surveys, "profile": settings.profile}
        environment = {f"LITERACY_{name.upper()}": str(value) for name, value in given.items()} | more
        result = CliRunner().invoke(cli.main, list(words), env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.stderr
        return result

    yield run
    os.umask(before)


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """Settings with files, and a data folder that nothing was ever done in."""
    files = settings_for(tmp_path / "files")
    return files.model_copy(update={"data": tmp_path / "new"})


def refused(result: Result, status: int, what: str) -> None:
    assert result.exit_code == status, result.stderr
    assert what in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_nobody_else_can_read_what_a_command_makes(literacy: Command, empty: Settings) -> None:
    assert literacy("db", "upgrade", settings=empty).exit_code == 0
    assert os.umask(0o022) == 0o077
    engine = engine_for(empty.database)
    with engine.begin() as connection:
        connection.execute(text("delete from snapshot"))
        names = {path.name for path in empty.data.glob("literacy.sqlite3*")}
        assert names == {"literacy.sqlite3", "literacy.sqlite3-wal", "literacy.sqlite3-shm"}
        assert empty.data.stat().st_mode & 0o777 == 0o700
        assert all(path.stat().st_mode & 0o077 == 0 for path in empty.data.rglob("*"))
    engine.dispose()


@pytest.mark.parametrize("what", ["content", "survey"])
def test_files_that_are_good_pass_the_check(literacy: Command, settings: Settings, what: str) -> None:
    assert literacy(what, "check", settings=settings).exit_code == 0


@pytest.mark.parametrize(
    ("what", "gone"),
    [("content", "content/lessons"), ("content", "content/pilots"), ("content", "content")]
    + [("survey", "surveys/instruments"), ("survey", "surveys/waves"), ("survey", "surveys")],
)
def test_a_folder_that_is_missing_fails_the_check_and_the_load(
    literacy: Command, settings: Settings, what: str, gone: str
) -> None:
    shutil.rmtree(settings.data / gone)
    refused(literacy(what, "check", settings=settings), 1, str(settings.data / gone))
    refused(literacy(what, "load", settings=settings), 2, str(settings.data / gone))


@pytest.mark.parametrize(
    "words",
    [
        ["content", "load"],
        ["survey", "load"],
        ["demo"],
        ["user", "add", "ou", "--name", "Ou", "--role", "officer"],
        ["user", "disable", "ou"],
        ["user", "enable", "ou"],
        ["user", "password", "ou"],
    ],
)
def test_before_the_tables_are_there_a_command_says_how_to_make_them(
    literacy: Command, empty: Settings, words: list[str]
) -> None:
    refused(literacy(*words, settings=empty), 2, "literacy db upgrade")


@pytest.mark.parametrize(
    "url",
    ["nonsense://x", "nonsense", "sqlite:////nowhere/at/all.sqlite3", "postgresql+psycopg://u@127.0.0.1:1/none"],
)
def test_a_database_that_cannot_be_opened_is_said_in_a_line(literacy: Command, empty: Settings, url: str) -> None:
    refused(literacy("content", "load", settings=empty, LITERACY_DATABASE_URL=url), 2, "database")


def test_a_database_that_is_busy_is_said_in_a_line(literacy: Command, settings: Settings) -> None:
    engine = engine_for(settings.database)
    with engine.connect() as connection:
        connection.exec_driver_sql("create table other (id integer)")
        connection.exec_driver_sql("insert into other values (1)")
        impatient = f"{settings.database}?timeout=0.2"
        refused(
            literacy("user", "disable", "ou", settings=settings, LITERACY_DATABASE_URL=impatient),
            2,
            "database is locked",
        )
    engine.dispose()


def test_a_revision_that_there_is_not_is_said_in_a_line(literacy: Command, settings: Settings) -> None:
    result = literacy("db", "downgrade", "nonsense", settings=settings)
    assert result.exit_code == 2
    assert "nonsense" in result.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"PORT": "99999"}, "PORT"),
        ({"PORT": "many"}, "PORT"),
        ({"LITERACY_WORKERS": "0"}, "LITERACY_WORKERS"),
        ({"LITERACY_BIND": "127.0.0.1:99999"}, "LITERACY_BIND"),
        ({"LITERACY_SECRET_KEY_FILE": "/nowhere/key"}, "LITERACY_SECRET_KEY_FILE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_a_line(
    literacy: Command, empty: Settings, more: dict[str, str], what: str
) -> None:
    refused(literacy("run", settings=empty, **more), 2, what)


def test_a_data_folder_that_is_a_file_is_said_in_a_line(literacy: Command, empty: Settings) -> None:
    empty.data.touch()
    refused(literacy("db", "upgrade", settings=empty), 2, "LITERACY_DATA")


def test_a_file_that_cannot_be_written_is_said_in_a_line(literacy: Command, settings: Settings) -> None:
    words = ("content", "export", "--format", "gift", "--out", "/nowhere/at/all.gift")
    refused(literacy(*words, settings=settings), 2, "/nowhere/at/all.gift")


def test_a_new_password_is_printed_and_opens_and_the_old_sign_ins_end(
    literacy: Command, settings: Settings, app: Flask, people: People
) -> None:
    people.sign_in("ou")
    result = literacy("user", "password", "ou", settings=settings)
    password = result.stdout.strip()
    assert (result.exit_code, len(password) >= 20, password in result.stderr) == (0, True, False)
    with app.app_context():
        assert service.prove(service.stored_password(reading(), "ou"), password) is not None
        assert service.prove(service.stored_password(reading(), "ou"), PASSWORD) is None
        row = staff_by_login(reading(), "ou")
        assert row is not None and open_sign_ins(reading(), row.id) == []


def test_somebody_who_was_disabled_can_be_enabled_again(
    literacy: Command, settings: Settings, app: Flask, people: People
) -> None:
    people.take_on("ou")
    seen = []
    for word in ("disable", "enable"):
        assert literacy("user", word, "ou", settings=settings).exit_code == 0
        with app.app_context():
            seen.append(service.prove(service.stored_password(reading(), "ou"), PASSWORD) is not None)
    assert seen == [False, True]


@pytest.mark.parametrize("word", ["disable", "enable", "password"])
def test_a_login_that_there_is_not_is_said_in_a_line(literacy: Command, settings: Settings, word: str) -> None:
    refused(literacy("user", word, "nobody", settings=settings), 1, "nobody")


@pytest.mark.parametrize(
    ("login", "name", "role", "area"),
    [
        ("", "Ou", "officer", ""),
        ("x" * 61, "Ou", "officer", ""),
        ("o u", "Ou", "officer", ""),
        ("o\0u", "Ou", "officer", ""),
        ("ou", "", "officer", ""),
        ("ou", "x" * 61, "officer", ""),
        ("ou", "Ou", "king", ""),
        ("ou", "Ou", "officer", "9902011"),
    ],
)
def test_somebody_who_cannot_be_written_down_is_not_taken_on(
    app: Flask, login: str, name: str, role: str, area: str
) -> None:
    with app.app_context(), pytest.raises(InputError):
        tasks.add_user(login, name, (role,), area)


def accounts(app: Flask, path: Path) -> dict[str, dict[str, str | None]]:
    with app.app_context():
        return tasks.demo_accounts(path)


def write(path: Path, accounts: object) -> None:
    tasks.write_private(path, {"accounts": accounts})


def test_the_sign_ins_of_the_demonstration_stay_while_they_open_this_database(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "demo-accounts.json"
    made = accounts(app, path)
    assert set(made) == {"officer", "interviewer", "supervisor", "editor", "administrator"}
    write(path, made)
    assert accounts(app, path) == made
    assert path.stat().st_mode & 0o777 == 0o600


def test_sign_ins_of_another_database_are_made_anew(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "demo-accounts.json"
    made = accounts(app, path)
    write(path, made)
    with app.app_context(), transaction() as session:
        service.set_password(session, "officer", PASSWORD, tasks.clock.now())
    assert accounts(app, path) != made


def test_sign_ins_of_people_who_are_not_there_are_made_anew(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "demo-accounts.json"
    write(path, {"officer": {"login": "officer", "password": PASSWORD, "totp_secret": None}})
    assert len(accounts(app, path)) == 5


@pytest.mark.parametrize("text", ["", "{", "[]", '{"accounts": 1}', '{"accounts": {"officer": {}}}'])
def test_a_file_of_sign_ins_that_is_broken_is_made_anew(app: Flask, tmp_path: Path, text: str) -> None:
    path = tmp_path / "demo-accounts.json"
    path.write_text(text)
    assert len(accounts(app, path)) == 5


@pytest.fixture
def changed(settings: Settings) -> Settings:
    """Settings whose key was changed under a wave that has opened."""
    key = settings.surveys / "instruments" / "tiny-v1" / "key.yml"
    key.write_text(key.read_text().replace("points: 70", "points: 60"))
    return settings


@pytest.mark.parametrize("words", [("survey", "check"), ("serve",), ("run",)])
def test_a_form_that_differs_from_what_a_wave_opened_with_stops_the_check_and_the_start(
    literacy: Command, changed: Settings, words: tuple[str, ...]
) -> None:
    result = literacy(*words, settings=changed, LITERACY_BIND="127.0.0.1:18473")
    assert result.exit_code == 1, result.stderr
    assert "instruments/tiny-v1: is frozen since wave open opened; put the change into tiny-v2" in result.stderr


def test_a_key_that_was_changed_in_the_database_itself_is_noticed(literacy: Command, settings: Settings) -> None:
    engine = engine_for(settings.database)
    with engine.begin() as connection:
        connection.execute(text("update instrument set key_body = replace(key_body, '70', '60')"))
    engine.dispose()
    result = literacy("survey", "check", settings=settings)
    assert result.exit_code == 1
    assert "is not what wave open opened with" in result.stderr
