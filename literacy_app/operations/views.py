"""Alive and ready, for load balancers and people on call."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from literacy_app.migrations.service import is_current
from literacy_app.webkit.extensions import db, reading
from literacy_app.webkit.security import public

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The database answers and its tables are those of this version."""
    try:
        reading().execute(text("select 1"))
        current = is_current(db.engine)
    except SQLAlchemyError:
        return jsonify(status="unavailable", reason="database"), 503
    return (jsonify(status="ready"), 200) if current else (jsonify(status="unavailable", reason="migrations"), 503)
