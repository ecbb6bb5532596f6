"""The sampling desk of a wave: frames, draws, and the lists that go into the field."""

import csv
import io
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.sampling import queries, service
from literacy_app.sampling.forms import FrameForm, PlanForm
from literacy_app.sampling.loader import FrameError
from literacy_app.sampling.models import DrawRow, FrameRow, HouseholdRow
from literacy_app.sampling.rules import PlanError
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.views.reach import holds, wave_seen
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences

blueprint = Blueprint("sampling", __name__, template_folder="templates")

MAY_DRAW = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
MOST_FAULTS = 20
LISTED = ("village", "turn", "reserve", "place", "number", "kish_table", "stratum", "psu", "probability")


@blueprint.get("/office/waves/<wave_id>/sample/")
@requires(*RESULTS)
def desk(wave_id: str) -> str:
    """Frames that were read, draws that were made, and what to do next."""
    wave, _pilot = wave_seen(wave_id, RESULTS)
    return _desk(wave)


@blueprint.post("/office/waves/<wave_id>/sample/frames")
@requires(*MAY_DRAW)
def read_frame(wave_id: str) -> Any:
    """Read the file of a frame; nothing is kept of one in which something is wrong."""
    wave, pilot = wave_seen(wave_id, MAY_DRAW)
    form = FrameForm()
    if not form.validate_on_submit():
        return _desk(wave, frame_form=form), 422
    file = form.file.data
    try:
        with transaction() as session:
            service.keep_frame(session, pilot.id, file.filename or "", file.read(), current_staff().login, clock.now())
    except FrameError as error:
        return _desk(wave, faults=error.faults), 422
    except service.OutsidePilot as error:
        return _desk(wave, outside=error.codes), 422
    return redirect(url_for("sampling.desk", wave_id=wave_id), 303)


@blueprint.post("/office/waves/<wave_id>/sample/draws")
@requires(*MAY_DRAW)
def make_draw(wave_id: str) -> Any:
    """Draw by the plan that the form asks for."""
    wave, pilot = wave_seen(wave_id, MAY_DRAW)
    form = _plan_form(queries.frames(reading(), wave.pilot))
    if not form.validate_on_submit():
        return _desk(wave, plan_form=form), 422
    try:
        with transaction() as session:
            row = service.make_draw(
                session, wave, UUID(form.frame.data), form.plan(), current_staff().login, clock.now()
            )
            made = row.id
    except PlanError as error:
        return _desk(wave, plan_form=form, plan_error=error), 422
    except Refused:
        return _desk(wave, frozen=True), 409
    return redirect(url_for("sampling.drawn", wave_id=wave_id, draw_id=made), 303)


@blueprint.get("/office/waves/<wave_id>/sample/<uuid:draw_id>/")
@requires(*RESULTS)
def drawn(wave_id: str, draw_id: UUID) -> str:
    """One draw: its villages with their chances, whether it comes out the same again, and the lists."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    row = _draw(wave, draw_id)
    frame = queries.frame(reading(), pilot.id, row.frame_id)
    names = {one.code: one for one in queries.units(reading(), pilot.id, row.frame_id)}
    households = queries.households(reading(), pilot.id, draw_id)
    villages: dict[tuple[str, int], list[HouseholdRow]] = {}
    for one in households:
        villages.setdefault((one.village, one.turn), []).append(one)
    return render_template(
        "sampling/draw.html",
        wave=wave,
        row=row,
        frame=frame,
        plan=service.plan_of(row),
        names=names,
        villages=villages,
        asked=sum(not one.reserve for one in households),
        reserves=sum(one.reserve for one in households),
        same=service.is_same_again(reading(), row),
        may_draw=holds(pilot, MAY_DRAW),
        taken=any(one.frozen_at for one in queries.draws(reading(), pilot.id, wave.id)),
        form=PageForm(),
        language=preferences().language,
    )


@blueprint.post("/office/waves/<wave_id>/sample/<uuid:draw_id>/freeze")
@requires(*MAY_DRAW)
def freeze(wave_id: str, draw_id: UUID) -> Any:
    """Make this draw the sample of the wave, for good."""
    wave, pilot = wave_seen(wave_id, MAY_DRAW)
    _draw(wave, draw_id)
    try:
        with transaction() as session:
            service.freeze(session, pilot.id, draw_id, current_staff().login, clock.now())
    except Refused:
        return _desk(wave, frozen=True), 409
    return redirect(url_for("sampling.drawn", wave_id=wave_id, draw_id=draw_id), 303)


@blueprint.get("/office/waves/<wave_id>/sample/<uuid:draw_id>/households.csv")
@requires(*RESULTS)
def household_list(wave_id: str, draw_id: UUID) -> Response:
    """Every household with its place in the order, Kish table, stratum, PSU and chance, as CSV."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    row = _draw(wave, draw_id)
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow(LISTED)
    write.writerows(_listed(queries.households(reading(), pilot.id, row.id)))
    # Excel takes a file without this mark for GBK.
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={wave.id}-households-{row.number}.csv"
    return response


def _listed(households: Iterable[HouseholdRow]) -> Iterable[tuple[object, ...]]:
    for one in households:
        chance = one.township_probability * one.village_probability * one.household_probability
        kind = "reserve" if one.reserve else "sample"
        yield (one.village, one.turn, kind, one.place, one.number, one.kish_table, one.stratum, one.psu, repr(chance))


def _draw(wave: Wave, draw_id: UUID) -> DrawRow:
    row = queries.drawing(reading(), wave.pilot, draw_id)
    if row is None or row.wave_id != wave.id:
        raise NotFound(str(draw_id))
    return row


def _plan_form(frames: Iterable[tuple[FrameRow, int, int, int]]) -> PlanForm:
    form = PlanForm()
    form.frame.choices = [(str(row.id), f"{row.file_name} ({units})") for row, units, _size, _households in frames]
    return form


def _desk(
    wave: Wave,
    *,
    frame_form: FrameForm | None = None,
    plan_form: PlanForm | None = None,
    faults: tuple[Any, ...] = (),
    outside: tuple[str, ...] = (),
    plan_error: PlanError | None = None,
    frozen: bool = False,
) -> str:
    _wave, pilot = wave_seen(wave.id, RESULTS)
    draws, frames = queries.draws(reading(), wave.pilot, wave.id), queries.frames(reading(), wave.pilot)
    return render_template(
        "sampling/desk.html",
        wave=wave,
        frames=frames,
        draws=draws,
        taken=any(one.frozen_at for one in draws),
        may_draw=holds(pilot, MAY_DRAW),
        frame_form=frame_form or FrameForm(formdata=None),
        plan_form=plan_form or _plan_form(frames),
        faults=faults[:MOST_FAULTS],
        more=max(len(faults) - MOST_FAULTS, 0),
        outside=outside,
        plan_error=plan_error,
        frozen=frozen,
        language=preferences().language,
    )
