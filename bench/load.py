"""A closed-loop client on kept connections, light enough that the server is what is measured."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Load:
    """What came back: answers by status, and how long each took, in seconds."""

    seconds: float
    statuses: dict[int, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """The time within which this share of answers came."""
        return sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)]


def load(
    port: int, request: Callable[[], bytes], *, clients: int, seconds: float, a_connection: int | None = None
) -> Load:
    """Send requests from `clients` connections at once for so long; each waits for its answer before the next.

    After `a_connection` requests a client comes anew, as phones do; connections that stay may all sit in one worker.
    """
    result, lock, until = Load(seconds), threading.Lock(), time.monotonic() + seconds

    def work() -> None:
        connection = _Connection(port, a_connection)
        while time.monotonic() < until:
            began = time.monotonic()
            status = connection.ask(request())
            with lock:
                result.times.append(time.monotonic() - began)
                result.statuses[status] = result.statuses.get(status, 0) + 1

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


class _Connection:
    def __init__(self, port: int, most: int | None) -> None:
        self.port, self.most = port, most
        self.socket: socket.socket | None = None
        self.asked = 0

    def ask(self, request: bytes) -> int:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        headers = head.lower()
        length = int(headers.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        while len(body) < length:
            body += self._more()
        self.asked += 1
        if b"connection: close" in headers or (self.most and self.asked % self.most == 0):
            self.socket.close()
            self.socket = None
        return int(head.split(b" ")[1])

    def _more(self) -> bytes:
        assert self.socket is not None
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data
