"""What tests stand on: a fresh database on SQLite and on PostgreSQL, and the whole application on tiny files."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from literacy_app import create_app, tasks
from literacy_app.config import Settings
from literacy_app.foundation.orm import WRITES, engine_for
from literacy_app.migrations import service as migrations
from literacy_app.tables import metadata
from tests import builders
from tests.page_client import PageClient
from tests.people import People
from tests.services.postgres import postgres

FILES = Path(__file__).parent / "files"
REPOSITORY = Path(__file__).parent.parent

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)

assert metadata.tables, "the tables must be known before a test makes a database"


@pytest.fixture
def now() -> datetime:
    """The moment at which tests without a server take place."""
    return NOW


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database brought to this version once, to be copied."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    engine = engine_for(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[object]:
    """A real PostgreSQL with one database brought to this version, to be copied."""
    with postgres() as server:
        template = server.create_database()
        engine = engine_for(template)
        migrations.upgrade(engine)
        engine.dispose()
        yield lambda: server.create_database(template)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database of this version, on each kind in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_server")())
    path = tmp_path / "test.sqlite3"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the fresh database."""
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A writing session on the fresh database."""
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        yield session


@pytest.fixture
def stocked(session: Session) -> Session:
    """The writing session, with the pilots, the curriculum and the waves of tests/files loaded."""
    builders.load_files(session, NOW)
    return session


@pytest.fixture(scope="session")
def loaded_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A data folder with the files of tests/files loaded, to be copied."""
    data = tmp_path_factory.mktemp("loaded")
    shutil.copy(sqlite_template, data / "literacy.sqlite3")
    settings = settings_for(data)
    app = create_app(settings)
    with app.app_context():
        tasks.load_content(tasks.read_content(settings), settings)
        list(tasks.load_surveys(settings))
    return data


def settings_for(data: Path, **changes: object) -> Settings:
    """Settings of a test: everything in `data`, content and surveys from a copy of tests/files with the real policy."""
    for name in ("content", "surveys"):
        if not (data / name).exists():
            shutil.copytree(FILES / name, data / name)
    shutil.copy(REPOSITORY / "content" / "policy.yml", data / "content" / "policy.yml")
    given = {"data": data, "content": data / "content", "surveys": data / "surveys", "profile": "demo"}
    return Settings(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture
def settings(loaded_template: Path, tmp_path: Path) -> Settings:
    """The settings of one test's own application, on its own copy of the data."""
    shutil.copytree(loaded_template, tmp_path / "data")
    return settings_for(tmp_path / "data")


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once a run, though every test has its own application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Flask:
    """The whole application, on tiny files."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> PageClient:
    """The only way to fetch a page in a test; it checks every page that it fetches."""
    return PageClient(app)


@pytest.fixture
def people(app: Flask) -> People:
    """Stock staff: who they are is always the same, see tests/people.py."""
    return People(app)
