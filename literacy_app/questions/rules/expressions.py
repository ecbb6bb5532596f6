"""Conditions, constraints and calculations: the part of XLSForm's expressions that instruments may use.

    tree = parse("${age} >= 15 and selected(${means}, 'car')")
    evaluate(tree, Scene(answers={"age": "17", "means": "bus car"}, ...))

Written by us, small and exact, because a phone evaluates the same trees; the meaning is that of XPath 1.0 with the
functions of the ODK XForms specification (https://getodk.github.io/xforms-spec/), held against ODK's own engine in
tests/xlsform. A value is a text, a number (IEEE double) or true/false; a question without an answer is the empty text.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

Atom = str | float | bool
# ("number", 1.0), ("text", "x"), ("answer", "age"), ("this",), ("call", "if", a, b, c), or an operator with its operands.
Tree = tuple[Any, ...]

EPOCH = date(1970, 1, 1)
LONGEST, DEEPEST, MOST_LINKS = 4_000, 60, 200


class ExpressionError(ValueError):
    """What is wrong with an expression, in words, and where (characters from its start)."""

    def __init__(self, message: str, place: int = 0) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True)
class Scene:
    """What an expression may ask about: the answers so far as texts, the answer in question, the time, the words, the chance."""

    answers: Mapping[str, str]
    now: datetime
    this: str = ""
    seed: str = ""
    labels: Callable[[str, str], str] = field(default=lambda question, option: option)


# Reading

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<text>'[^']*'|"[^"]*")
    | \$\{\s*(?P<answer>[A-Za-z_][\w-]*)\s*\}
    | (?P<sign><=|>=|!=|[-+*=<>(),.])
    | (?P<word>[A-Za-z_][\w-]*(?::[A-Za-z_][\w-]*)?)
    )""",
    re.VERBOSE | re.ASCII,
)
_SPACE = re.compile(r"\s*", re.ASCII)
# From the loosest to the tightest.
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))


