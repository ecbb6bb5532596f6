"""Our numbers against those of the library `svy`, for designs that the reference set of R leaves out."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, LonelyPsu, Replicates, mean, rake

REFERENCE = Path(__file__).parent / "reference"
EXPECTED = json.loads((REFERENCE / "expected" / "two_stage_svy.json").read_text())


@cache
def people(lonely: bool) -> dict[str, np.ndarray]:
    """The columns of the file, without the stratum of a single PSU unless `lonely`."""
    with (REFERENCE / "data" / "two_stage.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if lonely or row["h"] != "s2"]
    numbers = {
        name: np.array([float(row[name]) for row in rows]) for name in ("w", "y", "psu", "ssu", "Np", "M", "small")
    }
    return numbers | {name: np.array([row[name] for row in rows]) for name in ("h", "sex", "age")}


@pytest.mark.parametrize("case", EXPECTED["lonely"], ids=lambda case: "-".join(map(str, list(case.values())[:4])))
def test_lonely_psus_and_second_stages_are_counted_alike(case: dict[str, Any]) -> None:
    x = people(lonely=True)
    clusters = (x["psu"], x["ssu"])[: case["stages"]]
    corrections = (x["Np"], x["M"]) if case["stages"] == 2 else ()
    rule = LonelyPsu(case["lonely_psu"])
    design = Design(x["w"], (x["h"],), clusters, corrections, False, rule, case["adjust_domain_lonely"])
    got = mean(design, x["y"], x["small"] == 1 if case["small_only"] else None)
    assert (got.estimate, got.se) == (pytest.approx(case["estimate"]), pytest.approx(case["se"], rel=1e-9))


@pytest.mark.parametrize("who", ["all", "women"])
def test_raked_standard_errors_are_alike(who: str) -> None:
    x, wanted = people(lonely=False), EXPECTED["raked"]
    margins = []
    for column in ("sex", "age"):
        names = sorted(wanted[column])
        shares = np.array([wanted[column][name] for name in names])
        margins.append((np.searchsorted(names, x[column]), shares * x["w"].sum()))
    raked = rake(Design(x["w"], (x["h"],), (x["psu"],)), margins)
    got = mean(raked, x["y"], x["sex"] == "F" if who == "women" else None)
    assert [got.estimate, got.se] == pytest.approx(wanted[who], rel=1e-9)


@pytest.mark.parametrize("about", ["mean", "estimate"])
@pytest.mark.parametrize("who", ["", "women_"])
def test_jackknifed_standard_errors_are_alike(who: str, about: str) -> None:
    x = people(lonely=False)
    columns = []
    for psu in np.unique(x["psu"]):  # four PSUs in every stratum
        stratum = x["h"] == x["h"][x["psu"] == psu][0]
        columns.append(np.where(x["psu"] == psu, 0, np.where(stratum, x["w"] * 4 / 3, x["w"])))
    sample = Replicates(x["w"], np.stack(columns, axis=1), 1.0, np.full(len(columns), 3 / 4), about == "estimate")
    got = mean(sample, x["y"], x["sex"] == "F" if who else None)
    assert [got.estimate, got.se] == pytest.approx(EXPECTED["jackknife"][f"{who}about_{about}"], rel=1e-9)
