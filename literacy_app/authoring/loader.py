"""Reads what writers bring: advice on the files of content/, files of other programs, and drafts of practice questions."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from literacy_app.authoring.rules import advice
from literacy_app.authoring.rules.exchange import Reading, Unreadable
from literacy_app.authoring.rules.gift import read_gift
from literacy_app.authoring.rules.moodle_xml import read_moodle_xml
from literacy_app.foundation.errors import InputError, Problem
from literacy_app.foundation.files import Document, Place, read_yaml, shape
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.lessons.rules import Curriculum, PracticeSet, item_id
from literacy_app.questions.rules import QuestionWords

LARGEST_FILE = 5 * 1024 * 1024


def read_advice(content: Path, curriculum: Curriculum) -> list[Problem]:
    """Advice on every text and item of a checked curriculum, with file and line, and on the bank as a whole."""
    found: list[Problem] = []
    for lesson in curriculum.lessons:
        for language in LANGUAGES:
            document = read_yaml(content / "lessons" / lesson.id / f"words.{language}.yml", content)
            found += _on_texts(document, language)
            found += [
                document.problem(("picture_alt",), message)
                for message in advice.on_alt(lesson.words[language].picture_alt, language)
            ]
            ids = {question.id: item_id(lesson.id, question.id) for question in lesson.questions}
            found += _on_questions(document, ids, curriculum, language)
    for practice in curriculum.sets:
        for language in LANGUAGES:
            document = read_yaml(content / "practice" / practice.article / f"words.{language}.yml", content)
            found += _on_texts(document, language)
            found += _on_questions(document, {q.id: q.id for q in practice.questions}, curriculum, language)
    found += [Problem("all items", "", message) for message in advice.on_bank(list(curriculum.items.values()))]
    return found


def _on_texts(document: Document, language: str) -> Iterator[Problem]:
    for place, text in _texts(document.data):
        # Titles of documents are as they are, and a picture is told in one go.
        if place[0] not in ("sources", "picture_alt"):
            for message in advice.on_text(text, language):
                yield document.problem(place, message)


def _texts(data: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*place, key))
    elif isinstance(data, str):
        yield place, data


def _on_questions(document: Document, ids: dict[str, str], curriculum: Curriculum, language: str) -> Iterator[Problem]:
    for question, item in ids.items():
        for message in advice.on_question(curriculum.items[item], language):
            yield document.problem(("questions", question, "stem"), message)


def read_exchange(path: Path) -> Reading:
    """The questions of a GIFT or Moodle XML file; which it is shows in its first character. Raises InputError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([Problem(path.name, "", f"cannot be read ({error.strerror})")]) from error
    if len(raw) > LARGEST_FILE:
        raise InputError([Problem(path.name, "", f"is larger than {LARGEST_FILE} bytes")])
    try:
        if raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            return read_moodle_xml(raw)
        return read_gift(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError([Problem(path.name, f"byte {error.start}", "is not UTF-8")]) from error
    except Unreadable as error:
        raise InputError([Problem(path.name, f"line {error.line}", error.reason)]) from error


@dataclass(frozen=True)
class DraftWords:
    """The words file of a draft: as that of a practice set, but reasons may be missing."""

    __pydantic_config__ = {"extra": "forbid"}

    questions: dict[str, QuestionWords]


@dataclass(frozen=True)
class Draft:
    """Questions that wait for a language or for reasons, in a folder of `content/drafts/`."""

    questions: PracticeSet
    key: dict[str, str | tuple[str, ...]]
    words: dict[str, dict[str, QuestionWords]]


def read_draft(folder: Path, root: Path) -> Draft:
    """A draft with the languages it has so far. Raises InputError."""
    questions = shape(read_yaml(folder / "items.yml", root), PracticeSet)
    key = shape(read_yaml(folder / "key.yml", root), dict[str, str | tuple[str, ...]])
    words = {
        language: shape(read_yaml(path, root), DraftWords).questions
        for language in LANGUAGES
        if (path := folder / f"words.{language}.yml").exists()
    }
    return Draft(questions, key, words)
