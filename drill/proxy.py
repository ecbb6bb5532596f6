"""A proxy for HTTP on loopback that hurts requests and replies as phone networks do, and counts what really happened."""

import asyncio
import contextlib
import itertools
import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

T = TypeVar("T")
PORTAL = "/portal-of-the-hotel"
PORTAL_PAGE = b"<!doctype html><html lang=en><title>Welcome</title><h1>Welcome</h1><p>Accept our terms to go online."
HOLD = 2.0  # seconds that a request to be reordered waits for another to overtake it
LARGEST_HEAD = 64 * 1024
CHUNK = 256


class Kind(StrEnum):
    """What the proxy can do to one request. `amount` of a Fault means what stands behind the name."""

    PASS = "pass"  # noqa: S105 - not a password
    DELAY = "delay"  # seconds before the request goes on
    THROTTLE = "throttle"  # bytes a second, each way
    CUT_REQUEST = "cut_request"  # bytes of the request that arrive before both ends are closed
    CUT_RESPONSE = "cut_response"  # bytes of the reply that arrive before the connection is closed
    SWALLOW = "swallow"  # seconds that the phone waits for a reply the server gave, until the connection is closed
    RESET = "reset"  # nothing arrives; the connection is reset
    RESET_AFTER = "reset_after"  # the server answers; the phone's connection is reset
    PORTAL = "portal"  # 200 with a page of somebody else
    REDIRECT = "redirect"  # 302 to such a page
    NO_CONTENT = "no_content"  # 204
    WRONG_SHAPE = "wrong_shape"  # 200 with JSON that is no receipt
    TRUNCATED = "truncated"  # the server's reply, whose body ends in the middle and says that it is whole
    OTHER_RECEIPT = "other_receipt"  # the server's reply with another submission's id in it
    DUPLICATE = "duplicate"  # the request arrives twice, in parallel
    REORDER = "reorder"  # the request arrives after another that came later
    ANSWER = "answer"  # `status` with `headers` and `body`; nothing arrives


CHANGES = (Kind.CUT_RESPONSE, Kind.TRUNCATED, Kind.OTHER_RECEIPT)


@dataclass(frozen=True)
class Fault:
    """One thing to do to one request."""

    kind: Kind
    amount: float = 0
    status: int = 503
    headers: tuple[tuple[str, str], ...] = ()
    body: str = '{"error": "later"}'


@dataclass(frozen=True)
class Request:
    """What a plan is told of a request: its place in time, and how many bytes it has with its head."""

    number: int
    method: str
    path: str
    size: int


Plan = Callable[[Request], Fault]
PASS = Fault(Kind.PASS)


def straight(request: Request) -> Fault:
    """The plan that lets everything pass."""
    return PASS


def always(fault: Fault, path: str = "/api/") -> Plan:
    """The same for every request under a path."""
    return lambda request: fault if request.path.startswith(path) else PASS


def in_turn(*faults: Fault, path: str = "/api/v1/records") -> Plan:
    """One after the other for the requests under a path; then everything passes."""
    left = iter(faults)
    return lambda request: next(left, PASS) if request.path.startswith(path) else PASS


def mixed(seed: int, weights: Mapping[Kind, float], path: str = "/api/") -> Plan:
    """Seeded: the nth request under a path meets the same kind in every run with this seed."""
    rng = random.Random(seed)
    kinds, chances = list(weights), list(weights.values())

    def choose(request: Request) -> Fault:
        if not request.path.startswith(path):
            return PASS
        return Fault(kind := rng.choices(kinds, chances)[0], _amount(kind, request, rng))

    return choose


def _amount(kind: Kind, request: Request, rng: random.Random) -> float:
    if kind is Kind.CUT_REQUEST:
        return rng.randrange(request.size)
    ranges = {Kind.DELAY: (0, 0.5), Kind.THROTTLE: (2_000, 20_000), Kind.CUT_RESPONSE: (0, 600), Kind.SWALLOW: (0, 1)}
    return rng.uniform(*ranges.get(kind, (0, 0)))


@dataclass
class _Link:
    """One direction of a slow line, shared by all who use it."""

    rate: float
    free_at: float = 0.0

    async def carry(self, size: int) -> None:
        """Wait as long as the line takes for so many bytes."""
        self.free_at = max(time.monotonic(), self.free_at) + size / self.rate
        await asyncio.sleep(self.free_at - time.monotonic())


