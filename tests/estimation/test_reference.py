"""Our numbers against those of R's `survey` package, at the tolerances of the reference set's compare.py."""

import csv
import json
from functools import cache
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from literacy_app.estimation.loader import read_request
from literacy_app.estimation.service import estimate_request

EXPECTED = Path(__file__).parent / "reference" / "expected"
CASES = ["d01_srs_fpc", "d02_strat_fpc", "d03_strat_cluster", "d04_poststrat"]
RELATIVE = {"n": 0, "df": 0, "estimate": 1e-7, "se": 1e-5, "deff": 1e-4, "deff_wr": 1e-4}
INTERVALS = ["ci_logit", "ci_beta", "ci_kg", "ci_wald"]


@cache
def expected(case: str) -> dict[str, Any]:
    return json.loads((EXPECTED / f"{case}.json").read_text())


@cache
def ours(case: str) -> dict[str, Any]:
    return {one["id"]: one for one in estimate_request(EXPECTED / f"{case}.json")["estimates"]}


EVERY = [pytest.param(case, one, id=f"{case}|{one['id']}") for case in CASES for one in expected(case)["estimates"]]


@pytest.mark.parametrize(("case", "wanted"), EVERY)
def test_number_is_r_s_for_every_estimate(case: str, wanted: dict[str, Any]) -> None:
    got = ours(case)[wanted["id"]]
    for field in RELATIVE.keys() & wanted.keys():
        assert isclose(got[field], wanted[field], rel_tol=RELATIVE[field], abs_tol=1e-9), field


@pytest.mark.parametrize(("case", "wanted"), EVERY)
def test_interval_is_r_s_by_every_method(case: str, wanted: dict[str, Any]) -> None:
    got = ours(case)[wanted["id"]]
    for field in set(INTERVALS) & wanted.keys():
        assert got[field] == pytest.approx(wanted[field], abs=1e-6), field


def test_target_is_judged_as_r_does_when_asked() -> None:
    wanted = expected("d03_strat_cluster")["estimates"][0]["target"]
    got = ours("d03_strat_cluster")["literate|all"]["target"]
    assert got["decision"] == wanted["decision"]
    assert got["prob_at_least"] == pytest.approx(wanted["prob_at_least"], rel=1e-6)


def test_poststratified_weights_are_r_s() -> None:
    with (EXPECTED / "d04_poststrat_weights.csv").open() as file:
        wanted = [float(row["poststrat_weight"]) for row in csv.DictReader(file)]
    got = read_request(EXPECTED / "d04_poststrat.json").sample.weights
    assert got == pytest.approx(wanted, rel=1e-9)
