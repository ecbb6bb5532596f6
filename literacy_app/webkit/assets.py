"""Static files under names that carry their content's hash, compressed beforehand, cached for ever."""

import base64
import gzip
import hashlib
import os
from pathlib import Path
from wsgiref.headers import Headers

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from literacy_app.webkit.security import SECURITY_HEADERS

ROOMS = Path(__file__).parent.parent
COMPRESSED = {".css", ".js", ".svg", ".webmanifest", ".txt"}


def init_assets(app: Flask, target: Path) -> None:
    """Publish the `static/` of every room into `target` under hashed names, served below /static/; pages use `asset('app.css')`."""
    target.mkdir(parents=True, exist_ok=True)
    names = {
        path.relative_to(folder).as_posix(): _publish(path, target)
        for folder in sorted(ROOMS.glob("*/static"))
        for path in folder.rglob("*")
        if path.is_file()
    }
    app.jinja_env.globals["asset"] = lambda name: f"/static/{names[name]}"
    app.jinja_env.globals["asset_integrity"] = lambda name: integrity((target / names[name]).read_bytes())
    # Everything in the folder is named by its content, so all of it may be kept by browsers without asking again.
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=target,
        prefix="static/",
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
        add_headers_function=_add_headers,
    )


def integrity(body: bytes) -> str:
    """What a browser holds a file against before it takes it (Subresource Integrity)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def _add_headers(headers: Headers, path: str, url: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value


def _publish(source: Path, target: Path) -> str:
    body = source.read_bytes()
    name = f"{source.stem}.{hashlib.sha256(body).hexdigest()[:12]}{source.suffix}"
    if not (target / name).exists():
        if source.suffix in COMPRESSED:
            _write(target / f"{name}.br", brotli.compress(body))
            _write(target / f"{name}.gz", gzip.compress(body, 9, mtime=0))
        _write(target / name, body)
    return name


def _write(path: Path, body: bytes) -> None:
    # Several workers may publish at once: each writes its own file and renames it into place whole.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(body)
    draft.replace(path)
