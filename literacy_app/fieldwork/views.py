"""Field work of a wave: how far it is, who goes where, one household with its visits, and the rates."""

import csv
import io
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.areas.models import PilotRow
from literacy_app.fieldwork import queries, service
from literacy_app.fieldwork.forms import AssignForm, VisitForm
from literacy_app.fieldwork.queries import Spot
from literacy_app.fieldwork.rules import CODES, progress
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.sampling.models import DrawRow
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.views.reach import holds, wave_seen
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.policy import policy

blueprint = Blueprint("fieldwork", __name__, template_folder="templates")

# Interviewers see the clusters that are theirs.
AT_THE_DOOR = RESULTS | {Role.INTERVIEWER}
LISTED = (
    "village",
    "turn",
    "number",
    "kind",
    "disposition",
    "aapor_code",
    "group",
    "visits",
    "first_visit",
    "last_visit",
    "eligible",
    "replaced_by",
)


@blueprint.get("/office/waves/<wave_id>/field/")
@requires(*RESULTS)
def overview(wave_id: str) -> str:
    """Where the field work stands, by cluster and in total."""
    wave, _pilot = wave_seen(wave_id, RESULTS)
    draw = queries.frozen_draw(reading(), wave.pilot, wave.id)
    if draw is None:
        return render_template("fieldwork/not_yet.html", wave=wave, language=preferences().language)
    return render_template(
        "fieldwork/overview.html",
        wave=wave,
        found=service.monitor(reading(), draw),
        names=queries.village_names(reading(), draw),
        assigned={row.village: who for row, who in queries.assignments(reading(), draw) if row.ended_at is None},
        reserves_left=queries.reserves_left(reading(), draw),
        language=preferences().language,
    )


@blueprint.get("/office/waves/<wave_id>/field/rates")
@requires(*RESULTS)
def rates(wave_id: str) -> str:
    """The rates, each with its definition and what stands in it."""
    wave, _pilot = wave_seen(wave_id, RESULTS)
    draw = _sample(wave)
    return render_template(
        "fieldwork/rates.html",
        wave=wave,
        found=service.monitor(reading(), draw),
        names=queries.village_names(reading(), draw),
        language=preferences().language,
    )


@blueprint.get("/office/waves/<wave_id>/field/cases.csv")
@requires(*RESULTS)
def cases(wave_id: str) -> Response:
    """Every household in the field with its disposition, as CSV."""
    wave, _pilot = wave_seen(wave_id, RESULTS)
    draw = _sample(wave)
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow(LISTED)
    for _row, case in queries.cases(reading(), draw):
        code, group = CODES[case.disposition]
        times = [one.at.astimezone(clock.REPORTING_ZONE).isoformat() for one in case.visits]
        ends = (min(times), max(times)) if times else ("", "")
        kind, eligible = "reserve" if case.reserve else "sample", case.roster.eligible if case.roster else ""
        place = case.village, case.turn, case.number, kind
        write.writerow((*place, case.disposition, code, group, len(times), *ends, eligible, case.replaced_by or ""))
    # Excel takes a file without this mark for GBK.
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={wave.id}-cases.csv"
    return response


@blueprint.get("/office/waves/<wave_id>/field/<village>/")
@requires(*AT_THE_DOOR)
def cluster(wave_id: str, village: str) -> str:
    """One cluster: who goes there, and its households."""
    wave, pilot, draw = _reached(wave_id, village)
    return _cluster(wave, pilot, draw, village)


