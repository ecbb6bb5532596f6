"""What the phones did and what they were told: the only evidence that the checker believes."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class Result(StrEnum):
    """What a phone may conclude from one attempt to send."""

    OK = "ok"  # a receipt with this id and this hash came
    REFUSED = "refused"  # the server said that it keeps nothing
    UNKNOWN = "unknown"  # no answer, or one that means nothing: it may be stored or not


@dataclass(frozen=True)
class Operation:
    """One attempt to send. `at` is in seconds since the history began; `received_at` is the receipt's."""

    at: float
    phone: str
    id: str
    result: Result
    status: int | None = None
    received_at: str | None = None


@dataclass
class History:
    """What was made (`created`: SHA-256 of the body by id; `sealed`: which of them travelled as sealed records), each
    attempt, and what was left on the phones at the end."""

    created: dict[str, str] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    operations: list[Operation] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def create(self, id: str, sha256: str, *, sealed: bool = False) -> None:
        """Note an interview before it is sent for the first time."""
        with self._lock:
            self.created[id] = sha256
            if sealed:
                self.sealed.add(id)

    def note(
        self, phone: str, id: str, result: Result, status: int | None = None, received_at: str | None = None
    ) -> None:
        """Note one attempt."""
        with self._lock:
            self.operations.append(
                Operation(round(time.monotonic() - self.began, 3), phone, id, result, status, received_at)
            )

    def acknowledged(self) -> set[str]:
        """The ids for which a phone has a receipt."""
        with self._lock:
            return {one.id for one in self.operations if one.result is Result.OK}

    def write(self, path: Path) -> None:
        """Keep it as JSON lines, so that a run that failed can be looked at."""
        lines = [json.dumps({"id": id, "created": digest}) for id, digest in self.created.items()]
        lines += [json.dumps(asdict(one)) for one in self.operations]
        path.write_text("".join(f"{line}\n" for line in lines))
