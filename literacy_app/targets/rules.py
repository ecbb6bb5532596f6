"""When a target counts as met, and the path that leads to it."""

from dataclasses import dataclass
from enum import StrEnum

from literacy_app.estimation.rules import Estimate, Reason
from literacy_app.estimation.rules.intervals import korn_graubard_interval, logit_interval, probability_at_least

# Sums of weights round: a level this little below a target is at it.
ROUNDING = 1e-9


class Verdict(StrEnum):
    """What may be said about a level and its target."""

    MET = "met"  # the lower one-sided bound is at or above the target
    POINT_ONLY = "point_only"  # the point estimate is at or above the target, which is not confirmed
    NOT_MET = "not_met"  # the point estimate is below the target
    TOO_FEW = "too_few"  # there is no estimate, or no bound: nothing may be said


@dataclass(frozen=True)
class Judgement:
    """A verdict and what it rests on. Shares 0-1; what cannot be given is None, and `reason` says why."""

    verdict: Verdict
    lower_bound: float | None = None  # one-sided
    probability: float | None = None  # that the level is at least the target
    gap: float | None = None  # estimate minus target
    reason: Reason | None = None


def judge(estimate: Estimate, target: float, confidence: float) -> Judgement:
    """The verdict on a proportion, with the bound and the probability from t on the logit scale.

    `target` lies between 0 and 1, `confidence` between 0.5 and 1, exclusive (ValueError otherwise). Where the share is 0 or 1 the bound is
    Korn-Graubard's and there is no probability. docs/methods.md, "The verdict".
    """
    if not 0 < target < 1 or not 0.5 < confidence < 1:
        raise ValueError("a target lies between 0 and 1, a confidence between 0.5 and 1")
    p, se, df = estimate.estimate, estimate.se, estimate.df
    if p is None or se is None or df is None or df < 1:
        return Judgement(Verdict.TOO_FEW, gap=None if p is None else p - target, reason=estimate.reason)
    bound = lower_bound(p, se, df, estimate.n, confidence)
    if bound >= target - ROUNDING:
        verdict = Verdict.MET
    else:
        verdict = Verdict.POINT_ONLY if p >= target - ROUNDING else Verdict.NOT_MET
    return Judgement(verdict, bound, probability_at_least(p, se, df, target), p - target)


def lower_bound(p: float, se: float, df: int, n: int, confidence: float) -> float:
    """The value that the level exceeds with one-sided `confidence`: the low end of the interval at 2 confidence - 1."""
    level = 2 * confidence - 1
    interval = logit_interval(p, se, df, level) or korn_graubard_interval(p, se, df, n, level)
    return 0.0 if interval is None else interval.low


@dataclass(frozen=True)
class Path:
    """The straight way from a baseline (year, share) to a target (year, share)."""

    baseline_year: int
    baseline: float
    target_year: int
    target: float

    def __post_init__(self) -> None:
        if self.target_year <= self.baseline_year:
            raise ValueError("the target's year must come after the baseline's")

    def expected(self, year: int) -> float:
        """B + (T - B)(t - t0) / (t1 - t0): the share expected in `year`; before and after the path, its ends."""
        passed = (year - self.baseline_year) / (self.target_year - self.baseline_year)
        return self.baseline + (self.target - self.baseline) * min(1.0, max(0.0, passed))
