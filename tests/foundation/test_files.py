"""Reading YAML that people write."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.foundation.files import MAX_BYTES, is_id, read_yaml, shape


@dataclass(frozen=True)
class Thing:
    __pydantic_config__ = {"extra": "forbid"}

    name: str
    sizes: tuple[int, ...] = ()


def read(folder: Path, text: str | bytes) -> object:
    path = folder / "thing.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return shape(read_yaml(path, folder), Thing)


def test_a_good_file_becomes_its_shape(tmp_path: Path) -> None:
    assert read(tmp_path, "name: no\nsizes: [1, 2]\n") == Thing("no", (1, 2))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("name: a\nsizes: [1, two]\n", "line 2", "valid integer"),
        ("name: a\ncolour: red\n", "line 2", "Unexpected keyword"),
        ("sizes: [1]\n", "line 1", "Field required"),
        ("name: a\nname: b\n", "line 2", "stands twice"),
        ("name: &x a\nsizes: [*x]\n", "line 2", "aliases"),
        ("name: a\n  sizes: [1\n", "line 2", "mapping values"),
        ("name: [a\n", "line 2", "expected"),
        ("1: a\n", "line 1", "must be a word"),
        ("name: " + "[" * 60 + "]" * 60, "line 1", "nested"),
        (b"name: \xff\n", "byte 6", "UTF-8"),
        ("name: " + "a" * MAX_BYTES, "", "larger"),
        ("name: a\x07\n", "line 1", "control characters"),
        ("name: !foo bar\n", "line 1", "'!foo' is not allowed"),
        ("name: a\nsizes: [1, !!int abc]\n", "line 2", "'abc' cannot be read"),
        ("name: a\nsizes: !!set {b: null}\n", "line 2", "!!set' is not allowed"),
        ("name: !!timestamp 2020-01-01\n", "line 1", "!!timestamp' is not allowed"),
        ("name: !!binary 'é'\n", "line 1", "!!binary' is not allowed"),
        ("name: !!python/object:os.system x\n", "line 1", "is not allowed"),
        ("name: !!bool maybe\n", "line 1", "'maybe' cannot be read"),
        ("name: !!float .inf\n", "line 1", "'.inf' cannot be read"),
        ("name: a\nsizes: [" + "1" * 5000 + "]\n", "line 2", "cannot be read"),
        ("name: " + "1" * 400 + ".5\n", "line 1", "cannot be read"),
        ("? !foo name\n: a\n", "line 1", "'!foo' is not allowed"),
        ("", "line 1", "is empty"),
        ("[1]\n", "line 1", "dictionary"),
    ],
)
def test_a_bad_file_is_named_with_its_line_and_reason(tmp_path: Path, text: str | bytes, where: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    problem = caught.value.problems[0]
    assert (problem.file, problem.where) == ("thing.yml", where)
    assert what in problem.message
    assert len(str(problem).splitlines()) == 1 and len(str(problem)) < 300


@pytest.mark.parametrize("text", ["name: !!str 12\n", "!!map {name: '12'}\n", "name: &mark '12'\n"])
def test_a_tag_of_plain_data_may_be_written_out(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == Thing("12")


@pytest.mark.parametrize(
    ("id", "good"),
    [("a", True), ("a09-1", True), ("rather_not", True), ("", False), ("a" * 21, False), ("A", False), ("好", False)]
    + [("a b", False), ("a\n", False), ("<b>", False)],
)
def test_an_id_is_short_lower_case_ascii(id: str, good: bool) -> None:
    assert is_id(id, 20) is good


def test_a_bomb_of_aliases_is_refused_before_it_is_built(tmp_path: Path) -> None:
    layers = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 9))
    with pytest.raises(InputError, match="aliases"):
        read(tmp_path, "l0: &l0 [x]\n" + layers)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_yaml(tmp_path / "none.yml", tmp_path)
