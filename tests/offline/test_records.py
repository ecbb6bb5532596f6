"""Sealed records: kept once whatever is sent again, given to their rooms, and never lost where they cannot be read."""

import base64
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from literacy_app.accounts import service as accounts
from literacy_app.accounts.models import GrantRow
from literacy_app.accounts.rules import Role
from literacy_app.contacts.models import HouseholdContact
from literacy_app.fieldwork.models import RosterRow, VisitRow
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.orm import WRITES
from literacy_app.offline import queries
from literacy_app.offline.loader import read_envelope
from literacy_app.offline.models import FieldKey, RecordConflict, RecordRow
from literacy_app.offline.rules import Envelope, State
from literacy_app.offline.service import Keys, current_key, make_key, open_record, receive_record
from literacy_app.surveys.models import AnswerSheet, Conflict, SubmissionRow
from literacy_app.surveys.rules import Decision, Flag, Reply, Status
from literacy_app.surveys.service import decide
from tests import builders
from tests.builders import ALL_RIGHT, ALL_WRONG, body
from tests.fieldwork.field import people
from tests.offline.field import KEYS, SECRET, Place, place_of
from tests.offline.sealed import Sealer, contact, interview, roster, text_of, visit

Change = Callable[[Place, bytes], bytes]


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def row_of(place: Place, raw: bytes) -> RecordRow:
    place.session.expire_all()
    row = queries.record_row(place.session, "own", UUID(json.loads(raw)["id"]))
    assert row is not None
    return row


