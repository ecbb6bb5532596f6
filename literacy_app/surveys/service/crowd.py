"""What keeps stuffing out of open links without shutting out a school or a carrier: pace, proof of work, and quarantine.

Nobody is ever refused by address. From one network so many answers in a span are taken as they come; further ones count
when they were given at a person's pace on our own pages, or bring a proof of work; the rest wait for a person's look.
Open links are self-selected and never the official level, so stuffing gains little (docs/decisions/0019).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from altcha.v1 import ChallengeOptions, create_challenge, verify_solution
from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from literacy_app.foundation.lately import lately
from literacy_app.foundation.orm import Inserts, connection_of, insert_new
from literacy_app.foundation.policy import Policy
from literacy_app.surveys import queries
from literacy_app.surveys.models import NetworkUse, SpentProof
from literacy_app.surveys.rules import Credential, Outcome, Reply, Wave
from literacy_app.surveys.service.alone import draft_walk, send_draft
from literacy_app.surveys.service.door import Read, Unreadable, set_apart, store, store_all_new
from literacy_app.surveys.service.keeping import instrument_of

LONGEST_PROOF = 1_000
_TABLE = cast(Table, NetworkUse.__table__)
_USE = select(_TABLE.c.count, _TABLE.c.begun).where(
    *(_TABLE.c[name] == bindparam(name) for name in ("pilot_id", "wave_id", "network", "span"))
)


@dataclass(frozen=True)
class Network:
    """Where somebody comes from, as far as counting needs it: the same all day, and no address."""

    name: str

    @classmethod
    def of(cls, address: str, key: str, now: datetime) -> "Network":
        """The network of an address (accounts.rules.network_of), told apart by a key that changes every day."""
        said = f"{now.astimezone(UTC).date()} {address}".encode()
        return cls(hmac.digest(key.encode(), said, "sha256").hex())


@dataclass(frozen=True)
class Arrival:
    """A submission that a program brought by a link. `network` is None for an invitation, which is never crowded."""

    found: Read | Unreadable
    credential: Credential
    wave: Wave
    network: Network | None
    proof: str | None


_Door = tuple[Wave, Network]


def admit_all(session: Session, arrivals: Sequence[Arrival], key: str, policy: Policy, now: datetime) -> list[Outcome]:
    """Store what arrived together, each unproved one from a crowded network to wait for a person's look."""
    free, deliveries, unproved = policy.open_link_free.value, [], list[_Door | None]()
    doors_seen = {(one.wave, one.network) for one in arrivals if one.network}
    taken = {door: _taken(session, *door, policy, now) for door in doors_seen}
    for one in arrivals:
        door = (one.wave, one.network) if one.network else None
        crowded = door is not None and taken[door][0] >= free
        proved = crowded and bool(one.proof) and spend_proof(session, one.wave, key, one.proof or "", policy, now)
        deliveries.append((set_apart(one.found) if crowded and not proved else one.found, one.credential))
        unproved.append(None if proved else door)
        if door and not proved:
            taken[door][0] += 1
    doors = Counter(door for door in unproved if door)
    outcomes = store_all_new(session, deliveries, now, _counted(session, doors, policy, now))
    if outcomes is None:
        outcomes = [store(session, found, credential, now) for found, credential in deliveries]
        replies = zip(unproved, outcomes, strict=True)
        doors = Counter(door for door, outcome in replies if door and outcome.reply is Reply.STORED)
        for statement, rows in _counted(session, doors, policy, now):
            connection_of(session).execute(statement, rows)
    return outcomes


def _counted(session: Session, doors: Mapping[_Door, int], policy: Policy, now: datetime) -> Inserts:
    """What counts so many more; to be written last of all, for on PostgreSQL these rows are everybody's until the commit."""
    rows = [
        _place(wave, network, policy, now) | {"count": count, "begun": 0} for (wave, network), count in doors.items()
    ]
    return [(_one_more(session.get_bind().dialect.name), rows)] if rows else []


def _taken(session: Session, wave: Wave, network: Network, policy: Policy, now: datetime) -> list[int]:
    """How many unproved answers came, as of a second ago, in a list of one, so that the caller can count on meanwhile."""
    place = _place(wave, network, policy, now)
    name = f"taken {wave.id} {network.name} {place['span']}"
    return lately(session, name, lambda: [_use(session, wave, network, policy, now)["count"]])


