"""Settings, all from the environment, typed, with one plain message for each that cannot be used."""

import os
import secrets
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from literacy_app.foundation.errors import InputError, Problem

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an office may set. Names in the environment are these in capitals with `LITERACY_` before them."""

    model_config = SettingsConfigDict(env_prefix="LITERACY_", extra="forbid")

    database_url: str = ""
    redis_url: str = ""
    secret_key_file: Path | None = None
    data: Path = Path("instance")
    bind: str = "127.0.0.1:8000"
    workers: int = 2
    trusted_proxies: int = 0
    content: Path = ROOT / "content"
    surveys: Path = ROOT / "surveys"
    translations: Path = ROOT / "translations"
    profile: Literal["demo", "production"] = "production"

    @property
    def database(self) -> str:
        """The database's address: SQLite under the data folder unless one is given."""
        if self.database_url:
            return self.database_url
        # A folder's name may hold what means something else in an address: ?, %, #.
        url = URL.create("sqlite", database=str(self.data.resolve() / "literacy.sqlite3"))
        return url.render_as_string(hide_password=False)

    @cached_property
    def secret_key(self) -> str:
        """The key that signs cookies, made once and kept readable by its owner alone."""
        path = self.secret_key_file or self.data / "secret-key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()

    @property
    def secure(self) -> bool:
        """Whether pages are served over https, so that cookies may insist on it; the demonstration is plain http on loopback."""
        return self.profile == "production"

    def for_flask(self) -> dict[str, object]:
        """The settings that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database,
            "SESSION_COOKIE_NAME": "__Host-session" if self.secure else "session",
            "SESSION_COOKIE_SECURE": self.secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": timedelta(days=31),
            "MAX_CONTENT_LENGTH": 3 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 512 * 1024,
            "PREFERRED_URL_SCHEME": "https" if self.secure else "http",
        }


def settings_from_environment() -> Settings:
    """The settings of this process. Raises InputError naming each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        raise InputError(
            [Problem("environment", f"LITERACY_{str(item['loc'][0]).upper()}", item["msg"]) for item in error.errors()]
        ) from error
