"""What stands beside a level: change between waves, modelled townships, items, pass marks carried over, people who chose to answer."""

from dataclasses import replace
from datetime import datetime
from math import exp, sqrt
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy.orm import Session

from literacy_app.estimation.rules.equating import NoLink
from literacy_app.estimation.rules.small_areas import Trouble
from literacy_app.estimation.service import (
    Measured,
    carried_mark,
    change,
    chosen_to_answer,
    item_analysis,
    measure,
    modelled_townships,
)
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.service import (
    Kept,
    keep_instrument,
    keep_wave,
    kept_instrument,
    receive_submission,
    wave_of,
)
from tests.accounts.test_service import POLICY
from tests.builders import ALL_RIGHT, ALL_WRONG, body, desk, draw, link

VILLAGES = ("990201001001", "990201001002", "990201002201", "990201002202")
SURVEYS = Path(__file__).parents[2] / "surveys"
IN_2020 = {"started_at": "2020-06-01T10:00:00+08:00", "finished_at": "2020-06-01T10:20:00+08:00"}


def survey(
    session: Session, wave: str, literate: tuple[int, ...], now: datetime, villages: tuple[str, ...] = VILLAGES
) -> Measured:
    """Forty people in each village, so many of them literate."""
    times = IN_2020 if wave == "closed" else {}
    for village, count in zip(villages, literate, strict=True):
        for number in range(40):
            about = {"sex": ("female", "male")[number % 2], "birth_year": 1960 + number}
            answers = about | (ALL_RIGHT if number < count else ALL_WRONG)
            person = str(draw(session, village, wave=wave))
            receive_submission(session, body(answers, wave=wave, respondent=person, **times), desk(wave), now)
    found = measure(session, wave_of(session, wave), POLICY)
    assert found is not None
    return found


def test_a_change_between_waves_in_the_same_villages_is_surer_than_of_two_apart(
    stocked: Session, now: datetime
) -> None:
    # In each village four more are literate than before: the villages differ, their changes do not.
    before = survey(stocked, "closed", (4, 12, 8, 20), now)
    after = survey(stocked, "open", (8, 16, 12, 24), now)
    made = change(before, after)
    found = made.estimate
    apart = sqrt(sum((one.level().estimate.se or 0) ** 2 for one in (before, after)))
    assert found.estimate == pytest.approx(0.1)
    assert found.se == 0 and apart > 0.05
    assert made.shared == 4
    assert found.df == 2  # four villages in two townships, though in two waves


def test_a_change_has_an_interval_where_villages_change_differently(stocked: Session, now: datetime) -> None:
    before = survey(stocked, "closed", (4, 12, 8, 20), now)
    found = change(before, survey(stocked, "open", (12, 14, 12, 24), now)).estimate
    # z of a village: 40 (its change - 0.1125) / 160; V = sum over two townships of 2 times the squared distance from their mean
    villages = np.array([8, 2, 4, 4]) / 40 / 4
    by_hand = sqrt(sum(2 * ((pair - pair.mean()) ** 2).sum() for pair in np.split(villages, 2)))
    assert (found.estimate, found.se) == (pytest.approx(0.1125), pytest.approx(by_hand))
    assert found.interval is not None and found.interval.low < 0.1125 < found.interval.high


def test_a_change_between_waves_in_villages_drawn_anew_is_that_of_two_samples(stocked: Session, now: datetime) -> None:
    anew = ("990201001003", "990201001004", "990201002203", "990201002204")
    before = survey(stocked, "closed", (4, 12, 8, 20), now)
    after = survey(stocked, "open", (8, 16, 12, 24), now, anew)
    made = change(before, after)
    apart = sqrt(sum((one.level().estimate.se or 0) ** 2 for one in (before, after)))
    assert (made.shared, made.estimate.df) == (0, 4)
    assert made.estimate.se == pytest.approx(apart)


def test_two_townships_are_too_few_for_a_model_and_this_is_said(stocked: Session, now: datetime) -> None:
    made = modelled_townships(survey(stocked, "open", (8, 16, 12, 24), now))
    assert made is not None and made.areas.trouble is Trouble.TOO_FEW_AREAS


def test_a_township_without_interviews_yet_is_modelled_from_the_others(stocked: Session, now: datetime) -> None:
    places = tuple(f"990201{township:03}{village:03}" for township in range(1, 8) for village in (1, 2))
    survey(stocked, "open", (8, 12, 16, 20, 9, 10, 14, 12, 18, 9, 8, 20, 16, 11), now, places)
    for village in ("990201008001", "990201008002"):
        draw(stocked, village)
    found = measure(stocked, wave_of(stocked, "open"), POLICY)
    made = modelled_townships(found) if found else None
    assert made is not None and made.areas.trouble is None
    assert (made.areas.areas[-1].n, made.areas.areas[-1].direct, made.areas.areas[-1].gamma) == (0, None, 0)


