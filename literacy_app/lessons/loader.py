"""Reads the curriculum: the framework and every folder of `content/lessons/`, and checks that all fits together."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from literacy_app.foundation.errors import InputError, Problem
from literacy_app.foundation.files import Document, Place, is_id, read_yaml, shape
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.framework.loader import read_edition
from literacy_app.framework.rules import Edition, Topic
from literacy_app.lessons.rules import CARDS, Curriculum, Lesson, LessonWords, PracticeSet
from literacy_app.questions.loader import check_key, check_options, check_questions, check_texts, check_words
from literacy_app.questions.rules import QuestionWords

LARGEST_DRAWING = 6 * 1024
# With a dot and a question's id of 40 it is the id of an item, for which tables have 80 characters.
LONGEST_ID = 39
# A drawing is shown as an image, where scripts never run; these have no place in one of ours all the same.
FORBIDDEN_IN_DRAWINGS = re.compile(r"<(script|style|foreignObject|image|a)\b|\bon\w+=|\bstyle=|href=|<!", re.IGNORECASE)


def read_curriculum(content: Path) -> Curriculum:
    """The whole curriculum. Raises InputError with every problem of every lesson, not only the first."""
    edition = read_edition(content)
    lessons: list[Lesson] = []
    problems: list[Problem] = []
    for folder in sorted(path for path in (content / "lessons").glob("*/")):
        try:
            lessons.append(_read_lesson(folder, content, edition))
        except InputError as error:
            problems += error.problems
    sets: list[PracticeSet] = []
    for folder in sorted(path for path in (content / "practice").glob("*/")):
        try:
            sets.append(read_set(folder, content, edition))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    order = {article.id: article.number for article in edition.articles}
    lessons.sort(key=lambda lesson: (order[lesson.article], lesson.id))
    return Curriculum(edition, tuple(lessons), tuple(sets), _read_seasons(content), _read_synonyms(content))


def to_json(curriculum: Curriculum) -> str:
    """The curriculum as one text, for keeping."""
    return TypeAdapter(Curriculum).dump_json(curriculum).decode()


def from_json(body: str) -> Curriculum:
    """What `to_json` made."""
    return TypeAdapter(Curriculum).validate_json(body)


def _read_lesson(folder: Path, root: Path, edition: Edition) -> Lesson:
    document = read_yaml(folder / "lesson.yml", root)
    lesson = shape(document, Lesson)
    problems = _check_shape(document, lesson, folder, edition)
    problems += check_questions(document, ("questions",), lesson.questions)
    key = read_yaml(folder / "key.yml", root)
    marked = shape(key, dict[str, str | tuple[str, ...]])
    problems += check_key(key, (), lesson.questions, marked)
    words = {}
    for language in LANGUAGES:
        spoken = read_yaml(folder / f"words.{language}.yml", root)
        words[language] = shape(spoken, LessonWords)
        problems += _check_words(spoken, lesson, words[language])
        problems += check_texts(spoken, language) + check_options(spoken, ("questions",), words[language].questions)
    problems += _strangers(folder, root)
    drawing, more = _read_drawing(folder / lesson.picture, root)
    if problems + more:
        raise InputError(problems + more)
    return replace(lesson, words=words, key=marked, drawing=drawing)


@dataclass(frozen=True)
class _Seasons:
    __pydantic_config__ = {"extra": "forbid"}

    months: dict[str, tuple[Topic, ...]]


def _read_seasons(content: Path) -> dict[str, tuple[Topic, ...]]:
    document = read_yaml(content / "framework" / "seasons.yml", content)
    months = shape(document, _Seasons).months
    wrong = [name for name in months if name not in {str(number) for number in range(1, 13)}]
    if wrong:
        raise InputError(
            [document.problem(("months", name), f"{name!r} is not a month from 1 to 12") for name in wrong]
        )
    return months


def _read_synonyms(content: Path) -> dict[str, dict[str, str]]:
    document = read_yaml(content / "framework" / "synonyms.yml", content)
    synonyms = shape(document, dict[str, dict[str, str]])
    if wrong := set(synonyms) - set(LANGUAGES):
        raise InputError(
            [document.problem((name,), f"{name!r} is not a language of the product") for name in sorted(wrong)]
        )
    return synonyms


@dataclass(frozen=True)
class _SetWords:
    __pydantic_config__ = {"extra": "forbid"}

    questions: dict[str, QuestionWords]


def read_set(folder: Path, root: Path, edition: Edition) -> PracticeSet:
    """The practice set of the article that the folder is named after. Raises InputError with all that is wrong."""
    document = read_yaml(folder / "items.yml", root)
    practice = shape(document, PracticeSet)
    problems = check_questions(document, ("questions",), practice.questions)
    if practice.article != folder.name or practice.article not in [article.id for article in edition.articles]:
        problems.append(document.problem(("article",), f"must be an article and the folder's name, {folder.name!r}"))
    for index, question in enumerate(practice.questions):
        if not question.id.startswith(f"{practice.article}-"):
            problems.append(document.problem(("questions", index, "id"), f"must begin with {practice.article}-"))
    singles = {question.id for question in practice.questions if question.kind == "single"}
    if practice.parallel and (len(set(practice.parallel)) != 2 or not set(practice.parallel) <= singles):
        problems.append(document.problem(("parallel",), "must be two different questions of kind single of this set"))
    key = read_yaml(folder / "key.yml", root)
    marked = shape(key, dict[str, str | tuple[str, ...]])
    problems += check_key(key, (), practice.questions, marked)
    words = {}
    for language in LANGUAGES:
        spoken = read_yaml(folder / f"words.{language}.yml", root)
        words[language] = shape(spoken, _SetWords).questions
        problems += check_words(spoken, ("questions",), practice.questions, words[language], explained=True)
        problems += check_texts(spoken, language) + check_options(spoken, ("questions",), words[language])
    problems += _strangers(folder, root)
    if problems:
        raise InputError(problems)
    return replace(practice, words=words, key=marked)


def _check_shape(document: Document, lesson: Lesson, folder: Path, edition: Edition) -> list[Problem]:
    asked = [question.id for question in lesson.questions]
    wrong: list[tuple[Place, str]] = []
    if lesson.id != folder.name:
        wrong.append((("id",), f"must be the folder's name, {folder.name!r}"))
    if not is_id(lesson.id, LONGEST_ID):
        wrong.append((("id",), f"must be up to {LONGEST_ID} of a-z, 0-9, - and _"))
    wrong += [(("questions", i, "id"), f"{id!r} is the name of a card") for i, id in enumerate(asked) if id in CARDS]
    if lesson.edition != edition.edition:
        wrong.append((("edition",), f"must be {edition.edition!r}"))
    if lesson.article not in [article.id for article in edition.articles]:
        wrong.append((("article",), f"there is no article {lesson.article!r}"))
    if not {"idea", "action"} <= set(lesson.pages) or len(set(lesson.pages)) != len(lesson.pages):
        wrong.append((("pages",), "must have `idea` and `action`, and no page twice"))
    wrong += [
        (("pages", i), f"{page!r} is neither a card nor a question")
        for i, page in enumerate(lesson.pages)
        if page not in (*CARDS, *asked)
    ]
    if lesson.pages and lesson.pages[0] not in CARDS:
        wrong.append((("pages", 0), "must be a card: a lesson does not begin with a question"))
    wrong += [(("pages",), f"question {id!r} is on no page") for id in asked if id not in lesson.pages]
    if not 1 <= lesson.minutes <= 10:
        wrong.append((("minutes",), "must be 1 to 10"))
    return [document.problem(place, message) for place, message in wrong]


def _check_words(document: Document, lesson: Lesson, words: LessonWords) -> list[Problem]:
    problems = check_words(document, ("questions",), lesson.questions, words.questions, explained=True)
    cards = [page for page in lesson.pages if page in CARDS]
    problems += [document.problem(("cards",), f"card {id!r} has no words") for id in cards if id not in words.cards]
    problems += [
        document.problem(("cards", id), "the lesson has no such card") for id in words.cards if id not in cards
    ]
    if "action" in words.cards and not (words.cards["action"].when and words.cards["action"].then):
        problems.append(document.problem(("cards", "action"), "an action says `when` and `then`"))
    problems += [
        document.problem(("sources",), f"source {id!r} has no words")
        for id in lesson.sources
        if id not in words.sources
    ]
    return problems


def _strangers(folder: Path, root: Path) -> list[Problem]:
    """Words in a language that the product does not have: a misspelt name would leave them unread for ever."""
    known = {f"words.{language}.yml" for language in LANGUAGES}
    return [
        Problem(str(path.relative_to(root)), "", f"is in no language of the product ({', '.join(LANGUAGES)})")
        for path in sorted(folder.glob("words.*"))
        if path.name not in known
    ]


def _read_drawing(path: Path, root: Path) -> tuple[str, list[Problem]]:
    name = str(path.relative_to(root))
    try:
        drawing = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return "", [Problem(name, "", f"cannot be read ({error})")]
    if len(drawing.encode()) > LARGEST_DRAWING:
        return "", [Problem(name, "", f"is larger than {LARGEST_DRAWING} bytes")]
    found = FORBIDDEN_IN_DRAWINGS.search(drawing)
    if found or not drawing.lstrip().startswith("<svg"):
        where = f"line {drawing.count(chr(10), 0, found.start()) + 1}" if found else "line 1"
        return "", [
            Problem(name, where, "must be one <svg> of plain shapes, without scripts, styles, links or pictures")
        ]
    return drawing, []
