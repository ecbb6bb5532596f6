"""Reading YAML that people write: limits first, then shape, and every complaint with file and line."""

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from literacy_app.foundation.errors import InputError, Problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 20

T = TypeVar("T")
Place = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """Plain data only. Of YAML's implicit words just true, false, null and numbers, so that `no` and `on` stay words."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - the library reads this class attribute


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


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
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        raise InputError([Problem(name, where, getattr(error, "problem", None) or str(error))]) from error
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


def _line(node: yaml.Node) -> int:
    return 1 if node.start_mark is None else node.start_mark.line + 1


def _plain(name: str, loader: _Loader, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    lines[place] = _line(node)
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
                            f"the key {key!r} must be a word; put it in quotes",
                        )
                    ]
                )
            if key in result:
                raise InputError([Problem(name, f"line {_line(key_node)}", f"{key!r} stands twice")])
            result[key] = _plain(name, loader, value_node, (*place, key), lines)
        return result
    return loader.construct_object(node, deep=True)


def shape(document: Document, kind: type[T]) -> T:
    """The document as `kind` (a frozen dataclass). Raises InputError naming every line that does not fit."""
    try:
        return TypeAdapter(kind).validate_python(document.data)
    except ValidationError as error:
        raise InputError([document.problem(tuple(item["loc"]), _sentence(item)) for item in error.errors()]) from error


def _sentence(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    given = f" (found {item['input']!r})" if isinstance(item["input"], str | int | float | bool) else ""
    return f"{place}: {item['msg']}{given}"
