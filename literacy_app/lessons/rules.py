"""What a lesson is, and which pages it has."""

from dataclasses import dataclass, field
from functools import cached_property

from literacy_app.framework.rules import NO_EDITION, Dimension, Edition, Topic
from literacy_app.questions.rules import Question, QuestionWords

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

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every question that can be practised, by its id: lessons first, article by article."""
        order = {article.id: article.number for article in self.edition.articles}
        found = [item for lesson in self.lessons for item in _items_of_lesson(lesson)]
        found += [item for practice in self.sets for item in _items_of_set(practice)]
        return {item.id: item for item in sorted(found, key=lambda item: order.get(item.article, 0))}

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
