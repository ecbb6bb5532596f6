"""The office's first page, and the QR code of a wave's public link."""

import io
from typing import Any

import segno
from flask import Blueprint, Response, render_template, request, url_for

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS
from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilots_within
from literacy_app.areas.views import show_pilot
from literacy_app.foundation.errors import NotFound
from literacy_app.surveys.models import WaveRow
from literacy_app.surveys.queries import link_of, waves_of
from literacy_app.surveys.service import wave_of
from literacy_app.webkit.extensions import reading
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.policy import policy

blueprint = Blueprint("reports", __name__, template_folder="templates")


@blueprint.get("/office/")
@requires(*RESULTS)
def overview() -> Any:
    """The level of the area beside its target: in words first, then as rows with intervals, then as tables."""
    # NumPy takes a second to import and only this page needs it: a start, and residents, do not wait for it.
    from literacy_app.reports import service
    from literacy_app.reports.rules import behind

    pilot, waves, wave = _chosen()
    found = service.overview(reading(), wave_of(reading(), wave.id), policy()) if wave else None
    return render_template(
        "reports/overview.html",
        room="office",
        pilot=pilot,
        waves=[wave_of(reading(), row.id) for row in waves],
        overview=found,
        behind=behind(found) if found else (),
        language=preferences().language,
        confidence=policy().confidence_level.value,
        verdict_confidence=policy().verdict_confidence.value,
        link=url_for("surveys.cover", token=found.link, _external=True) if found and found.link else None,
    )


@blueprint.get("/office/waves/<wave_id>/link.svg")
@requires(*RESULTS)
def link_code(wave_id: str) -> Response:
    """The QR code of a wave's public link."""
    if wave_id not in {row.id for pilot in _pilots() for row in waves_of(reading(), pilot.id)}:
        raise NotFound(wave_id)
    link = link_of(reading(), wave_id)
    if link is None:
        raise NotFound(wave_id)
    code = segno.make(url_for("surveys.cover", token=link.token, _external=True), error="m")
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", scale=6, border=2, xmldecl=False)
    return Response(drawing.getvalue(), mimetype="image/svg+xml")


def _pilots() -> list[PilotRow]:
    return list(pilots_within(reading(), current_staff().scopes(RESULTS)))


def _chosen() -> tuple[PilotRow, list[WaveRow], WaveRow | None]:
    seen = {pilot.id: pilot for pilot in _pilots()}
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