def actions(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def submission_of(place: Place, raw: bytes) -> SubmissionRow:
    place.session.expire_all()
    row = place.session.get(SubmissionRow, ("own", UUID(json.loads(raw)["id"])))
    assert row is not None
    return row


# What comes


def test_a_visit_is_kept_with_its_effect_and_its_receipt_names_the_exact_bytes(place: Place) -> None:
    home = place.land.sample()[0]
    raw = place.phone.record(visit(home))
    outcome = place.bring(raw)
    receipt = outcome.receipt
    assert outcome.reply is Reply.STORED and receipt is not None
    assert (str(receipt.id), receipt.sha256) == (json.loads(raw)["id"], hashlib.sha256(raw).hexdigest())
    assert (receipt.status, receipt.reason, receipt.received_at) == (State.ACCEPTED, None, place.now)
    kept = place.session.scalars(select(VisitRow)).one()
    assert (kept.village, kept.number, kept.result) == (home.village, home.number, "no_one_home")
    assert (kept.staff_id, kept.device_id) == (place.staff.id, place.holder.device)


def test_what_was_read_is_not_kept_sealed_as_well(place: Place) -> None:
    raw = place.phone.record(visit(place.land.sample()[0]))
    place.bring(raw)
    assert row_of(place, raw).raw is None


@pytest.mark.parametrize("kind", ["visit", "roster", "contact", "interview"])
def test_the_same_bytes_again_have_the_same_receipt_and_no_second_effect(place: Place, kind: str) -> None:
    home = place.land.sample()[0]
    place.bring(place.phone.record(roster(home, people(40))))
    plain = {
        "visit": visit(home),
        "roster": roster(home, people(40)),
        "contact": contact(home),
        "interview": interview(home),
    }[kind]
    raw = place.phone.record(plain)
    first = place.bring(raw)
    counted = [count(place.session, one) for one in (VisitRow, RosterRow, HouseholdContact, SubmissionRow, AuditEvent)]
    again = place.bring(raw, at=place.now + timedelta(days=3))
    assert first.reply is Reply.STORED and again.reply is Reply.REPEATED
    assert first.receipt == again.receipt and first.receipt and first.receipt.status is State.ACCEPTED
    assert counted == [
        count(place.session, one) for one in (VisitRow, RosterRow, HouseholdContact, SubmissionRow, AuditEvent)
    ]


def test_other_bytes_under_a_known_id_are_a_conflict_and_both_are_kept(place: Place) -> None:
    home = place.land.sample()[0]
    first = visit(home)
    raw = place.phone.record(first)
    receipt = place.bring(raw).receipt
    other = place.phone.record(first | {"result": "vacant"})
    for _ in range(2):
        outcome = place.bring(other)
        assert outcome.reply is Reply.CONFLICT and outcome.receipt == receipt
    assert place.session.scalars(select(VisitRow.result)).all() == ["no_one_home"]
    kept = place.session.scalars(select(RecordConflict)).one()
    assert (kept.raw, kept.sha256) == (other, hashlib.sha256(other).hexdigest())
    assert actions(place.session, "record_conflict") == 1


def test_bytes_that_cannot_be_read_are_a_conflict_too_where_they_name_a_known_record(place: Place) -> None:
    raw = place.phone.record(visit(place.land.sample()[0]))
    place.bring(raw)
    broken = json.dumps(json.loads(raw) | {"sequence": "one"}).encode()
    assert place.bring(broken).reply is Reply.CONFLICT
    assert [one.raw for one in queries.conflicts(place.session, "own")] == [broken]


ENVELOPES: dict[str, tuple[dict[str, Any], str]] = {
    "no number": ({"sequence": 0}, "sequence"),
    "too high a number": ({"sequence": 10**9}, "sequence"),
    "a number as text": ({"sequence": "1"}, "sequence"),
    "another kind": ({"kind": "gossip"}, "kind"),
    "no id": ({"id": "1"}, "id"),
    "no base64": ({"sealed": "ä"}, "sealed"),
    "broken base64": ({"sealed": "abcde"}, "sealed"),
    "no key": ({"key": "k" * 16}, "key"),
    "a key with NUL": ({"key": "\0"}, "key"),
    "more than there is": ({"score": 100}, "score"),
    "a status": ({"status": "accepted"}, "status"),
    "pilot of others": ({"pilot": "neighbour"}, "pilot"),
    "pilot of nobody": ({"pilot": "nowhere"}, "pilot"),
    "pilot with NUL": ({"pilot": "own\0"}, "pilot"),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_that_says_what_it_may_not_is_refused_by_field_and_nothing_is_kept(place: Place, name: str) -> None:
    changes, field = ENVELOPES[name]
    outcome = place.bring(json.dumps(json.loads(place.phone.record(visit(place.land.sample()[0]))) | changes).encode())
    assert outcome.reply is Reply.UNREADABLE and set(outcome.errors) == {field}
    assert (
        count(place.session, RecordRow) == count(place.session, RecordConflict) == count(place.session, VisitRow) == 0
    )


HOSTILE = {
    "nothing": b"",
    "no JSON": b"<script>",
    "gzip": base64.b64decode("H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=="),
    "UTF-16": '{"id":1}'.encode("utf-16"),
    "a list": b"[]",
    "a number without end": b"1" * 10_000,
    "deep": b"[" * 100_000,
    "NUL": b"\0" * 100,
    "half a character": b'{"id":"\\ud800","pilot":"\\ud800"}',
    "NUL in the pilot": json.dumps({"id": str(UUID(int=1)), "pilot": "own\0"}).encode(),
    "half a character in the pilot": json.dumps({"id": str(UUID(int=1)), "pilot": "\ud800"}).encode(),
    "no pilot": json.dumps({"id": str(UUID(int=1)), "pilot": {}}).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_in_words_that_can_be_sent(place: Place, name: str) -> None:
    outcome = place.bring(HOSTILE[name])
    assert outcome.reply is Reply.UNREADABLE and outcome.errors
    json.dumps(outcome.errors, ensure_ascii=False).encode()
    assert count(place.session, RecordRow) == 0


# What cannot be opened or read is kept


def _other_id(place: Place, raw: bytes) -> bytes:
    return json.dumps(json.loads(raw) | {"id": str(uuid4())}).encode()


def _flipped(place: Place, raw: bytes) -> bytes:
    sent = json.loads(raw)
    sealed = bytearray(base64.urlsafe_b64decode(sent["sealed"] + "=="))
    sealed[-20] ^= 1
    return json.dumps(sent | {"sealed": text_of(bytes(sealed))}).encode()


def _sealed_as(text: bytes, kind: str = "visit") -> Change:
    return lambda place, raw: place.phone.record(text, kind=kind)


UNREAD: dict[str, tuple[Change, str]] = {
    "an unknown key": (lambda place, raw: json.dumps(json.loads(raw) | {"key": "0" * 16}).encode(), "cannot_be_opened"),
    "another id": (_other_id, "cannot_be_opened"),
    "a flipped bit": (_flipped, "cannot_be_opened"),
    "an empty seal": (lambda place, raw: json.dumps(json.loads(raw) | {"sealed": ""}).encode(), "cannot_be_opened"),
    "a seal of noise": (
        lambda place, raw: json.dumps(json.loads(raw) | {"sealed": text_of(os.urandom(300))}).encode(),
        "cannot_be_opened",
    ),
    "no JSON inside": (_sealed_as(b"\xff\xfe"), "cannot_be_read"),
    "a list inside": (_sealed_as(b"[]"), "cannot_be_read"),
    "depth inside": (_sealed_as(b"[" * 100_000), "cannot_be_read"),
    "another kind inside": (lambda place, raw: place.phone.record({"kind": "visit"}, kind="roster"), "cannot_be_read"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_cannot_be_opened_or_read_is_kept_as_it_came_and_the_phone_is_told(place: Place, name: str) -> None:
    change, reason = UNREAD[name]
    raw = change(place, place.phone.record(visit(place.land.sample()[0])))
    outcome = place.bring(raw)
    assert outcome.reply is Reply.STORED and outcome.receipt is not None
    assert (outcome.receipt.status, outcome.receipt.reason) == (State.ATTENTION, reason)
    assert outcome.receipt.sha256 == hashlib.sha256(raw).hexdigest()
    row = row_of(place, raw)
    assert (row.raw, row.status, row.reason) == (raw, "attention", reason)
    assert count(place.session, VisitRow) == count(place.session, RosterRow) == 0
    assert [one.id for one in queries.in_need(place.session, "own", 5)] == [row.id]


def test_a_record_about_a_household_of_no_frozen_draw_waits_for_a_person(place: Place) -> None:
    raw = place.phone.record(visit(place.land.sample()[0], draw=str(uuid4())))
    receipt = place.bring(raw).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.ATTENTION, "household_unknown")
    assert row_of(place, raw).raw == raw


def test_a_roster_that_names_another_person_than_the_tables_waits_with_what_is_wrong(place: Place) -> None:
    home = place.land.sample()[0]
    said = roster(home, people(50, 40, 30))
    raw = place.phone.record(said | {"chosen": said["chosen"] % 3 + 1})
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ATTENTION
    assert set(json.loads(receipt.reason or "")) == {"chosen"}
    assert count(place.session, RosterRow) == 0 and row_of(place, raw).raw == raw


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 100},
        {"status": "accepted"},
        {"half \ud800 of a character": 1},
        {"NUL \0": 1},
        {"long " + "x" * 400: 1},
        {"at": "9999-12-31T23:59:59-12:00"},
        {"number": 10**30},
        {"village": "99020100100\0"},
        {"result": "complete"},
    ],
    ids=lambda changes: next(iter(changes))[:10].encode("ascii", "replace").decode(),
)
def test_what_a_visit_may_not_say_is_never_believed_and_never_lost(place: Place, changes: dict[str, Any]) -> None:
    raw = place.phone.record(json.dumps(visit(place.land.sample()[0]) | changes).encode())
    outcome = place.bring(raw)
    assert outcome.receipt is not None and outcome.receipt.status is State.ATTENTION
    json.dumps(outcome.receipt.reason, ensure_ascii=False).encode()
    assert row_of(place, raw).raw == raw and count(place.session, VisitRow) == 0


def test_nul_in_a_text_that_may_be_free_is_not_believed_either(place: Place) -> None:
    raw = place.phone.record(roster(place.land.sample()[0], people(40), reason="again \0"))
    receipt = place.bring(raw).receipt
    assert receipt is not None and row_of(place, raw).sha256 == receipt.sha256


def test_a_record_inside_must_bear_the_id_that_it_came_under(place: Place) -> None:
    """Else two records of which one says something else about the same visit would both be acknowledged."""
    plain = visit(place.land.sample()[0])
    place.bring(place.phone.record(plain))
    raw = place.phone.record(plain | {"result": "vacant"}, id=str(uuid4()))
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ATTENTION and set(json.loads(receipt.reason or "")) == {"id"}
    assert row_of(place, raw).raw == raw


def test_what_nobody_could_read_is_tried_again_when_it_is_sent_again(place: Place) -> None:
    raw = place.phone.record(visit(place.land.sample()[0]))
    waiting = place.bring(raw, Keys("a secret that was lost", KEYS.contacts))
    assert waiting.receipt and waiting.receipt.status is State.ATTENTION
    still = place.bring(raw, Keys("another", KEYS.contacts))
    assert (still.reply, still.receipt) == (Reply.REPEATED, waiting.receipt)
    later = place.bring(raw, at=place.now + timedelta(days=1))
    assert later.reply is Reply.REPEATED and later.receipt is not None
    assert (later.receipt.status, later.receipt.received_at) == (State.ACCEPTED, place.now)
    assert row_of(place, raw).raw is None and count(place.session, VisitRow) == 1


# Keys


def test_a_record_that_was_sealed_to_a_key_of_before_still_opens(place: Place) -> None:
    raw = place.phone.record(visit(place.land.sample()[0]))
    newer = make_key(place.session, SECRET, place.now + timedelta(days=30))
    found = current_key(place.session, SECRET)
    assert found is not None and found.id == newer.id != place.phone.key
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ACCEPTED


def test_the_database_alone_opens_nothing(place: Place) -> None:
    envelope = read_envelope(place.phone.record(visit(place.land.sample()[0])))
    key = place.session.scalars(select(FieldKey)).one()
    assert isinstance(envelope, Envelope)
    assert open_record(key, envelope, "a guess") is None and open_record(key, envelope, "") is None
    assert open_record(key, envelope, SECRET) is not None
    for start in range(len(key.private)):
        with pytest.raises(ValueError):
            load_der_private_key(key.private[start:], None)


def test_a_key_that_this_installation_cannot_open_is_not_given_to_phones(place: Place) -> None:
    """After a restore with another secret every record would be sealed to a key that nobody has."""
    assert current_key(place.session, SECRET) is not None
    assert current_key(place.session, "the secret of a new machine") is None


# Interviews


def test_an_interview_goes_through_the_one_door(place: Place) -> None:
    home = place.land.sample()[0]
    place.bring(place.phone.record(roster(home, people(40))))
    plain = interview(home)
    receipt = place.bring(place.phone.record(plain)).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.ACCEPTED, None)
    row = submission_of(place, plain["body"].encode())
    assert (row.status, row.stream, row.actor, row.consent_version) == ("accepted", "probability", "device:in", "v1")
    assert row.raw == plain["body"].encode()
    person = place.land.person(home)
    assert person is not None and row.respondent_id == person.id


