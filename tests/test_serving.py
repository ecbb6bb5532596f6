"""The web server: where it may be reached, and from where the demonstration may not."""

import socket
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from literacy_app import serving
from literacy_app.areas.models import PilotRow
from literacy_app.config import Settings
from literacy_app.foundation.errors import InputError
from literacy_app.webkit.extensions import transaction


@pytest.fixture(params=["127.0.0.1", "::1"])
def taken(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address and port that another program has."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family) as other:
        other.bind((request.param, 0))
        other.listen()
        host = f"[{request.param}]" if ":" in request.param else request.param
        yield f"{host}:{other.getsockname()[1]}"


def test_a_port_that_another_program_has_is_named_before_anything_is_done(taken: str) -> None:
    with pytest.raises(InputError, match="cannot be served on"):
        serving.refuse_taken_port(taken)


def test_a_port_that_is_free_is_taken_on_both_families(taken: str) -> None:
    host = taken.rpartition(":")[0]
    with socket.create_server(
        (host.strip("[]"), 0), family=socket.AF_INET6 if "[" in host else socket.AF_INET
    ) as probe:
        port = probe.getsockname()[1]
    serving.refuse_taken_port(f"{host}:{port}")


def test_a_name_that_there_is_not_cannot_be_served_on() -> None:
    with pytest.raises(InputError, match="cannot be served on"):
        serving.refuse_taken_port("nowhere.invalid:8000")


EVERYWHERE = "0.0.0.0"  # noqa: S104 - these tests are about refusing it


@pytest.mark.parametrize("host", [EVERYWHERE, "", "[::]", "192.0.2.1", "example.org"])
def test_the_demonstration_is_served_on_loopback_only(app: Flask, settings: Settings, host: str) -> None:
    with pytest.raises(InputError, match="loopback"):
        serving.serve(app, settings.model_copy(update={"bind": f"{host}:8000"}))


@pytest.mark.parametrize(
    ("host", "synthetic", "open"),
    [
        (EVERYWHERE, True, False),
        ("[::]", True, False),
        (EVERYWHERE, False, True),
        ("127.0.0.1", True, True),
        ("127.9.9.9", True, True),
        ("[::1]", True, True),
        ("localhost", True, True),
    ],
)
def test_data_of_the_demonstration_are_not_served_to_others_under_another_profile(
    app: Flask, settings: Settings, host: str, synthetic: bool, open: bool
) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(PilotRow).where(PilotRow.id == "own").values(synthetic=synthetic))
    production = settings.model_copy(update={"profile": "production", "bind": f"{host}:8000"})
    if open:
        serving.refuse_demonstration_to_others(app, production)
        return
    with pytest.raises(InputError, match="demonstration") as caught:
        serving.refuse_demonstration_to_others(app, production)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("port", ["0", "65536", "99999999999", "many", "-1", "８０"])
def test_a_port_out_of_range_is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    monkeypatch.delenv("LITERACY_BIND", raising=False)
    with pytest.raises(InputError, match="PORT"):
        serving.demonstration_settings()


def test_the_demonstration_takes_its_port_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("LITERACY_BIND", "")
    monkeypatch.setenv("LITERACY_PROFILE", "production")
    settings = serving.demonstration_settings()
    assert (settings.bind, settings.profile) == ("127.0.0.1:8123", "demo")
