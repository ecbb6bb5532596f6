"""Our numbers against those of R's `survey` for designs that the shipped reference leaves out (reference/more)."""

import json
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from literacy_app.estimation.service import estimate_request

MORE = Path(__file__).parent / "reference" / "more" / "expected"
RELATIVE = {"n": 0, "df": 0, "estimate": 1e-7, "se": 1e-5, "deff": 1e-4, "deff_wr": 1e-4}
ENDS = {"ci_wald", "ci_logit", "ci_beta", "ci_kg"}


def differences(wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """The fields of one estimate that are not R's."""
    if wanted["se"] is None and got["reason"] == "lonely_psu":  # R then still gives the share; we give no number at all
        wanted = {"n": wanted["n"], "estimate": None, "se": None, "ci_wald": [None, None]}
    pairs = [(field, wanted[field], got[field], RELATIVE[field]) for field in RELATIVE.keys() & wanted.keys()]
    for field in ENDS & wanted.keys():
        pairs += [(field, *ends, 1e-6) for ends in zip(wanted[field], got[field], strict=True)]
    return [
        f"{wanted.get('id')} {field}: wanted {theirs}, got {ours}"
        for field, theirs, ours, tolerance in pairs
        if not (
            ours is theirs is None
            or None not in (ours, theirs)
            and isclose(ours, theirs, rel_tol=tolerance, abs_tol=1e-9)
        )
    ]


@pytest.mark.parametrize("path", sorted(MORE.glob("*.json")), ids=lambda path: path.stem)
def test_every_number_is_r_s(path: Path) -> None:
    wanted = json.loads(path.read_text())["estimates"]
    got = estimate_request(path)["estimates"]
    assert [one for pair in zip(wanted, got, strict=True) for one in differences(*pair)] == []


def test_the_folder_is_whole() -> None:
    """So that no case leaves in silence."""
    cases = {path.stem for path in MORE.glob("*.json")}
    assert len(cases) == 50
    assert {
        "two_stage",
        "pps",
        "lonely_adjust_two_strata",
        "greg_two_stage",
        "raked_two_stage",
        "waves",
        "bootstrap",
    } <= cases
