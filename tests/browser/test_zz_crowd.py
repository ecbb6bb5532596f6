"""A crowded survey link in a real browser. Last of all, for afterwards the link of the demonstration is crowded."""

import json
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.browser.conftest import Demonstration

pytestmark = pytest.mark.browser


# Answers are counted by spans of ten minutes; a span that ends within so many seconds is waited out.
SPAN, NEAR_ITS_END = 600, 30


@pytest.fixture
def crowded(demonstration: Demonstration) -> str:
    """The survey's address, after a script has sent more than counts from this network in a span that goes on for a while."""
    left = SPAN - time.time() % SPAN
    time.sleep(left + 1 if left < NEAR_ITS_END else 0)
    now = datetime.now(UTC)
    for _ in range(25):
        body = {
            "id": str(uuid4()),
            "wave": "2026-qinghe",
            "instrument": "ehl-a",
            "version": 1,
            "mode": "self",
            "language": "zh_Hans",
            "started_at": (now - timedelta(minutes=9)).isoformat(),
            "finished_at": now.isoformat(),
            "answers": {"q01": "true"},
        }
        token = demonstration.survey.rpartition("/")[2]
        connection = HTTPConnection(urlsplit(demonstration.base).netloc)
        headers = {"Authorization": f"Bearer {token}"}
        connection.request("POST", "/api/v1/submissions", json.dumps(body), headers)
        assert connection.getresponse().status == 201
        connection.close()
    return demonstration.survey


def begin(person: Any, survey: str) -> None:
    person.go(f"{survey}/consent")
    person.press("同意，开始答题")
    person.go(f"{survey}/check")


def test_the_phone_solves_the_puzzle_by_itself_and_the_answers_count(visit: Any, crowded: str) -> None:
    person = visit()
    begin(person, crowded)
    person.page.wait_for_function("() => document.querySelector('input[name=proof]').value.length > 50", timeout=60_000)
    person.press("交卷")
    assert "收到了" in person.heading
    assert "由工作人员再看一看" not in person.page.locator("main").inner_text()


def test_without_script_hurried_answers_are_taken_and_wait_for_a_person(visit: Any, crowded: str) -> None:
    person = visit(java_script_enabled=False)
    begin(person, crowded)
    person.press("交卷")
    assert "收到了" in person.heading
    assert "由工作人员再看一看" in person.page.locator("main").inner_text()
