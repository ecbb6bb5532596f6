"""Flags by thresholds that are passed in."""

from dataclasses import replace

import pytest

from literacy_app.estimation.rules import Estimate, Flag, Interval, Method, Reason, Reliability, Statistic, flags

RULE = Reliability(min_n=30, min_df=8, max_interval_width=0.30, max_relative_width=1.3, narrow_width=0.05)
STEADY = Estimate(Statistic.PROPORTION, 300, 0.4, 0.03, 20, 1.1, 1.1, 260, Interval(0.34, 0.46, 0.95, Method.LOGIT))


def within(low: float, high: float) -> Interval:
    return Interval(low, high, 0.95, Method.LOGIT)


def test_steady_number_has_no_flag() -> None:
    assert flags(STEADY, RULE) == ()


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"n": 29}, Flag.FEW_PEOPLE),
        ({"effective_n": 29.9}, Flag.FEW_PEOPLE),
        ({"df": 7}, Flag.FEW_PSUS),
        ({"interval": within(0.25, 0.55)}, Flag.WIDE),
        ({"estimate": 0.06, "interval": within(0.03, 0.12)}, Flag.RELATIVELY_WIDE),
        ({"estimate": 1.0, "effective_n": None}, Flag.ALL_ALIKE),
        ({"interval": None}, Flag.NO_INTERVAL),
    ],
)
def test_number_is_flagged_when_one_threshold_is_passed(change: dict[str, object], flag: Flag) -> None:
    assert flags(replace(STEADY, **change), RULE) == (flag,)


def test_narrow_interval_is_never_relatively_wide() -> None:
    assert flags(replace(STEADY, estimate=0.01, interval=within(0.003, 0.033)), RULE) == ()


def test_no_estimate_stands_alone() -> None:
    assert flags(Estimate(Statistic.PROPORTION, 0, reason=Reason.EMPTY_DOMAIN), RULE) == (Flag.NO_ESTIMATE,)
