"""What a lesson is, and which pages it has."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from literacy_app.framework.rules import NO_EDITION, Dimension, Edition, Topic
from literacy_app.questions.rules import Question, QuestionWords

# Half of what somebody looks for, in the text, is enough to be shown.
ENOUGH = 0.25

CARDS = ("hook", "idea", "why", "action", "takeaway")


@dataclass(frozen=True)
class CardWords:
    """One page of a lesson in one language; `when` and `then` only on the action."""

    __pydantic_config__ = {"extra": "forbid"}

    title: str
    text: str
    when: str = ""
    then: str = ""


@dataclass(frozen=True)
class LessonWords:
    """A lesson in one language."""

    __pydantic_config__ = {"extra": "forbid"}

    title: str
    summary: str
    picture_alt: str
    cards: dict[str, CardWords]
    questions: dict[str, QuestionWords]
    sources: dict[str, str]


@dataclass(frozen=True)
class Lesson:
    """One lesson: its shape, its words by language, its key and its picture (SVG text)."""

    __pydantic_config__ = {"extra": "forbid"}

    id: str
    edition: str
    article: str
    topics: tuple[Topic, ...]
    minutes: int
    picture: str
    pages: tuple[str, ...]
    questions: tuple[Question, ...]
    sources: tuple[str, ...]
    words: dict[str, LessonWords] = field(default_factory=dict)
    key: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    drawing: str = ""


@dataclass(frozen=True)
class PracticeSet:
    """More questions on one article, beyond those of its lessons, with their words by language and their key."""

    __pydantic_config__ = {"extra": "forbid"}

    article: str
    questions: tuple[Question, ...]
    # Two questions as hard as each other, kept out of practice for the tests before and after the lessons.
    parallel: tuple[str, ...] = ()
    words: dict[str, dict[str, QuestionWords]] = field(default_factory=dict)
    key: dict[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One question that can be practised, wherever it stands; `lesson` is the id of its lesson, if it has one."""

    id: str
    article: str
    question: Question
    words: dict[str, QuestionWords]
    answer: str | tuple[str, ...]
    lesson: str | None


@dataclass(frozen=True)
class Curriculum:
    """The framework, every lesson and every practice set, in the order of the articles."""

    edition: Edition
    lessons: tuple[Lesson, ...]
    sets: tuple[PracticeSet, ...] = ()
    # Topics that fit a month, by its number.
    seasons: dict[str, tuple[Topic, ...]] = field(default_factory=dict)
    # What people type, by language, and the words that the lessons have for it.
    synonyms: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """What changes when anything in the curriculum does."""
        return hashlib.sha256(
            repr((self.edition, self.lessons, self.sets, self.seasons, self.synonyms)).encode()
        ).hexdigest()

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every question that can be practised, by its id: lessons first, article by article."""
        order = {article.id: article.number for article in self.edition.articles}
        found = [item for lesson in self.lessons for item in _items_of_lesson(lesson)]
        found += [item for practice in self.sets for item in _items_of_set(practice)]
        return {item.id: item for item in sorted(found, key=lambda item: order.get(item.article, 0))}

    @cached_property
    def kept_back(self) -> frozenset[str]:
        """The ids of the items of the tests before and after: whoever has seen their answer cannot be tested with them."""
        return frozenset(id for practice in self.sets for id in practice.parallel)

    def about(self, topics: Sequence[Topic]) -> tuple[Lesson, ...]:
        """The lessons on any of the topics, in the order of the topics."""
        found = {lesson.id: lesson for topic in topics for lesson in self.lessons if topic in lesson.topics}
        return tuple(found.values())

    def search(self, text: str, language: str) -> tuple[Lesson, ...]:
        """The lessons that hold what somebody looks for, the best first; Chinese needs no spaces between words."""
        folded = text.casefold()
        meant = [text, *(words for said, words in self.synonyms.get(language, {}).items() if said in folded)]
        wanted = [grams for grams in map(_grams, meant) if grams]
        if not wanted:
            return ()
        texts = {lesson.id: self._words_of(lesson, language) for lesson in self.lessons}
        scores = {id: max(_score(grams, words) for grams in wanted) for id, words in texts.items()}
        best = sorted(self.lessons, key=lambda lesson: -scores[lesson.id])
        return tuple(lesson for lesson in best if scores[lesson.id] >= ENOUGH)

    def _words_of(self, lesson: Lesson, language: str) -> tuple[str, str]:
        words, article = lesson.words[language], self.edition.words[language][lesson.article]
        texts = [words.summary, article.covers, *(f"{card.title} {card.text}" for card in words.cards.values())]
        return f"{words.title} {article.title}", " ".join(texts)

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The lesson with this id, or None."""
        return next((lesson for lesson in self.lessons if lesson.id == lesson_id), None)

    def of(self, dimension: Dimension) -> tuple[Lesson, ...]:
        """The lessons of one dimension."""
        articles = {article.id for article in self.edition.of(dimension)}
        return tuple(lesson for lesson in self.lessons if lesson.article in articles)

    def after(self, lesson_id: str) -> Lesson | None:
        """The lesson that follows, or None after the last."""
        ids = [lesson.id for lesson in self.lessons]
        place = ids.index(lesson_id) + 1
        return self.lessons[place] if place < len(ids) else None


def _grams(text: str) -> set[str]:
    """What is compared: words of other scripts, and single or pairs of Chinese characters."""
    folded = text.casefold()
    words = set(re.findall(r"[a-z0-9.]{2,}", folded))
    runs = re.findall(r"[\u4e00-\u9fff]+", folded)
    pairs = {run[place : place + 2] for run in runs for place in range(len(run) - 1)}
    return words | pairs | {run for run in runs if len(run) == 1}


def _score(wanted: set[str], texts: tuple[str, str]) -> float:
    """The share of what is wanted that the title holds, and half as much for the text."""
    title, body = (text.casefold() for text in texts)
    return sum(1.0 if gram in title else 0.5 if gram in body else 0.0 for gram in wanted) / len(wanted)


def item_id(lesson_id: str, question_id: str) -> str:
    """The id of a lesson's question among all items."""
    return f"{lesson_id}.{question_id}"


def _items_of_lesson(lesson: Lesson) -> list[Item]:
    return [
        Item(
            id=item_id(lesson.id, question.id),
            article=lesson.article,
            question=question,
            words={language: words.questions[question.id] for language, words in lesson.words.items()},
            answer=lesson.key[question.id],
            lesson=lesson.id,
        )
        for question in lesson.questions
    ]


def _items_of_set(practice: PracticeSet) -> list[Item]:
    return [
        Item(
            id=question.id,
            article=practice.article,
            question=question,
            words={language: words[question.id] for language, words in practice.words.items()},
            answer=practice.key[question.id],
            lesson=None,
        )
        for question in practice.questions
    ]


NO_CURRICULUM = Curriculum(edition=NO_EDITION, lessons=())
