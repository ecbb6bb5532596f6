"""The Flask extensions, and `transaction()`, the only place in the house that commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from literacy_app.foundation.orm import WRITES, Base, guard_sqlite

db = SQLAlchemy(model_class=Base)
babel = Babel()
csrf = CSRFProtect()
compress = Compress()


def init_database(app: Flask) -> None:
    """Open the database that the settings name; `reading()` looks up, `transaction()` writes."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            guard_sqlite(db.engine)


def reading() -> Session:
    """The session that this request, command or job reads with; nothing it is used for is ever kept."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is kept whole or not at all. It is apart from the reading session, so it can begin IMMEDIATE."""
    with Session(db.engine) as session:
        session.connection(execution_options={WRITES: True})
        yield session
        session.commit()
