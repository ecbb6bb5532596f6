"""The container of an .xlsx file, unpacked once in small pieces and kept nowhere, so that what is understood later is known to be small."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

HEAD = b"PK\x03\x04"
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# What Python raises at a container that is broken.
BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
CHUNK = 64 * 1024

# Takes a piece of a part, and whether it is the last.
Feed = Callable[[bytes, bool], None]


class Misfit(StrEnum):
    """What is wrong with a container."""

    MANY_PARTS = "many_parts"
    SAME_NAME = "same_name"
    UNPACKS = "unpacks"  # to more than it may


class UnfitContainer(Exception):
    """A container that is not to be read further; `misfit` says why."""

    def __init__(self, misfit: Misfit) -> None:
        self.misfit = misfit
        super().__init__(misfit)


@dataclass(frozen=True)
class Limits:
    """Of parts, of bytes that all unpack to, and of how much one may be packed (a part of up to `small` bytes may be packed more)."""

    parts: int
    unpacked: int
    ratio: int | None = None
    small: int = 0


def unpack(raw: bytes, limits: Limits, begin: Callable[[str], Feed]) -> None:
    """Unpack every part, judged by what it is, not by what it claims; XML parts go piece by piece to what `begin` gives for them.

    `begin` is called with the name of each part before it is unpacked, and may refuse it. Raises UnfitContainer, and BROKEN.
    """
    with ZipFile(BytesIO(raw)) as archive:
        parts = archive.infolist()  # however many it claims, no more than fit into `raw`
        if len(parts) > limits.parts:
            raise UnfitContainer(Misfit.MANY_PARTS)
        if sum(part.file_size for part in parts) > limits.unpacked:
            raise UnfitContainer(Misfit.UNPACKS)
        if len({part.filename.lower() for part in parts}) < len(parts):
            raise UnfitContainer(Misfit.SAME_NAME)
        left = limits.unpacked
        for part in parts:
            feed = begin(part.filename)
            is_xml = PurePosixPath(part.filename).suffix.lower() in (".xml", ".rels", ".vml")
            allowed = left if limits.ratio is None else min(left, max(limits.small, part.compress_size * limits.ratio))
            with archive.open(part) as stream:
                while chunk := stream.read(CHUNK):
                    left, allowed = left - len(chunk), allowed - len(chunk)
                    if allowed < 0:
                        raise UnfitContainer(Misfit.UNPACKS)
                    if is_xml:
                        feed(chunk, False)
            if is_xml:
                feed(b"", True)


def column_number(letters: str) -> int:
    """The number of a column from 1, by its letters: 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