class Proxy:
    """Listens on a port of its own, in a thread of its own, before a server on loopback.

    Set `plan` at any time. `happened` counts the faults that took place, not those that were only planned: a cut of a
    reply that never came is none.
    """

    def __init__(self, server: int, plan: Plan = straight, port: int = 0) -> None:
        self.server, self.plan = server, plan
        self.happened: Counter[Kind] = Counter()
        self.requests: list[Request] = []
        self._numbers = itertools.count(1)
        self._lines: tuple[_Link, _Link] | None = None
        self._overtaken = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = self._call(asyncio.start_server(self._serve, "127.0.0.1", port, limit=LARGEST_HEAD))
        self.port = int(self._listener.sockets[0].getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def slow_down(self, rate: float | None) -> None:
        """Let all requests together have so many bytes a second each way; None is as fast as it goes."""
        self._lines = None if rate is None else (_Link(rate), _Link(rate))

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._call(self._drop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _drop(self) -> None:
        self._listener.close()
        for _ in range(3):  # whom the listener took last gets his task only a moment later
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: its head and body, then what the plan says."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(_header(head, b"content-length") or 0))
            method, path = (part.decode("latin-1") for part in head.split(b" ", 2)[:2])
            request = Request(next(self._numbers), method, path, len(head) + len(body))
            self.requests.append(request)
            await self._hurt(self.plan(request), request, _for_one(head) + body, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # somebody hung up, or the proxy closes: that is what a drill is for
        finally:
            self._overtaken += 1
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _hurt(self, fault: Fault, request: Request, message: bytes, writer: asyncio.StreamWriter) -> None:
        kind, amount = fault.kind, fault.amount
        if request.path == PORTAL:
            writer.write(_reply(200, "text/html", PORTAL_PAGE))
            return
        canned = _canned(fault)
        if not canned and kind not in (Kind.RESET, Kind.CUT_REQUEST):
            await self._hurt_reply(fault, message, writer)
            return
        self.happened[kind] += 1  # before it is seen, or whoever sees it might not find it counted
        if canned:
            writer.write(canned)
        elif kind is Kind.RESET:
            _reset(writer)
        else:
            await self._ask(message[: min(int(amount), len(message) - 1)], whole=False)

    async def _hurt_reply(self, fault: Fault, message: bytes, writer: asyncio.StreamWriter) -> None:
        """The faults that let the server answer, or try to."""
        kind, amount = fault.kind, fault.amount
        if kind is Kind.DELAY:
            await asyncio.sleep(amount)
        if kind is Kind.REORDER and not await self._overtake():
            kind = Kind.PASS
        lines = self._lines or ((_Link(amount), _Link(amount)) if kind is Kind.THROTTLE else None)
        if lines:
            await lines[0].carry(len(message))
        if kind is Kind.DUPLICATE:
            answer, _ = await asyncio.gather(self._ask(message), self._ask(message))
        else:
            answer = await self._ask(message)
        if not answer:  # the server is away
            _reset(writer)
            return
        changed = _changed(kind, int(amount), answer)
        self.happened[kind if changed != answer or kind not in CHANGES else Kind.PASS] += 1
        if kind is Kind.SWALLOW:
            await asyncio.sleep(amount)
        elif kind is Kind.RESET_AFTER:
            _reset(writer)
        else:
            await self._carry_back(changed, lines, writer)

    async def _overtake(self) -> bool:
        """Wait until a request that came later is done; whether one was."""
        before, until = self._overtaken, time.monotonic() + HOLD
        while self._overtaken == before and time.monotonic() < until:
            await asyncio.sleep(0.01)
        return self._overtaken != before

    async def _carry_back(self, answer: bytes, lines: tuple[_Link, _Link] | None, writer: asyncio.StreamWriter) -> None:
        if lines is None:
            writer.write(answer)
            return
        for start in range(0, len(answer), CHUNK):
            await lines[1].carry(len(answer[start : start + CHUNK]))
            writer.write(answer[start : start + CHUNK])
            await writer.drain()

    async def _ask(self, message: bytes, *, whole: bool = True) -> bytes:
        """What the server answers to these bytes, as far as it comes; nothing when it is away or was not asked whole."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.server)
        except OSError:
            return b""
        try:
            writer.write(message)
            await writer.drain()
            return await reader.read(-1) if whole else b""
        except OSError:
            return b""
        finally:
            writer.close()


def _header(head: bytes, name: bytes) -> bytes:
    found = [line for line in head.split(b"\r\n")[1:] if line.lower().startswith(name + b":")]
    return found[0].partition(b":")[2].strip() if found else b""


def _for_one(head: bytes) -> bytes:
    """The head of a request after which the server closes the connection."""
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith((b"connection:", b"keep-alive:"))]
    return b"\r\n".join((*lines, b"Connection: close", b"", b""))


def _canned(fault: Fault) -> bytes:
    """What the proxy itself answers in the server's place."""
    if fault.kind is Kind.PORTAL:
        return _reply(200, "text/html", PORTAL_PAGE)
    if fault.kind is Kind.REDIRECT:
        return _reply(302, "text/html", b"", ("Location", PORTAL))
    if fault.kind is Kind.NO_CONTENT:
        return _reply(204, "text/html", b"")
    if fault.kind is Kind.WRONG_SHAPE:
        return _reply(200, "application/json", b'{"status": "ok", "id": 1}')
    if fault.kind is Kind.ANSWER:
        return _reply(fault.status, "application/json", fault.body.encode(), *fault.headers)
    return b""


def _reply(status: int, mimetype: str, body: bytes, *headers: tuple[str, str]) -> bytes:
    given = (("Content-Type", mimetype), ("Content-Length", str(len(body))), ("Connection", "close"), *headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in given)
    return f"HTTP/1.1 {status} Drill\r\n{lines}\r\n".encode() + body


def _changed(kind: Kind, amount: int, answer: bytes) -> bytes:
    """The server's reply as it arrives."""
    if kind is Kind.CUT_RESPONSE:
        return answer[: min(amount, len(answer) - 1)]
    head, _, body = answer.partition(b"\r\n\r\n")
    if kind is Kind.TRUNCATED and len(body) > 1:
        return _with_body(head, body[: len(body) // 2])
    if kind is Kind.OTHER_RECEIPT:
        with contextlib.suppress(ValueError, TypeError):
            return _with_body(head, json.dumps(json.loads(body) | {"id": str(UUID(int=0))}).encode())
    return answer


def _with_body(head: bytes, body: bytes) -> bytes:
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join((*lines, b"Content-Length: %d" % len(body), b"", body))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a network that loses its state does."""
    line = writer.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