@pytest.mark.parametrize("name", ["score", "status", "stream", "area", "weight", "verdict", "points"])
def test_nothing_that_an_interview_says_of_its_own_worth_is_taken(place: Place, name: str) -> None:
    raw = place.phone.record(interview(place.land.sample()[0], body(None, **{name: 100})))
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ATTENTION and name in (receipt.reason or "")
    assert count(place.session, SubmissionRow) == count(place.session, AnswerSheet) == 0


def test_the_server_scores_an_interview_itself(place: Place) -> None:
    for answers, points in ((ALL_RIGHT, 10), (ALL_WRONG, 0)):
        raw = body(answers)
        place.bring(place.phone.record(interview(place.land.sample()[0], raw)))
        sheet = place.session.get(AnswerSheet, ("own", UUID(json.loads(raw)["id"])))
        assert sheet is not None and sum(sheet.points.values()) == points


def test_one_interview_in_two_records_counts_once(place: Place) -> None:
    plain = interview(place.land.sample()[0])
    first, second = (place.bring(place.phone.record(plain)).receipt for _ in range(2))
    assert first and second and first.id != second.id
    assert (first.status, second.status) == (State.ACCEPTED, State.ACCEPTED)
    assert count(place.session, SubmissionRow) == 1


def test_another_interview_under_the_same_submission_id_is_kept_and_waits(place: Place) -> None:
    home = place.land.sample()[0]
    plain = interview(home)
    place.bring(place.phone.record(plain))
    other = json.loads(plain["body"]) | {"answers": ALL_WRONG}
    raw = place.phone.record(interview(home, json.dumps(other).encode()))
    receipt = place.bring(raw).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.ATTENTION, "conflict")
    assert count(place.session, SubmissionRow) == 1 and count(place.session, Conflict) == 1
    assert row_of(place, raw).raw == raw


