"""What the drill asks and answers: a small survey, interviews as a phone writes them, and their score worked out apart.

The score is worked out here again, from the key's file and nothing else, so that the product is not its own witness.
"""

import json
import random
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

ROOT = Path(__file__).parent.parent
FILES = ROOT / "tests" / "files"
WAVE, PILOT = "open", "own"
INSTRUMENT = FILES / "surveys" / "instruments" / "tiny-v1"
KEY: dict[str, Any] = yaml.safe_load((INSTRUMENT / "key.yml").read_text())
OPTIONS = {"q2": ["a", "b", "c"], "q3": ["a", "b", "c", "d"]}
# What breaks careless software: emoji, rare characters beyond the first plane, joined marks, right to left, a long line.
REMARKS = ("", "好", "🏡🌿", "𠮷野家𪚥", "é\u0301\u200d", "שלום", 'a "b" \\ \t', "水" * 200)


def write_files(data: Path) -> None:
    """The small files of the tests with the real policy, but an open link that is never crowded: all phones are one machine."""
    for name in ("content", "surveys"):
        shutil.copytree(FILES / name, data / name)
    policy = (ROOT / "content" / "policy.yml").read_text()
    free = re.sub(r"(open_link_free:\n  value: )\d+", r"\g<1>1000000000", policy)
    (data / "content" / "policy.yml").write_text(free)


@dataclass(frozen=True)
class Interview:
    """One interview as it lies on a phone: its id, the bytes of the submission, and what is sent: those, or a sealed record."""

    id: str
    body: bytes
    parcel: bytes = b""

    @property
    def sent(self) -> bytes:
        """The exact bytes that travel."""
        return self.parcel or self.body


def interview(rng: random.Random, now: datetime, sequence: int = 1, **changes: Any) -> Interview:
    """An interview that ended `now`, by the phone's clock; `changes` are other fields of the submission."""
    id = str(UUID(int=rng.getrandbits(128), version=4))
    answers: dict[str, Any] = {
        "sex": rng.choice(["female", "male", {"code": "refused"}]),
        "birth_year": rng.randrange(1956, 2010),
        "remark": rng.choice(REMARKS),
        "q1": rng.choice(["true", "false", {"code": "dont_know"}]),
        "q2": rng.choice(OPTIONS["q2"]),
        "q3": rng.sample(OPTIONS["q3"], rng.randrange(1, 4)),
    }
    fields = {
        "id": id,
        "wave": WAVE,
        "instrument": "tiny",
        "version": 1,
        "mode": "interview",
        "language": "zh_Hans",
        "started_at": (now - timedelta(minutes=rng.randrange(5, 40))).isoformat(),
        "finished_at": now.isoformat(),
        "answers": {name: answer for name, answer in answers.items() if answer != ""},
        "sequence": sequence,
    }
    return Interview(id, json.dumps(fields | changes, ensure_ascii=False).encode())


def points(answers: Mapping[str, Any]) -> dict[str, int]:
    """What each scored question of the small instrument earns: all or nothing, by the key's file."""
    return {
        name: item["points"] if _right(answers.get(name), item["answer"]) else 0 for name, item in KEY["items"].items()
    }


def attained(total: int) -> bool:
    """Whether a total reaches the key's pass mark, in integers."""
    mark, most = KEY["pass_mark"], sum(item["points"] for item in KEY["items"].values())
    return bool(mark["of"] * total >= mark["points"] * most)


def _right(answer: Any, wanted: Any) -> bool:
    return (
        sorted(answer) == sorted(wanted) if isinstance(answer, list) and isinstance(wanted, list) else answer == wanted
    )
