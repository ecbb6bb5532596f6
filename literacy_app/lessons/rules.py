"""What a lesson is, and which pages it has."""

from dataclasses import dataclass, field

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

    def question(self, question_id: str) -> Question | None:
        """The question with this id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)


@dataclass(frozen=True)
class Curriculum:
    """The framework and every lesson, in the order of the articles."""

    edition: Edition
    lessons: tuple[Lesson, ...]

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


NO_CURRICULUM = Curriculum(edition=NO_EDITION, lessons=())