def test_a_second_interview_of_one_person_waits(place: Place) -> None:
    home = place.land.sample()[0]
    person = str(json.loads(interview(home)["body"])["respondent"])
    place.bring(place.phone.record(interview(home)))
    receipt = place.bring(place.phone.record(interview(home, body(respondent=person)))).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.QUARANTINED, "respondent_answered")


def test_an_interview_that_was_broken_off_waits(place: Place) -> None:
    plain = interview(place.land.sample()[0], broken_off=True)
    receipt = place.bring(place.phone.record(plain)).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.QUARANTINED, "broken_off")
    assert submission_of(place, plain["body"].encode()).status == "quarantined"


def test_an_interview_of_nobody_that_was_drawn_waits(place: Place) -> None:
    raw = place.phone.record(interview(place.land.sample()[0], body(respondent=str(uuid4()))))
    receipt = place.bring(raw).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.QUARANTINED, "respondent_unknown")


@pytest.mark.parametrize("wave", ["neighbour", "nowhere", "x\0"])
def test_an_interview_of_a_wave_of_elsewhere_is_not_taken(place: Place, wave: str) -> None:
    raw = place.phone.record(interview(place.land.sample()[0], body(wave=wave)))
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ATTENTION
    assert count(place.session, SubmissionRow) == 0 and row_of(place, raw).raw == raw


