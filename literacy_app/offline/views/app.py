"""The interviewer's app: its shell, its worker, and a phone's first sign-in; and the phones of an area in the office."""

import base64
import hashlib
import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from literacy_app.accounts import queries as staff_queries
from literacy_app.accounts import service as accounts
from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import Role
from literacy_app.areas.queries import pilots_within
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.offline import queries, service
from literacy_app.offline.loader import read_head
from literacy_app.offline.rules import MOST_RECORDS, missing
from literacy_app.offline.views.api import keys_here
from literacy_app.surveys.rules import Reply
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.offline import is_off
from literacy_app.webkit.policy import policy
from literacy_app.webkit.security import public

blueprint = Blueprint("field", __name__, template_folder="../templates")

SCRIPTS = (
    "expressions.js",
    "field/store.js",
    "field/seal.js",
    "field/vault.js",
    "field/queue.js",
    "field/walk.js",
    "field/app.js",
)
FILES = ("app.css", "field/field.css", "mark.svg", *SCRIPTS)
SUPERVISING = frozenset({Role.SUPERVISOR, Role.OFFICER, Role.ADMINISTRATOR})
MAY_REVOKE = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
MOST_IN_NEED = 50
LONGEST_NAME = 80


@blueprint.get("/field/")
@public
def app() -> str:
    """The app as every phone gets it: nobody's data is in it, so that it can be kept and opened without a network."""
    return _shell()


@blueprint.get("/field/sw.js")
@public
def worker() -> Response:
    """The app's own worker. It keeps the shell and the files that the shell names, each checked by its digest."""
    shell = _shell()
    files = {_asset(name): _integrity(_content(name)) for name in FILES}
    digests = json.dumps([_integrity(shell.encode()), files], sort_keys=True)
    body = current_app.jinja_env.get_template("field/sw.js").render(
        off=is_off(),
        version=hashlib.sha256(digests.encode()).hexdigest()[:12],
        shell=url_for("field.app"),
        shell_integrity=_integrity(shell.encode()),
        files=files,
    )
    return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/field/manifest.webmanifest")
@public
def manifest() -> Response:
    """What makes the app installable from the browser."""
    body = {
        "name": _("入户调查"),
        "short_name": _("入户调查"),
        "start_url": url_for("field.app"),
        "scope": url_for("field.app"),
        "display": "standalone",
        "background_color": "#fbf6ea",
        "theme_color": "#0b5a3c",
        "icons": [{"src": _asset("mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/field/start")
@requires(Role.INTERVIEWER)
def start() -> str:
    """Make this phone one of somebody who is signed in: the page asks for a PIN and fetches the phone's token."""
    return render_template("field/start.html", scripts=SCRIPTS, form=PageForm())


@blueprint.post("/field/device")
@requires(Role.INTERVIEWER)
def device() -> Any:
    """A token for this phone: of a new phone, or a new one of a phone that this person has had before."""
    staff, known = current_staff(), request.form.get("device", "")
    name = (request.form.get("name") or request.user_agent.string)[:LONGEST_NAME]
    began = min(max(request.form.get("sequence", 0, type=int), 0), MOST_RECORDS)
    with transaction() as session:
        try:
            id = UUID(known)
            token = accounts.renew_device(session, staff, id, policy(), clock.now())
        except (ValueError, NotFound):
            id, token = accounts.register_device(session, staff, name, policy(), clock.now(), began)
    body = {"token": token, "device": str(id), "staff": {"id": str(staff.id), "login": staff.login, "name": staff.name}}
    return body, 201, {"Cache-Control": "no-store"}


@blueprint.get("/office/devices/")
@requires(*SUPERVISING)
def devices() -> str:
    """The phones of an area: when each was last heard of, what it still holds, and which numbers have not come."""
    return _devices()


@blueprint.post("/office/devices/hand-in")
@requires(*SUPERVISING)
def hand_in() -> Any:
    """Take in what a phone could not send, from the file that it saved; what comes by network later is known by then."""
    file = request.files.get("file")
    lines = file.read().splitlines() if PageForm().validate_on_submit() and file else []
    owner = read_head(lines[0]) if lines else None
    row = staff_queries.staff_by_id(reading(), owner) if owner else None
    holder = accounts.holder_by_hand(reading(), row.id) if row and _sees(row) else None
    if holder is None:
        return _devices(unreadable=True), 422
    tally = {"new": 0, "known": 0, "refused": 0}
    for line in lines[1:]:
        with transaction() as session:
            reply = service.receive_record(session, line, holder, keys_here(), clock.now()).reply
        tally[{Reply.STORED: "new", Reply.REPEATED: "known"}.get(reply, "refused")] += 1
    return _devices(handed=tally)


def _devices(**more: Any) -> str:
    pilots = [one.id for one in pilots_within(reading(), current_staff().scopes(SUPERVISING))]
    came = queries.sequences(reading(), pilots)
    rows = []
    for phone, owner in staff_queries.devices(reading()):
        if _sees(owner):
            gaps = missing(came.get(phone.id, ()), phone.sequence, phone.began)
            rows.append((phone, owner, gaps, sum(span.count for span in gaps)))
    need = [(pilot, row) for pilot in pilots for row in queries.in_need(reading(), pilot, MOST_IN_NEED)]
    return render_template(
        "field/devices.html",
        rows=rows,
        need=need,
        now=clock.now(),
        form=PageForm(),
        may_revoke=bool(MAY_REVOKE & current_staff().roles),
        **more,
    )


@blueprint.post("/office/devices/<uuid:device_id>/revoke")
@requires(*MAY_REVOKE)
def revoke(device_id: UUID) -> Any:
    """End a phone's access: it was lost, or its owner has left."""
    if not PageForm().validate_on_submit():
        abort(403)
    phone = staff_queries.device(reading(), device_id)
    owner = staff_queries.staff_by_id(reading(), phone.staff_id) if phone else None
    if owner is None or not _sees(owner):
        raise NotFound(str(device_id))
    with transaction() as session:
        accounts.revoke_device(session, device_id, current_staff().login, clock.now())
    return redirect(url_for("field.devices"), 303)


def _sees(owner: Any) -> bool:
    """Whether the owner of a phone interviews where whoever looks supervises."""
    staff = current_staff()
    return any(staff.may(SUPERVISING, one.area_code) for one in owner.grants if one.role == Role.INTERVIEWER)


def _shell() -> str:
    return render_template("field/app.html", scripts=SCRIPTS)


def _asset(name: str) -> str:
    address: str = current_app.jinja_env.globals["asset"](name)  # type: ignore[operator]
    return address


def _content(name: str) -> bytes:
    content: bytes = current_app.jinja_env.globals["asset_content"](name)  # type: ignore[operator]
    return content


def _integrity(content: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()
