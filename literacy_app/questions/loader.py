"""Checks that the shape, the words and the key of questions fit together; used by lessons and instruments alike."""

import re
from collections.abc import Mapping, Sequence

from literacy_app.foundation.errors import Problem
from literacy_app.foundation.files import Document, Place, is_id
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Code, Question, QuestionWords
from literacy_app.questions.rules.expressions import ExpressionError, asks_itself, names, parse

MATRIX = "matrix"
CHOICES = ("single", "multiple", MATRIX)
MOST_DECIMALS = 6
_CODES = frozenset(Code)
_WRONG_ID = f"must be up to {{}} of a-z, 0-9, - and _, and none of {', '.join(Code)}"
# An option that speaks of the others: whoever knows two of them need not read the rest.
_ABOUT_OTHERS = re.compile(
    r"(?:以上|上述|上面)[^，。]{0,6}(?:都|全|均|皆|没有)|^(?:都对|全对|都是|都不对|都不是|全不对)[。！]?$"
    r"|\b(?:all|none|both|neither|any|either) of (?:the above|these|those|them)\b|^(?:all|both|none)\.?$",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://|www\.|\]\(|\b[\w-]+\.(?:com|cn|org|net|gov|edu|int)\b", re.IGNORECASE)
_HTML = re.compile(r"</?[a-z][^>]*>|&(?:[a-z]+|#\d+);", re.IGNORECASE)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check_questions(
    document: Document, place: Place, questions: Sequence[Question], *, survey: bool = False
) -> list[Problem]:
    """What is wrong with the shapes. A `survey` may ask in all kinds and under conditions, a lesson may not."""
    problems = []
    ids = [question.id for question in questions]
    known = [*KINDS, MATRIX]
    for index, question in enumerate(questions):
        here = (*place, index)
        problems += check_logic(document, here, questions, index) if survey else _check_plain(document, here, question)
        if not is_id(question.id, 40) or question.id in _CODES:
            problems.append(document.problem((*here, "id"), f"{question.id!r} {_WRONG_ID.format(40)}"))
        problems += [
            document.problem((*here, "options", at), f"{option!r} {_WRONG_ID.format(20)}")
            for at, option in enumerate(question.options)
            if not is_id(option, 20) or option in _CODES
        ]
        if question.kind not in known:
            problems.append(
                document.problem((*here, "kind"), f"{question.kind!r} is not a kind; there are {', '.join(known)}")
            )
            continue
        if question.id in ids[:index]:
            problems.append(document.problem((*here, "id"), f"{question.id!r} stands twice"))
        if question.kind in CHOICES and not question.options_from and len(set(question.options)) < 2:
            problems.append(document.problem((*here, "options"), "at least two different options are needed"))
        if question.kind not in CHOICES and question.options:
            problems.append(document.problem((*here, "options"), f"a question of kind {question.kind} has none"))
        if len(set(question.options)) != len(question.options):
            problems.append(document.problem((*here, "options"), "an option stands twice"))
        if question.min is not None and question.max is not None and question.min > question.max:
            problems.append(document.problem((*here, "min"), "is larger than max"))
        if question.second_class and question.second_class.dimension is not question.dimension:
            problems.append(document.problem((*here, "second_class"), f"belongs to {question.second_class.dimension}"))
    return problems


def check_logic(document: Document, place: Place, questions: Sequence[Question], index: int) -> list[Problem]:
    """What is wrong with the conditions, the calculation and the matrix of question number `index` (from 0)."""
    question, problems = questions[index], []

    def check(field: str, text: str, *, may_ask_itself: bool = False) -> None:
        where = (*place, *field.split("."))
        try:
            tree = parse(text)
        except ExpressionError as error:
            problems.append(document.problem(where, f"{text!r}: {error} (character {error.place + 1})"))
            return
        before = {other.id for other in questions[:index] if other.kind != MATRIX}
        before |= {f"{other.id}-{row}" for other in questions[:index] for row in other.rows}
        for name in sorted(names(tree) - before - ({question.id} if may_ask_itself else set())):
            problems.append(
                document.problem(where, f"{text!r} asks about {name!r}, which is no question before this one")
            )
        if asks_itself(tree) and not may_ask_itself:
            problems.append(document.problem(where, f"{text!r}: `.` is for constraints"))

    if question.show_if:
        check("show_if", question.show_if)
    if question.constraint:
        check("constraint", question.constraint, may_ask_itself=True)
    if question.calculation:
        check("calculation", question.calculation)
    for option, condition in question.option_if.items():
        if option not in question.options:
            problems.append(document.problem((*place, "option_if"), f"{option!r} is none of the options"))
        check(f"option_if.{option}", condition)
    if (question.kind == "calculated") != bool(question.calculation):
        problems.append(
            document.problem(place, "`calculation` is what a question of kind calculated has, and no other")
        )
    if (question.kind == MATRIX) != bool(question.rows):
        problems.append(document.problem(place, "`rows` is what a question of kind matrix has, and no other"))
    problems += [
        document.problem((*place, "rows", at), f"{row!r} {_WRONG_ID.format(20)}")
        for at, row in enumerate(question.rows)
        if not is_id(row, 20) or question.rows.count(row) > 1
    ]
    if not 0 <= question.decimals <= (MOST_DECIMALS if question.kind == "number" else 0):
        problems.append(document.problem((*place, "decimals"), f"0 to {MOST_DECIMALS}, for a number only"))
    if question.matrix:
        problems.append(document.problem((*place, "matrix"), "is not written in files: give the matrix its rows"))
    if question.kind in ("note", "calculated") and (question.dimension or question.required):
        problems.append(document.problem(place, "nobody answers it, so it is neither scored nor required"))
    return problems


def _check_plain(document: Document, place: Place, question: Question) -> list[Problem]:
    only_surveys = (
        *("show_if", "constraint", "calculation", "option_if", "rows", "matrix", "anchor", "decimals", "shuffle"),
    )
    problems = [
        document.problem((*place, field), "is for surveys only") for field in only_surveys if getattr(question, field)
    ]
    if question.kind in ("date", "note", "calculated", MATRIX):
        problems.append(document.problem((*place, "kind"), f"{question.kind} is for surveys only"))
    return problems


def check_key(
    document: Document, place: Place, questions: Sequence[Question], key: Mapping[str, str | tuple[str, ...]]
) -> list[Problem]:
    """What is wrong with the right answers: exactly one for each of `questions`, of the right form, among its options."""
    problems = [
        document.problem(place, f"{id!r} is not a question that has a right answer")
        for id in key
        if id not in {q.id for q in questions}
    ]
    for question in questions:
        answer = key.get(question.id)
        if answer is None:
            problems.append(document.problem(place, f"{question.id!r} has no right answer"))
            continue
        chosen = answer if isinstance(answer, tuple) else (answer,)
        options = KINDS[question.kind].options(question) if question.kind in KINDS else ()
        if isinstance(answer, tuple) != (question.kind == "multiple") or not chosen:
            problems.append(
                document.problem((*place, question.id), "a list for `multiple`, one option for the other kinds")
            )
        elif not set(chosen) <= set(options) or len(set(chosen)) != len(chosen):
            problems.append(document.problem((*place, question.id), f"must be among {', '.join(options)}"))
    return problems


def check_words(
    document: Document,
    place: Place,
    questions: Sequence[Question],
    words: Mapping[str, QuestionWords],
    *,
    explained: bool,
) -> list[Problem]:
    """What is wrong with the words of one language: every question and option has them, nothing else does."""
    known = {question.id for question in questions}
    problems = [document.problem((*place, id), "there is no such question") for id in words if id not in known]
    for question in questions:
        said = words.get(question.id)
        if said is None:
            problems.append(document.problem(place, f"question {question.id!r} has no words"))
            continue
        options = set(KINDS[question.kind].options(question)) if question.kind in KINDS else set(question.options)
        named = set() if question.kind == "true_false" else options
        if set(said.rows or {}) != set(question.rows):
            problems.append(
                document.problem((*place, question.id), f"must word exactly the rows {list(question.rows)}")
            )
        if set(said.options or {}) != named:
            problems.append(
                document.problem(
                    (*place, question.id), f"must word exactly the options {', '.join(sorted(named)) or '(none)'}"
                )
            )
        if explained and set(said.why or {}) != options:
            problems.append(
                document.problem(
                    (*place, question.id), f"must explain exactly the options {', '.join(sorted(options))}"
                )
            )
    return problems


def check_options(document: Document, place: Place, words: Mapping[str, QuestionWords]) -> list[Problem]:
    """Options like "all of the above", which no practice question may have."""
    return [
        document.problem((*place, id, "options", option), "an option must not speak of the other options")
        for id, said in words.items()
        for option, text in (said.options or {}).items()
        if _ABOUT_OTHERS.search(text)
    ]


def check_texts(document: Document, language: str, place: Place = ()) -> list[Problem]:
    """What no text of a words file may be or have, wherever it stands: empty, a web address, HTML, another language."""
    data = document.data
    for step in place:
        data = data[step]
    if isinstance(data, dict):
        return [problem for key in data for problem in check_texts(document, language, (*place, key))]
    if isinstance(data, list):
        return [problem for index in range(len(data)) for problem in check_texts(document, language, (*place, index))]
    text = str(data)
    wrong = {
        "is empty": not text.strip(),
        "has a web address; texts have no links": _LINK.search(text),
        "has HTML; texts have **bold** and lists at most": _HTML.search(text),
        "is not in English": language == "en" and _CHINESE.search(text),
    }
    return [document.problem(place, message) for message, found in wrong.items() if found]
