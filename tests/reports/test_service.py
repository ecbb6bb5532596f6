"""The numbers of an officer's page, on each kind of database, against arithmetic by hand."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from literacy_app.reports.rules import behind
from literacy_app.reports.service import overview
from literacy_app.surveys.service import receive_submission, wave_of
from literacy_app.targets.rules import Verdict
from tests.accounts.test_service import POLICY
from tests.builders import ALL_RIGHT, ALL_WRONG, body, desk, draw


def interview(session: Session, psu: str, literate: int, others: int, now: datetime, probability: float) -> None:
    for answers in [ALL_RIGHT] * literate + [ALL_WRONG] * others:
        receive_submission(session, body(answers, respondent=str(draw(session, psu, probability))), desk(), now)


def test_the_level_is_the_weighted_share_and_its_error_comes_from_the_villages(stocked: Session, now: datetime) -> None:
    # One stratum a township; town people were drawn with half the probability, so they weigh 200 and the others 100.
    interview(stocked, "990201001001", 20, 20, now, 0.005)
    interview(stocked, "990201001002", 10, 30, now, 0.005)
    interview(stocked, "990201002201", 4, 36, now, 0.01)
    interview(stocked, "990201002202", 8, 32, now, 0.01)
    found = overview(stocked, wave_of(stocked, "open"), POLICY)
    assert found is not None
    made = found.level.estimate
    # p = (200 * 30 + 100 * 12) / (200 * 80 + 100 * 80) = 0.3
    assert made.estimate == pytest.approx(0.3)
    # z of the villages: 200(20 - 12)/24000, 200(10 - 12)/24000, 100(4 - 12)/24000, 100(8 - 12)/24000; V = sum of (z1 - z2)^2 over strata
    assert made.se == pytest.approx((((1600 + 400) ** 2 + (-800 + 400) ** 2) ** 0.5) / 24000)
    assert (made.n, made.df, found.psus, found.strata) == (160, 2, 4, 2)


def test_somebody_who_did_not_answer_is_made_up_for_in_the_own_village(stocked: Session, now: datetime) -> None:
    interview(stocked, "990201001001", 20, 0, now, 0.01)
    interview(stocked, "990201001002", 0, 40, now, 0.01)
    for _ in range(20):
        draw(stocked, "990201001001")
    found = overview(stocked, wave_of(stocked, "open"), POLICY)
    assert found is not None
    assert found.level.estimate.estimate == pytest.approx(0.5)


def test_whoever_is_clearly_below_the_target_is_named_and_noise_is_not(stocked: Session, now: datetime) -> None:
    for psu, literate in (("990201001001", 12), ("990201001002", 11), ("990201002201", 1), ("990201002202", 2)):
        interview(stocked, psu, literate, 40 - literate, now, 0.01)
    found = overview(stocked, wave_of(stocked, "open"), POLICY)
    assert found is not None
    assert "990201001" not in {row.id for row in behind(found)}


def test_the_verdict_is_met_only_when_the_lower_bound_is(stocked: Session, now: datetime) -> None:
    for psu, literate in (("990201001001", 24), ("990201001002", 25), ("990201002201", 25), ("990201002202", 24)):
        interview(stocked, psu, literate, 40 - literate, now, 0.01)
    found = overview(stocked, wave_of(stocked, "open"), POLICY)
    assert found is not None and found.level.judgement is not None
    assert found.level.judgement.verdict is Verdict.MET


def test_nobody_drawn_is_no_level_rather_than_zero(stocked: Session) -> None:
    assert overview(stocked, wave_of(stocked, "open"), POLICY) is None