def test_townships_with_a_single_village_say_nothing_about_the_design_effect(stocked: Session, now: datetime) -> None:
    places = ("990201001001", "990201001002", *(f"990201{township:03}001" for township in range(2, 8)))
    found = survey(stocked, "open", (4, 24, 8, 12, 16, 20, 9, 10), now, places)
    made = modelled_townships(found)
    first = found.level(domain="area:990201001").estimate.deff_wr
    assert made is not None and first is not None and first > 5
    assert made.deff == pytest.approx(first)


def test_without_a_level_there_is_no_model(stocked: Session, now: datetime) -> None:
    assert modelled_townships(survey(stocked, "open", (0, 0, 0, 0), now)) is None


def test_items_are_analysed_with_unanswered_as_no_points(stocked: Session, now: datetime) -> None:
    found = survey(stocked, "open", (10, 10, 10, 10), now)
    receive_submission(stocked, body({"q1": "true"}, respondent=str(draw(stocked))), desk(), now)
    again = measure(stocked, wave_of(stocked, "open"), POLICY)
    assert again is not None and again is not found
    analysis, _ = item_analysis(stocked, again, POLICY)
    first, second, third = analysis.items
    assert (first.n, second.n, third.n) == (161, 161, 161)
    assert (first.difficulty_p, second.difficulty_p) == (pytest.approx(41 / 161), pytest.approx(40 / 161))
    assert [option.n for option in third.options] == [40, 120, 40, 0]  # a and c are right, b was ticked instead


def test_three_items_are_too_few_anchors_to_carry_a_mark(stocked: Session, now: datetime) -> None:
    waves = []
    for wave, times in (("closed", IN_2020), ("open", {})):
        for number in range(48):
            answers = {
                "q1": "true" if number % 2 else "false",
                "q2": "b" if number % 3 else "a",
                "q3": ["a", "c"] if number % 5 else ["b"],
            }
            person = str(draw(stocked, VILLAGES[number % 4], wave=wave))
            receive_submission(stocked, body(answers, wave=wave, respondent=person, **times), desk(wave), now)
        waves.append(measure(stocked, wave_of(stocked, wave), POLICY))
    assert waves[0] is not None and waves[1] is not None
    made = carried_mark(waves[0], waves[1])
    assert made is not None and (made.new, made.reason) == (None, NoLink.TOO_FEW_ANCHORS)


def test_people_who_chose_to_answer_are_raked_to_the_people_drawn(stocked: Session, now: datetime) -> None:
    found = survey(stocked, "open", (8, 16, 12, 24), now)
    for number in range(90):
        about = {"sex": ("female", "male", "male")[number % 3], "birth_year": 1960 + number % 40}
        receive_submission(stocked, body(about | (ALL_RIGHT if number % 3 else ALL_WRONG)), link(), now)
    made = chosen_to_answer(stocked, wave_of(stocked, "open"), found)
    assert (made.n, made.crude) == (90, pytest.approx(2 / 3))
    assert made.raked == pytest.approx(0.5)  # half of the people drawn are men
    assert set(made.used) == {"sex", "age"}


def test_nobody_chose_to_answer_is_no_share_rather_than_nought(stocked: Session, now: datetime) -> None:
    made = chosen_to_answer(stocked, wave_of(stocked, "open"), survey(stocked, "open", (8, 16, 12, 24), now))
    assert (made.n, made.crude, made.raked) == (0, None, None)


def answered(kept: Kept, ability: float, ease: dict[str, float], rng: Random) -> dict[str, object]:
    """The answers of a person to whom every item is as easy as the Rasch model says."""
    answers: dict[str, object] = {}
    for question in kept.instrument.scored:
        right = kept.key.items[question.id].answer
        if rng.random() < 1 / (1 + exp(-ability - ease[question.id])):
            answers[question.id] = list(right) if isinstance(right, tuple) else right
    return answers


@pytest.mark.thorough
def test_the_pass_mark_goes_over_the_anchors_of_the_shipped_forms(stocked: Session, now: datetime) -> None:
    rng = Random(11)
    instruments, _ = read_surveys(SURVEYS)
    for frozen in instruments:
        keep_instrument(stocked, frozen, now)
    found, ease = [], dict[str, float]()
    for id, name in (("first", "ehl-a"), ("second", "ehl-b")):
        wave = replace(wave_of(stocked, "open"), id=id, instrument=name, version=1)
        keep_wave(stocked, wave, now)
        kept = kept_instrument(stocked, name, 1)
        assert kept is not None
        for (
            question
        ) in kept.instrument.scored:  # anchors have the same id in both; what form B asks anew is easier by a logit
            ease.setdefault(question.id, rng.gauss(0, 1) + (name == "ehl-b"))
        for number in range(400):
            answers = answered(kept, rng.gauss(0, 1), ease, rng)
            person = str(draw(stocked, VILLAGES[number % 4], wave=id))
            sent = body(answers, wave=id, instrument=name, respondent=person)
            receive_submission(stocked, sent, desk(id), now)
        measured = measure(stocked, wave, POLICY)
        assert measured is not None
        found.append(measured)
    made = carried_mark(*found)
    assert made is not None and made.reason is None and made.new is not None and made.se is not None
    assert len(made.link.anchors) == 14 and len(made.link.drifting) <= 4
    assert made.old == 70 and 74 < made.new < 92  # the easier form asks for more points
