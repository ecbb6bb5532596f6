"""Who calls, as far as views can tell: the entry behind a token, and the network that somebody comes from."""

import time
from collections import OrderedDict, deque

from flask import current_app, request

from literacy_app.accounts.rules import network_of
from literacy_app.foundation import clock
from literacy_app.surveys import service
from literacy_app.surveys.service import Network


def signing_key() -> str:
    """The installation's secret, which signs puzzles and hides networks."""
    return str(current_app.secret_key)


def network_here() -> Network:
    """The network that this request comes from."""
    return service.Network.of(network_of(request.remote_addr or ""), signing_key(), clock.now())


class Guesses:
    """Tokens that open nothing, counted by network: whoever tries many is asked to wait. In this process only."""

    FREE, SECONDS, MOST_NETWORKS = 60, 600, 10_000

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, network: str) -> int:
        """Count one wrong token; the seconds to wait, 0 while there were few."""
        now = time.monotonic()
        tries = self._tries.setdefault(network, deque(maxlen=self.FREE))
        self._tries.move_to_end(network)
        while len(self._tries) > self.MOST_NETWORKS:
            self._tries.popitem(last=False)
        full = len(tries) == self.FREE and now - tries[0] < self.SECONDS
        if not full:
            tries.append(now)
            return 0
        return int(self.SECONDS - (now - tries[0])) + 1
