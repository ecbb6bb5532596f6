"""Which pilot and wave a page is about: those in its address, else the first that the person may see."""

from flask import request

from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.areas.models import PilotRow
from literacy_app.areas.views import show_pilot
from literacy_app.foundation.errors import NotFound
from literacy_app.surveys.models import WaveRow
from literacy_app.surveys.queries import waves_of
from literacy_app.surveys.views.reach import pilots_seen
from literacy_app.webkit.extensions import reading


def chosen(roles: frozenset[Role] = RESULTS) -> tuple[PilotRow, list[WaveRow], WaveRow | None]:
    """The pilot, all its waves, and the wave that is shown (None where there is none).

    Raises NotFound for what the person may not see in one of the roles.
    """
    seen = {pilot.id: pilot for pilot in pilots_seen(roles)}
    wanted = request.args.get("pilot") or next(iter(seen), "")
    if wanted not in seen:
        raise NotFound(wanted)
    pilot = seen[wanted]
    show_pilot(pilot)
    waves = list(waves_of(reading(), pilot.id))
    wanted_wave = request.args.get("wave")
    wave = next((row for row in waves if wanted_wave in (None, row.id)), None)
    if wanted_wave and wave is None:
        raise NotFound(wanted_wave)
    return pilot, waves, wave
