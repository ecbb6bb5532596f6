"""Reads what a phone noted beside the answers. It comes from phones: whatever has another shape is passed over, never an error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A day; longer on one screen means that the phone was put away.
LONGEST = 86_400.0
MOST_EDITS = 1_000
MOST_QUESTIONS = 1_000
LONGEST_TEXT = 40


@dataclass(frozen=True)
class Paradata:
    """How an interview went by the phone's own count: seconds on the screen and changes by question, seconds in all."""

    times: Mapping[str, float] = field(default_factory=dict)
    edits: Mapping[str, int] = field(default_factory=dict)
    total: float | None = None
    app: str = ""
    zone: int | None = None
    pauses: int | None = None
    device: str = ""


def read_paradata(sent: Any) -> Paradata:
    """What can be used of `sent`."""
    if not isinstance(sent, dict):
        return Paradata()
    return Paradata(
        times={id: value for id, found in _pairs(sent.get("times")) if (value := _seconds(found)) is not None},
        edits={id: value for id, found in _pairs(sent.get("edits")) if (value := _count(found)) is not None},
        total=_seconds(sent.get("total")),
        app=_text(sent.get("app")),
        zone=_zone(sent.get("zone")),
        pauses=_count(sent.get("pauses")),
        device=_text(sent.get("device")),
    )


def _pairs(found: Any) -> list[tuple[str, Any]]:
    return [(id, value) for id, value in list(found.items())[:MOST_QUESTIONS]] if isinstance(found, dict) else []


def _number(found: Any) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e9 or not math.isfinite(found):
        return None
    return float(found)


def _seconds(found: Any) -> float | None:
    value = _number(found)
    return value if value is not None and 0 <= value <= LONGEST else None


def _count(found: Any) -> int | None:
    value = _number(found)
    return int(value) if value is not None and 0 <= value <= MOST_EDITS else None


def _zone(found: Any) -> int | None:
    value = _number(found)
    return int(value) if value is not None and abs(value) <= 14 * 60 else None


def _text(found: Any) -> str:
    return found[:LONGEST_TEXT] if isinstance(found, str) and found.isprintable() else ""
