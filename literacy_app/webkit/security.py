"""What every response carries, and the check that a changing request came from one of our own pages."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from flask import Flask, Request, Response, abort, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from literacy_app.webkit.extensions import csrf

View = TypeVar("View", bound=Callable[..., object])

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "media-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}

# Pages with answers or staff data on them: not even the phone's own cache keeps a copy.
SENSITIVE_PATHS = ("/office", "/account", "/admin", "/editor", "/field", "/s/")
# On a phone that is handed on, "back" must not show what the one before has learnt or the code to go on with it.
PERSONAL_PATHS = ("/me/", "/certificates/")


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed sessions, without making ready to read a cookie that did not come: programs and most pages have none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds; an empty one where there is no cookie."""
        if self.get_cookie_name(app) not in request.cookies and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)


def init_security(app: Flask) -> None:
    """Headers on every response, and deny-by-default protection of every changing request."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # A page may lie open on a phone for days; the token lives as long as the session it belongs to.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    app.session_interface = _Sessions()
    app.before_request(_refuse_nul)
    app.before_request(_protect)
    app.after_request(_add_headers)


def public(view: View) -> View:
    """Opens a view to everybody. A view with neither this nor `@requires` stays shut (`accounts.guard`)."""
    view.policy = None  # type: ignore[attr-defined]
    return view


def shows_again(view: View) -> View:
    """Marks a view whose form checks the token itself, so that a stale page is shown again with what was typed."""
    view.shows_again = True  # type: ignore[attr-defined]
    return view


def only_the_look(view: View) -> View:
    """Marks a view that changes only how pages look on this phone: it needs no token, so readers need no session."""
    view.only_the_look = True  # type: ignore[attr-defined]
    return view


def for_programs(view: View) -> View:
    """Marks a view for programs: it knows its caller by a bearer token, never by a cookie, so it needs no form token."""
    view.for_programs = True  # type: ignore[attr-defined]
    return view


def _protect() -> None:
    if request.method not in {"POST", "PUT", "PATCH", "DELETE"} or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "for_programs", False):
        return
    if not _is_ours(request.headers.get("Origin")):
        abort(403)
    if not getattr(view, "shows_again", False) and not getattr(view, "only_the_look", False):
        csrf.protect()


def _is_ours(origin: str | None) -> bool:
    """Whether a request comes from our own pages, as far as the browser says it."""
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def _refuse_nul() -> None:
    """No address and no field has a NUL in it that means well, and databases differ in what they do with one."""
    # What programs send is read by the door itself, byte by byte.
    forms = [] if request.path.startswith("/api/") else list(request.form.values())
    if any("\0" in text for text in (unquote(request.full_path), *forms)):
        abort(400)


def _add_headers(response: Response) -> Response:
    # Looked through once, not once for each: every response pays for it.
    given = {name.lower() for name, _ in response.headers}
    for name, value in SECURITY_HEADERS.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    if "cache-control" not in given:
        # Pages show one person's own state; a shared phone or an office proxy must not keep them.
        shut = request.path.startswith((*SENSITIVE_PATHS, *PERSONAL_PATHS))
        response.headers.add("Cache-Control", "no-store" if shut else "private, no-cache")
    return response
