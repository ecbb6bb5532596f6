"""Reading YAML that people write: limits first, then shape, and every complaint with file and line."""

import math
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from literacy_app.foundation.errors import InputError, Problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
# Python refuses to read thousands of digits, and no number that a person means is this long.
LONGEST_NUMBER = 40

T = TypeVar("T")
Place = tuple[str | int, ...]


_CORE = "tag:yaml.org,2002:"
# What may stand in a file, whether YAML found it out by itself or somebody wrote the tag.
_ALLOWED = frozenset(_CORE + name for name in ("map", "seq", "str", "bool", "null", "int", "float"))
_ID = re.compile(r"[a-z0-9_-]+")


class _Loader(yaml.CSafeLoader):
    """Plain data only. Of YAML's implicit words just true, false, null and numbers, so that `no` and `on` stay words."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - the library reads this class attribute


for _tag, _pattern, _first in (
    (f"{_CORE}bool", r"^(?:true|false)$", "tf"),
    (f"{_CORE}null", r"^(?:null|~|)$", ["n", "~", ""]),
    (f"{_CORE}int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    (f"{_CORE}float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def is_id(text: str, longest: int) -> bool:
    """Whether `text` can name a thing in a file, an address and a table: lower-case ASCII letters, digits, `-` and `_`."""
    return len(text) <= longest and _ID.fullmatch(text) is not None


class Document:
    """One YAML file as plain data, knowing the line of everything in it."""

    def __init__(self, file: str, data: Any, lines: dict[Place, int]) -> None:
        self.file = file
        self.data = data
        self.lines = lines

    def line(self, place: Place) -> str:
        """`line N` of the nearest thing at or above `place`."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"line {self.lines.get(place, 1)}"

    def problem(self, place: Place, message: str) -> Problem:
        """A complaint about what stands at `place`."""
        return Problem(self.file, self.line(place), message)


def read_yaml(path: Path, root: Path) -> Document:
    """The document at `path`, named relative to `root`. Raises InputError for anything that is not plain, small YAML."""
    name = str(path.relative_to(root))
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([Problem(name, "", f"cannot be read ({error.strerror})")]) from error
    if len(raw) > MAX_BYTES:
        raise InputError([Problem(name, "", f"is larger than {MAX_BYTES} bytes")])
    try:
        loader = _Loader(raw.decode("utf-8"))
        _refuse_bombs(name, raw)
        node = loader.get_single_node()
    except UnicodeDecodeError as error:
        raise InputError([Problem(name, f"byte {error.start}", "is not UTF-8")]) from error
    except yaml.YAMLError as error:
        raise InputError([_complaint(name, raw, error)]) from error
    lines: dict[Place, int] = {}
    if node is None:
        raise InputError([Problem(name, "line 1", "is empty")])
    return Document(name, _plain(name, loader, node, (), lines), lines)


def _refuse_bombs(name: str, raw: bytes) -> None:
    """Aliases make small files huge when walked, and deep nesting exhausts the stack: both are found before anything is built."""
    depth = 0
    for event in yaml.parse(raw, Loader=yaml.CSafeLoader):
        where = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        if isinstance(event, yaml.AliasEvent):
            raise InputError([Problem(name, where, "aliases (*) are not allowed")])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InputError([Problem(name, where, f"is nested more than {MAX_DEPTH} deep")])


def _complaint(name: str, raw: bytes, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return Problem(name, f"line {mark.line + 1}", getattr(error, "problem", None) or "cannot be read as YAML")
    if isinstance(error, yaml.reader.ReaderError):
        line = raw[: error.position].count(b"\n") + 1
        return Problem(name, f"line {line}", f"character {error.character:#06x}: {error.reason}")
    return Problem(name, "", " ".join(str(error).split()))


def _line(node: yaml.Node) -> int:
    return 1 if node.start_mark is None else node.start_mark.line + 1


def _plain(name: str, loader: _Loader, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    lines[place] = _line(node)
    if node.tag not in _ALLOWED:
        tag = node.tag.replace(_CORE, "!!")
        raise InputError(
            [Problem(name, f"line {_line(node)}", f"the tag {_short(tag)} is not allowed; plain data only")]
        )
    if isinstance(node, yaml.SequenceNode):
        return [_plain(name, loader, child, (*place, index), lines) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _plain(name, loader, key_node, (), {})
            if not isinstance(key, str):
                raise InputError(
                    [
                        Problem(
                            name,
                            f"line {_line(key_node)}",
                            f"the key {_short(key)} must be a word; put it in quotes",
                        )
                    ]
                )
            if key in result:
                raise InputError([Problem(name, f"line {_line(key_node)}", f"{_short(key)} stands twice")])
            result[key] = _plain(name, loader, value_node, (*place, key), lines)
        return result
    return _scalar(name, loader, node)


def _scalar(name: str, loader: _Loader, node: yaml.Node) -> Any:
    number = node.tag in (f"{_CORE}int", f"{_CORE}float")
    try:
        value = loader.construct_object(node, deep=True)
        if number and (len(node.value) > LONGEST_NUMBER or not math.isfinite(value)):
            raise ValueError("too long or not finite")
    except (yaml.YAMLError, ValueError, KeyError, OverflowError) as error:
        kind = "a number" if number else node.tag.replace(_CORE, "!!")
        problem = f"{_short(node.value)} cannot be read as {kind}"
        raise InputError([Problem(name, f"line {_line(node)}", problem)]) from error
    return value


def _short(value: object) -> str:
    """As it would be written in Python, on one line, cut where a person has seen enough of it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def shape(document: Document, kind: type[T]) -> T:
    """The document as `kind` (a frozen dataclass). Raises InputError naming every line that does not fit."""
    try:
        return TypeAdapter(kind).validate_python(document.data)
    except ValidationError as error:
        raise InputError([document.problem(tuple(item["loc"]), _sentence(item)) for item in error.errors()]) from error


def _sentence(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    given = f" (found {_short(item['input'])})" if isinstance(item["input"], str | int | float | bool) else ""
    return f"{place}: {item['msg']}{given}"
