"""The blueprint of the room, and which wave somebody may see."""

from flask import Blueprint

from literacy_app.accounts.guard import current_staff
from literacy_app.accounts.rules import Role
from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilots_within
from literacy_app.areas.views import show_pilot
from literacy_app.foundation.errors import NotFound
from literacy_app.surveys import service as surveys
from literacy_app.surveys.rules import Wave
from literacy_app.webkit.extensions import reading

blueprint = Blueprint("paper", __name__, template_folder="../templates")


def wave_seen(wave_id: str, roles: frozenset[Role]) -> tuple[Wave, PilotRow]:
    """A wave of a pilot in which one of `roles` is held, with the pilot. Raises NotFound for any other."""
    wave = surveys.wave_of(reading(), wave_id)
    for pilot in pilots_within(reading(), current_staff().scopes(roles)):
        if pilot.id == wave.pilot:
            show_pilot(pilot)
            return wave, pilot
    raise NotFound(wave_id)


def holds(pilot: PilotRow, roles: frozenset[Role]) -> bool:
    """Whether one of `roles` is held in the area of a pilot; what a page offers is decided by it."""
    return any(one.id == pilot.id for one in pilots_within(reading(), current_staff().scopes(roles)))