def test_an_interview_that_began_before_the_wave_closed_is_accepted_late(place: Place) -> None:
    began = "2020-12-31T10:00:00+08:00"
    raw = body(wave="closed", started_at=began, finished_at="2020-12-31T10:20:00+08:00")
    receipt = place.bring(place.phone.record(interview(place.land.sample()[0], raw))).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.ACCEPTED, None)
    assert submission_of(place, raw).flags == [Flag.LATE]


def test_an_interview_that_began_after_the_wave_closed_waits(place: Place) -> None:
    raw = body(wave="closed", started_at="2021-02-01T10:00:00+08:00", finished_at="2021-02-01T10:20:00+08:00")
    receipt = place.bring(place.phone.record(interview(place.land.sample()[0], raw))).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.QUARANTINED, "wave_closed")


def test_what_was_voided_does_not_rise_when_it_is_sent_again(place: Place) -> None:
    plain = interview(place.land.sample()[0])
    raw = place.phone.record(plain)
    receipt = place.bring(raw).receipt
    decide(place.session, "own", UUID(json.loads(plain["body"])["id"]), Decision.VOID, "su", "made up", place.now)
    assert place.bring(raw).receipt == receipt
    place.bring(place.phone.record(plain))
    assert submission_of(place, plain["body"].encode()).status == Status.VOIDED
    assert count(place.session, SubmissionRow) == 1


# Whose phone


