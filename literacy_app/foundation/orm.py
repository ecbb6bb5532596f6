"""The base of all tables, the column types, and engines that keep what they acknowledge."""

import math
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, cast

import psycopg
from psycopg.errors import UniqueViolation
from pydantic_core import to_json
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Insert,
    MetaData,
    String,
    Table,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    func,
    literal_column,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

# Set on a connection whose transaction will write; see `engine_for`.
WRITES = "literacy_writes"
# Where `transaction()` leaves a session's connection.
CONNECTION = "connection"

PilotId = String(40)
AreaCode = String(12)


class Base(DeclarativeBase):
    """Every table of the product. Names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def in_utc(value: datetime) -> datetime:
    """A moment as it is stored. Raises ValueError for a time without a zone."""
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """An aware time, stored and returned in UTC on every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is stored: the moment in UTC. Raises ValueError for a time without a zone."""
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What was stored, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Seconds to wait for another's write on SQLite, and for a PostgreSQL that does not answer.
PATIENCE = 5
# Seconds after which a PostgreSQL connection that nobody used is asked whether it still lives.
RESTED = 1.0


def engine_for(url: str | URL) -> Engine:
    """The engine of the product, its commands and its tests on `url`.

    SQLite is opened durable and strict, writes take their lock when they begin, and wait for it five seconds unless the
    address says otherwise (`?timeout=2`). A connection that PostgreSQL has dropped while it
    rested is noticed before it is used.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        patience = {} if "timeout" in address.query else {"timeout": PATIENCE}
        engine = create_engine(url, connect_args={**patience, "check_same_thread": False})
        _guard_sqlite(engine)
        return engine
    engine = create_engine(url, connect_args={"connect_timeout": PATIENCE})
    _look_at_rested(engine)
    return engine


def _look_at_rested(engine: Engine) -> None:
    """Ask a connection whether it still lives before it is used, as `pool_pre_ping` does, but only after a rest: under
    load the question took as long as a small insert, and who was just answered need not be asked."""

    @event.listens_for(engine, "checkin")
    def _note(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _look(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool throws away what rested with it and opens a new one.
            raise DisconnectionError from error


def _guard_sqlite(engine: Engine) -> None:
    """Durable WAL, foreign keys, and BEGIN IMMEDIATE for writers: a deferred BEGIN that upgrades its lock fails at once when busy."""

    @event.listens_for(engine, "connect")
    def _open(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
            "wal_autocheckpoint=8000",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(WRITES, False):
            connection.exec_driver_sql("BEGIN")
        elif not _begin_soon(cast(sqlite3.Connection, connection.connection.dbapi_connection)):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # waits as long as it may, and raises what it should


def _begin_soon(connection: sqlite3.Connection) -> bool:
    """Begin to write within the first half second, trying every half millisecond.

    SQLite's own waiting sleeps longer and longer, up to a tenth of a second, while a write of ours takes a thousandth.
    """
    patience = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        for _ in range(min(patience, 500) * 2):
            try:
                connection.execute("BEGIN IMMEDIATE")
                return True
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            time.sleep(0.0005)
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


_turns: dict[str, threading.RLock] = {}


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Wait for this process's turn to write. SQLite's own waiting sleeps longer and longer and is fair to nobody: with
    eight threads it halved the submissions a second. Other processes are still kept apart by SQLite's lock."""
    if engine.dialect.name != "sqlite":
        yield
        return
    turn = _turns.setdefault(engine.url.database or "", threading.RLock())
    mine = turn.acquire(timeout=PATIENCE)  # without it SQLite decides, as ever
    try:
        yield
    finally:
        if mine:
            turn.release()


def connection_of(session: Session) -> Connection:
    """The connection that a session writes on; asking the session itself each time takes as long as a small insert."""
    known = session.info.get(CONNECTION)
    return known if isinstance(known, Connection) and not known.closed else session.connection()


def insert_new(session: Session, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique constraint says that it is there already; returns whether it was inserted.

    Idempotency is the constraint's, not a look-up's: of twenty callers at once exactly one is told True.
    """
    statement = _insert_new(table, session.get_bind().dialect.name)
    return connection_of(session).execute(statement, values).first() is not None


# Statements that return nothing, each with its rows.
Inserts = Sequence[tuple[Insert, Sequence[dict[str, Any]]]]


def insert_all_or_nothing(session: Session, inserts: Inserts) -> bool:
    """Insert rows, all of them or, where a unique constraint says that one is there already, none; returns which.

    Statements are made once, for they are kept; the rows of one name the same columns, each that has no default of the
    database. Raises SQLAlchemy's OperationalError when the database is busy, full or away.
    """
    connection = connection_of(session)
    try:
        if connection.dialect.name == "postgresql":
            _insert_at_once(connection, inserts)
        else:
            connection.exec_driver_sql("SAVEPOINT together")
            for statement, rows in inserts:
                connection.execute(statement, rows)
    except (IntegrityError, UniqueViolation):
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT together")
        return False
    return True


def _insert_at_once(connection: Connection, inserts: Inserts) -> None:
    """Send PostgreSQL the savepoint and everything else as one statement, and wait for it once (pipeline mode)."""
    driver = cast(psycopg.Connection, connection.connection.driver_connection)
    whole = _as_one(connection.dialect, tuple((statement, tuple(rows[0])) for statement, rows in inserts))
    texts = {f"rows_{number}": _as_json(rows) for number, (_, rows) in enumerate(inserts)}
    try:
        # Said to psycopg itself: SQLAlchemy's own share of two statements was a twelfth of storing one submission.
        with driver.pipeline():
            cursor = driver.cursor()
            cursor.execute("SAVEPOINT together")
            cursor.execute(whole, texts)
    except psycopg.OperationalError as error:  # said at the end of the pipeline, past SQLAlchemy
        raise OperationalError(whole, None, error) from error


@lru_cache(maxsize=64)
def _as_one(dialect: Dialect, inserts: tuple[tuple[Insert, tuple[str, ...]], ...]) -> str:
    """Inserts as one statement of PostgreSQL, which takes the rows of each as one JSON text: `rows_0`, `rows_1` ...

    With a parameter for every value, Python took longer to prepare a row than PostgreSQL to store it.
    """
    parts = []
    for number, (statement, columns) in enumerate(inserts):
        kind: ColumnElement[Any] = literal_column(f'NULL::"{statement.table.name}"')
        rows = func.json_populate_recordset(kind, bindparam(f"rows_{number}")).table_valued(*columns)
        parts.append(statement.from_select(columns, select(rows)))
    # PostgreSQL does the main one first, and then happens to go through its companions from the last to the first. Its
    # word is only that references between them are checked at the end.
    whole = parts[0].add_cte(*(part.cte() for part in reversed(parts[1:])))
    return str(whole.compile(dialect=dialect))


def _as_json(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as PostgreSQL reads them back: the same bytes, the same moments, the same ids."""
    return to_json([{name: _as_text(value) for name, value in row.items()} for row in rows]).decode()


def _as_text(value: object) -> object:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return in_utc(value) if isinstance(value, datetime) else value


@cache
def _insert_new(table: type[Base], dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    rows = cast(Table, table.__table__)
    return insert(rows).on_conflict_do_nothing().returning(*rows.primary_key)
