"""Instruments for the tests of this room: by hand, and of random expressions that use all that there is."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Question, QuestionWords
from literacy_app.questions.rules.expressions import Tree
from literacy_app.surveys.rules import Consent, Instrument, InstrumentWords
from literacy_app.xlsform.rules.logic import write
from literacy_app.xlsform.rules.writing import write_workbook
from literacy_app.xlsform.service import packed

WORDS = {"zh_Hans": "某题", "en": "Some question"}


def instrument(name: str, questions: Sequence[Question]) -> Instrument:
    """An instrument with words for everything in it."""
    spoken = {
        language: InstrumentWords(
            title=name,
            introduction="-",
            rights=("-",),
            consent=Consent("1", "-", "-", "-"),
            labels={"true": "+", "false": "-", "dont_know": "?", "refused": "/"},
            sections={"s": "-"},
            questions={
                question.id: QuestionWords(
                    stem,
                    options={option: f"{stem} {option}" for option in KINDS[question.kind].options(question)} or None,
                )
                for question in questions
            },
        )
        for language, stem in WORDS.items()
    }
    return Instrument(name, 1, "2020", ("zh_Hans", "en"), tuple(questions), spoken)


def xform(form: Instrument) -> str:
    """The form as ODK reads it, made by pyxform from our workbook."""
    from pyxform.xls2xform import convert

    return str(convert(BytesIO(packed(write_workbook(form, None))), file_type=".xlsx").xform)


ASKED = (
    Question("n1", "number", section="s"),
    Question("n2", "number", section="s"),
    Question("d1", "number", section="s", decimals=2),
    Question("t1", "text", section="s"),
    Question("t2", "text", section="s"),
    Question("day1", "date", section="s"),
    Question("day2", "date", section="s"),
    Question("s1", "single", section="s", options=("a", "b", "c")),
    Question("m1", "multiple", section="s", options=("a", "b", "c", "d")),
)
_TEXTS = ("", "a", "17", "-3.5", "Wang", "江河", "b c", "2021-03-01", "13812345678")
_PATTERNS = (r"1[3-9]\d{9}", "[a-z]+", "(a|b)?", r"-?\d+(\.\d+)?", "[^ ]{2,4}")
_FORMS = ("%Y-%m-%d", "%d.%m.%y", "%e/%n/%Y")


@dataclass
class Chance:
    """Random expressions over ASKED, each of one sort: a number, a truth or a text.

    They keep clear of what ODK's two engines themselves answer differently; test_parity.py has those one by one.
    """

    random: random.Random

    def number(self, deep: int) -> Tree:
        """A tree whose value is a number."""
        pick, number, text = self.random, self.number, self.text
        if deep == 0:
            return pick.choice(
                [
                    ("number", float(pick.choice((0, 1, 2, 3, 7, 10, 0.5, 2.25, 100)))),
                    ("answer", pick.choice(("n1", "n2", "d1"))),
                    ("call", "count-selected", ("answer", "m1")),
                    ("-", ("answer", "day2"), ("answer", "day1")),
                    ("call", "string-length", ("answer", "t1")),
                ]
            )
        operators = ("+", "-", "*", "div", "mod", "negative")
        functions = ("round", "round2", "int", "abs", "min", "max", "if", "number", "string-length", "coalesce")
        name = pick.choice((*operators, *functions, "days", "today"))
        if name in ("+", "-", "*", "div", "mod"):
            return (name, number(deep - 1), number(deep - 1))
        if name == "negative":
            return ("negative", number(deep - 1))
        if name == "round2":
            return ("call", "round", ("call", "abs", number(deep - 1)), ("number", float(pick.choice((0, 1, 2)))))
        if name == "round":
            return ("call", "round", ("call", "abs", number(deep - 1)))
        if name in ("int", "abs"):
            return ("call", name, number(deep - 1))
        if name in ("min", "max"):
            return ("call", name, number(deep - 1), number(deep - 1), number(0))
        if name == "if":
            return ("call", "if", self.truth(deep - 1), number(deep - 1), number(deep - 1))
        if name == "coalesce":
            return ("call", "coalesce", ("answer", "n1"), number(deep - 1))
        if name == "days":
            return ("call", "number", ("answer", "day1"))
        if name == "today":
            return ("call", "int", ("div", ("-", ("call", "today"), ("answer", "day1")), ("number", 365.25)))
        return ("call", name, text(deep - 1))

    def truth(self, deep: int) -> Tree:
        """A tree whose value is true or false."""
        pick = self.random
        if deep == 0:
            return pick.choice(
                [
                    ("call", "selected", ("answer", "m1"), ("text", pick.choice("abcd"))),
                    ("=", ("answer", "s1"), ("text", pick.choice(("a", "b", "refused")))),
                    ("call", "regex", ("answer", "t1"), ("text", pick.choice(_PATTERNS))),
                    ("!=", ("answer", pick.choice(("n1", "t1", "day1", "s1"))), ("text", "")),
                    (pick.choice(("<", ">=")), ("answer", "day1"), ("text", "2001-02-03")),
                    (
                        pick.choice(("<=", ">")),
                        ("answer", "day1"),
                        pick.choice([("call", "today"), ("answer", "day2")]),
                    ),
                    ("call", pick.choice(("true", "false"))),
                ]
            )
        name = pick.choice(("and", "or", "not", "boolean", "number", "number", "text", "text", "if", "mixed", "truths"))
        if name in ("and", "or"):
            return (name, self.truth(deep - 1), self.truth(deep - 1))
        if name == "not":
            return ("call", "not", self.truth(deep - 1))
        if name == "boolean":
            return ("call", "boolean", pick.choice([_computed_number, _computed_text])(self, deep - 1))
        if name == "if":
            return ("call", "if", self.truth(deep - 1), self.truth(deep - 1), self.truth(deep - 1))
        if name == "number":
            return (pick.choice(("=", "!=", "<", "<=", ">", ">=")), self.number(deep - 1), self.number(deep - 1))
        if name == "mixed":
            return (pick.choice(("=", "!=", "<", ">=")), self.number(deep - 1), self.text(deep - 1))
        if name == "truths":
            return (
                pick.choice(("=", "!=")),
                self.truth(deep - 1),
                pick.choice([Chance.truth, _computed_number])(self, deep - 1),
            )
        return (pick.choice(("=", "!=")), self.text(deep - 1), self.text(deep - 1))

    def text(self, deep: int) -> Tree:
        """A tree whose value is a text."""
        pick = self.random
        if deep == 0:
            return pick.choice(
                [
                    ("text", pick.choice(_TEXTS)),
                    ("answer", pick.choice(("t1", "t2", "s1", "m1", "day1"))),
                    ("call", "jr:choice-name", ("answer", "s1"), ("text", "${s1}")),
                    ("call", "format-date", ("answer", "day1"), ("text", pick.choice(_FORMS))),
                ]
            )
        name = pick.choice(("concat", "string", "truth", "if", "coalesce", "date"))
        if name == "concat":
            return ("call", "concat", self.text(deep - 1), self.text(deep - 1), ("answer", "n1"))
        if name == "string":
            found = self.number(deep - 1)
            is_one = ("=", ("call", "abs", found), ("call", "abs", found))
            known = ("call", "if", is_one, found, ("number", 0.0))
            return ("call", "string", ("call", "round", ("call", "abs", known), ("number", 2.0)))
        if name == "truth":
            return ("call", "string", self.truth(deep - 1))
        if name == "if":
            return ("call", "if", self.truth(deep - 1), self.text(deep - 1), self.text(deep - 1))
        if name == "date":
            return ("call", "string", ("call", "date", ("number", float(pick.randrange(-20000, 40000)))))
        return ("call", "coalesce", self.text(deep - 1), self.text(deep - 1))

    def form(self, number: int) -> Instrument:
        """A form that asks, works out, hides, forbids and filters by random expressions."""
        pick, sorts = self.random, (self.number, self.truth, self.text)
        questions = list(ASKED)
        for place in range(18):
            deep = pick.randrange(1, 4)
            questions.append(
                Question(f"c{place}", "calculated", section="s", calculation=write(sorts[place % 3](deep)))
            )
        for place in range(6):
            questions.append(Question(f"h{place}", "text", section="s", show_if=write(self.truth(3))))
        for place in range(4):
            bound: Tree = (pick.choice(("<", ">=", "!=")), ("this",), self.number(1))
            limit = write((pick.choice(("and", "or")), bound, self.truth(2)))
            questions.append(Question(f"l{place}", "number", section="s", constraint=limit))
        known: Tree = ("!=", ("answer", f"c{pick.randrange(18)}"), ("text", ""))
        questions.append(Question("k1", "text", section="s", show_if=write(known)))
        sum_: Tree = ("+", ("answer", f"c{3 * pick.randrange(6)}"), ("answer", "h0"))
        questions.append(Question("k2", "calculated", section="s", calculation=write(sum_)))
        filters = {"a": write(self.truth(2)), "b": write(self.truth(2))}
        questions.append(Question("f1", "single", section="s", options=("a", "b", "c"), option_if=filters))
        return instrument(f"random-{number}", questions)


def _computed_number(chance: Chance, deep: int) -> Tree:
    return ("call", "int", chance.number(deep))


def _computed_text(chance: Chance, deep: int) -> Tree:
    return ("call", "concat", chance.text(deep), ("text", ""))


def some_answer(question: Question, pick: random.Random, offered: Sequence[str]) -> Answer | None:
    """An answer that the question takes, or none."""
    if pick.random() < 0.2 or not KINDS[question.kind].asked:
        return None
    if question.kind == "number":
        low, high = question.min if question.min is not None else -3, question.max if question.max is not None else 130
        number = Decimal(pick.choice((0, 1, 7, 10, 18, 60, pick.randrange(-200, 9000))))
        fine = Decimal(pick.randrange(100)).scaleb(-question.decimals) if question.decimals else Decimal(0)
        return max(Decimal(low), min(Decimal(high), number + fine)).normalize() + 0
    if question.kind == "date":
        return date(2026, 11, 1) + timedelta(days=pick.choice((-1, 0, 1, pick.randrange(-30000, 400))))
    if question.kind == "text":
        return pick.choice(_TEXTS[1:])[: question.max]
    if question.kind == "multiple":
        chosen = tuple(option for option in offered if pick.random() < 0.4)
        return chosen or None
    return pick.choice(list(offered)) if offered else None


def sent(answers: Mapping[str, Answer]) -> dict[str, object]:
    """Answers as ODK's engine takes them: texts, and lists where several may be chosen."""
    told: dict[str, object] = {}
    for id, answer in answers.items():
        if isinstance(answer, tuple):
            told[id] = list(answer)
        elif isinstance(answer, Decimal):
            told[id] = format(answer, "f")
        else:
            told[id] = answer.isoformat() if isinstance(answer, date) else str(answer)
    return told