def test_a_phone_that_was_revoked_hands_in_what_it_holds_and_its_interviews_wait(place: Place) -> None:
    home = place.land.sample()[0]
    accounts.revoke_device(place.session, place.holder.device, "su", place.now)
    kept = place.bring(place.phone.record(visit(home))).receipt
    raw = place.phone.record(interview(home))
    receipt = place.bring(raw).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.QUARANTINED, "credential_revoked")
    assert receipt.sha256 == hashlib.sha256(raw).hexdigest()
    assert kept and (kept.status, kept.reason) == (State.ACCEPTED, "credential_revoked")
    assert place.session.scalars(select(SubmissionRow)).one().status == "quarantined"


def test_the_phone_of_somebody_who_was_disabled_is_treated_as_one_that_was_revoked(place: Place) -> None:
    accounts.disable(place.session, "in", place.now)
    receipt = place.bring(place.phone.record(interview(place.land.sample()[0]))).receipt
    assert receipt and (receipt.status, receipt.reason) == (State.QUARANTINED, "credential_revoked")


def test_a_contact_lies_in_its_own_room_sealed(place: Place) -> None:
    raw = place.phone.record(contact(place.land.sample()[0]))
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ACCEPTED
    row = place.session.scalars(select(HouseholdContact)).one()
    assert b"13800138000" not in row.sealed and "王芳".encode() not in row.sealed
    assert row_of(place, raw).raw is None


def test_numbers_that_came_are_told_by_phone(place: Place) -> None:
    home = place.land.sample()[0]
    for _ in range(2):
        place.bring(place.phone.record(visit(home)))
    place.phone.sequence += 3
    place.bring(place.phone.record(visit(home)))
    device = place.holder.device
    assert queries.sequences(place.session, [device]) == {device: [1, 2, 6]}


def test_who_interviews_in_two_pilots_cannot_mix_them(place: Place) -> None:
    session, raw = place.session, place.phone.record(interview(place.land.sample()[0], body(wave="neighbour")))
    session.add(GrantRow(staff_id=place.staff.id, role=Role.INTERVIEWER, area_code="990202"))
    session.flush()
    session.expire_all()
    assert place.holder.scopes == ("990201", "990202")
    receipt = place.bring(raw).receipt
    assert receipt and receipt.status is State.ATTENTION and set(json.loads(receipt.reason or "")) == {"wave"}
    assert count(session, SubmissionRow) == 0


# At once


def test_twenty_phones_that_send_the_same_bytes_at_once_have_one_effect(engine: Engine, now: datetime) -> None:
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        builders.load_files(session, now)
        place = place_of(session, now)
        home = place.land.sample()[0]
        phone, holder = place.phone, place.holder
        raw = phone.record(visit(home))
        talk = phone.record(interview(home))
        session.commit()
    answers: list[Any] = []
    start = threading.Barrier(20)

    def send(bytes_: bytes) -> None:
        start.wait()
        with Session(engine) as session:
            session.connection(execution_options={WRITES: True})
            answers.append(receive_record(session, bytes_, holder, KEYS, now))
            session.commit()

    for sent in (raw, talk):
        answers.clear()
        threads = [threading.Thread(target=send, args=(sent,)) for _ in range(20)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert Counter(one.reply for one in answers) == {Reply.STORED: 1, Reply.REPEATED: 19}
        assert len({one.receipt for one in answers}) == 1
    with Session(engine) as session:
        assert count(session, VisitRow) == count(session, SubmissionRow) == 1
        assert count(session, RecordRow) == 2 and count(session, RecordConflict) == 0
        assert actions(session, "visit_kept") == actions(session, "submission_received") == 1
        assert actions(session, "record_received") == 2


def test_a_phone_knows_no_more_than_its_own_pilot(place: Place) -> None:
    other = Sealer(place.phone.key, place.phone.public, pilot="neighbour")
    assert place.bring(other.record(visit(place.land.sample()[0]))).reply is Reply.UNREADABLE
