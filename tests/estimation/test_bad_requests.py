"""`literacy estimate` on bad input: one clear line that names row, column and label, exit status 2, and no result."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from literacy_app import cli

CSV = """\
stratum,psu,N,weight,sex,points,literate,region
a,v1,9,10,F,80,1,x
a,v2,9,10,M,55,0,y
b,v3,7,20,F,60,0,x
b,v4,7,20,M,71,1,y
"""
DESIGN = {"ids": ["psu"], "strata": ["stratum"], "weights": "weight", "fpc": ["N"]}
LEVEL = {"id": "level", "statistic": "proportion", "variable": "literate"}
MEAN = {"id": "points", "statistic": "mean", "variable": "points"}


@pytest.fixture(autouse=True)
def shell() -> Iterator[None]:
    """The command keeps what it writes to its owner, in this process too."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def estimate(folder: Path, data: str | bytes = CSV, **request: Any) -> tuple[Result, Path]:
    """Run the command in `folder` on a file with these data; the result, and where its file should be."""
    (folder / "people.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    asked = {"data": "people.csv", "design": DESIGN, "estimates": [LEVEL, MEAN], **request}
    (folder / "request.json").write_text(json.dumps(asked))
    out = folder / "result.json"
    return CliRunner().invoke(cli.main, ["estimate", str(folder / "request.json"), "--out", str(out)]), out


def refused(folder: Path, data: str | bytes = CSV, **request: Any) -> str:
    """What the command says; it must say one line, exit with 2 and write nothing."""
    done, out = estimate(folder, data, **request)
    assert (done.exit_code, out.exists(), done.stderr.count("\n")) == (2, False, 1)
    assert sorted(path.name for path in folder.iterdir()) == ["people.csv", "request.json"]
    return done.stderr.strip()


def test_good_request_is_answered(tmp_path: Path) -> None:
    done, out = estimate(tmp_path)
    assert done.exit_code == 0
    assert json.loads(out.read_text())["estimates"][0]["n"] == 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("b,v4,7,20", "b,v4,7,-20", "people.csv: row 5, column weight: '-20' is not a weight of at least 0"),
        ("b,v4,7,20", "b,v4,7,inf", "people.csv: row 5, column weight: 'inf' is not a weight of at least 0"),
        ("b,v4,7,20", "b,v4,7,", "people.csv: row 5, column weight: is empty"),
        ("b,v4,7,20", ",v4,7,20", "people.csv: row 5, column stratum: is empty"),
        ("b,v4,7,20", "b,,7,20", "people.csv: row 5, column psu: is empty"),
        ("b,v4,7,20", "b,v4,,20", "people.csv: row 5, column N: is empty"),
        ("b,v4,7,20", "b,v4,seven,20", "people.csv: row 5, column N: 'seven' is not a number"),
        ("b,v4,7,20", "b,v4,-7,20", "people.csv: row 5, column N: '-7' is not above 0"),
        ("b,v4,7,20", "b,v4,0.5,20", "people.csv: row 5, column N: '0.5' is a sampling fraction, and other corrections are counts"),
        ("b,v4,7,20", "b,v4,8,20", "people.csv: row 5, column N: '8' is not '7', which row 4 of stratum 'b' has"),
        (",9,", ",1,", "people.csv: row 2, column N: stratum 'a' has more PSUs in the sample than '1', those in its population"),
        ("b,v4", "b,v2", "people.csv: row 5, column psu: PSU 'v2' lies in strata 'a' and 'b' (first in row 3)"),
        ("M,71", "M,71 points", "people.csv: row 5, column points: '71 points' is not a number"),
        ("b,v4,7,20", "b,v4,7,1e308", "people.csv: row 5, column weight: '1e308' is not between -1e150 and 1e150"),
        ("b,v4,7,20", "b,v4,7,1e-320", "people.csv: row 5, column weight: '1e-320' is neither 0 nor at least 1e-150"),
        ("M,71", "M,-1e308", "people.csv: row 5, column points: '-1e308' is not between -1e150 and 1e150"),
        ("M,71", "M,1e999", "people.csv: row 5, column points: '1e999' is not a finite number"),
        ("71,1,y", "71,2,y", "people.csv: row 5, column literate: '2' is not 0 or 1, as a proportion needs"),
        ("71,1,y", "71,1,y,z", "people.csv: row 5: has 9 places, and the header has 8"),
        ("71,1,y", "71,1", "people.csv: row 5: has 7 places, and the header has 8"),
        ("points", "weight", "people.csv: row 1: has the column 'weight' twice"),
        ("points", "score", "request.json: estimates.1.variable: people.csv has no column 'points'"),
        ("stratum,", "strata,", "request.json: design.strata: people.csv has no column 'stratum'"),
    ],
)  # fmt: skip
def test_one_bad_place_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert refused(tmp_path, CSV.replace(old, new)).startswith(said)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"level": 1e-300}, "request.json: level: Input should be greater than or equal to 0.5"),
        ({"level": 0.9999999999999999}, "request.json: level: Input should be less than or equal to 0.9999"),
        ({"estimates": [LEVEL | {"where": {"sex": "\ud800"}}]}, "request.json: estimates.0.where.sex: has '\\ud800', half"),
        ({"estimates": [LEVEL | {"note": "\ud800"}]}, "request.json: estimates.0.note: has '\\ud800', half of a character"),
        ({"note": {"\ud800": 1}}, "request.json: note: has '\\ud800', half of a character"),
        ({"estimates": [LEVEL | {"note": 10**400}]}, "request.json: estimates.0.note: is too large, or not a number"),
        ({"estimates": [LEVEL | {"note": 1e999}]}, "request.json: estimates.0.note: is too large, or not"),
        ({"limits": {"nearly_all": float("nan")}}, "request.json: limits.nearly_all: is too large, or not"),
        ({"limits": {"nearly_all": 7}}, "request.json: limits: Value error, must be between 0 and 1"),
        ({"estimates": [{"item": "literate", "points": 10**9}, MEAN]}, "request.json: estimates.0.points: Input should be"),
        ({"estimates": [LEVEL | {"where": {"sex": None}}]}, "request.json: estimates.0.where: Value error, 'sex' must be"),
        ({"estimates": [LEVEL | {"where": {"sex": ["F"]}}]}, "request.json: estimates.0.where: Value error, 'sex' must be"),
        ({"estimates": [LEVEL | {"where": {"sex": True}}]}, "request.json: estimates.0.where: Value error, 'sex' must be"),
        ({"cells": [{"sex": None, "Freq": 5}, {"sex": "M", "Freq": 5}]}, "people.csv: margins.0.0: 'sex' must be text"),
        ({"totals": {"(Intercept)": 1e300}}, "request.json: totals.(Intercept): Value error, must be between -1e+150 and"),
        ({"cells": [{"sex": "F", "Freq": 1e300}, {"sex": "M", "Freq": 5}]}, "people.csv: margins.0.0 needs a number above 0"),
    ],
)  # fmt: skip
def test_request_that_no_result_can_be_made_of_is_named(tmp_path: Path, request_: dict[str, Any], said: str) -> None:
    assert refused(tmp_path, **request_).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"data": "a\\u0000", "design": {}, "estimates": [{"statistic": "mean", "variable": "x"}]}', "request.json: data: Value error, has a NUL character, which no file's name has"),
        ('{"id": ' + "1" * 5000 + "}", "request.json: is not JSON: has a number of too many digits"),
        ('{"note": ' + "[" * 90 + "]" * 90 + "}", "request.json: is nested too deeply"),
        ('{"note": 1e999}', "request.json: note: is too large, or not a number"),
        ('{"note": ' + "9" * 400 + ".5}", "request.json: note: is too large, or not a number"),
    ],
)  # fmt: skip
def test_json_that_cannot_be_written_again_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "request.json").write_text(text)
    path = str(tmp_path / "request.json")
    done = CliRunner().invoke(cli.main, ["estimate", path, "--out", str(tmp_path / "result.json")])
    assert (done.exit_code, done.stderr.strip()) == (2, said)


