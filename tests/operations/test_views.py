"""Alive and ready."""

from flask import Flask
from sqlalchemy import text

from literacy_app.webkit.extensions import transaction
from tests.page_client import PageClient


def test_the_process_is_alive_and_the_database_is_ready(client: PageClient) -> None:
    assert client.get("/healthz").response.json == {"status": "alive"}
    assert client.get("/readyz").response.json == {"status": "ready"}


def test_tables_of_another_version_are_not_ready(app: Flask, client: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.execute(text("update alembic_version set version_num = '0000'"))
    page = client.get("/readyz")
    assert (page.status, page.response.json) == (503, {"status": "unavailable", "reason": "migrations"})
