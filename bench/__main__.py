"""`make bench`: one line a measure, and all of them in bench/results.json."""

import json

from bench import door, estimation, exports, field, pages, paper
from bench.servers import ROOT


def main() -> None:
    """Measure everything."""
    results = [row for part in (pages, door, paper, exports, estimation, field) for row in part.measure()]
    (ROOT / "bench/results.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
