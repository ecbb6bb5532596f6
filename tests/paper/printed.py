"""What a PDF of ours says, page by page: just enough of the format to read our own."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

STREAM = re.compile(rb"<<([^<]*?(?:<<[^>]*>>[^<]*?)*)>>\s*stream\r?\n", re.DOTALL)


@dataclass(frozen=True)
class Printed:
    """The texts of the pages in order, as somebody would copy them out, and the pictures as grey values."""

    pages: tuple[str, ...]
    pictures: tuple[list[int], ...]


def printed(pdf: bytes) -> Printed:
    """Read a PDF with one font."""
    letters: dict[bytes, str] = {}
    contents, pictures = [], []
    for found in STREAM.finditer(pdf):
        raw = pdf[found.end() : pdf.index(b"endstream", found.end())]
        head = found[1]
        if b"/FlateDecode" not in head:
            continue
        body = zlib.decompress(raw)
        if b"/Image" in head:
            pictures.append(list(body))
        elif b"begincmap" in body:
            for code, text in re.findall(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>", body):
                letters[code.lower()] = bytes.fromhex(text.decode()).decode("utf-16-be")
        elif b"BT" in body and b"Tf" in body:
            contents.append(body)
    return Printed(tuple(_text(content, letters) for content in contents), tuple(pictures))


def _text(content: bytes, letters: dict[bytes, str]) -> str:
    codes = (code.hex().encode() for code in _strings(content))
    return "".join(letters.get(code[place : place + 4], "?") for code in codes for place in range(0, len(code), 4))


def _strings(content: bytes) -> Iterator[bytes]:
    """The strings in a page's stream: in hexadecimal, or in brackets, which may hold brackets in pairs."""
    place = 0
    while place < len(content):
        sign = content[place : place + 1]
        if content[place : place + 2] == b"<<":
            place += 1
        elif sign == b"<":
            end = content.index(b">", place)
            yield bytes.fromhex(content[place + 1 : end].decode())
            place = end
        elif sign == b"(":
            end = _closing(content, place)
            yield _unescaped(content[place + 1 : end])
            place = end
        place += 1


def _closing(content: bytes, place: int) -> int:
    depth = 0
    while True:
        sign = content[place : place + 1]
        depth += {b"(": 1, b")": -1}.get(sign, 0)
        if depth == 0:
            return place
        place += 2 if sign == b"\\" else 1


ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        said = found[1]
        return bytes([int(said, 8) & 255]) if said[:1].isdigit() else ESCAPES.get(said, said)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, text, flags=re.DOTALL)
