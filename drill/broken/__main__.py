"""`python -m drill.broken FAULT`: serves a door with that fault, on the settings that `literacy serve` takes."""

import os
import sys

from drill.broken.door import Fault

THREADS = "8"


def main() -> None:
    """Become the server; gunicorn as ours, so that only the door differs."""
    os.environ["BROKEN"] = Fault(sys.argv[1])
    bind, workers = os.environ["LITERACY_BIND"], os.environ["LITERACY_WORKERS"]
    served = ("-k", "gthread", "--threads", THREADS, "-w", workers, "-b", bind, "drill.broken.door:app()")
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *served])  # noqa: S606


if __name__ == "__main__":
    main()
