"""The yardsticks: a page from plain Flask and Jinja, and a plain Flask endpoint that makes one durable insert."""

import os
import sqlite3
import threading
from typing import Any

from flask import Flask, render_template_string, request

page = Flask(__name__, static_folder=None)
PAGE = "<!doctype html><html lang=zh><title>{{ title }}</title><main>{% for line in lines %}<p>{{ line }}</p>{% endfor %}</main>"
LINES = ["空气和我们的身体，" * 4] * (int(os.environ.get("BARE_BYTES", "5000")) // 115)


@page.get("/")
def show() -> str:
    """A page."""
    return render_template_string(PAGE, title="裸页", lines=LINES)


door = Flask(f"{__name__}.door", static_folder=None)
_own = threading.local()


def _connection() -> Any:
    """This thread's connection to the database that BARE_DATABASE names: a file of SQLite, or a PostgreSQL."""
    if not hasattr(_own, "connection"):
        address = os.environ["BARE_DATABASE"]
        if address.startswith("postgresql"):
            import psycopg

            _own.connection = psycopg.connect(address.replace("+psycopg", ""))
        else:
            _own.connection = sqlite3.connect(address, timeout=5, isolation_level=None)
            _own.connection.execute("PRAGMA journal_mode=WAL")
            _own.connection.execute("PRAGMA synchronous=FULL")
    return _own.connection


@door.post("/")
def take() -> tuple[dict[str, str], int]:
    """Keep the body, durably, and say so."""
    connection = _connection()
    if isinstance(connection, sqlite3.Connection):
        connection.execute("INSERT INTO bare (body) VALUES (?)", (request.get_data(),))
    else:
        connection.execute("INSERT INTO bare (body) VALUES (%s)", (request.get_data(),))
        connection.commit()
    return {"kept": "yes"}, 201
