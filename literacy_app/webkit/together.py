"""Short writes of many requests in one transaction, so that under load one flush to the disk serves several of them.

Whoever comes first writes for all who wait meanwhile (group commit, as databases do it between connections). If one of a
group fails, all of it is undone and each has a transaction of its own, so that a failure takes nobody with it. Nobody is
answered before the commit that holds his work.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from sqlalchemy.orm import Session

from literacy_app.webkit.extensions import transaction

T = TypeVar("T")
R = TypeVar("R")
MOST_TOGETHER = 50
# Where the group before had more than one member, wait so many seconds for the others of this one (PostgreSQL's commit_delay).
GATHERING = 0.002


@dataclass
class _Waiting(Generic[T, R]):
    item: T
    done: bool = False
    result: R | None = None
    error: Exception | None = None


class Together(Generic[T, R]):
    """What waits to be written by `keep`, which is given the items of a group and returns a result for each.

    `keep` must be short, must not commit, and may be run again and on another request's thread: it asks nothing of the request.
    """

    def __init__(self, keep: Callable[[Session, Sequence[T]], Sequence[R]]) -> None:
        self._keep = keep
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._turn = threading.Lock()
        self._siblings = 1

    def __call__(self, item: T) -> R:
        """The result for an item, once the transaction that it shared with others is committed. Raises what went wrong."""
        mine: _Waiting[T, R] = _Waiting(item)
        self._waiting.append(mine)
        with self._turn:
            if not mine.done and self._siblings > 1:
                time.sleep(GATHERING)
            while not mine.done:
                self._write([self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))])
        if mine.error is not None:
            raise mine.error
        return cast(R, mine.result)

    def _write(self, group: list[_Waiting[T, R]]) -> None:
        self._siblings, begun = len(group), False
        try:
            with transaction() as session:
                begun = True
                results = self._keep(session, [one.item for one in group])
            for one, result in zip(group, results, strict=True):
                one.result = result
        except Exception as error:
            # Where nobody could begin, nobody is to blame, and each alone would only wait as long again.
            if len(group) == 1 or not begun:
                for one in group:
                    one.error = error
            else:
                for one in group:
                    self._write([one])
        finally:
            for one in group:
                one.done = True
