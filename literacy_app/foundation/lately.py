"""What every page asks of the database and a second late is soon enough: asked once a second, not once a page."""

import time
from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

T = TypeVar("T")

FRESH_SECONDS = 1.0
MOST_ANSWERS = 10_000
_answers: dict[tuple[str, str], tuple[float, object]] = {}


def lately(session: Session, name: str, ask: Callable[[], T]) -> T:
    """The answer to `ask` as of at most a second ago in this process, by database and name."""
    place = (str(cast(Engine, session.get_bind()).url), name)
    known = _answers.get(place)
    if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
        if len(_answers) >= MOST_ANSWERS:
            _answers.clear()
        known = _answers[place] = (time.monotonic(), ask())
    return cast(T, known[1])


def forget_answers() -> None:
    """Ask anew from now on; for whoever has just changed what is asked for."""
    _answers.clear()