@lru_cache(maxsize=4096)
def parse(text: str) -> Tree:
    """The tree of an expression. Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(f"is longer than {LONGEST} characters")
    reader = _Reader(text)
    tree = reader.level(0)
    if reader.kind:
        raise ExpressionError(f"{reader.token!r} was not expected", reader.begin)
    return tree


def names(tree: Tree) -> frozenset[str]:
    """The questions that an expression asks about, also by the words of their options."""
    if tree[0] == "answer":
        return frozenset({tree[1]})
    own = frozenset({_named_in(tree[3])}) if tree[:2] == ("call", "jr:choice-name") else frozenset()
    return own.union(*(names(part) for part in tree[1:] if isinstance(part, tuple)))


def _named_in(quoted: Tree) -> str:
    return str(quoted[1])[2:-1].strip()


def asks_itself(tree: Tree) -> bool:
    """Whether an expression asks about the answer in question (`.`)."""
    return tree[0] == "this" or any(asks_itself(part) for part in tree[1:] if isinstance(part, tuple))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.end, self.depth, self.links = text, 0, 0, 0
        self.kind, self.token, self.begin = "", "", 0
        self.step()

    def step(self) -> None:
        blank = _SPACE.match(self.text, self.end)
        self.begin = blank.end() if blank else self.end
        if self.begin == len(self.text):
            self.kind, self.token = "", "the end"
            return
        found = _TOKEN.match(self.text, self.end)
        if found is None:
            raise ExpressionError(f"{self.text[self.begin]!r} was not expected", self.begin)
        self.kind, self.end = found.lastgroup or "", found.end()
        self.token = found[self.kind]

    def take(self, *tokens: str) -> str:
        if self.kind in ("sign", "word") and self.token in tokens:
            token = self.token
            self.step()
            return token
        return ""

    def need(self, token: str) -> None:
        if not self.take(token):
            raise ExpressionError(f"{token!r} was expected instead of {self.token!r}", self.begin)

    def level(self, number: int) -> Tree:
        if number == len(_LEVELS):
            return self.operand()
        tree = self.level(number + 1)
        begin = self.begin
        while sign := self.take(*_LEVELS[number]):
            tree = (sign, tree, self.level(number + 1))
            self.links += 1
            if self.links > MOST_LINKS:
                raise ExpressionError(f"has more than {MOST_LINKS} operators", begin)
            begin = self.begin
        return tree

    def operand(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"is nested more than {DEEPEST} deep", self.begin)
        try:
            return self.plain_operand()
        finally:
            self.depth -= 1

    def plain_operand(self) -> Tree:
        kind, token, begin = self.kind, self.token, self.begin
        if self.take("-"):
            return ("negative", self.operand())
        if self.take("."):
            return ("this",)
        if self.take("("):
            tree = self.level(0)
            self.need(")")
            return tree
        if kind not in ("number", "text", "answer", "word"):
            raise ExpressionError(f"{token!r} was not expected", begin)
        self.step()
        if kind == "number":
            if math.isinf(float(token)):
                raise ExpressionError("is too large a number", begin)
            return ("number", float(token))
        if kind == "text":
            return ("text", token[1:-1])
        if kind == "answer":
            return ("answer", token)
        return self.call(token, begin)

    def call(self, name: str, begin: int) -> Tree:
        if name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(f"{name!r} is no function that instruments may use; there are {known}", begin)
        self.need("(")
        arguments: list[Tree] = []
        if not self.take(")"):
            arguments.append(self.level(0))
            while self.take(","):
                arguments.append(self.level(0))
            self.need(")")
        fewest, most, _ = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            raise ExpressionError(f"{name}() takes {_so_many(fewest, most)}, not {len(arguments)}", begin)
        if name == "jr:choice-name" and not (arguments[1][0] == "text" and re.fullmatch(r"\$\{.+\}", arguments[1][1])):
            raise ExpressionError("jr:choice-name() wants the question's name in quotes: '${name}'", begin)
        if name == "regex" and arguments[1][0] == "text" and _pattern(arguments[1][1]) is None:
            raise ExpressionError(f"{arguments[1][1]!r} is no pattern that Python and JavaScript read alike", begin)
        return ("call", name, *arguments)


def _so_many(fewest: int, most: int) -> str:
    if fewest == most:
        return f"{fewest} argument{'' if fewest == 1 else 's'}"
    return f"{fewest} to {most} arguments"


# Evaluating


def evaluate(tree: Tree, scene: Scene) -> Atom:
    """The value of an expression. Never fails: what cannot be computed is not a number, as in XPath."""
    kind = tree[0]
    if kind in ("number", "text"):
        return tree[1]  # type: ignore[no-any-return]
    if kind == "answer":
        return scene.answers.get(tree[1], "")
    if kind == "this":
        return scene.this
    if kind == "or":
        return truth(evaluate(tree[1], scene)) or truth(evaluate(tree[2], scene))
    if kind == "and":
        return truth(evaluate(tree[1], scene)) and truth(evaluate(tree[2], scene))
    if kind == "negative":
        return -number(evaluate(tree[1], scene))
    if kind == "call":
        return FUNCTIONS[tree[1]][2](scene, tree[2:])
    return _BINARY[kind](evaluate(tree[1], scene), evaluate(tree[2], scene))


def truth(value: Atom) -> bool:
    """A value as true or false: a text is true unless empty, a number unless 0 or not a number."""
    if isinstance(value, float):
        return value == value and value != 0  # noqa: PLR0124 - the only number unequal to itself is "not a number"
    return bool(value)


_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?", re.ASCII)


def number(value: Atom) -> float:
    """A value as a number. A date is its days since 1970-01-01, as in ODK; anything else that is none is NaN."""
    if not isinstance(value, str):
        return float(value)
    if _NUMBER.fullmatch(value):
        return float(value)
    if _DATE.fullmatch(value):
        try:
            return float((date.fromisoformat(value[:10]) - EPOCH).days)
        except ValueError:
            return math.nan
    return math.nan


def text(value: Atom) -> str:
    """A value as a text; whole numbers without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        # XPath 1.0 knows no exponents: the shortest digits that give the number back, written out.
        whole = value == int(value) and abs(value) < 1e15
        return str(int(value)) if whole else format(Decimal(repr(value)).normalize(), "f")
    return value


