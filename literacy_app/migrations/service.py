"""Move a database along its history, and tell where it stands. Knows no room: the tables are handed in."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from literacy_app.foundation.orm import WRITES


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Move the database forward to `revision`, all steps in one transaction."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Move the database back to `revision` (`-1` is one step, `base` is empty)."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.downgrade(_config(connection), revision)


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly the steps of this version of the product."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head()


@cache
def head() -> str | None:
    """The newest step that this version of the product knows."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """What stands between the database and the tables in code; empty when they agree."""
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def propose(engine: Engine, metadata: MetaData, number: str, title: str) -> None:
    """Write the next step, as far as it can be read off the difference between database and tables; a person finishes it."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config = _config(connection)
        config.attributes["metadata"] = metadata
        command.revision(config, title, autogenerate=True, rev_id=number)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
