"""What is due to be asked again, by FSRS. The only file that knows the package.

A card is worked out by replaying the attempts: some twenty microseconds each, and the log is the attempts themselves, so a
change of the scheduler needs no migration. Grades come from correctness only; no minute-long steps, at most 90 days.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache

from fsrs import Card, Rating, Scheduler

from literacy_app.foundation.clock import reporting_date
from literacy_app.lessons.rules import Curriculum
from literacy_app.practice.rules.progress import Setting, Tried, counts

RETENTION = 0.90
LONGEST_DAYS = 90
A_DAY = 3


@cache
def _scheduler() -> Scheduler:
    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )


def due_items(curriculum: Curriculum, tried: Sequence[Tried], now: datetime) -> list[str]:
    """The ids of items that are due at `now`, the longest overdue first.

    Items that are gone from the files, or kept back for the tests before and after by now, are left out.
    """
    asked = curriculum.items.keys() - curriculum.kept_back
    cards: dict[str, Card] = {}
    for attempt in sorted(tried, key=lambda attempt: attempt.at):
        if counts(attempt) and attempt.item_id in asked:
            # The package wants exactly this zone object, and a card without an id waits a millisecond to find one.
            moment = attempt.at.astimezone(UTC).replace(tzinfo=UTC)
            card = cards.get(attempt.item_id) or Card(card_id=len(cards) + 1, due=moment)
            rating = Rating.Good if attempt.right else Rating.Again
            cards[attempt.item_id] = _scheduler().review_card(card, rating, moment)[0]
    due = [(card.due, item_id) for item_id, card in cards.items() if card.due <= now]
    return [item_id for _, item_id in sorted(due)]


def reviewed_today(tried: Sequence[Tried], today: date) -> int:
    """How many reviews were answered on a day of the reporting zone."""
    return sum(attempt.setting is Setting.REVIEW and reporting_date(attempt.at) == today for attempt in tried)
