"""`make drill`: hurts the product for some minutes, counts what was lost, doubled or changed, and ends with one JSON line.

The exit status is 1 when anything is wrong, also when a fault that was asked for never really happened.
"""

import argparse
import json
import secrets
import shlex
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from drill import phases, supervisor
from drill.checker import failures
from drill.phases import PHASES, Outcome

WHOLE_MINUTES, INTERVIEWS = 3.5, 2000


def main() -> None:
    """Run the phases that are asked for and say what became of them."""
    given = _arguments()
    began, scale = time.monotonic(), min(1.0, given.minutes / WHOLE_MINUTES)
    chosen = [phase for phase in PHASES if given.phase is None or phase.name in given.phase]
    share = sum(phase.share for phase in chosen)
    _say(f"Seed {given.seed}; {given.minutes:g} minutes; {' '.join(given.server)}")
    with tempfile.TemporaryDirectory(prefix="drill-prepared-") as folder:
        prepared = supervisor.prepare(Path(folder))
        outcomes = []
        for phase in chosen:
            seconds = given.minutes * 60 * phase.share / share
            made = phases.run(phase, prepared, seconds, given.seed, given.server, _teller(phase.name), scale)
            _tell(made, given)
            outcomes.append(made)
    found = _summary(outcomes, given.seed, scale if given.phase is None else 0.0, time.monotonic() - began)
    _say(f"{found['passed']} passed, {found['failed']} failed")
    print(json.dumps(found), flush=True)
    sys.exit(1 if found["failed"] else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drill", description="The fault drill.")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="the same faults again")
    parser.add_argument("--minutes", type=float, default=WHOLE_MINUTES, help="for how long (%(default)s)")
    parser.add_argument(
        "--server", type=shlex.split, default=list(supervisor.SERVE), help="the command that serves, instead of ours"
    )
    parser.add_argument("--phase", action="append", choices=[phase.name for phase in PHASES], help="only this; again")
    parser.add_argument("--keep", type=Path, help="a folder for the history of each phase that failed")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _teller(name: str) -> phases.Say:
    return lambda text: _say(f"  {name:7} {text}")


def _tell(made: Outcome, given: argparse.Namespace) -> None:
    wrong, history = failures(made.findings), made.stage.history
    _say(
        f"{made.name}: {len(history.created)} interviews, {len(history.acknowledged())} acknowledged, "
        f"{len(made.stored.rows)} stored, {made.seconds:.0f} s: {'FAILED' if wrong else 'passed'}"
    )
    for line in wrong:
        _say(f"  {line}")
    if wrong:
        _say(f"  again: python -m drill --seed {given.seed} --minutes {made.asked / 60:.2f} --phase {made.name}")
    if wrong and given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        history.write(given.keep / f"{made.name}.jsonl")


def _summary(outcomes: list[Outcome], seed: int, scale: float, seconds: float) -> dict[str, object]:
    happened = sum((made.stage.happened for made in outcomes), Counter[str]())
    interviews = sum(len(made.stage.history.created) for made in outcomes)
    recoveries = [seconds for made in outcomes for seconds in made.stage.server.recoveries]
    wrong = {made.name: failures(made.findings) for made in outcomes}
    checks = {f"{made.name} {name}": not found for made in outcomes for name, found in made.findings.items()}
    checks["enough interviews"] = interviews >= INTERVIEWS * scale
    return {
        "seed": seed,
        "passed": sum(checks.values()),
        "failed": len(checks) - sum(checks.values()),
        "seconds": round(seconds, 1),
        "interviews": interviews,
        "attempts": sum(len(made.stage.history.operations) for made in outcomes),
        "acknowledged": sum(len(made.stage.history.acknowledged()) for made in outcomes),
        "stored": sum(len(made.stored.rows) for made in outcomes),
        "lost": sum(len(made.findings["lost"]) for made in outcomes),
        "doubled": sum(len(made.findings["doubled"]) for made in outcomes),
        "kills": happened.pop("kills", 0),
        "recovery_seconds": {"median": statistics.median(recoveries), "most": max(recoveries)} if recoveries else None,
        "happened": dict(sorted(happened.items())),
        "wrong": {name: lines for name, lines in wrong.items() if lines},
    }


if __name__ == "__main__":
    main()
