"""Which interviews are asked about again: by a secret seed, after they came in, so that nobody knows before or can steer it."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Candidate:
    """An interview that counts: who brought it, and the earlier of when it began by the phone and when it came in by the server."""

    id: UUID
    actor: str
    at: datetime


def lot(seed: str, id: UUID) -> float:
    """The lot of one interview, from 0 to 1: a hash of the seed and its id, so always the same and never to be guessed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{id}".encode()).digest()[:8], "big") / 2**64


def draw(
    candidates: Iterable[Candidate],
    already: Collection[UUID],
    seed: str,
    share: float,
    early_share: float,
    early_until: datetime,
) -> list[UUID]:
    """The interviews to ask about again that were not drawn before.

    One is drawn when its lot is below the share (`early_share` before `early_until`). Interviewers are strata: of each are
    drawn at least as many as the shares add up to (rounded down), and one at least, by the lowest lots.
    """
    by_actor: dict[str, list[tuple[float, float, UUID]]] = {}
    for one in candidates:
        wanted = early_share if one.at < early_until else share
        by_actor.setdefault(one.actor, []).append((lot(seed, one.id), wanted, one.id))
    chosen: list[UUID] = []
    for actor in sorted(by_actor):
        chosen += _of_one(sorted(by_actor[actor]), already)
    return chosen


def _of_one(lots: Sequence[tuple[float, float, UUID]], already: Collection[UUID]) -> list[UUID]:
    chosen = [id for luck, wanted, id in lots if luck < wanted and id not in already]
    least = max(1, int(sum(wanted for _, wanted, _ in lots) + 1e-9))
    have = len(chosen) + sum(id in already for _, _, id in lots)
    rest = [id for luck, wanted, id in lots if luck >= wanted and id not in already]
    return chosen + rest[: max(least - have, 0)]
