"""Conditions, constraints and calculations: what they mean here and in JavaScript, and what is said of mistakes in them."""

import json
import math
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dev import NODE
from literacy_app.questions.rules.expressions import (
    DEEPEST,
    FUNCTIONS,
    LONGEST,
    MOST_LINKS,
    Atom,
    ExpressionError,
    Scene,
    Tree,
    asks_itself,
    chance,
    evaluate,
    fill,
    names,
    parse,
    piped,
    text,
)

pytestmark = pytest.mark.thorough

HERE = Path(__file__).parent
VECTORS: list[dict[str, Any]] = json.loads((HERE / "vectors.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=8)))
Told = tuple[str, Any]


def scene(case: dict[str, Any]) -> Scene:
    now = datetime.fromisoformat(case["now"])
    return Scene(case["answers"], now, case["this"], case["seed"], lambda question, option: f"{question}:{option}")


def told(value: Atom) -> Told:
    """A value as JSON can hold it: its type, and numbers that JSON has not as words."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return "number", text(value)
        return "number", "-0" if value == 0 and math.copysign(1, value) < 0 else value
    return "boolean" if isinstance(value, bool) else "string", value


def in_javascript(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """What expressions.js makes of the trees: the values with their types, and as texts; and which functions it has."""
    assert NODE.exists(), f"there is no {NODE}: `make fast` installs it from requirements-test.lock"
    trees = json.dumps(cases, allow_nan=False)
    done = subprocess.run([NODE, HERE / "expressions.mjs"], input=trees, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout, parse_int=float)
    return result


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["expression"][:60])
def test_an_expression_has_the_value_that_is_written_down_for_it(case: dict[str, Any]) -> None:
    assert told(evaluate(parse(case["expression"]), scene(case))) == (case["type"], case["value"])


def test_a_phone_finds_the_same_values_and_writes_them_alike() -> None:
    asked = [{name: case[name] for name in ("answers", "this", "now", "seed")} for case in VECTORS]
    trees = [parse(case["expression"]) for case in VECTORS]
    found = in_javascript([one | {"tree": tree} for one, tree in zip(asked, trees, strict=True)])
    here = [
        (case["expression"], [case["type"], case["value"]], text(evaluate(tree, scene(case))))
        for case, tree in zip(VECTORS, trees, strict=True)
    ]
    there = [(case["expression"], *one.values()) for case, one in zip(VECTORS, found["values"], strict=True)]
    assert there == here
    assert set(found["functions"]) == set(FUNCTIONS)


def test_the_vectors_use_every_function_and_every_operator() -> None:
    used = {word for case in VECTORS for word in words_of(parse(case["expression"]))}
    operators = {"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "negative", "this"}
    assert set(FUNCTIONS) | operators <= used
    assert len(VECTORS) >= 200


def words_of(tree: Tree) -> set[str]:
    own = {tree[0], tree[1]} if tree[0] == "call" else {tree[0]}
    return own.union(*(words_of(part) for part in tree[1:] if isinstance(part, tuple)))


# Anything at all

SAID = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "2.5", "1e21", "a", "a b", "b  a", "2026-01-31", "2026-02-30", "true", "😀", "refused"]
    ),
    st.floats(allow_nan=False).map(repr),
    st.text(max_size=8),
)
LEAVES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, min_value=0).map(lambda one: ("number", one)),
    SAID.map(lambda said: ("text", said)),
    st.sampled_from(
        [("answer", "a"), ("answer", "b"), ("answer", "nobody"), ("this",), ("call", "today"), ("call", "random")]
    ),
)
OPERATORS = st.sampled_from(["or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"])
CALLED = sorted(name for name, (_, most, _) in FUNCTIONS.items() if most and name not in ("jr:choice-name", "regex"))
FORMS = st.text(alphabet="%YymndeQ-/年 ", max_size=8).map(lambda form: ("text", form))
PATTERNS = st.text(alphabet="ab1.[]()|^$*+?{},\\dDwWsSbB-好 \n", max_size=9).map(lambda one: ("text", one))
SCENES = st.fixed_dictionaries(
    {
        "answers": st.fixed_dictionaries({"a": SAID, "b": SAID}),
        "this": SAID,
        "seed": st.text(max_size=8),
        "now": st.datetimes(timezones=st.just(NOW.tzinfo)).map(lambda one: one.isoformat(timespec="milliseconds")),
    }
)


def grown(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    def call(name: str) -> st.SearchStrategy[Tree]:
        fewest, most, _ = FUNCTIONS[name]
        many = st.lists(parts, min_size=fewest, max_size=min(most, 4))
        return many.map(lambda given: ("call", name, *given))

    return st.one_of(
        st.tuples(OPERATORS, parts, parts),
        parts.map(lambda one: ("negative", one)),
        st.sampled_from(CALLED).flatmap(call),
        st.tuples(st.just("call"), st.just("format-date"), parts, FORMS),
        st.tuples(st.just("call"), st.just("regex"), parts, PATTERNS),
        st.tuples(st.just("call"), st.just("jr:choice-name"), parts, st.just(("text", "${a}"))),
    )


TREES = st.recursive(LEAVES, grown, max_leaves=12)
BITS = st.sampled_from(
    [
        "${a}",
        "${",
        "}",
        ".",
        "1",
        ".5",
        "'",
        '"',
        "'a'",
        "(",
        ")",
        ",",
        "-",
        "+",
        "*",
        "=",
        "!=",
        "<=",
        "div ",
        "mod ",
        "and ",
        "or ",
    ]
    + ["if(", "not(", "regex(", "round(", "jr:choice-name(", "today()", "selected(", "(?i)", "\u3000", "，", " "]
)


@given(st.one_of(st.text(max_size=60), st.lists(BITS, max_size=30).map("".join)))
def test_reading_any_text_gives_a_tree_or_says_what_is_wrong_and_where(said: str) -> None:
    try:
        assert told(evaluate(parse(said), Scene({}, NOW)))
    except ExpressionError as error:
        assert str(error) and 0 <= error.place <= len(said)


@given(TREES, SCENES)
def test_any_tree_has_a_value_whatever_was_answered(tree: Tree, case: dict[str, Any]) -> None:
    assert isinstance(evaluate(tree, scene(case)), str | float | bool)


def test_any_tree_has_the_same_value_on_a_phone() -> None:
    cases: list[dict[str, Any]] = []

    @settings(max_examples=600, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(TREES, SCENES)
    def collect(tree: Tree, case: dict[str, Any]) -> None:
        cases.append(case | {"tree": tree})

    collect()
    for case, there in zip(cases, in_javascript(cases)["values"], strict=True):
        value = evaluate(case["tree"], scene(case))
        assert (case, tuple(there["value"]), there["text"]) == (case, told(value), text(value))


# Mistakes


@pytest.mark.parametrize(
    ("said", "place", "message"),
    [
        ("", 0, "'the end' was not expected"),
        ("   ", 3, "'the end' was not expected"),
        ("1 +", 3, "'the end' was not expected"),
        ("1 2", 2, "'2' was not expected"),
        ("(1", 2, "')' was expected instead of 'the end'"),
        ("1)", 1, "')' was not expected"),
        ("1 == 1", 3, "'=' was not expected"),
        ("${a} && ${b}", 5, "'&' was not expected"),
        ("${a", 0, "'$' was not expected"),
        ("${年龄} > 1", 0, "'$' was not expected"),
        ("'open", 0, '"\'" was not expected'),
        ("1\u3000+ 1", 1, "'\\u3000' was not expected"),
        ("if(1，2，3)", 4, "'，' was not expected"),
        ("1 and", 5, "'the end' was not expected"),
        ("age > 1", 0, "'age' is no function that instruments may use; there are abs, boolean, "),
        ("1 + pulldata('x')", 4, "'pulldata' is no function"),
        ("round 1", 6, "'(' was expected instead of '1'"),
        ("1 + not()", 4, "not() takes 1 argument, not 0"),
        ("if(1, 2)", 0, "if() takes 3 arguments, not 2"),
        ("round(1, 2, 3)", 0, "round() takes 1 to 2 arguments, not 3"),
        ("today(1)", 0, "today() takes 0 arguments, not 1"),
        ("min()", 0, "min() takes 1 to 99 arguments, not 0"),
        ("jr:choice-name(${a}, ${a})", 0, "jr:choice-name() wants the question's name in quotes"),
        ("jr:choice-name(${a}, 'a')", 0, "jr:choice-name() wants the question's name in quotes"),
        ("regex(., '[a')", 0, "'[a' is no pattern"),
        ("regex(., '(?i)a')", 0, "'(?i)a' is no pattern"),
        ("regex(., '(a)\\1')", 0, "is no pattern"),
        ("regex(., 'a++')", 0, "is no pattern"),
        ("1 + " + "9" * 400, 4, "is too large a number"),
        ("1.", 1, "'.' was not expected"),
    ],
)
def test_a_mistake_is_told_with_its_place(said: str, place: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(said)
    assert message in str(caught.value)
    assert caught.value.place == place


def test_an_unknown_function_is_told_with_all_that_there_are() -> None:
    with pytest.raises(ExpressionError, match=", ".join(sorted(FUNCTIONS))):
        parse("nothing()")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("'" + "a" * LONGEST + "'", f"longer than {LONGEST} characters"),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), f"nested more than {DEEPEST} deep"),
        ("-" * DEEPEST + "1", f"nested more than {DEEPEST} deep"),
        ("not(" * DEEPEST + "1" + ")" * DEEPEST, f"nested more than {DEEPEST} deep"),
        ("1" + "+1" * (MOST_LINKS + 1), f"more than {MOST_LINKS} operators"),
    ],
)
def test_what_would_exhaust_a_phone_is_refused(said: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(said)


def test_what_is_as_large_as_allowed_can_be_evaluated() -> None:
    deep = "if(" * (DEEPEST - 1) + "1" + "+1" * MOST_LINKS + ", 1, 2)" * (DEEPEST - 1)
    assert evaluate(parse(deep), Scene({}, NOW)) == 1
    assert names(parse(deep)) == frozenset()


# What an expression asks about, and texts with answers in them


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("1", set()),
        ("${a} = 1 or not(${b})", {"a", "b"}),
        ("selected(${a}, '${b}')", {"a"}),
        ("jr:choice-name('x', '${ a }')", {"a"}),
        (". > ${a}", {"a"}),
    ],
)
def test_an_expression_knows_which_questions_it_asks_about(said: str, asked: set[str]) -> None:
    assert names(parse(said)) == asked


@pytest.mark.parametrize(("said", "itself"), [(". > 1", True), ("not(string-length(.) > 1)", True), ("'.'", False)])
def test_an_expression_knows_whether_it_asks_about_its_own_answer(said: str, itself: bool) -> None:
    assert asks_itself(parse(said)) is itself


def test_answers_are_put_where_a_text_repeats_them() -> None:
    words = "${name}，您 ${ age } 岁；${ 1 } $ {name} ${姓名}"
    assert piped(words) == {"name", "age"}
    assert fill(words, lambda id: f"<{id}>") == "<name>，您 <age> 岁；${ 1 } $ {name} ${姓名}"


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert fill("${a}", lambda id: "${b}") == "${b}"


def test_chances_are_spread_evenly() -> None:
    drawn = [chance(f"person-{number}:q1") for number in range(2000)]
    assert all(0 <= one < 1 for one in drawn)
    assert all(abs(sum(tenth <= one * 10 < tenth + 1 for one in drawn) - 200) < 60 for tenth in range(10))
