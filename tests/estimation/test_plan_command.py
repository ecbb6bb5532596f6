"""`literacy plan`: what it prints, and what it says about usage that cannot be."""

import json

import pytest
from click.testing import CliRunner, Result

from literacy_app.cli import main

SPREAD = ("--rho", "0.05", "--cost-psu", "10")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["plan", *words])


def test_a_plan_for_a_half_width_is_printed() -> None:
    result = run("--level", "0.2", "--half-width", "0.04", "--deff", "2.5", "--response", "0.8")
    assert (result.exit_code, result.stderr) == (0, "")
    for line in ("To know a level of 20.0% to within 4.0 points", "961", "1201, at a response of 80.0%"):
        assert line in result.stdout


def test_a_plan_compares_spreads_when_rho_is_known() -> None:
    costs = ("--cost-psu", "300", "--cost-person", "20")
    result = run("--level", "0.24", "--target", "0.2", "--rho", "0.05", "--weights-cv2", "0.3", *costs)
    assert "16.9 interviews a PSU" in result.stdout
    assert ["17", "2.34", "113", "1913", "1913", "72160"] in [line.split() for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("aim", "interviews"),
    [
        (["--level", "0.24", "--target", "0.2"], 1635),
        (["--level", "0.24", "--target", "0.2", "--one-sided"], 1294),
        (["--level", "0.15", "--change-to", "0.2"], 1806),
        (["--level", "0.15", "--change-to", "0.2", "--correlation", "0.3"], 1268),
    ],
)
def test_a_plan_is_a_json_object_when_asked(aim: list[str], interviews: int) -> None:
    plan = json.loads(run(*aim, "--deff", "2", "--json").stdout)
    assert (plan["interviews"], plan["power"]) == (interviews, pytest.approx(0.8, abs=1e-3))


def test_a_given_size_is_told_what_it_can_show() -> None:
    result = run("--level", "0.2", "--target", "0.18", "--interviews", "300", "--deff", "2")
    assert "power               10.2%" in result.stdout
    assert "lowest level shown  27.2%, with power 0.8" in result.stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--half-width", "0.04", "--deff", "2", "--level", "20"], "such as 0.2 for 20 %"),
        (["--half-width", "0.04", "--level", "0.2"], "design effect"),
        (["--half-width", "0.04", "--target", "0.1", "--level", "0.2", "--deff", "2"], "one thing at a time"),
        (["--level", "0.2", "--deff", "2"], "what the survey is for"),
        (["--level", "0.2", "--half-width", "0.04", "--deff", "2", "--confidence", "0.9999999999999999"], "to 0.9999"),
        (
            ["--level", "0.2", "--half-width", "0.04", "--deff", "2", "--people-a-psu", "9" * 30],
            "1 person a PSU, and at most 10000000000",
        ),
        (
            ["--level", "0.2", "--half-width", "0.04", "--rho", "0.1", "--people-a-psu", "9" * 30],
            "1 person a PSU, and at most 10000000000",
        ),
        (
            ["--level", "0.2", "--half-width", "0.04", "--deff", "2", "--people-a-psu", "0"],
            "1 person a PSU, and at most 10000000000",
        ),
        (
            ["--level", "0.2", "--half-width", "0.04", "--deff", "2", "--population", "9" * 30],
            "2 to 10000000000 people",
        ),
        (["--level", "0.2", "--interviews", "9" * 30, "--deff", "2"], "1 interview, and at most 10000000000"),
        (
            ["--level", "0.2", "--half-width", "0.04", "--deff", "2", "--strata", "9" * 400],
            "1 stratum, and at most 10000000000",
        ),
        (
            ["--level", "0.2", "--half-width", "0.04", *SPREAD, "--cost-person", "1e308", "--json"],
            "larger unit of money",
        ),
        (["--level", "0.2", "--half-width", "0.04", *SPREAD, "--cost-person", "1e-300"], "nearer to each other"),
    ],
)
def test_usage_that_cannot_be_is_said_in_a_line(words: list[str], what: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert what in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
