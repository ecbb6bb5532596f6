"""The learner's pages against a bare page of the same size."""

import json
import re
import socket
import tempfile
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from bench.load import Load, load
from bench.servers import CLIENTS, SECONDS, bare, product

LESSON, QUESTION = "/learn/air-and-body/idea", "/learn/air-and-body/q1"


def get(path: str) -> bytes:
    """A request as a phone sends it."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br, gzip\r\n\r\n".encode()


def answering(port: int) -> bytes:
    """What an answer to a practice question is sent with: cookies and token of a page that was really fetched."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", QUESTION)
    reply = connection.getresponse()
    text = reply.read().decode()
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', text)[-1]
    cookies = [value.split(";")[0] for name, value in reply.getheaders() if name == "Set-Cookie"]
    first = _post(token, cookies)
    connection.close()
    with socket.create_connection(("127.0.0.1", port)) as once:
        once.sendall(first)
        head = once.recv(65536).decode()
    cookies += re.findall(r"Set-Cookie: (learner=[^;]+)", head)
    return json.dumps([token, cookies]).encode()


def _post(token: str, cookies: list[str]) -> bytes:
    body = urlencode({"csrf_token": token, "attempt": str(uuid4()), "answer": "c"})
    head = [
        f"POST {QUESTION} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {'; '.join(cookies)}",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join([*head, "Content-Type: application/x-www-form-urlencoded", "", ""]) + body).encode()


def say(name: str, made: Load, yardstick: Load) -> dict[str, object]:
    """Print one measure as its line and return it for the file."""
    ratio = made.rate / yardstick.rate
    print(f"{name}: {made.rate:.0f} requests/s ({ratio:.2f} of a bare page), p99 {made.percentile(0.99) * 1000:.0f} ms")
    return {
        "name": name,
        "value": round(made.rate, 1),
        "unit": "requests/s",
        "ratio": round(ratio, 3),
        "statuses": made.statuses,
    }


def measure() -> list[dict[str, object]]:
    """A lesson read and an answer saved, as ratios to the bare page."""
    with tempfile.TemporaryDirectory() as data, product(Path(data)) as port:
        page = HTTPConnection("127.0.0.1", port)
        page.request("GET", LESSON)
        size = len(page.getresponse().read())
        token, cookies = json.loads(answering(port))
        with bare("page", {"BARE_BYTES": str(size)}) as yard:
            yardstick = load(yard, lambda: get("/"), clients=CLIENTS, seconds=SECONDS)
        lesson = load(port, lambda: get(LESSON), clients=CLIENTS, seconds=SECONDS)
        answers = load(port, lambda: _post(token, cookies), clients=CLIENTS, seconds=SECONDS)
    print(f"bare page: {yardstick.rate:.0f} requests/s (1.00, the yardstick), {size} bytes")
    if set(lesson.statuses) != {200} or set(answers.statuses) != {303}:
        raise SystemExit(f"not every answer was right: {lesson.statuses} {answers.statuses}")
    return [say("lesson page", lesson, yardstick), say("answer saved", answers, yardstick)]
