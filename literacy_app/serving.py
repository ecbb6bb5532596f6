"""The web server: gunicorn with threads, preloaded, on the address of the settings."""

import gc
import ipaddress
import os
import socket
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.proxy_fix import ProxyFix

from literacy_app.areas.queries import pilots
from literacy_app.config import Settings, settings_from_environment
from literacy_app.foundation.errors import InputError, Problem
from literacy_app.webkit.extensions import db, reading

THREADS = 8


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.app


def demonstration_settings() -> Settings:
    """The settings for `make run`: the demonstration, on loopback, at PORT unless an address is given."""
    if bind := os.environ.get("LITERACY_BIND"):
        return settings_from_environment(profile="demo", bind=bind)
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise InputError([Problem("environment", "PORT", f"must be 1 to 65535 (found {port[:60]!r})")])
    return settings_from_environment(profile="demo", bind=f"127.0.0.1:{port}")


def refuse_taken_port(bind: str) -> None:
    """Say plainly that another program has the port, before anything is done. Raises InputError."""
    host, _, port = bind.rpartition(":")
    try:
        found = socket.getaddrinfo(
            host.strip("[]") or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise InputError(
            [Problem("LITERACY_BIND", bind, f"cannot be served on ({error}); try another with PORT=8001")]
        ) from error


def serve(app: Flask, settings: Settings) -> None:
    """Serve until stopped. Raises InputError for the demonstration on anything but loopback."""
    refuse_demonstration_to_others(app, settings)
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    options = {
        "bind": settings.bind,
        "workers": settings.workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "preload_app": True,
        "loglevel": "warning",
        "pre_fork": lambda server, worker: _set_aside_what_stays(),
        "post_fork": lambda server, worker: _forget_connections(app),
        "when_ready": lambda server: click.echo(f"Ready: http://{settings.bind}"),
    }
    _Server(app, options).run()


def refuse_demonstration_to_others(app: Flask, settings: Settings) -> None:
    """Passwords of the demonstration are printed: whatever the profile, its data are served on loopback only. Raises InputError."""
    if _is_loopback(settings.bind.rpartition(":")[0]):
        return
    with app.app_context():
        made = any(pilot.synthetic for pilot in pilots(reading()))
    if settings.profile == "demo" or made:
        advice = "the demonstration is served on loopback only, for example 127.0.0.1:8000"
        if made:
            advice += f"; it was made in {settings.data}, so take another LITERACY_DATA for anything else"
        raise InputError([Problem("LITERACY_BIND", settings.bind, advice)])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _set_aside_what_stays() -> None:
    # Code, templates and content stay for good: the collector of cycles need not walk through them again and again, nor
    # touch (and so copy) pages of memory that workers share.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _forget_connections(app: Flask) -> None:
    # A connection that was open before the fork must not be shared by two processes.
    with app.app_context():
        db.engine.dispose(close=False)
