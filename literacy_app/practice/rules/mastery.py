"""Learnt and kept: three first tries right in a row on different items, and another right some days later.

With three options or more, guessing passes three in a row in at most 1 of 27 cases; true/false never counts (learning.md 3.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from literacy_app.framework.rules import Dimension
from literacy_app.lessons.rules import Curriculum, Item
from literacy_app.practice.rules.progress import Tried, counts

IN_A_ROW = 3
LEAST_OPTIONS = 3
KEPT_AFTER = timedelta(days=3)
# The same item again within a day, its explanation just read, is no first try.
FRESH_AFTER = timedelta(days=1)


class Step(IntEnum):
    """How well an article is known."""

    NEW = 0
    BEGUN = 1
    LEARNT = 2
    KEPT = 3


@dataclass(frozen=True)
class Mastery:
    """One article for one learner; `row` is how many of the three in a row are there."""

    step: Step
    row: int = 0
    learnt_at: datetime | None = None


def mastery(curriculum: Curriculum, tried: Sequence[Tried]) -> dict[str, Mastery]:
    """How well each article is known, from all attempts in any order. A later miss goes back one step."""
    by_article: dict[str, list[Tried]] = {article.id: [] for article in curriculum.edition.articles}
    for attempt in sorted(tried, key=lambda attempt: attempt.at):
        if attempt.article_id in by_article:
            by_article[attempt.article_id].append(attempt)
    return {article: _walk(attempts, curriculum.items) for article, attempts in by_article.items()}


def dimension_is_kept(curriculum: Curriculum, known: Mapping[str, Mastery], dimension: Dimension) -> bool:
    """Whether every article of a dimension is kept."""
    articles = curriculum.edition.of(dimension)
    return bool(articles) and all(known[article.id].step is Step.KEPT for article in articles)


def _walk(attempts: Sequence[Tried], items: Mapping[str, Item]) -> Mastery:
    step, row, learnt_at = Step.NEW, set[str](), None
    last: dict[str, datetime] = {}
    learnt_by: set[str] = set()
    for attempt in attempts:
        if not counts(attempt):
            continue
        step = max(step, Step.BEGUN)
        fresh = attempt.item_id not in last or attempt.at - last[attempt.item_id] >= FRESH_AFTER
        last[attempt.item_id] = attempt.at
        item = items.get(attempt.item_id)
        if not fresh or item is None or len(item.question.options) < LEAST_OPTIONS:
            continue
        if not attempt.right:
            step, row = max(Step.BEGUN, Step(step - 1)) if step > Step.BEGUN else step, set()
            # What was kept and then missed has to stay again as long as it had to the first time.
            learnt_at = attempt.at if step is Step.LEARNT else None
        elif step < Step.LEARNT:
            row.add(attempt.item_id)
            if len(row) == IN_A_ROW:
                step, learnt_at, learnt_by, row = Step.LEARNT, attempt.at, row, set()
        elif step is Step.LEARNT and _is_kept(attempt, learnt_at, learnt_by):
            step = Step.KEPT
    return Mastery(step, len(row), learnt_at)


def _is_kept(attempt: Tried, learnt_at: datetime | None, learnt_by: set[str]) -> bool:
    return learnt_at is not None and attempt.at - learnt_at >= KEPT_AFTER and attempt.item_id not in learnt_by
