"""Stuffing an open link, and honest people behind the same address meanwhile."""

import base64
import hashlib
import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.policy import Policy
from literacy_app.surveys import queries, service
from literacy_app.surveys.models import NetworkUse, SubmissionRow
from literacy_app.surveys.rules import Status, Wave
from literacy_app.surveys.service import Arrival, Network
from literacy_app.webkit.extensions import reading
from tests.builders import body, link
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.thorough

KEY = "a key that signs"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return shape(read_yaml(REPOSITORY / "content/policy.yml", REPOSITORY), Policy)


def arrive(
    session: Session, wave: Wave, network: Network | None, policy: Policy, now: datetime, proof: str = ""
) -> Status:
    found = service.read(session, body(), link(), now)
    (outcome,) = service.admit_all(session, [Arrival(found, link(), wave, network, proof)], KEY, policy, now)
    assert outcome.receipt is not None
    return outcome.receipt.status


def counted(session: Session, status: Status) -> int:
    return session.scalar(select(func.count()).where(SubmissionRow.status == status)) or 0


def solve(puzzle: dict[str, object]) -> str:
    for number in range(int(str(puzzle["maxNumber"])) + 1):
        if hashlib.sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]:
            named = {name: puzzle[name] for name in ("algorithm", "challenge", "salt", "signature")}
            return base64.b64encode(json.dumps(named | {"number": number}).encode()).decode()
    raise AssertionError("no number solves it")


def honest_session(session: Session, wave: Wave, network: Network, policy: Policy, began: datetime) -> Status:
    """A person who takes a minute for the questions, on our pages, without JavaScript."""
    secret = service.begin_draft(session, wave, "zh_Hans", "1", began)
    service.count_use(session, wave, network, policy, began, begun=1)
    sent = began + timedelta(minutes=1)
    outcome = service.send_alone(session, wave, secret, network, None, KEY, policy, sent)
    assert outcome.receipt is not None
    return outcome.receipt.status


def test_of_a_thousand_submissions_in_a_minute_nearly_all_wait_while_fifty_paced_people_behind_the_address_count(
    stocked: Session, now: datetime, policy: Policy
) -> None:
    wave, network = service.wave_of(stocked, "open"), Network.of("203.0.113.7", KEY, now)
    people = []
    for number in range(1000):
        moment = now + timedelta(seconds=number * 0.06)
        arrive(stocked, wave, network, policy, moment)
        if number % 20 == 0:
            people.append(honest_session(stocked, wave, network, policy, moment - timedelta(minutes=1)))
    assert people.count(Status.ACCEPTED) >= 49
    stuffed = counted(stocked, Status.QUARANTINED)
    assert stuffed >= 950


def test_another_network_is_not_held_up(stocked: Session, now: datetime, policy: Policy) -> None:
    wave, network = service.wave_of(stocked, "open"), Network.of("203.0.113.7", KEY, now)
    for _ in range(25):
        arrive(stocked, wave, network, policy, now)
    assert arrive(stocked, wave, Network.of("198.51.100.1", KEY, now), policy, now) is Status.ACCEPTED


def test_a_proof_of_work_counts_once(stocked: Session, now: datetime, policy: Policy) -> None:
    from literacy_app.foundation import clock

    now, wave = clock.now(), service.wave_of(stocked, "open")  # the library that judges expiry has a clock of its own
    network = Network.of("203.0.113.7", KEY, now)
    for _ in range(20):
        assert arrive(stocked, wave, network, policy, now) is Status.ACCEPTED
    proof = solve(service.new_challenge(KEY, policy, now))
    assert arrive(stocked, wave, network, policy, now, proof) is Status.ACCEPTED
    assert arrive(stocked, wave, network, policy, now, proof) is Status.QUARANTINED


BAD_PROOFS = {
    "no base64": "?",
    "no json": base64.b64encode(b"x").decode(),
    "a list": base64.b64encode(b"[]").decode(),
    "salt is no text": base64.b64encode(
        json.dumps({"algorithm": "SHA-256", "challenge": "", "number": 1, "salt": 1, "signature": ""}).encode()
    ).decode(),
    "too long": "A" * 5_000,
}


@pytest.mark.parametrize("proof", BAD_PROOFS.values(), ids=BAD_PROOFS)
def test_a_proof_that_is_none_is_no_proof_and_no_failure(
    stocked: Session, now: datetime, policy: Policy, proof: str
) -> None:
    assert not service.spend_proof(stocked, service.wave_of(stocked, "open"), KEY, proof, policy, now)


def test_a_proof_signed_by_somebody_else_or_expired_is_none(stocked: Session, now: datetime, policy: Policy) -> None:
    from literacy_app.foundation import clock

    wave, present = service.wave_of(stocked, "open"), clock.now()
    foreign = solve(service.new_challenge("another key", policy, present))
    old = solve(service.new_challenge(KEY, policy, present - timedelta(minutes=11)))
    assert not service.spend_proof(stocked, wave, KEY, foreign, policy, present)
    assert not service.spend_proof(stocked, wave, KEY, old, policy, present)


def test_an_invitation_is_never_crowded(stocked: Session, now: datetime, policy: Policy) -> None:
    wave = service.wave_of(stocked, "open")
    assert {arrive(stocked, wave, None, policy, now) for _ in range(30)} == {Status.ACCEPTED}


def test_what_is_counted_by_network_names_nobody_and_is_forgotten_after_a_day(
    stocked: Session, now: datetime, policy: Policy
) -> None:
    wave = service.wave_of(stocked, "open")
    arrive(stocked, wave, Network.of("203.0.113.7", KEY, now), policy, now)
    row = stocked.scalars(select(NetworkUse)).one()
    assert len(row.network) == 64
    assert Network.of("203.0.113.7", KEY, now + timedelta(days=1)).name != row.network
    stocked.expunge_all()
    service.forget_crowds(stocked, now + timedelta(days=2))
    assert stocked.scalar(select(func.count()).select_from(NetworkUse)) == 0


def test_the_puzzle_is_given_to_programs_by_the_link(app: Flask) -> None:
    with app.app_context():
        found = queries.link_of(reading(), "open")
        assert found is not None
        token = found.token
    reply = app.test_client().get(f"/api/v1/links/{token}/challenge")
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    assert solve(reply.json)
    assert app.test_client().get("/api/v1/links/none/challenge").status_code == 404
