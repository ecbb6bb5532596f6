"""The proxy does to requests what it is told, and counts only what really happened."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from drill.proxy import PORTAL_PAGE, Fault, Kind, Proxy, Request, always, in_turn, mixed

RECEIPT = {"id": "7", "sha256": "ab" * 32}


class Echo(ThreadingHTTPServer):
    """A server that answers every body with a receipt, and remembers the bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []


class _Handler(BaseHTTPRequestHandler):
    server: Echo

    def do_POST(self) -> None:
        """Answer, unless the request came in part only."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):
            return
        self.server.bodies.append(body)
        answer = json.dumps(RECEIPT).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Echo]:
    """A real server on loopback."""
    with Echo() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(server: Echo) -> Iterator[Proxy]:
    """A proxy before it."""
    with Proxy(server.server_address[1]) as proxy:
        yield proxy


def send(proxy: Proxy, body: bytes = b"interview", path: str = "/api/v1/records") -> httpx.Response | None:
    """What comes back; None for no whole answer."""
    try:
        return httpx.post(f"http://127.0.0.1:{proxy.port}{path}", content=body, timeout=5, trust_env=False)
    except httpx.TransportError:
        return None


def test_a_request_passes_unchanged(proxy: Proxy, server: Echo) -> None:
    answer = send(proxy, b"\x00\xff" * 5000)
    assert answer is not None and (answer.status_code, answer.json()) == (201, RECEIPT)
    assert server.bodies == [b"\x00\xff" * 5000] and proxy.happened == {Kind.PASS: 1}


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Fault(Kind.RESET), 0),
        (Fault(Kind.CUT_REQUEST, 100), 0),
        (Fault(Kind.CUT_RESPONSE, 40), 1),
        (Fault(Kind.SWALLOW, 0.01), 1),
        (Fault(Kind.RESET_AFTER), 1),
    ],
)
def test_no_answer_comes_whether_or_not_the_request_arrived(
    proxy: Proxy, server: Echo, fault: Fault, arrives: int
) -> None:
    proxy.plan = always(fault)
    assert send(proxy) is None
    assert len(server.bodies) == arrives and proxy.happened == {fault.kind: 1}


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(Kind.PORTAL), 200),
        (Fault(Kind.REDIRECT), 302),
        (Fault(Kind.NO_CONTENT), 204),
        (Fault(Kind.WRONG_SHAPE), 200),
        (Fault(Kind.ANSWER, status=429, headers=(("Retry-After", "7"),)), 429),
    ],
)
def test_somebody_else_answers_and_nothing_arrives(proxy: Proxy, server: Echo, fault: Fault, status: int) -> None:
    proxy.plan = always(fault)
    answer = send(proxy)
    assert answer is not None and answer.status_code == status and server.bodies == []
    assert answer.headers.get("Retry-After") == dict(fault.headers).get("Retry-After")
    assert proxy.happened == {fault.kind: 1}


def test_whoever_follows_to_the_portal_gets_its_page(proxy: Proxy) -> None:
    proxy.plan = always(Fault(Kind.REDIRECT))
    answer = httpx.post(
        f"http://127.0.0.1:{proxy.port}/api/v1/records", content=b"x", follow_redirects=True, trust_env=False
    )
    assert (answer.status_code, answer.content) == (200, PORTAL_PAGE)


def test_a_truncated_receipt_says_that_it_is_whole(proxy: Proxy, server: Echo) -> None:
    proxy.plan = always(Fault(Kind.TRUNCATED))
    answer = send(proxy)
    assert answer is not None and answer.status_code == 201 and len(server.bodies) == 1
    with pytest.raises(ValueError):
        answer.json()


def test_a_receipt_of_somebody_else_has_another_id(proxy: Proxy) -> None:
    proxy.plan = always(Fault(Kind.OTHER_RECEIPT))
    answer = send(proxy)
    assert answer is not None and answer.json()["id"] != RECEIPT["id"]


def test_a_duplicate_arrives_twice(proxy: Proxy, server: Echo) -> None:
    proxy.plan = always(Fault(Kind.DUPLICATE))
    assert send(proxy) is not None and server.bodies == [b"interview"] * 2


def test_what_is_reordered_arrives_after_what_came_later(proxy: Proxy, server: Echo) -> None:
    proxy.plan = in_turn(Fault(Kind.REORDER))
    slow = threading.Thread(target=send, args=(proxy, b"first"))
    slow.start()
    while not proxy.requests:
        pass
    send(proxy, b"second")
    slow.join()
    assert server.bodies == [b"second", b"first"] and proxy.happened[Kind.REORDER] == 1


def test_alone_nothing_can_be_reordered_and_nothing_is_counted(proxy: Proxy) -> None:
    proxy.plan = always(Fault(Kind.REORDER))
    assert send(proxy) is not None and proxy.happened[Kind.REORDER] == 0


def test_a_slow_line_takes_its_time_each_way(proxy: Proxy) -> None:
    proxy.slow_down(10_000)
    answer = send(proxy, b"x" * 5_000)
    assert answer is not None and answer.elapsed.total_seconds() > 0.5


def test_a_cut_of_a_reply_that_never_came_is_not_counted(server: Echo) -> None:
    server.shutdown()
    server.server_close()
    with Proxy(server.server_address[1], always(Fault(Kind.CUT_RESPONSE, 10))) as proxy:
        assert send(proxy) is None
        assert proxy.happened == {}


def test_a_seed_brings_the_same_faults_again_and_spares_other_addresses() -> None:
    requests = [Request(n, "POST", "/api/v1/records", 500) for n in range(200)]
    one, again, other = (mixed(seed, dict.fromkeys(Kind, 1.0)) for seed in (1, 1, 2))
    drawn = [one(request) for request in requests]
    assert drawn == [again(request) for request in requests] != [other(request) for request in requests]
    assert {fault.kind for fault in drawn} == set(Kind)
    assert one(Request(1, "GET", "/learn/", 100)).kind is Kind.PASS