def test_numbers_that_go_beyond_what_can_be_held_are_none_with_a_reason(tmp_path: Path) -> None:
    """The variance of values near 1e149 with weights near 1e60 would be 1e400. Warnings are errors here."""
    data = CSV.replace(",10,", ",1e60,").replace(",80,", ",1e149,")
    done, out = estimate(tmp_path, data, estimates=[MEAN | {"statistic": "total"}])
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    got = json.loads(out.read_text(), parse_constant=pytest.fail)["estimates"][0]
    assert (got["se"], got["reason"], got["ci_wald"]) == (None, "out_of_range", [None, None])


def test_arithmetic_that_breaks_down_names_the_estimate(tmp_path: Path) -> None:
    """The variance of a simple random sample, with which that of the design is compared, is 0 after rounding."""
    data = "w,x\n1e-150,0\n1e-150,0\n1e-150,0\n1e-150,1.5e-12\n"
    asked = [{"statistic": statistic, "variable": "x"} for statistic in ("mean", "total")]
    said = refused(tmp_path, data, estimates=asked, design={"weights": "w"})
    assert said.startswith("request.json: estimates.1: cannot be computed")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "people.csv: is empty"),
        (CSV.splitlines()[0], "people.csv: has no rows below the header"),
        (CSV.replace("b,v4", "乡,v4").encode("gbk"), "people.csv: row 5: is not UTF-8; in a spreadsheet save it as"),
        (b"PK\x03\x04" + b"\xff\xfe" * 9, "people.csv: row 1: is a workbook; save it as"),
        (CSV.encode("utf-16"), "people.csv: row 1: is not UTF-8"),
    ],
)
def test_file_that_is_no_utf8_csv_is_named(tmp_path: Path, data: str | bytes, said: str) -> None:
    assert refused(tmp_path, data).startswith(said)


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """An empty line is a row there, and a place may hold a line's end."""
    data = CSV.replace("a,v2,9,10,M", '\na,v2,9,10,"M\nor F"').replace("b,v4,7,20", "b,v4,7,-20")
    assert refused(tmp_path, data).startswith("people.csv: row 6, column weight")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"cells": [{"sex": "F", "Freq": 5}]}, "row 3 lies in no cell of margins.0: it has sex 'M'"),
        (
            {"cells": [{"sex": "F", "Freq": 5}, {"sex": "M", "Freq": 5}, {"sex": "X", "Freq": 5}]},
            "margins.0.2: nobody with a weight is in the sample with sex 'X'",
        ),
        (
            {"margins": {"sex": {"F": 5, "M": 5}, "stratum": {"a": 4, "b": 5, "c": 1}}},
            "margins.1.2: nobody with a weight is in the sample with stratum 'c'",
        ),
        ({"cells": [{"sex": "F", "Freq": 5}, {"sex": "M", "Freq": 0}]}, "margins.0.1 needs a number above 0 as 'Freq'"),
        (
            {"cells": [{"sex": "F", "Freq": 5}, {"sex": "M", "Freq": 5}, {"sex": "F", "Freq": 5}]},
            "margins.0.2: sex 'F' lies in an earlier cell too",
        ),
        ({"margins": {"sex": {"F": 5, "M": 5}, "region": {"x": 5, "y": 6}}}, "the totals of the margins differ"),
    ],
)
def test_margin_is_named(tmp_path: Path, request_: dict[str, Any], said: str) -> None:
    assert said in refused(tmp_path, **request_)


