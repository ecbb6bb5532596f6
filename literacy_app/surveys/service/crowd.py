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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from altcha.v1 import ChallengeOptions, create_challenge, verify_solution
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from literacy_app.foundation.orm import insert_new
from literacy_app.foundation.policy import Policy
from literacy_app.surveys.models import NetworkUse, SpentProof
from literacy_app.surveys.rules import Wave

LONGEST_PROOF = 1_000


@dataclass(frozen=True)
class Network:
    """Where somebody comes from, as far as counting needs it: the same all day, and no address."""

    name: str

    @classmethod
    def of(cls, address: str, key: str, now: datetime) -> "Network":
        """The network of an address (accounts.rules.network_of), told apart by a key that changes every day."""
        said = f"{now.astimezone(UTC).date()} {address}".encode()
        return cls(hmac.new(key.encode(), said, hashlib.sha256).hexdigest())


def is_crowded(
    session: Session,
    wave: Wave,
    network: Network,
    policy: Policy,
    now: datetime,
    *,
    began_at: datetime | None = None,
    asked: int = 0,
) -> bool:
    """Whether an unproved answer from this network should wait for a person's look.

    `began_at` and `asked` (how many questions) are known for answers given on our pages.
    """
    use = session.get(NetworkUse, (wave.pilot, wave.id, network.name, _span(policy, now)))
    if use is None or use.count < policy.open_link_free.value:
        return False
    slowly = began_at is not None and now - began_at >= timedelta(seconds=asked * policy.open_link_pace.value)
    return not slowly or use.begun > policy.open_link_begun.value


def count_use(
    session: Session, wave: Wave, network: Network, policy: Policy, now: datetime, *, begun: bool = False
) -> None:
    """Count one more answer that was sent without a proof, or one that was `begun`."""
    place = {"pilot_id": wave.pilot, "wave_id": wave.id, "network": network.name, "span": _span(policy, now)}
    if insert_new(session, NetworkUse, place | {"count": int(not begun), "begun": int(begun)}):
        return
    more = {"begun": NetworkUse.begun + 1} if begun else {"count": NetworkUse.count + 1}
    session.execute(update(NetworkUse).filter_by(**place).values(more))


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