def send_alone(
    session: Session,
    wave: Wave,
    secret: str,
    network: Network | None,
    proof: str | None,
    key: str,
    policy: Policy,
    now: datetime,
) -> Outcome:
    """Send what a person answered on our pages (`send_draft`); `network` is None for an invitation, which is never crowded."""
    crowded = network is not None and draft_is_crowded(session, wave, secret, network, policy, now)
    proved = crowded and bool(proof) and spend_proof(session, wave, key, proof or "", policy, now)
    outcome = send_draft(session, wave, secret, now, crowded=crowded and not proved)
    if outcome.reply is Reply.STORED and network is not None and not proved:
        count_use(session, wave, network, policy, now, sent=1)
    return outcome


def draft_is_crowded(
    session: Session, wave: Wave, secret: str, network: Network, policy: Policy, now: datetime
) -> bool:
    """Whether a draft, sent now without a proof, would wait for a person's look."""
    use = _use(session, wave, network, policy, now)
    if use["count"] < policy.open_link_free.value:
        return False
    draft = queries.draft_by_secret(session, wave.id, secret)
    if draft is None or draft.sent_body is not None:
        return False
    asked = len(draft_walk(instrument_of(session, wave), draft, now).numbers)
    slowly = now - draft.started_at >= timedelta(seconds=asked * policy.open_link_pace.value)
    return not slowly or use["begun"] > policy.open_link_begun.value


def _use(session: Session, wave: Wave, network: Network, policy: Policy, now: datetime) -> Mapping[str, int]:
    found = connection_of(session).execute(_USE, _place(wave, network, policy, now)).first()
    return {"count": 0, "begun": 0} if found is None else {"count": found[0], "begun": found[1]}


def _place(wave: Wave, network: Network, policy: Policy, now: datetime) -> dict[str, object]:
    return {"pilot_id": wave.pilot, "wave_id": wave.id, "network": network.name, "span": _span(policy, now)}


def count_use(
    session: Session, wave: Wave, network: Network, policy: Policy, now: datetime, *, sent: int = 0, begun: int = 0
) -> None:
    """Count so many more that were sent without a proof, or begun."""
    more = _place(wave, network, policy, now) | {"count": sent, "begun": begun}
    connection_of(session).execute(_one_more(session.get_bind().dialect.name), more)


@cache
def _one_more(dialect: str) -> Any:
    row = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_TABLE)
    more = {"count": _TABLE.c.count + row.excluded.count, "begun": _TABLE.c.begun + row.excluded.begun}
    return row.on_conflict_do_update(index_elements=list(_TABLE.primary_key), set_=more)


def _span(policy: Policy, now: datetime) -> datetime:
    seconds = int(policy.open_link_span.value * 60)
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def new_challenge(key: str, policy: Policy, now: datetime) -> dict[str, object]:
    """A puzzle that takes a phone a second or two, signed; `ALTCHA`'s format (https://altcha.org), version 1."""
    until = now + timedelta(minutes=policy.proof_minutes.value)
    made = create_challenge(
        ChallengeOptions(max_number=int(policy.proof_work.value), hmac_key=_proof_key(key), expires=until)
    )
    puzzle: dict[str, object] = made.to_dict()
    return puzzle


def spend_proof(session: Session, wave: Wave, key: str, proof: str, policy: Policy, now: datetime) -> bool:
    """Whether `proof` (ALTCHA's payload, Base64) solves a puzzle of ours that has not expired and was not used before."""
    try:
        solution = json.loads(base64.b64decode(proof[:LONGEST_PROOF], validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return False
    wanted = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}
    if not isinstance(solution, dict) or any(type(solution.get(name)) is not kind for name, kind in wanted.items()):
        return False
    right, _ = verify_solution(solution, _proof_key(key))  # type: ignore[call-overload]  # its shape was just checked
    if not right:
        return False
    # Kept for as long as it could be used again, and a little longer.
    until = now + 2 * timedelta(minutes=policy.proof_minutes.value)
    return insert_new(
        session, SpentProof, {"pilot_id": wave.pilot, "signature": solution["signature"], "expires_at": until}
    )


def _proof_key(key: str) -> str:
    return hashlib.sha256(f"proof of work {key}".encode()).hexdigest()


def forget_crowds(session: Session, now: datetime) -> None:
    """Drop counts of networks after a day, and proofs that have expired."""
    session.execute(delete(NetworkUse).where(NetworkUse.span < now - timedelta(days=1)))
    session.execute(delete(SpentProof).where(SpentProof.expires_at < now))
