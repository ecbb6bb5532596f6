"""The interviewer's app: its shell, its worker, and a phone's first sign-in; and the phones of an area in the office."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from literacy_app.accounts import queries as staff_queries
from literacy_app.accounts import service as accounts
from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.models import StaffRow
from literacy_app.accounts.rules import Holder, Role
from literacy_app.areas.queries import pilots_within
from literacy_app.fieldwork.rules import CODES
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.offline import queries, service
from literacy_app.offline.loader import Head, read_head
from literacy_app.offline.rules import LINES_AT_ONCE, MOST_LINES, MOST_RECORDS, missing
from literacy_app.offline.views.api import keys_here
from literacy_app.surveys.rules import Reply
from literacy_app.webkit.assets import integrity
from literacy_app.webkit.extensions import reading, rest, transaction
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
    files = {_asset(name): _asset_integrity(name) for name in FILES}
    digests = json.dumps([integrity(shell.encode()), files], sort_keys=True)
    body = current_app.jinja_env.get_template("field/sw.js").render(
        off=is_off(),
        version=hashlib.sha256(digests.encode()).hexdigest()[:12],
        shell=url_for("field.app"),
        shell_integrity=integrity(shell.encode()),
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
    began = min(max(request.form.get("sequence", 0, type=int), 0), MOST_RECORDS)
    with transaction() as session:
        try:
            id = UUID(known)
            token = accounts.renew_device(session, staff, id, policy(), clock.now())
        except (ValueError, NotFound):
            id, token = accounts.register_device(
                session, staff, request.user_agent.string, policy(), clock.now(), began
            )
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
    head, *lines = (file.read() if file else b"").splitlines() or [b""]
    holder = _handing(read_head(head))
    if holder is None:
        return _devices(unreadable=True), 422
    if len(lines) > MOST_LINES:
        return _devices(most=MOST_LINES), 422
    rest()
    tally: Counter[Reply] = Counter()
    for start in range(0, len(lines), LINES_AT_ONCE):
        some = lines[start : start + LINES_AT_ONCE]
        try:
            with transaction() as session:
                tally += service.hand_in(session, some, holder, current_staff().login, keys_here(), clock.now())
        except (OperationalError, PoolTimeout, Refused):
            current_app.logger.warning("a file was not taken in whole", exc_info=True)
            return _devices(busy=True), 503
    return _devices(handed={reply.value: tally[reply] for reply in Reply})


def _handing(head: Head | None) -> Holder | None:
    """Whose records are handed in, as far as whoever is signed in supervises where they interview; None where not at all."""
    owner = staff_queries.staff_by_id(reading(), head.owner) if head else None
    holder = accounts.holder_by_hand(reading(), owner.id, head.device) if owner and head else None
    if holder is None:
        return None
    grants = tuple(one for one in holder.grants if current_staff().may(SUPERVISING, one.area_code))
    found = replace(holder, grants=grants)
    return found if found.scopes else None


def _devices(**more: Any) -> str:
    pilots = [one.id for one in pilots_within(reading(), current_staff().scopes(SUPERVISING))]
    phones = [(phone, owner) for phone, owner in staff_queries.devices(reading()) if _sees(owner, SUPERVISING)]
    came = queries.sequences(reading(), [phone.id for phone, _ in phones])
    rows = []
    for phone, owner in phones:
        gaps = missing(came.get(phone.id, ()), phone.sequence, phone.began)
        may_revoke = phone.revoked_at is None and _sees(owner, MAY_REVOKE)
        rows.append((phone, owner, gaps, sum(span.count for span in gaps), may_revoke))
    need = [(pilot, row) for pilot in pilots for row in queries.in_need(reading(), pilot, MOST_IN_NEED)]
    return render_template(
        "field/devices.html",
        rows=rows,
        need=need,
        now=clock.now(),
        form=PageForm(),
        **more,
    )


@blueprint.post("/office/devices/<uuid:device_id>/revoke")
@requires(*MAY_REVOKE)
def revoke(device_id: UUID) -> Any:
    """End a phone's access: it was lost, or its owner has left."""
    phone = staff_queries.device(reading(), device_id)
    owner = staff_queries.staff_by_id(reading(), phone.staff_id) if phone else None
    if owner is None or not _sees(owner, MAY_REVOKE):
        raise NotFound(str(device_id))
    with transaction() as session:
        accounts.revoke_device(session, device_id, current_staff().login, clock.now())
    return redirect(url_for("field.devices"), 303)


def _sees(owner: StaffRow, roles: frozenset[Role]) -> bool:
    """Whether the owner of a phone interviews where whoever looks holds one of `roles`."""
    staff = current_staff()
    return any(staff.may(roles, one.area_code) for one in owner.grants if one.role == Role.INTERVIEWER)


def _shell() -> str:
    return render_template(
        "field/app.html", scripts=SCRIPTS, codes={one: code for one, (code, _group) in CODES.items()}
    )


def _asset(name: str) -> str:
    address: str = current_app.jinja_env.globals["asset"](name)  # type: ignore[operator]
    return address


def _asset_integrity(name: str) -> str:
    digest: str = current_app.jinja_env.globals["asset_integrity"](name)  # type: ignore[operator]
    return digest
