"""What every page asks of the database and a second late is soon enough: asked once a second, not once a page."""

import time
from collections.abc import Callable
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

T = TypeVar("T")

FRESH_SECONDS = 1.0
MOST_ANSWERS = 10_000
# By database, as its engine stands for it: to write its address each time took longer than to look.
_answers: WeakKeyDictionary[Engine | Connection, dict[str, tuple[float, object]]] = WeakKeyDictionary()


def lately(session: Session, name: str, ask: Callable[[], T]) -> T:
    """The answer to `ask` as of at most a second ago in this process, by database and name."""
    answers = _answers.setdefault(session.get_bind(), {})
    known = answers.get(name)
    if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
        if len(answers) >= MOST_ANSWERS:
            answers.clear()
        known = answers[name] = (time.monotonic(), ask())
    return cast(T, known[1])


def forget_answers() -> None:
    """Ask anew from now on; for whoever has just changed what is asked for."""
    _answers.clear()
