"""Settings, all from the environment, typed, with one plain message for each that cannot be used."""

import hmac
import os
import re
import secrets
import stat
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from literacy_app.foundation.errors import InputError, Problem

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 32
DATABASE = "literacy.sqlite3"

# An address of version 4, one of version 6 in brackets, a name, or nothing (which is every address), then the port.
_BIND = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]]*):([0-9]{1,5})")


def _address(bind: str) -> str:
    found = _BIND.fullmatch(bind)
    if found is None or not 1 <= int(found[1]) <= 65535:
        raise ValueError("must be an address and a port of 1 to 65535, for example 127.0.0.1:8000 or [::1]:8000")
    return bind


class Settings(BaseSettings):
    """What an office may set. Names in the environment are these in capitals with `LITERACY_` before them."""

    model_config = SettingsConfigDict(env_prefix="LITERACY_", env_ignore_empty=True, extra="forbid")

    database_url: str = ""
    redis_url: str = ""
    secret_key_file: Path | None = None
    contacts_key_file: Path | None = None
    data: Path = Path("instance")
    bind: Annotated[str, AfterValidator(_address)] = "127.0.0.1:8000"
    workers: int = Field(2, ge=1)
    trusted_proxies: int = Field(0, ge=0)
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
        url = URL.create("sqlite", database=str(self.data.resolve() / DATABASE))
        return url.render_as_string(hide_password=False)

    @cached_property
    def secret_key(self) -> str:
        """The key that signs cookies: the one in the file that is named, else one made once in the data folder.

        Raises InputError for a named file that is not there, and for a key too short to guard anything.
        """
        return self._key(self.secret_key_file, "secret-key", "LITERACY_SECRET_KEY_FILE")

    @cached_property
    def contacts_key(self) -> bytes:
        """The 32 bytes that seal names and telephone numbers; every node needs the same file. Made, read and refused like `secret_key`."""
        text = self._key(self.contacts_key_file, "contacts-key", "LITERACY_CONTACTS_KEY_FILE")
        return hmac.digest(text.encode(), b"literacy contacts 1", "sha256")

    def _key(self, named: Path | None, usual: str, setting: str) -> str:
        path = named or self.data / usual
        if named is None and not path.exists():
            _make_key(path)
        try:
            key = path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            name = setting if named else "LITERACY_DATA"
            raise InputError([Problem("environment", name, f"{path}: cannot be read ({error})")]) from error
        if len(key) < SHORTEST_KEY:
            raise InputError([Problem(str(path), "", f"holds no key of at least {SHORTEST_KEY} characters")])
        return key

    def shut_data(self) -> None:
        """Make the data folder, and let nobody else into it or at the database. Raises InputError if it cannot be made."""
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                [Problem("environment", "LITERACY_DATA", f"{self.data}: is not a folder ({error.strerror})")]
            ) from error
        found = self.data.stat()
        # A folder of somebody else's, or one that everybody shares like /tmp, is not ours to shut.
        if found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX:
            self.data.chmod(0o700)
        for path in self.data.glob(f"{DATABASE}*"):
            if path.stat().st_uid == os.getuid():
                path.chmod(0o600)

    @property
    def secure(self) -> bool:
        """Whether pages are served over https, so that cookies may insist on it; the demonstration is plain http on loopback."""
        return self.profile == "production"

    def for_flask(self) -> dict[str, object]:
        """The settings that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "CONTACTS_KEY": self.contacts_key,
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


def settings_from_environment(**given: object) -> Settings:
    """The settings of this process, with `given` before the environment. Raises InputError naming each that cannot be used."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic judges them like the environment's
    except ValidationError as error:
        raise InputError(
            [
                Problem(
                    "environment",
                    f"LITERACY_{str(item['loc'][0]).upper()}",
                    f"{item['msg'].removeprefix('Value error, ')} (found {str(item['input'])[:60]!r})",
                )
                for item in error.errors()
            ]
        ) from error


def _make_key(path: Path) -> None:
    # Several processes may start at once: each writes its own file whole, and the first to give it the name has made the key.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
