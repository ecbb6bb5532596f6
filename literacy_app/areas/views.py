"""Whose pages these are: the pilot named in the header, and the banner where its people do not exist."""

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilot_here
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences


def init_places(app: Flask) -> None:
    """Let every page say which pilot it belongs to; a page about another pilot says so with `show_pilot`."""
    app.context_processor(_context)


def show_pilot(pilot: PilotRow | None) -> None:
    """Name this pilot in the header of the page."""
    g.pilot_shown = pilot


def pilot_name(pilot: PilotRow) -> str:
    """The pilot's name in the reader's language."""
    return pilot.name_zh if preferences().language == "zh_Hans" else pilot.name_en


def _context() -> dict[str, object]:
    try:
        pilot = g.pilot_shown if "pilot_shown" in g else pilot_here(reading())
    except SQLAlchemyError:
        pilot = None  # the page that says so must not need the database that is away
    return {"place_name": pilot_name(pilot) if pilot else None, "synthetic": bool(pilot and pilot.synthetic)}
