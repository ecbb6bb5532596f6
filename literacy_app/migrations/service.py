"""Move a database along its history, and tell where it stands. Knows no room: the tables are handed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from literacy_app.foundation.errors import CheckFailed, Problem
from literacy_app.foundation.orm import WRITES

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where it is used: it takes a third of a second, and a start that changes nothing does not need it.
FOLDER = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Move the database forward to `revision`, all steps in one transaction."""
    from alembic import command

    with _moving(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Move the database back to `revision` (`-1` is one step, `base` is empty)."""
    from alembic import command

    with _moving(engine) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def _moving(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction that is kept whole or not at all.

    SQLite changes a table by making a new one and dropping the old, and a drop deletes the rows that refer to it: so foreign
    keys are off meanwhile (which can only be said before BEGIN), and every one is checked before the end.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        sqlite = connection.dialect.name == "sqlite"
        raw = connection.connection.driver_connection
        if sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise CheckFailed(
                        [Problem("database", str(row[0]), "a row refers to one that is gone") for row in broken]
                    )
        finally:
            if sqlite and raw is not None:
                raw.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly the steps of this version of the product."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return bool(connection.scalar(text("select version_num from alembic_version")) == head())


@cache
def head() -> str:
    """The newest step that this version of the product knows; steps are numbered in one line of descent."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """What stands between the database and the tables in code; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def propose(engine: Engine, metadata: MetaData, number: str, title: str) -> None:
    """Write the next step, as far as it can be read off the difference between database and tables; a person finishes it."""
    from alembic import command

    with _moving(engine) as connection:
        config = _config(connection)
        config.attributes["metadata"] = metadata
        command.revision(config, title, autogenerate=True, rev_id=number)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
