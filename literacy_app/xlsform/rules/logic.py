"""Expressions on their way between a workbook and our files."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from literacy_app.questions.rules.expressions import (
    ExpressionError,
    Scene,
    Tree,
    asks_itself,
    evaluate,
    names,
    parse,
    text,
    truth,
)

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
# Texts and references as they are; words, which are functions before a bracket and columns of `choices` elsewhere.
_PIECE = re.compile(r"""'[^']*'|"[^"]*"|\$\{[^}]*\}|(?P<word>[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)(?P<call>\s*\()?""")
_OPERATORS = ("and", "or", "div", "mod")
_STRENGTH = {
    sign: 1 + level
    for level, signs in enumerate(
        (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
    )
    for sign in signs
}
_NOWHERE = Scene({}, datetime(1970, 1, 1, tzinfo=UTC))


def references(words: str) -> tuple[str, ...]:
    """The names that stand as `${name}` in an expression or a text, legal or not."""
    return tuple(_REFERENCE.findall(words))


def renamed(words: str, say: Callable[[str], str]) -> str:
    """An expression or a text with every `${name}` replaced by what `say` says of the name."""
    return _REFERENCE.sub(lambda found: say(found[1]), words)


def both(*conditions: str) -> str:
    """A condition that holds when all of these do; empty ones say nothing."""
    said = [condition for condition in conditions if condition]
    return " and ".join(_closed(condition) for condition in said) if len(said) > 1 else "".join(said)


def _closed(condition: str) -> str:
    try:
        return f"({condition})" if parse(condition)[0] == "or" else condition
    except ExpressionError:
        return f"({condition})"


def for_choice(condition: str, columns: Mapping[str, str]) -> str:
    """A choice filter for one choice, with what stands in its columns: "" if always offered. Raises ExpressionError."""

    def put(found: re.Match[str]) -> str:
        word = found["word"]
        if word is None or word in _OPERATORS or found["call"]:
            return found[0]
        if word not in columns:
            raise ExpressionError(f"{word!r} is no column of the sheet 'choices'", found.start())
        return _quoted(columns[word])

    settled = _settle(parse(_PIECE.sub(put, condition)))
    if isinstance(settled, bool):
        return "" if settled else "false()"
    return write(settled)


def _settle(tree: Tree) -> Any:
    """A condition of which only the truth matters, without the parts that are the same for everybody: a tree, or its truth."""
    if tree[0] in ("and", "or"):
        one, other = _settle(tree[1]), _settle(tree[2])
        decides = tree[0] == "or"
        if decides in (one, other):
            return decides
        if isinstance(one, bool):
            return other
        return one if isinstance(other, bool) else (tree[0], one, other)
    if tree[:2] == ("call", "not"):
        inner = _settle(tree[2])
        return not inner if isinstance(inner, bool) else ("call", "not", inner)
    return truth(evaluate(tree, _NOWHERE)) if _is_constant(tree) else tree


def _is_constant(tree: Tree) -> bool:
    def calls(part: Tree) -> bool:
        return part[0] == "call" or any(calls(inner) for inner in part[1:] if isinstance(inner, tuple))

    return not names(tree) and not asks_itself(tree) and not calls(tree)


def _quoted(words: str) -> str:
    if "'" in words and '"' in words:
        raise ExpressionError(f"{words!r} has both kinds of quotation marks")
    return f'"{words}"' if "'" in words else f"'{words}'"


def write(tree: Tree) -> str:
    """An expression as text, with the fewest brackets; `parse` reads the same tree from it."""
    return _written(tree)


def _written(tree: Tree, weakest: int = 0) -> str:
    kind = tree[0]
    if kind == "number":
        return text(tree[1])
    if kind == "text":
        return _quoted(tree[1])
    if kind == "answer":
        return f"${{{tree[1]}}}"
    if kind == "this":
        return "."
    if kind == "call":
        return f"{tree[1]}({', '.join(_written(part) for part in tree[2:])})"
    if kind == "negative":
        return f"-{_written(tree[1], 7)}"
    strength = _STRENGTH[kind]
    words = f"{_written(tree[1], strength)} {kind} {_written(tree[2], strength + 1)}"
    return f"({words})" if strength < weakest else words


# What ODK understands otherwise than we do is written so that everybody understands it alike, and read back as it was:
# patterns match the whole text here and in Collect, but a part of it in web forms and Kobo; a day in quotes is a day here
# and in web forms, but a text in Collect.
_WHOLE = re.compile(r"\^\(\?:(.*)\)\$", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPARING = ("=", "!=", "<", "<=", ">", ">=", "+", "-")


def for_odk(expression: str, days: Collection[str], *, on_a_day: bool = False) -> str:
    """An expression of ours for a workbook. `days` are the questions that ask for one; `on_a_day`: `.` is one."""

    def is_day(tree: Tree) -> bool:
        known = tree[0] == "answer" and tree[1] in days
        return (
            known
            or (on_a_day and tree == ("this",))
            or tree[:2] in (("call", "today"), ("call", "now"), ("call", "date"))
        )

    def part(tree: Tree) -> Tree:
        if tree[:2] == ("call", "regex") and tree[3][0] == "text" and not _WHOLE.fullmatch(tree[3][1]):
            return (*tree[:3], ("text", f"^(?:{tree[3][1]})$"))
        if tree[0] in _COMPARING and any(map(is_day, tree[1:])):
            return (tree[0], *(("call", "date", side) if _is_written_day(side) else side for side in tree[1:]))
        return tree

    return _changed(expression, part)


def from_odk(expression: str) -> str:
    """What `for_odk` made, as it was."""

    def part(tree: Tree) -> Tree:
        if tree[:2] == ("call", "regex") and tree[3][0] == "text" and (whole := _WHOLE.fullmatch(tree[3][1])):
            return (*tree[:3], ("text", whole[1]))
        if tree[0] in _COMPARING:
            days = (side[:2] == ("call", "date") and _is_written_day(side[2]) for side in tree[1:])
            return (tree[0], *(side[2] if day else side for side, day in zip(tree[1:], days, strict=True)))
        return tree

    return _changed(expression, part)


def _is_written_day(tree: Tree) -> bool:
    return tree[0] == "text" and _DAY.fullmatch(tree[1]) is not None


def _changed(expression: str, change: Callable[[Tree], Tree]) -> str:
    """An expression with every part changed, from the inside; as it was written if nothing is."""

    def walk(tree: Tree) -> Tree:
        return change(tuple(walk(part) if isinstance(part, tuple) else part for part in tree))

    tree = parse(expression) if expression else ()
    return write(changed) if tree and (changed := walk(tree)) != tree else expression
