"""When a target is met, and the path to it."""

import pytest

from literacy_app.estimation.rules import Estimate, Reason, Statistic
from literacy_app.targets.rules import Judgement, Path, Verdict, judge


def level(p: float, se: float, df: int = 18, n: int = 400) -> Estimate:
    return Estimate(Statistic.PROPORTION, n, p, se, df)


@pytest.mark.parametrize(
    ("p", "se", "verdict"),
    [(0.30, 0.02, Verdict.MET), (0.26, 0.02, Verdict.POINT_ONLY), (0.24, 0.02, Verdict.NOT_MET)],
)
def test_verdict_follows_the_bound_then_the_point(p: float, se: float, verdict: Verdict) -> None:
    assert judge(level(p, se), 0.25, 0.95).verdict is verdict


# t(18) one-sided 95 % = 1.734064; logit 0.3 = -0.847298; se / (p (1 - p)) = 0.095238; expit(-1.012447) = 0.266501
def test_lower_bound_is_one_sided_on_the_logit_scale() -> None:
    assert judge(level(0.3, 0.02), 0.25, 0.95).lower_bound == pytest.approx(0.266501, abs=1e-6)


# the reference case d03: 0.423 against 0.35 has 0.964083999 of R
def test_probability_is_r_s() -> None:
    got = judge(level(0.423154980716616, 0.0394598858824301, 18, 378), 0.35, 0.95)
    assert got.probability == pytest.approx(0.964083999268398, rel=1e-7)
    assert got.verdict is Verdict.MET


def test_probability_and_bound_agree_when_the_bound_is_the_target() -> None:
    bound = judge(level(0.3, 0.02), 0.2, 0.95).lower_bound
    assert bound is not None
    got = judge(level(0.3, 0.02), bound, 0.95)
    assert (got.verdict, got.probability) == (Verdict.MET, pytest.approx(0.95))


def test_more_confidence_asks_for_a_lower_bound() -> None:
    at = [judge(level(0.3, 0.02), 0.25, confidence).lower_bound or 0 for confidence in (0.8, 0.95, 0.99)]
    assert at == sorted(at, reverse=True)


def test_level_at_the_target_is_reached_though_sums_of_weights_round() -> None:
    assert judge(level(0.2 - 1e-15, 0.03), 0.2, 0.95).verdict is Verdict.POINT_ONLY


def test_gap_is_level_minus_target() -> None:
    assert judge(level(0.3, 0.02), 0.25, 0.95).gap == pytest.approx(0.05)


# all 40 literate, PSUs are people: the bound solves b^40 = 0.05
def test_bound_is_korn_graubard_s_when_everybody_is_literate() -> None:
    got = judge(level(1.0, 0, 39, 40), 0.25, 0.95)
    assert (got.verdict, got.lower_bound, got.probability) == (Verdict.MET, pytest.approx(0.05 ** (1 / 40)), None)


def test_few_people_do_not_confirm_a_target_though_all_are_literate() -> None:
    assert judge(level(1.0, 0, 2, 3), 0.5, 0.95).verdict is Verdict.POINT_ONLY


def test_target_is_not_met_when_nobody_is_literate() -> None:
    assert judge(level(0.0, 0, 39, 40), 0.25, 0.95) == Judgement(Verdict.NOT_MET, 0.0, None, -0.25)


def test_nothing_is_said_when_there_is_no_estimate() -> None:
    nothing = Estimate(Statistic.PROPORTION, 0, reason=Reason.EMPTY_DOMAIN)
    assert judge(nothing, 0.25, 0.95) == Judgement(Verdict.TOO_FEW, reason=Reason.EMPTY_DOMAIN)


def test_nothing_is_said_without_degrees_of_freedom() -> None:
    one_psu = Estimate(Statistic.PROPORTION, 9, 0.3, 0.0, 0, reason=Reason.NO_DEGREES_OF_FREEDOM)
    got = judge(one_psu, 0.25, 0.95)
    assert (got.verdict, got.lower_bound, got.reason) == (Verdict.TOO_FEW, None, Reason.NO_DEGREES_OF_FREEDOM)


@pytest.mark.parametrize(("target", "confidence"), [(0, 0.95), (1, 0.95), (25, 0.95), (0.25, 0.5), (0.25, 95)])
def test_judging_is_refused_when_a_share_is_written_as_per_cent(target: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="between"):
        judge(level(0.3, 0.02), target, confidence)


# 18.8 % in 2022, 25 % in 2030: 0.775 points a year
@pytest.mark.parametrize(("year", "share"), [(2022, 0.188), (2025, 0.21125), (2026, 0.219), (2030, 0.25)])
def test_path_rises_evenly(year: int, share: float) -> None:
    assert Path(2022, 0.188, 2030, 0.25).expected(year) == pytest.approx(share)


@pytest.mark.parametrize(("year", "share"), [(2018, 0.188), (2040, 0.25)])
def test_path_keeps_its_ends_outside_its_years(year: int, share: float) -> None:
    assert Path(2022, 0.188, 2030, 0.25).expected(year) == share


def test_path_is_refused_when_it_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="after"):
        Path(2030, 0.188, 2022, 0.25)
