"""What makes opened lessons readable without a network: the service worker, its switch, and the page for that time."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for

from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.security import SENSITIVE_PATHS, public

blueprint = Blueprint("offline", __name__)

# While a file of this name lies in the data folder, the worker takes itself and all it kept off every phone that asks.
SWITCH = "no-offline"
# The pages of a lesson that show nobody's state. Its questions do, so they are never kept (see docs/decisions/0015).
CARDS = ("hook", "idea", "why", "action", "takeaway")


def init_offline(app: Flask, data: Path) -> None:
    """Serve the worker at /sw.js and let the pages of residents ask for it, unless `data` holds the switch."""
    app.config["OFFLINE_SWITCH"] = data / SWITCH
    app.register_blueprint(blueprint)
    app.context_processor(_context)


@blueprint.get("/sw.js")
@public
def worker() -> Response:
    """The worker. Its place makes it the whole site's; what it does there is named in it, path by path."""
    asset = current_app.jinja_env.globals["asset"]
    files = [asset(name) for name in ("app.css", "app.js", "mark.svg")]  # type: ignore[operator]
    # Rendered apart from pages: it belongs to nobody, so it needs neither the reader nor the place.
    body = current_app.jinja_env.get_template("webkit/sw.js").render(
        off=is_off(),
        version=hashlib.sha256("".join(files).encode()).hexdigest()[:8],
        page=url_for("offline.page"),
        files=files,
        cards=CARDS,
    )
    # A phone must hear of a new one, or of the switch, at once.
    return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/offline")
@public
def page() -> str:
    """What is shown in place of a page that was not opened before; the script lists the lessons that were."""
    return render_template("webkit/offline.html")


def is_off() -> bool:
    """Whether the switch lies there now."""
    switch: Path = current_app.config["OFFLINE_SWITCH"]
    return switch.exists()


def _context() -> dict[str, Any]:
    """The worker's address for pages of residents: it changes with the reader's wishes, so that the offline page follows."""
    # Somebody of the staff is at work, perhaps at a desk that others use too.
    if is_off() or g.get("staff") or request.path.startswith(SENSITIVE_PATHS):
        return {"worker": None}
    look = hashlib.sha256(preferences().cookie().encode()).hexdigest()[:8]
    return {"worker": url_for("offline.worker", look=look)}
