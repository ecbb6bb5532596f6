"""Every page's surroundings: context of the base template, errors in plain words, safe redirects."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from literacy_app.foundation import errors
from literacy_app.webkit.i18n import COOKIE, direction
from literacy_app.webkit.i18n import preferences as reader
from literacy_app.webkit.preferences import Preferences
from literacy_app.webkit.security import only_the_look, public
from literacy_app.webkit.text import inline, rich

blueprint = Blueprint("webkit", __name__, template_folder="templates")

YEAR = 365 * 24 * 3600


def init_pages(app: Flask) -> None:
    """Hang the base template's context and the error pages on the application."""
    app.register_blueprint(blueprint)
    app.context_processor(_context)
    app.after_request(_keep_language)
    app.jinja_env.filters |= {"rich": rich, "inline": inline}
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(errors.NotFound, lambda error: _page_for(404))
    for later in (OperationalError, PoolTimeout):
        app.register_error_handler(later, _later)
    app.register_error_handler(Exception, _unexpected)


def local_path(target: str | None) -> str:
    """`target` when it is a plain path on this site, else the home page: nobody can be sent elsewhere."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith("//")
        or "\\" in target
        or any(ord(c) < 33 for c in target)
    ):
        return "/"
    return target


@blueprint.route("/preferences", methods=["GET", "POST"])
@public
@only_the_look
def preferences() -> Any:
    """All wishes on one page, for browsers without a menu; a wish is kept in a cookie and the reader goes on reading."""
    if request.method == "GET":
        return render_template("webkit/preferences.html", next=local_path(request.args.get("next")))
    response = redirect(local_path(request.form.get("next")), 303)
    chosen = reader().changed(request.form.to_dict())
    keep_wishes(response, chosen)
    return response


def _context() -> dict[str, Any]:
    language = reader().language
    return {
        "locale": language,
        "html_lang": language.replace("_", "-"),
        "html_dir": direction(language),
        "prefs": reader(),
        "here": _here(),
        # Which place a page is about is said by `areas.views`; an error page can be shown before that is known.
        "place_name": None,
        "synthetic": False,
        "staff": g.get("staff"),
        "room": "resident",
    }


def _here() -> str:
    """The page that a change of language or look leads back to. Its own `lang` is left out: it would undo the change."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return local_path(request.path + (f"?{urlencode(kept)}" if kept and request.method == "GET" else ""))


def _keep_language(response: Response) -> Response:
    """Let the language that an address asks for (a QR code, say) hold on the pages after it too."""
    if request.method == "GET" and request.args.get("lang") == reader().language:
        keep_wishes(response, reader())
    return response


def keep_wishes(response: Any, chosen: Preferences) -> None:
    """Keep a reader's wishes in the cookie."""
    response.set_cookie(COOKIE, chosen.cookie(), max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure)


def _http_error(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    return _page_for(error.code or 500, error.get_headers())


def _later(error: Exception) -> Any:
    """The database is busy, full or away: nothing is lost, and it is worth trying again."""
    current_app.logger.warning("the database did not answer on %s", request.endpoint, exc_info=True)
    return _page_for(503, [("Retry-After", "5")])


def _unexpected(error: Exception) -> Any:

    if current_app.testing:
        raise error
    current_app.logger.exception("unexpected error on %s", request.endpoint)
    return _page_for(500)


def _page_for(status: int, headers: Any = ()) -> Any:
    kept = [(name, value) for name, value in headers if name.lower() in {"retry-after", "allow"}]
    if request.path.startswith("/api/"):
        return jsonify(error=str(status)), status, kept
    words = {
        400: (_("这个请求没有看懂"), _("页面可能放得太久了。请返回上一页，刷新后再试一次。")),
        403: (_("这里您还不能进"), _("您的账号没有这一页的权限。如果工作需要，请联系管理员。")),
        404: (_("没有找到这一页"), _("网址可能输错了，或者内容已经搬走。")),
        405: (_("这样打不开这一页"), _("请从首页重新进入。")),
        413: (_("内容太大了"), _("请减少内容后再试。")),
        429: (_("请稍等一会儿再试"), _("刚才的请求太多了。您的内容没有丢，过一会儿再试就好。")),
        503: (_("系统正忙"), _("请过一会儿再试。已经保存的内容不会丢。")),
    }
    heading, explanation = words.get(
        status, (_("出了点问题"), _("这是我们的问题，已经记录下来。已经保存的内容不会丢，请过一会儿再试。"))
    )
    page = render_template(
        "webkit/error.html",
        heading=heading,
        explanation=explanation,
        next_step={"href": url_for("home.front_door"), "text": _("回首页")},
    )
    return page, status, kept
