"""Settings: what cannot be used is said in one line, and what is secret stays with its owner."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from literacy_app.config import Settings, settings_from_environment
from literacy_app.foundation.errors import InputError


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Most machines let others read what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def complaint(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    monkeypatch.setenv(f"LITERACY_{name}", value)
    with pytest.raises(InputError) as caught:
        settings_from_environment()
    return "\n".join(str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKERS", "0"), ("WORKERS", "many"), ("TRUSTED_PROXIES", "-1"), ("PROFILE", "other"), ("BIND", "8000")]
    + [("BIND", f"127.0.0.1:{port}") for port in ("", "0", "65536", "99999999999", "-1", "http", "８０")]
    + [("BIND", "::1:8000"), ("BIND", "[::1:8000"), ("BIND", "a b:8000")],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    said = complaint(monkeypatch, name, value)
    assert said.startswith(f"environment: LITERACY_{name}: ")
    assert len(said.splitlines()) == 1 and "Value error" not in said


@pytest.mark.parametrize("bind", ["127.0.0.1:1", "0.0.0.0:65535", "[::1]:8000", "[::]:8000", "localhost:8000", ":8000"])
def test_addresses_of_both_families_and_names_are_taken(bind: str) -> None:
    assert Settings(bind=bind).bind == bind


def test_an_empty_setting_is_one_that_was_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITERACY_WORKERS", "")
    monkeypatch.setenv("LITERACY_SECRET_KEY_FILE", "")
    settings = settings_from_environment()
    assert (settings.workers, settings.secret_key_file) == (2, None)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    made = Settings(data=tmp_path / "data").secret_key
    assert len(made) >= 64
    assert Settings(data=tmp_path / "data").secret_key == made
    assert mode(tmp_path / "data" / "secret-key") == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]


def _key_when_all_start(data: Path, start: object, keys: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    keys.put(Settings(data=data).secret_key)  # type: ignore[attr-defined]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    forks = multiprocessing.get_context("fork")
    for round in range(10):
        start, keys = forks.Barrier(4), forks.Queue()
        given = (tmp_path / str(round), start, keys)
        processes = [forks.Process(target=_key_when_all_start, args=given) for _ in range(4)]
        for process in processes:
            process.start()
        got = {keys.get(timeout=10) for _ in processes}
        for process in processes:
            process.join()
        assert len(got) == 1 and len(got.pop()) >= 64


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 64])
def test_a_key_that_guards_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret-key").write_bytes(content)
    with pytest.raises(InputError, match="secret-key: "):
        _ = Settings(data=tmp_path).secret_key


def test_a_key_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LITERACY_SECRET_KEY_FILE"):
        _ = Settings(data=tmp_path, secret_key_file=tmp_path / "none").secret_key
    assert list(tmp_path.iterdir()) == []


def test_the_data_folder_is_shut_to_others_also_one_that_was_open(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    names = ("literacy.sqlite3", "literacy.sqlite3-wal", "literacy.sqlite3-shm")
    for name in names:
        (tmp_path / "open" / name).touch(mode=0o644)
    for name in ("open", "new"):
        Settings(data=tmp_path / name).shut_data()
        assert mode(tmp_path / name) == 0o700
    assert {mode(tmp_path / "open" / name) for name in names} == {0o600}


def test_a_folder_that_everybody_shares_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    Settings(data=tmp_path / "shared").shut_data()
    assert (tmp_path / "shared").stat().st_mode & 0o7777 == 0o1777


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="LITERACY_DATA"):
        Settings(data=tmp_path / "file").shut_data()


def test_the_key_over_contacts_is_a_file_of_its_own(tmp_path: Path) -> None:
    made = Settings(data=tmp_path / "data")
    assert len(made.contacts_key) == 32 and made.contacts_key == Settings(data=tmp_path / "data").contacts_key
    assert mode(tmp_path / "data" / "contacts-key") == 0o600
    shared = tmp_path / "data" / "contacts-key"
    assert Settings(data=tmp_path / "other", contacts_key_file=shared).contacts_key == made.contacts_key
    with pytest.raises(InputError, match="LITERACY_CONTACTS_KEY_FILE"):
        _ = Settings(data=tmp_path, contacts_key_file=tmp_path / "none").contacts_key