@blueprint.post("/office/waves/<wave_id>/field/<village>/assign")
@requires(*RESULTS)
def assign(wave_id: str, village: str) -> Any:
    """Let somebody go to a cluster."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    draw, form = _sample(wave), _assign_form(village)
    if not form.validate_on_submit():
        return _cluster(wave, pilot, draw, village, form), 422
    with transaction() as session:
        service.assign(session, draw, village, UUID(form.staff.data), current_staff().login, clock.now())
    return redirect(url_for("fieldwork.cluster", wave_id=wave_id, village=village), 303)


@blueprint.post("/office/waves/<wave_id>/field/<village>/end")
@requires(*RESULTS)
def end(wave_id: str, village: str) -> Any:
    """Take a cluster back."""
    wave, _pilot = wave_seen(wave_id, RESULTS)
    draw = _sample(wave)
    if PageForm().validate_on_submit():
        with transaction() as session:
            service.end_assignment(session, draw, village, current_staff().login, clock.now())
    return redirect(url_for("fieldwork.cluster", wave_id=wave_id, village=village), 303)


@blueprint.get("/office/waves/<wave_id>/field/<village>/<int:number>/")
@requires(*AT_THE_DOOR)
def household(wave_id: str, village: str, number: int) -> str:
    """One household: its visits, its roster, and what the rule says of it."""
    wave, pilot, draw = _reached(wave_id, village)
    return _household(wave, pilot, draw, village, number)


@blueprint.post("/office/waves/<wave_id>/field/<village>/<int:number>/visits")
@requires(*AT_THE_DOOR)
def keep_visit(wave_id: str, village: str, number: int) -> Any:
    """Write down a visit from paper."""
    wave, pilot, draw = _reached(wave_id, village)
    now = clock.now()
    form = VisitForm(now)
    if not form.validate_on_submit():
        return _household(wave, pilot, draw, village, number, form), 422
    with transaction() as session:
        service.keep_visit(session, pilot.id, form.visit(draw.id, village, number), current_staff(), None, now)
    return redirect(url_for("fieldwork.household", wave_id=wave_id, village=village, number=number), 303)


@blueprint.post("/office/waves/<wave_id>/field/<village>/<int:number>/reserve")
@requires(*RESULTS)
def reserve(wave_id: str, village: str, number: int) -> Any:
    """Let the next reserve take the place of a household."""
    wave, pilot = wave_seen(wave_id, RESULTS)
    draw = _sample(wave)
    if not PageForm().validate_on_submit():
        return _household(wave, pilot, draw, village, number), 422
    effort, author = service.effort_of(policy()), current_staff().login
    try:
        with transaction() as session:
            came = service.bring_in_reserve(session, draw, (village, number), effort, author, clock.now())
    except Refused:
        return _household(wave, pilot, draw, village, number, refused=True), 409
    return redirect(url_for("fieldwork.household", wave_id=wave_id, village=village, number=came), 303)


def _sample(wave: Wave) -> DrawRow:
    draw = queries.frozen_draw(reading(), wave.pilot, wave.id)
    if draw is None:
        raise NotFound(wave.id)
    return draw


def _reached(wave_id: str, village: str) -> tuple[Wave, PilotRow, DrawRow]:
    """A cluster's wave, for whoever sees results there, and for the interviewer who goes there. Raises NotFound for others."""
    wave, pilot = wave_seen(wave_id, AT_THE_DOOR)
    draw = _sample(wave)
    if not holds(pilot, RESULTS):
        mine = queries.assignment(reading(), draw, village)
        if mine is None or mine.staff_id != current_staff().id:
            raise NotFound(village)
    return wave, pilot, draw


def _assign_form(village: str, current: UUID | None = None) -> AssignForm:
    form = AssignForm(staff=str(current) if current else None)
    form.staff.choices = [
        (str(one.id), f"{one.name}（{one.login}）") for one in queries.interviewers(reading(), village)
    ]
    return form


def _cluster(wave: Wave, pilot: PilotRow, draw: DrawRow, village: str, form: AssignForm | None = None) -> str:
    known = queries.cases(reading(), draw, Spot([village]))
    if not known:
        raise NotFound(village)
    history = [(row, who) for row, who in queries.assignments(reading(), draw) if row.village == village]
    current = next((who for row, who in history if row.ended_at is None), None)
    return render_template(
        "fieldwork/cluster.html",
        wave=wave,
        village=village,
        name=queries.village_names(reading(), draw)[village],
        cases=[case for _row, case in known],
        found=progress(case for _row, case in known),
        current=current,
        history=[(row, who) for row, who in history if row.ended_at is not None],
        reserves_left=queries.reserves_left(reading(), draw).get(village, 0),
        may_lead=holds(pilot, RESULTS),
        form=form or _assign_form(village, current.id if current else None),
        language=preferences().language,
    )


def _household(
    wave: Wave,
    pilot: PilotRow,
    draw: DrawRow,
    village: str,
    number: int,
    form: VisitForm | None = None,
    *,
    refused: bool = False,
) -> str:
    look = service.look_at(reading(), draw, (village, number), service.effort_of(policy()))
    return render_template(
        "fieldwork/household.html",
        wave=wave,
        village=village,
        name=queries.village_names(reading(), draw)[village],
        look=look,
        code=CODES[look.case.disposition][0],
        visits=queries.visit_rows(reading(), draw, (village, number)),
        rosters=queries.roster_rows(reading(), draw, (village, number)),
        effort=service.effort_of(policy()),
        may_lead=holds(pilot, RESULTS),
        refused=refused,
        form=form or VisitForm(clock.now(), formdata=None),
        opened=form is not None,
        language=preferences().language,
    )
