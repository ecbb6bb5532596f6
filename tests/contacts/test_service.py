"""Contacts are sealed, shown for a reason and a count, and gone when their day has passed."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from literacy_app.config import Settings
from literacy_app.contacts import queries, service
from literacy_app.contacts.models import HouseholdContact
from literacy_app.contacts.rules import Kept, Reveal
from literacy_app.exports import service as exports
from literacy_app.exports.rules import Form, Selection
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.errors import NotFound
from literacy_app.jobs import JOBS
from literacy_app.sampling.models import HouseholdRow
from literacy_app.surveys.service import keep_wave, receive_submission, wave_of
from literacy_app.tables import metadata
from literacy_app.webkit.extensions import db, rest, transaction
from literacy_app.webkit.policy import policy
from tests.builders import body, desk
from tests.contacts.homes import KEY, NAME, PHONE, SU, contact, households


@pytest.fixture
def homes(stocked: Session, now: datetime) -> list[HouseholdRow]:
    return households(stocked, now)


def place(home: HouseholdRow) -> tuple[str, object, str, int]:
    return "own", home.draw_id, home.village, home.number


def keep(session: Session, home: HouseholdRow, now: datetime, **changes: object) -> Kept:
    return service.keep_contact(session, "own", contact(home, **changes), KEY, "in", now)  # type: ignore[arg-type]


def events(session: Session, action: str) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_contact_is_kept_once_and_opens(stocked: Session, homes: list[HouseholdRow], now: datetime) -> None:
    id = uuid4()
    assert [keep(stocked, homes[0], now, id=id) for _ in range(2)] == [Kept.NEW, Kept.AGAIN]
    found = service.contact_of(stocked, *place(homes[0]), KEY)  # type: ignore[arg-type]
    assert found is not None and (found.name, found.phone) == (NAME, PHONE)
    assert len(events(stocked, "contact_kept")) == 1


def test_the_latest_contact_of_a_household_is_in_use(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    keep(stocked, homes[0], now, phone="13800005678", at=now)
    keep(stocked, homes[0], now, phone="13900005678", at=now - timedelta(hours=1))
    found = service.contact_of(stocked, *place(homes[0]), KEY)  # type: ignore[arg-type]
    assert found is not None and found.phone == "13800005678"


def test_a_household_of_no_frozen_draw_is_not_found(stocked: Session, now: datetime) -> None:
    [home, *_] = households(stocked, now, frozen=False)
    with pytest.raises(NotFound):
        keep(stocked, home, now)


def test_another_pilot_s_household_is_not_found(stocked: Session, homes: list[HouseholdRow], now: datetime) -> None:
    with pytest.raises(NotFound):
        service.keep_contact(stocked, "neighbour", contact(homes[0]), KEY, "in", now)


def test_a_row_copied_to_another_household_does_not_open(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    keep(stocked, homes[0], now)
    stocked.execute(update(HouseholdContact).values(village=homes[1].village, number=homes[1].number))
    with pytest.raises(service.ContactsLocked, match="changed or moved"):
        service.contact_of(stocked, *place(homes[1]), KEY)  # type: ignore[arg-type]


@pytest.mark.parametrize("column", ["pilot_id", "id", "draw_id", "village", "number", "at"])
def test_every_key_of_a_row_is_bound_to_what_it_seals(
    stocked: Session, homes: list[HouseholdRow], now: datetime, column: str
) -> None:
    keep(stocked, homes[0], now)
    row = stocked.scalars(select(HouseholdContact)).one()
    stocked.expunge(row)
    others = {"pilot_id": "x", "id": uuid4(), "draw_id": uuid4(), "village": "1", "number": 99, "at": now}
    setattr(row, column, others[column])
    with pytest.raises(service.ContactsLocked):
        service._open(row, KEY)


def test_a_sealed_text_that_was_touched_does_not_open(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    keep(stocked, homes[0], now)
    sealed = stocked.scalars(select(HouseholdContact.sealed)).one()
    stocked.execute(update(HouseholdContact).values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    with pytest.raises(service.ContactsLocked):
        service.contact_of(stocked, *place(homes[0]), KEY)  # type: ignore[arg-type]


def test_another_key_is_named_as_such(stocked: Session, homes: list[HouseholdRow], now: datetime) -> None:
    keep(stocked, homes[0], now)
    with pytest.raises(service.ContactsLocked, match="LITERACY_CONTACTS_KEY_FILE"):
        service.contact_of(stocked, *place(homes[0]), KEY[::-1])  # type: ignore[arg-type]


def test_sealed_texts_are_all_as_long_and_never_twice_the_same(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    for home, name in zip(homes[:3], ("张三", "张三", "阿依古丽·买买提"), strict=True):
        keep(stocked, home, now, name=name)
    sealed = stocked.scalars(select(HouseholdContact.sealed)).all()
    assert len(set(sealed)) == 3 and {len(one) for one in sealed} == {12 + 256 + 16}


def test_a_reveal_leaves_one_row_with_who_which_and_why(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    keep(stocked, homes[0], now)
    found = service.reveal(stocked, *place(homes[0]), KEY, Reveal.CALL, SU, 30, now)  # type: ignore[arg-type]
    assert not isinstance(found, service.Spent) and found.phone == PHONE
    [event] = events(stocked, "contact_revealed")
    assert (event.actor, event.detail["reason"], event.detail["wave"]) == ("su", "call", "open")
    assert event.subject == f"{homes[0].draw_id}/{homes[0].village}/{homes[0].number}"
    assert queries.reveals_of(stocked, "own", "open", now - timedelta(hours=1), 5) == [event]
    assert queries.reveals_of(stocked, "own", "closed", now - timedelta(hours=1), 5) == []


def test_beyond_a_day_s_budget_nothing_is_shown_and_an_alarm_stays(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    keep(stocked, homes[0], now)
    shown = [service.reveal(stocked, *place(homes[0]), KEY, Reveal.CALL, SU, 2, now) for _ in range(4)]  # type: ignore[arg-type]
    assert [isinstance(one, service.Spent) for one in shown] == [False, False, True, True]
    assert len(events(stocked, "contact_revealed")) == 2 and len(events(stocked, "contact_reveals_spent")) == 2
    tomorrow = service.reveal(stocked, *place(homes[0]), KEY, Reveal.CALL, SU, 2, now + timedelta(days=1))  # type: ignore[arg-type]
    assert not isinstance(tomorrow, service.Spent)
    other = replace(SU, login="ad", id=uuid4())
    assert not isinstance(service.reveal(stocked, *place(homes[0]), KEY, Reveal.CALL, other, 2, now), service.Spent)  # type: ignore[arg-type]


def test_where_nothing_is_kept_nothing_is_revealed(stocked: Session, homes: list[HouseholdRow], now: datetime) -> None:
    with pytest.raises(NotFound):
        service.reveal(stocked, *place(homes[0]), KEY, Reveal.CALL, SU, 2, now)  # type: ignore[arg-type]
    assert not events(stocked, "contact_revealed")


def until(session: Session, day: date, now: datetime) -> None:
    keep_wave(session, replace(wave_of(session, "open"), closes_on=day, contacts_until=day), now)


def test_contacts_stay_until_the_day_that_the_wave_states_and_no_longer(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    keep(stocked, homes[0], now)
    until(stocked, date(2026, 11, 10), now)
    last_minute = datetime.fromisoformat("2026-11-10T23:59:00+08:00")
    service.forget_contacts(stocked, last_minute)
    assert len(queries.held(stocked)) == 1
    service.forget_contacts(stocked, last_minute + timedelta(minutes=1))
    assert not queries.held(stocked)
    [event] = events(stocked, "contacts_forgotten")
    assert (event.subject, event.detail) == ("open", {"count": 1})


def test_a_contact_that_comes_after_that_day_is_not_kept(
    stocked: Session, homes: list[HouseholdRow], now: datetime
) -> None:
    until(stocked, date(2026, 10, 31), now)
    assert keep(stocked, homes[0], now) is Kept.TOO_LATE
    assert not queries.held(stocked)


def test_no_key_leads_between_contacts_and_answers() -> None:
    apart = {"submission", "answer_sheet", "respondent"}
    table = metadata.tables["household_contact"]
    assert not apart & {one.referred_table.name for one in table.foreign_key_constraints}
    for other in metadata.tables.values():
        assert "household_contact" not in {one.referred_table.name for one in other.foreign_key_constraints}


def whole(settings: Settings) -> bytes:
    """Every byte that the database has on disk, after all of it was moved out of the log."""
    rest()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(path.read_bytes() for path in sorted(settings.data.glob("literacy.sqlite3*")))


def test_no_file_no_export_and_no_log_holds_a_name_or_a_number(app: Flask, settings: Settings, now: datetime) -> None:
    with app.app_context():
        with transaction() as session:
            homes = households(session, now)
            receive_submission(session, body(paradata={"total": 700.0}), desk(), now)
            keep(session, homes[0], now)
            service.reveal(session, *place(homes[0]), KEY, Reveal.CALL, SU, 30, now)  # type: ignore[arg-type]
            sealed = session.scalars(select(HouseholdContact.sealed)).one()
        with transaction() as session:
            files = b"".join(exported(session, now))
        found = whole(settings)
        assert sealed[:200] in found, "the search would not find what is there"
        for canary in (NAME.encode(), PHONE.encode(), json.dumps(NAME)[1:-1].encode(), PHONE[-8:].encode()):
            assert canary not in found + files


def exported(session: Session, now: datetime) -> Iterator[bytes]:
    """Every export of the wave, out of its zip where it is one."""
    for form in Form:
        raw = b"".join(exports.export(session, wave_of(session, "open"), form, Selection(), now))
        assert len(raw) > 100
        if raw.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(raw)) as packed:
                raw = b"".join(packed.read(name) for name in packed.namelist())
        yield raw


def test_after_its_day_the_sealed_text_is_nowhere_in_the_file(app: Flask, settings: Settings, now: datetime) -> None:
    with app.app_context():
        with transaction() as session:
            homes = households(session, now)
            for home in homes:
                keep(session, home, now)
            sealed = session.scalars(select(HouseholdContact.sealed)).all()
        assert all(one[:100] in whole(settings) for one in sealed)
        with transaction() as session:
            until(session, date(2026, 11, 10), now)
        [job] = [job for job in JOBS if job.name == "forget_contacts"]
        with transaction() as session:
            assert job.work is not None
            job.work(session, policy(), now + timedelta(days=12))
        after = whole(settings)
        assert not any(one[:100] in after or one[-100:] in after for one in sealed)
