"""The `estimate` request: what it answers, and what it says about bad input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from literacy_app.estimation.service import estimate_request
from literacy_app.foundation.errors import InputError

CSV = """\
stratum,psu,weight,sex,age,literate,score
01,1,10,F,a,1,80
01,1,10,M,b,0,55
01,2,20,F,a,0,60
01,2,20,M,b,1,71
02,1,15,F,b,1,90
02,1,15,M,a,,
02,2,15,F,a,0,12
02,2,15,M,b,0,30
"""
DESIGN = {"ids": ["psu"], "strata": ["stratum"], "weights": "weight", "fpc": None, "nest": True}
LEVEL = {"id": "level", "statistic": "proportion", "variable": "literate", "where": None}


# Four villages in two waves: one of two people is literate in the second, none in the first, or both and one.
WAVES = [
    *((psu, wave, int(n < literate)) for psu in (1, 2) for wave, literate in ((1, 0), (2, 1)) for n in range(2)),
    *((psu, wave, int(n < literate)) for psu in (3, 4) for wave, literate in ((1, 1), (2, 2)) for n in range(2)),
]


def asked(folder: Path, estimates: list[dict[str, Any]], text: str = CSV, **more: Any) -> Path:
    """A request in `folder`/requests about a file in `folder`/data."""
    for name in ("data", "requests"):
        (folder / name).mkdir()
    (folder / "data" / "people.csv").write_text(text, "utf-8")
    path = folder / "requests" / "request.json"
    path.write_text(json.dumps({"data": "data/people.csv", "design": DESIGN, "estimates": estimates, **more}), "utf-8")
    return path


def answered(folder: Path, estimate: dict[str, Any], **more: Any) -> dict[str, Any]:
    return estimate_request(asked(folder, [estimate], **more))["estimates"][0]


def problem(folder: Path, *estimates: dict[str, Any], **more: Any) -> str:
    with pytest.raises(InputError) as caught:
        estimate_request(asked(folder, list(estimates) or [LEVEL], **more))
    return str(caught.value)


def test_request_comes_back_with_numbers_when_it_is_answered(tmp_path: Path) -> None:
    result = estimate_request(asked(tmp_path, [LEVEL | {"estimate": 9, "note": "kept"}], case="mine", r_call="svymean"))
    assert (result["case"], result["level"], result["estimates"][0]["note"]) == ("mine", 0.95, "kept")
    assert result["estimates"][0]["estimate"] == pytest.approx(45 / 105)
    assert "r_call" not in result


def test_empty_domain_is_a_row_with_a_reason(tmp_path: Path) -> None:
    got = answered(tmp_path, LEVEL | {"where": {"sex": "X"}})
    assert (got["n"], got["estimate"], got["ci_logit"], got["reason"]) == (0, None, [None, None], "empty_domain")


def test_codes_keep_their_leading_zeros(tmp_path: Path) -> None:
    assert answered(tmp_path, LEVEL | {"where": {"stratum": "01"}})["n"] == 4


def test_domain_written_as_a_number_is_compared_as_text(tmp_path: Path) -> None:
    assert answered(tmp_path, LEVEL | {"where": {"psu": 1, "sex": "F"}})["n"] == 2


def test_variable_may_stand_in_the_id_as_in_the_reference_set(tmp_path: Path) -> None:
    got = answered(tmp_path, {"id": "mean:score", "statistic": "mean"})
    assert got["estimate"] == pytest.approx(5950 / 105)


@pytest.mark.parametrize(
    ("entry", "estimate"),
    [
        ({"statistic": "total", "variable": "literate"}, 45),
        ({"statistic": "ratio", "variable": "literate", "denominator": "score"}, 45 / 5950),
        ({"statistic": "difference", "variable": "literate", "where": {"sex": "F"}, "minus": {"sex": "M"}}, -1 / 36),
        ({"statistic": "change", "variable": "literate", "by": "sex"}, 1 / 36),  # M, the second in order, less F
    ],
)
def test_other_statistics_are_answered(tmp_path: Path, entry: dict[str, Any], estimate: float) -> None:
    assert answered(tmp_path, entry)["estimate"] == pytest.approx(estimate)


def test_change_between_waves_needs_no_more_than_a_column_of_waves(tmp_path: Path) -> None:
    text = "psu,wave,weight,y\n" + "".join(f"{psu},{wave},1,{y}\n" for psu, wave, y in WAVES)
    asked = {"statistic": "difference", "variable": "y"}
    got = answered(tmp_path, asked, text=text, design={"ids": "psu", "weights": "weight"})
    # Every village gains a half, so its own level is in both waves and the change has no error.
    assert (got["estimate"], got["se"], got["p_value"]) == (0.5, pytest.approx(0, abs=1e-12), None)


def test_association_is_tested_with_another_column(tmp_path: Path) -> None:
    text = "psu,weight,sex,y\n" + "".join(f"{n // 4},1,{'FM'[n % 2]},{int(n % 3 == 0)}\n" for n in range(48))
    asked = {"statistic": "association", "variable": "y", "by": "sex"}
    got = answered(tmp_path, asked, text=text, design={"ids": "psu", "weights": "weight"})
    assert (got["n"], got["ndf"], got["df"], got["reason"]) == (48, 1, 11, None)
    assert 0 < got["p_value"] <= 1 and got["ddf"] == pytest.approx(11)


def test_margins_are_raked_when_there_are_several(tmp_path: Path) -> None:
    margins = {"sex": {"F": 50, "M": 50}, "age": {"a": 40, "b": 60}}
    got = answered(tmp_path, {"statistic": "total", "variable": "score", "where": {"sex": "F"}}, margins=margins)
    assert got["reason"] is None


# the delete-one jackknife of two people: shares 1 and 0 round 1/2, V = 1/2 (1/4 + 1/4)
def test_replicate_weights_are_found_by_their_prefix(tmp_path: Path) -> None:
    design = {"weights": "weight", "replicate_weights": "JK1", "prefix": "r", "scale": 0.5}
    got = answered(tmp_path, LEVEL, text="weight,literate,r1,r2,rest\n1,1,2,0,a\n1,0,0,2,b\n", design=design)
    assert (got["estimate"], got["se"], got["df"]) == (0.5, pytest.approx(0.5), 1)


def test_target_at_nobody_cannot_be_told(tmp_path: Path) -> None:
    got = answered(tmp_path, LEVEL | {"where": {"score": "12"}, "target": 0.25})
    assert got["target"] == {"target": 0.25, "prob_at_least": None, "decision": "cannot tell"}


def test_target_of_the_reference_set_is_an_object(tmp_path: Path) -> None:
    got = answered(tmp_path, LEVEL | {"target": {"target": 0.001, "decision": "met"}})
    assert got["target"]["decision"] in {"met", "cannot tell"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weight": "w"}, "request.json: design.weights: data/people.csv has no column 'weight'"),
        ({",15,F": ",heavy,F"}, "data/people.csv: row 6, column weight: 'heavy' is not a number"),
        ({",15,F": ",-15,F"}, "data/people.csv: row 6, column weight: '-15' is not a weight of at least 0"),
        ({",15,F": ",,F"}, "data/people.csv: row 6, column weight: is empty"),
        ({"F,a,1": "F,a,2"}, "data/people.csv: row 2, column literate: '2' is not 0 or 1, as a proportion needs"),
        ({"02,2,15,F": ",2,15,F"}, "data/people.csv: row 8, column stratum: is empty"),
    ],
)
def test_file_is_refused_by_row_and_column(tmp_path: Path, change: dict[str, str], said: str) -> None:
    text = CSV
    for old, new in change.items():
        text = text.replace(old, new)
    assert problem(tmp_path, text=text) == said


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"item": "i01"}, "estimates: item statistics need at least two items"),
        ({"statistic": "median", "variable": "score"}, "estimates.0.statistic: statistic not offered yet: 'median'"),
        ({"statistic": "mean"}, "estimates.0.variable"),
        ({"statistic": "ratio", "variable": "score"}, "estimates.0.denominator: a ratio needs one"),
        ({"statistic": "difference", "variable": "score"}, "a difference needs `where` and `minus`, or `by`"),
        ({"statistic": "difference", "variable": "score", "by": "weight"}, "or `by` a column with two labels"),
        ({"statistic": "difference", "variable": "score", "by": "wave"}, "has no column 'wave'"),
        ({"statistic": "association", "variable": "score"}, "estimates.0.by: an association needs another column"),
        (LEVEL | {"target": 25}, "estimates.0.target"),
    ],
)
def test_estimate_is_refused_when_it_is_not_offered_or_not_whole(
    tmp_path: Path, entry: dict[str, Any], said: str
) -> None:
    assert said in problem(tmp_path, entry)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"design": DESIGN | {"lonely_psu": "ignore"}}, "design.lonely_psu: Input should be 'fail', 'remove'"),
        ({"design": DESIGN | {"nest": False}}, "PSU '1' lies in strata '01' and '02'"),
        (
            {"design": DESIGN | {"replicate_weights": ["r1"]}},
            "design.replicate_weights: data/people.csv has no column 'r1'",
        ),
        ({"design": DESIGN | {"replicate_weights": "JKn", "prefix": "r"}}, "no column holds replicate weights"),
        ({"design": DESIGN | {"replicate_weights": ["weight"]}}, "replicate weights need a scale"),
        ({"data": "data/nobody.csv"}, "nobody.csv: cannot be read as UTF-8 CSV (No such file"),
        ({"level": 95}, "level"),
        ({"cells": [{"sex": "F", "Freq": 5}]}, "row 3 lies in no cell of margins.0"),
        ({"cells": [{"sex": "F", "Freq": "many"}]}, "needs a number above 0 as 'Freq'"),
        ({"margins": {"sex": {"F": 50, "M": 50}, "age": {"a": 1, "b": 2}}}, "not of one population"),
    ],
)
def test_request_is_refused_when_it_cannot_be_answered(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    assert said in problem(tmp_path, **more)


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"{\n1}", "line 2: is not JSON"), (b"\xff", "byte 0: is not UTF-8"), (b"[]", "must be one JSON object")],
)
def test_request_is_refused_when_it_is_not_a_json_object(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "request.json").write_bytes(text)
    with pytest.raises(InputError, match=said):
        estimate_request(tmp_path / "request.json")


def test_request_is_refused_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        estimate_request(tmp_path / "request.json")


def test_request_is_refused_when_it_asks_for_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="estimates: must be a list of objects"):
        estimate_request(asked(tmp_path, []))


def test_file_is_refused_when_a_row_is_longer_than_the_header(tmp_path: Path) -> None:
    assert "row 10: has 9 places, and the header has 7" in problem(tmp_path, text=CSV + "1,2,3,4,5,6,7,8,9\n")


def test_file_is_refused_when_every_row_is_longer_than_the_header(tmp_path: Path) -> None:
    assert "row 2: has 3 places, and the header has 2" in problem(tmp_path, text="weight,literate\n1,1,1\n2,0,1\n")


def test_the_room_is_imported_without_pandas_or_scipy_stats() -> None:
    code = (
        "import sys, literacy_app.estimation.service; sys.exit({'pandas', 'scipy.stats'} & set(sys.modules) != set())"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
