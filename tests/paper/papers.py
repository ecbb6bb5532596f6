"""Making what tests of paper are about: a form with every kind of question, and entries of it."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from literacy_app.foundation import clock
from literacy_app.paper import service
from literacy_app.paper.rules import Keyed, State
from literacy_app.surveys.loader import Frozen, read_surveys
from literacy_app.surveys.rules import Instrument
from literacy_app.surveys.service import keep_instrument, keep_wave, wave_of
from literacy_app.webkit.extensions import transaction
from tests.page_client import Page, PageClient
from tests.people import People

FILES = Path(__file__).parent / "files" / "surveys"
DAY = date(2026, 10, 1)
# As a clerk types the form with every kind of question: an answer to each.
TYPED = {
    "a-smokes": "1",
    "a-cigarettes": "12",
    "a-height": "1.65",
    "a-means": "1 9",
    "a-which": "骑马",
    "a-trust-tv": "1",
    "a-trust-doctor": "2",
    "a-trust-friends": "9",
    "a-less": "*9",
    "a-t1": "8",
    "a-t2": "13",
}
ANSWERS = {"sex": "female", "q1": "true", "q2": "b", "q3": ["a", "c"]}


def frozen() -> Frozen:
    """The form with every kind of question, and its key."""
    return read_surveys(FILES)[0][0]


def rich() -> Instrument:
    """The form with every kind of question."""
    return frozen().instrument


def keep_rich(session: Session, now: datetime) -> None:
    """Put the form with every kind of question and its wave `rich` in force."""
    instruments, waves = read_surveys(FILES)
    keep_instrument(session, instruments[0], now)
    keep_wave(session, waves[0], now)


def load_rich(app: Flask) -> None:
    """The same in an application's database."""
    with app.app_context(), transaction() as session:
        keep_rich(session, clock.now())


def keyed(answers: Mapping[str, Any] | None = None, *, day: date = DAY, respondent: UUID | None = None) -> Keyed:
    """An entry of the tiny form."""
    return Keyed(uuid4(), day, "zh_Hans", dict(ANSWERS if answers is None else answers), respondent=respondent)


def key(session: Session, entry: Keyed, clerk: str, now: datetime, *, number: int = 7, wave: str = "open") -> State:
    """Key a form of a wave."""
    return service.key_form(session, wave_of(session, wave), number, entry, clerk, now)


FORMS = "/office/waves/open/paper/"
ENTRY = {"day": "20261001", "language": "zh_Hans", "consent": "1", "a-sex": "1", "a-q1": "1", "a-q2": "2", "a-q3": "13"}


def enter(people: People, login: str, number: int = 7, **changes: str) -> Page:
    """Key the tiny form as one of the stock people, on the page; returns what the server answered."""
    client = people.sign_in(login)
    return send(client, client.get(f"{FORMS}{number}"), number, **changes)


def send(client: PageClient, page: Page, number: int = 7, **changes: str) -> Page:
    """Send an entry page that was fetched, filled in."""
    fields = {**ENTRY, "page": page.hidden("page")} | {
        name.replace("_", "-", 1): text for name, text in changes.items()
    }
    return client.post(f"{FORMS}{number}", fields)
