"""The acceptance of trust.md T4: of ten honest interviewers and two who make interviews up, both are found and nobody else."""

import time

import pytest

from literacy_app.quality.rules import Signal
from literacy_app.quality.rules.checks import assess, compare, is_flagged
from tests.quality.simulation import WAYS, limits, wave

LIMITS = limits()
SEEDS = range(10)


@pytest.mark.parametrize("ease", [-1.5, 0.3, 3.0], ids=["many know little", "mixed", "nearly all know all"])
@pytest.mark.parametrize("seed", SEEDS)
def test_both_who_make_interviews_up_lead_the_list_and_honest_interviews_stay_off_it(seed: int, ease: float) -> None:
    interviews, cheats = wave(seed, ease=ease)
    risks = assess(interviews, LIMITS)
    assert cheats <= {one.actor for one in compare(risks, LIMITS)[:3]}
    honest = [is_flagged(risk, LIMITS) for risk in risks if risk.interview.actor not in cheats]
    made_up = [is_flagged(risk, LIMITS) for risk in risks if risk.interview.actor in cheats]
    assert sum(honest) / len(honest) < 0.05
    assert sum(made_up) / len(made_up) > 0.5


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("seed", range(5))
def test_one_habit_alone_is_enough_to_lead_the_list(seed: int, way: str) -> None:
    interviews, cheats = wave(seed, (frozenset({way}),) * 2)
    risks = assess(interviews, LIMITS)
    assert cheats <= {one.actor for one in compare(risks, LIMITS)[:3]}


@pytest.mark.parametrize("seed", SEEDS)
def test_among_honest_interviewers_nobody_stands_out(seed: int) -> None:
    interviews, _ = wave(seed, ())
    risks = assess(interviews, LIMITS)
    assert sum(is_flagged(risk, LIMITS) for risk in risks) / len(risks) < 0.01
    assert compare(risks, LIMITS)[0].points < LIMITS.apart


@pytest.mark.parametrize("seed", range(5))
def test_people_who_nearly_all_know_all_are_no_copies_of_each_other(seed: int) -> None:
    """Pew's caution: where answers are much the same, a share of 85 % alone accuses many honest people."""
    interviews, _ = wave(seed, (), ease=3.0)
    risks = assess(interviews, LIMITS)
    alike = sum(finding.signal is Signal.ALIKE for risk in risks for finding in risk.findings)
    assert alike / len(risks) < 0.01


def test_a_wave_of_two_thousand_takes_about_a_second() -> None:
    interviews = [one for seed in range(3) for one in wave(seed)[0]][:2000]
    assert len(interviews) == 2000 and len(interviews[0].items) > 50
    began = time.perf_counter()
    compare(assess(interviews, LIMITS), LIMITS)
    assert time.perf_counter() - began < 3
