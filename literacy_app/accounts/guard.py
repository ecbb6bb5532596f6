"""Who may open which page: every view says it, `@requires(...)` or `webkit.security.public`, and what says nothing stays shut."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for

from literacy_app.accounts import service
from literacy_app.accounts.rules import Role, Staff
from literacy_app.foundation import clock
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.policy import policy

View = TypeVar("View", bound=Callable[..., object])

COOKIE = "staff"


def requires(*roles: Role) -> Callable[[View], View]:
    """Opens a view to staff who hold one of `roles` somewhere; which rows they see is the query's business."""

    def mark(view: View) -> View:
        view.policy = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def init_guard(app: Flask) -> None:
    """Let the guard stand before every view."""
    app.before_request(_admit)


def current_staff() -> Staff:
    """Whoever is signed in; only for views that require it."""
    staff: Staff = g.staff
    return staff


def cookie_name() -> str:
    """The sign-in cookie; over https it carries the prefix that ties it to this host."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _admit() -> Response | None:
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    g.staff = _signed_in()
    if not hasattr(view, "policy"):
        abort(403)
    if view.policy is None:
        return None
    if g.staff is None:
        if request.method == "GET":
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
        abort(403)
    if not view.policy & g.staff.roles:
        abort(403)
    return None


def _signed_in() -> Staff | None:
    secret = request.cookies.get(cookie_name())
    if not secret:
        return None
    now = clock.now()
    found = service.whose(reading(), secret, policy(), now)
    if found is None:
        return None
    staff, note = found
    if note:
        with transaction() as session:
            service.note_seen(session, staff.session_id, now)
    return staff
