"""The Flask extensions, and `transaction()`, the only place in the house that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from literacy_app.foundation.orm import CONNECTION, WRITES, Base, engine_for, turn_to_write


class _Database(SQLAlchemy):
    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        # One function makes every engine, so that tests and commands run on what is served.
        return engine_for(options["url"])


db = _Database(model_class=Base)
babel = Babel()
csrf = CSRFProtect()
compress = Compress()


def init_database(app: Flask) -> None:
    """Open the database that the settings name; `reading()` looks up, `transaction()` writes."""
    db.init_app(app)


def reading() -> Session:
    """The session that this request, command or job reads with; nothing it is used for is ever kept."""
    return db.session()


def rest() -> None:
    """Give back the connection that `reading()` holds, before work that takes long; rows that were read stay as they are."""
    db.session.close()


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is kept whole or not at all. It is apart from the reading session, so it can begin IMMEDIATE."""
    with turn_to_write(db.engine), Session(db.engine) as session:
        session.info[CONNECTION] = session.connection(execution_options={WRITES: True})
        yield session
        session.commit()