def test_second_stage_is_named(tmp_path: Path) -> None:
    data = CSV.replace("b,v4", "b,v3")
    design = DESIGN | {"ids": ["psu", "sex"], "fpc": ["N", "points"], "strata": ["stratum"]}
    assert refused(tmp_path, data, design=design).startswith(
        "people.csv: row 5, column points: '71' is not '60', which row 4 of psu 'v3' has"
    )


def test_earlier_result_does_not_look_like_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("earlier")
    done, out = estimate(tmp_path, CSV.replace("20", "-20"))
    assert (done.exit_code, out.exists()) == (2, False)
    assert (tmp_path / "result.json.earlier").read_text() == "earlier"


def test_request_is_never_overwritten(tmp_path: Path) -> None:
    estimate(tmp_path)
    path = str(tmp_path / "request.json")
    done = CliRunner().invoke(cli.main, ["estimate", path, "--out", path])
    assert done.exit_code == 2
    assert "is the request itself" in done.stderr
    assert json.loads(Path(path).read_text())["data"] == "people.csv"


@pytest.mark.parametrize("more", [{}, {"level": 95}, {"estimates": []}])
def test_data_are_never_overwritten_nor_put_aside(tmp_path: Path, more: dict[str, Any]) -> None:
    estimate(tmp_path, **more)
    path = tmp_path / "people.csv"
    done = CliRunner().invoke(cli.main, ["estimate", str(tmp_path / "request.json"), "--out", str(path)])
    assert (done.exit_code, path.read_text()) == (2, CSV)
    assert "people.csv: holds the data" in done.stderr


def test_result_takes_the_earlier_one_s_place_whole(tmp_path: Path) -> None:
    _, out = estimate(tmp_path)
    before = out.read_text()
    with out.open() as reader:  # whoever reads meanwhile reads all of the earlier one
        done, _ = estimate(tmp_path, CSV.replace("80", "90"))
        assert (done.exit_code, reader.read()) == (0, before)
    assert out.read_text() != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.csv", "request.json", "result.json"]


def test_nothing_is_left_when_there_is_no_such_folder(tmp_path: Path) -> None:
    estimate(tmp_path)
    path = str(tmp_path / "request.json")
    done = CliRunner().invoke(cli.main, ["estimate", path, "--out", str(tmp_path / "nowhere" / "result.json")])
    assert (done.exit_code, (tmp_path / "nowhere").exists()) == (2, False)
    assert "No such file or directory" in done.stderr
