"""Before and after: two parallel items an article, one asked before a dimension's lessons and the other after.

Which of the two comes first is decided by the learner's id, so that over all learners both are asked as often before as
after and a harder item does not look like forgetting. What it shows is learning by people who chose to learn; it is never the level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from literacy_app.framework.rules import Dimension
from literacy_app.lessons.rules import Curriculum
from literacy_app.practice.rules.progress import Setting, Tried

_TESTS = (Setting.BEFORE, Setting.AFTER)


@dataclass(frozen=True)
class ArticleGain:
    """One article: how many answered both items, and how many of them were right before and after."""

    article_id: str
    n: int
    before: int
    after: int

    @property
    def normalised(self) -> float | None:
        """(after - before) / (n - before): the share of what could be gained that was; None where nothing could."""
        return None if self.n == self.before else (self.after - self.before) / (self.n - self.before)


@dataclass(frozen=True)
class Gain:
    """One learner in one dimension: the items still to be asked before and after, and what came of it, article by article."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    articles: tuple[ArticleGain, ...]


def parallel_items(
    curriculum: Curriculum, dimension: Dimension, learner_id: UUID, setting: Setting, tried: Sequence[Tried] = ()
) -> tuple[str, ...]:
    """The ids of the items that a learner is asked before or after, one an article that has a pair.

    What was asked already decides which item of a pair comes first, the learner's id only where nothing was: two learners who
    become one may have begun differently.
    """
    wanted = {article.id for article in curriculum.edition.of(dimension)}
    pairs = [practice.parallel for practice in curriculum.sets if practice.article in wanted and practice.parallel]
    taken = sorted((attempt for attempt in tried if attempt.setting in _TESTS), key=_in_order)
    found = []
    for pair in pairs:
        told = next((attempt for attempt in taken if attempt.item_id in pair), None)
        first = learner_id.int % 2 if told is None else pair.index(told.item_id) ^ (told.setting is Setting.AFTER)
        found.append(pair[first ^ (setting is Setting.AFTER)])
    return tuple(found)


def gain(curriculum: Curriculum, dimension: Dimension, learner_id: UUID, tried: Sequence[Tried]) -> Gain:
    """What is open and what was gained. Of each item only the first answer in its setting counts, and only in this order."""
    first: dict[tuple[Setting, str], Tried] = {}
    for attempt in sorted(tried, key=lambda attempt: attempt.at):
        first.setdefault((attempt.setting, attempt.item_id), attempt)
    before = parallel_items(curriculum, dimension, learner_id, Setting.BEFORE, tried)
    after = parallel_items(curriculum, dimension, learner_id, Setting.AFTER, tried)
    articles = []
    for one, other in zip(before, after, strict=True):
        pair = first.get((Setting.BEFORE, one)), first.get((Setting.AFTER, other))
        if pair[0] and pair[1] and pair[0].at < pair[1].at:
            articles.append(ArticleGain(pair[0].article_id, 1, int(pair[0].right), int(pair[1].right)))
    return Gain(
        before=tuple(id for id in before if (Setting.BEFORE, id) not in first),
        after=tuple(id for id in after if (Setting.AFTER, id) not in first),
        articles=tuple(articles),
    )


def _in_order(attempt: Tried) -> tuple[bool, datetime]:
    """What was asked before comes first, whenever it was: it cannot be asked "before" again."""
    return attempt.setting is Setting.AFTER, attempt.at


def total_gain(gains: Sequence[ArticleGain]) -> dict[str, ArticleGain]:
    """Many learners' gains added up, article by article."""
    totals: dict[str, ArticleGain] = {}
    for one in gains:
        known = totals.get(one.article_id, ArticleGain(one.article_id, 0, 0, 0))
        sums = known.n + one.n, known.before + one.before, known.after + one.after
        totals[one.article_id] = ArticleGain(one.article_id, *sums)
    return totals