def _equal(one: Atom, other: Atom) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return truth(one) == truth(other)
    if isinstance(one, float) or isinstance(other, float):
        return number(one) == number(other)
    return one == other


def _divided(one: float, other: float) -> float:
    if other == 0:
        return math.nan if one == 0 or math.isnan(one) else math.copysign(math.inf, one) * math.copysign(1, other)
    return one / other


def _remainder(one: float, other: float) -> float:
    return math.fmod(one, other) if other != 0 and math.isfinite(one) else math.nan


_BINARY: dict[str, Callable[[Atom, Atom], Atom]] = {
    "=": _equal,
    "!=": lambda one, other: not _equal(one, other),
    "<": lambda one, other: number(one) < number(other),
    "<=": lambda one, other: number(one) <= number(other),
    ">": lambda one, other: number(one) > number(other),
    ">=": lambda one, other: number(one) >= number(other),
    "+": lambda one, other: number(one) + number(other),
    "-": lambda one, other: number(one) - number(other),
    "*": lambda one, other: number(one) * number(other),
    "div": lambda one, other: _divided(number(one), number(other)),
    "mod": lambda one, other: _remainder(number(one), number(other)),
}


# Functions: how many arguments they take, and what they do with them.

_MANY = 99
_ITEM = re.compile(r"[^ \t\r\n]+")
# Patterns that mean the same in Python and, after expressions.js has rewritten `.`, `$`, `\s` and needless backslashes, in
# JavaScript: no back references, no look-behind, no flags, no names, every literal bracket with a backslash.
_ESCAPE = r"\\(?:[dDwWtrnfv]|[^A-Za-z0-9\s])"
_PORTABLE = re.compile(
    rf"""(?: \((?:\?[:=!] | (?!\?)) | [)|^$] | \\[bBsS] | {_ESCAPE} | [^\\\[\]{{}}()|^$*+?]
      | \[\^? (?: {_ESCAPE} | \\s | [^\\\[\]^&~|-] | -(?!-) )+ \]
      | (?: [*+?] | \{{\d{{1,3}}(?:,\d{{0,3}})?\}} )\??(?![*+?{{])
    )*""",
    re.VERBOSE | re.ASCII,
)
Function = Callable[[Scene, tuple[Tree, ...]], Atom]


def _of_texts(do: Callable[..., Atom]) -> Function:
    return lambda scene, given: do(*(text(evaluate(tree, scene)) for tree in given))


def _of_numbers(do: Callable[..., Atom]) -> Function:
    return lambda scene, given: do(*(number(evaluate(tree, scene)) for tree in given))


def _chosen(said: str) -> list[str]:
    return _ITEM.findall(said)  # XPath's white space, which is less than what Python and JavaScript take for it


def _if(scene: Scene, given: tuple[Tree, ...]) -> Atom:
    return evaluate(given[1] if truth(evaluate(given[0], scene)) else given[2], scene)


def _coalesce(scene: Scene, given: tuple[Tree, ...]) -> Atom:
    first = evaluate(given[0], scene)
    return first if text(first) and first == first else evaluate(given[1], scene)  # noqa: PLR0124 - as ODK: NaN is nothing


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> re.Pattern[str] | None:
    """A pattern to match whole texts with, or None for one that does not mean the same everywhere."""
    try:
        return re.compile(pattern, re.ASCII) if _PORTABLE.fullmatch(pattern) else None
    except (re.error, RecursionError):
        return None


def _matches(said: str, pattern: str) -> bool:
    known = _pattern(pattern)
    return known is not None and known.fullmatch(said) is not None


def _rounded(value: float, digits: float = 0.0) -> float:
    if not math.isfinite(value) or not math.isfinite(digits):
        return value
    places = max(-15, min(15, int(digits)))
    step = float(f"1e{abs(places)}")
    moved = value * step if places >= 0 else value / step
    if not math.isfinite(moved):
        return value
    low = math.floor(moved)
    near = low + 1 if moved - low >= 0.5 else low  # halves upwards, as XPath has it
    return near / step if places >= 0 else near * step


