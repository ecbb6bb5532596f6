"""What the curriculum has for each article."""

from collections.abc import Mapping
from dataclasses import dataclass

from literacy_app.foundation.policy import Figure
from literacy_app.framework.rules import Article
from literacy_app.lessons.rules import Curriculum, Lesson

ENOUGH_ITEMS = Figure(
    6, "items with 3 options or more", "house rule: three to have learnt, and others to keep and to review"
)


@dataclass(frozen=True)
class Coverage:
    """One article: its lessons, its items, those of them with three options or more, and how often they were answered."""

    article: Article
    lessons: tuple[Lesson, ...]
    items: int
    choices: int
    answers: int

    @property
    def thin(self) -> bool:
        """Whether a lesson or items are missing."""
        return not self.lessons or self.choices < ENOUGH_ITEMS.value


def coverage(curriculum: Curriculum, answers: Mapping[str, int]) -> tuple[Coverage, ...]:
    """The matrix article by article; `answers` counts the answers to each."""
    rows = []
    for article in curriculum.edition.articles:
        items = [item for item in curriculum.items.values() if item.article == article.id]
        rows.append(
            Coverage(
                article,
                tuple(lesson for lesson in curriculum.lessons if lesson.article == article.id),
                len(items),
                sum(len(item.question.options) >= 3 for item in items),
                answers.get(article.id, 0),
            )
        )
    return tuple(rows)
