"""Which waves a member of staff may see: those of pilots that lie within the areas in which a role is held."""

from collections.abc import Sequence

from literacy_app.accounts.guard import current_staff
from literacy_app.accounts.rules import Role
from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilots_within
from literacy_app.areas.views import show_pilot
from literacy_app.foundation.errors import NotFound
from literacy_app.surveys import service
from literacy_app.surveys.rules import Wave
from literacy_app.webkit.extensions import reading


def pilots_seen(roles: frozenset[Role]) -> Sequence[PilotRow]:
    """The pilots in which one of `roles` is held."""
    return pilots_within(reading(), current_staff().scopes(roles))


def wave_seen(wave_id: str, roles: frozenset[Role]) -> tuple[Wave, PilotRow]:
    """A wave with its pilot, named in the header. Raises NotFound, also for a wave of somebody else's area."""
    wave = service.wave_of(reading(), wave_id)
    pilot = next((one for one in pilots_seen(roles) if one.id == wave.pilot), None)
    if pilot is None:
        raise NotFound(wave_id)
    show_pilot(pilot)
    return wave, pilot


def holds(pilot: PilotRow, roles: frozenset[Role]) -> bool:
    """Whether one of `roles` is held in the area of a pilot; what a page offers is decided by it."""
    return any(one.id == pilot.id for one in pilots_seen(roles))
