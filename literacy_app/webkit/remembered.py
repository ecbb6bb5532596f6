"""Pages that are the same for everybody with the same wishes: rendered and compressed once, sent again as they are."""

import gzip
import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import brotli
from flask import Response, current_app, g, request

from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.offline import is_off

# Some ten megabytes; when it is full everything is forgotten and made again, which takes milliseconds a page.
MOST = 2000


@dataclass(frozen=True)
class _Page:
    plain: bytes
    brotli: bytes
    gzip: bytes
    digest: str


def remembered(name: Hashable, make: Callable[[], str]) -> Response:
    """The page that `make` renders. `name` must change with everything that it shows but the reader's wishes and its address.

    Only for pages that show nobody's state. Staff, whose header differs, and addresses with a query get a fresh page.
    """
    if g.get("staff") or request.args:
        return Response(make(), mimetype="text/html")
    pages: dict[Hashable, _Page] = current_app.extensions.setdefault("remembered", {})
    key = (name, preferences(), request.path, is_off())
    page = pages.get(key)
    if page is None:
        if len(pages) >= MOST:
            pages.clear()
        page = pages[key] = _made(make().encode())
    return _sent(page)


def _made(body: bytes) -> _Page:
    return _Page(body, brotli.compress(body), gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:20])


def _sent(page: _Page) -> Response:
    accepted = request.accept_encodings
    body, encoding = page.plain, ""
    if accepted["br"]:
        body, encoding = page.brotli, "br"
    elif accepted["gzip"]:
        body, encoding = page.gzip, "gzip"
    response = Response(body, mimetype="text/html")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.set_etag(f"{page.digest}{encoding}")
    response.make_conditional(request)
    return response