def _whole(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else math.nan


def _smallest(*values: float) -> float:
    return math.nan if any(math.isnan(value) for value in values) else min(values)


def _largest(*values: float) -> float:
    return math.nan if any(math.isnan(value) for value in values) else max(values)


def _choice_name(scene: Scene, given: tuple[Tree, ...]) -> Atom:
    option = text(evaluate(given[0], scene))
    return scene.labels(_named_in(given[1]), option) if option else ""


def _day(scene: Scene, given: tuple[Tree, ...]) -> Atom:
    days = number(evaluate(given[0], scene))
    if not math.isfinite(days) or abs(days) > 3e6:
        return ""
    try:
        return (EPOCH + timedelta(days=math.floor(days))).isoformat()
    except OverflowError:
        return ""


_PARTS = {
    "%Y": lambda day: f"{day.year:04d}",
    "%y": lambda day: f"{day.year % 100:02d}",
    "%m": lambda day: f"{day.month:02d}",
    "%n": lambda day: str(day.month),
    "%d": lambda day: f"{day.day:02d}",
    "%e": lambda day: str(day.day),
}


def _format_date(said: str, form: str) -> str:
    days = number(said)
    if not math.isfinite(days) or abs(days) > 3e6:
        return ""
    try:
        day = EPOCH + timedelta(days=math.floor(days))
    except OverflowError:
        return ""
    return re.sub(r"%[A-Za-z]", lambda part: _PARTS[part[0]](day) if part[0] in _PARTS else part[0], form)


def _chance(scene: Scene, given: tuple[Tree, ...]) -> Atom:
    # The same number whenever it is asked, here and on a phone: drawn from the seed, which is stored with the answers.
    return chance(scene.seed)


def chance(seed: str) -> float:
    """A number from 0 to below 1 that the seed decides (FNV-1a with a final mix, 32 bits; JavaScript does the same)."""
    mixed = 0x811C9DC5
    for byte in seed.encode():
        mixed = ((mixed ^ byte) * 0x01000193) & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        mixed = ((mixed ^ (mixed >> shift)) * factor) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 16)) / 2**32


FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "if": (3, 3, _if),
    "coalesce": (2, 2, _coalesce),
    "once": (1, 1, lambda scene, given: scene.this or evaluate(given[0], scene)),
    "not": (1, 1, lambda scene, given: not truth(evaluate(given[0], scene))),
    "true": (0, 0, lambda scene, given: True),
    "false": (0, 0, lambda scene, given: False),
    "boolean": (1, 1, lambda scene, given: truth(evaluate(given[0], scene))),
    "number": (1, 1, lambda scene, given: number(evaluate(given[0], scene))),
    "string": (1, 1, lambda scene, given: text(evaluate(given[0], scene))),
    "selected": (2, 2, _of_texts(lambda chosen, option: option.strip(" \t\r\n") in _chosen(chosen))),
    "count-selected": (1, 1, _of_texts(lambda chosen: float(len(_chosen(chosen))))),
    "string-length": (1, 1, _of_texts(lambda said: float(len(said)))),
    "regex": (2, 2, _of_texts(_matches)),
    "concat": (1, _MANY, _of_texts(lambda *parts: "".join(parts))),
    "round": (1, 2, _of_numbers(_rounded)),
    "int": (1, 1, _of_numbers(_whole)),
    "abs": (1, 1, _of_numbers(abs)),
    "min": (1, _MANY, _of_numbers(_smallest)),
    "max": (1, _MANY, _of_numbers(_largest)),
    "today": (0, 0, lambda scene, given: scene.now.date().isoformat()),
    "now": (0, 0, lambda scene, given: scene.now.isoformat(timespec="milliseconds")),
    "date": (1, 1, _day),
    "format-date": (2, 2, _of_texts(_format_date)),
    "random": (0, 0, _chance),
    "jr:choice-name": (2, 2, _choice_name),
}


# Texts with answers in them

_PIPE = re.compile(r"\$\{\s*([A-Za-z_][\w-]*)\s*\}", re.ASCII)


def piped(words: str) -> frozenset[str]:
    """The questions whose answers a text repeats."""
    return frozenset(_PIPE.findall(words))


def fill(words: str, say: Callable[[str], str]) -> str:
    """A text with every `${question}` replaced by what `say` says of it."""
    return _PIPE.sub(lambda found: say(found[1]), words) if "${" in words else words
