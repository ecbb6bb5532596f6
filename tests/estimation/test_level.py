"""What a wave measured, and versions of it that can be made again to the last digit."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from literacy_app.areas.models import PopulationRow
from literacy_app.areas.rules import AGE_GROUPS, Residence, Sex
from literacy_app.estimation.models import EstimationRow, WeightRow
from literacy_app.estimation.queries import Sheet, weights_of
from literacy_app.estimation.rules import Reason
from literacy_app.estimation.rules.weighting import Made
from literacy_app.estimation.service import (
    STANDARDISED,
    Difference,
    Differs,
    Measured,
    check_versions,
    differences,
    is_current,
    keep_prepared,
    keep_version,
    measure,
    prepare_version,
)
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.errors import NotFound
from literacy_app.surveys.models import AnswerSheet, Respondent
from literacy_app.surveys.rules import Decision, Wave
from literacy_app.surveys.service import decide, receive_submission, wave_of
from tests.accounts.test_service import POLICY
from tests.builders import ALL_RIGHT, ALL_WRONG, body, desk, draw, link

VILLAGES = ("990201001001", "990201001002", "990201002201", "990201002202")


@pytest.fixture
def wave(stocked: Session, now: datetime) -> Wave:
    """Forty people in each of four villages; every fourth is literate, every tenth did not answer."""
    for village in VILLAGES:
        for number in range(40):
            person = draw(stocked, village)
            if number % 10 == 9:
                continue
            about = {"sex": ("female", "male")[number % 2], "birth_year": 2026 - 15 - number * 4 // 3}
            answers = about | (ALL_RIGHT if number % 4 == 0 else ALL_WRONG)
            receive_submission(stocked, body(answers, respondent=str(person)), desk(), now)
    return wave_of(stocked, "open")


def measured(session: Session, wave: Wave) -> Measured:
    found = measure(session, wave, POLICY)
    assert found is not None
    return found


def count_residents(session: Session, people: int = 1000) -> None:
    groups = [[kind, sex, *ages, people] for kind in Residence for sex in Sex for ages in AGE_GROUPS]
    session.add(PopulationRow(pilot_id="own", year=2025, source="tests", groups=groups))
    session.flush()


def check(session: Session, now: datetime) -> None:
    for write in check_versions(session, now):
        write(session)


def one_more(session: Session, now: datetime) -> None:
    receive_submission(session, body(ALL_RIGHT, respondent=str(draw(session))), desk(), now)


def test_levels_are_of_everybody_and_of_every_group_that_somebody_belongs_to(stocked: Session, wave: Wave) -> None:
    found = measured(stocked, wave)
    assert [one.domain for one in found.domains("sex")] == ["sex:female", "sex:male"]
    assert len(found.domains("age")) == 6 and len(found.domains("area")) == 2
    assert found.level(domain="sex:male").estimate.estimate == pytest.approx(0, abs=1e-12)  # every fourth is a woman


def test_a_topic_and_an_article_are_judged_by_the_points_of_their_own_items(stocked: Session, wave: Wave) -> None:
    found = measured(stocked, wave)
    assert [one.scale for one in found.scales("article")] == ["article:a01", "article:a08", "article:a21"]
    assert [one.scale for one in found.scales("topic")] == ["topic:general", "topic:air"]
    assert found.level("article:a08").estimate.estimate == pytest.approx(found.level().estimate.estimate)


def test_a_group_that_nobody_belongs_to_has_a_reason_instead_of_a_number(stocked: Session, wave: Wave) -> None:
    nobody = measured(stocked, wave).level(domain="education:degree").estimate
    assert (nobody.estimate, nobody.reason) == (None, Reason.EMPTY_DOMAIN)


def test_answers_stand_for_the_residents_where_these_were_counted(stocked: Session, wave: Wave) -> None:
    count_residents(stocked)
    found = measured(stocked, wave)
    assert found.weighting.steps[2].made in (Made.POST_STRATA, Made.RAKED)
    assert found.weighting.design.weights.sum() == pytest.approx(24000)


def test_the_standardised_level_differs_from_the_crude_and_is_told_apart(stocked: Session, wave: Wave) -> None:
    found = measured(stocked, wave)
    standardised, crude = found.level(domain=STANDARDISED).estimate, found.level().estimate
    assert standardised.estimate is not None and standardised.estimate != crude.estimate


def test_self_selected_answers_change_no_level_and_no_digest(stocked: Session, wave: Wave, now: datetime) -> None:
    before = measured(stocked, wave)
    receive_submission(stocked, body(ALL_RIGHT), link(), now + timedelta(seconds=1))
    after = measured(stocked, wave)
    assert (after.people.digest, after.levels) == (before.people.digest, before.levels)


def test_a_page_that_asks_again_gets_what_was_measured(stocked: Session, wave: Wave, now: datetime) -> None:
    first = measured(stocked, wave)
    assert measured(stocked, wave) is first
    one_more(stocked, now + timedelta(seconds=1))
    assert measured(stocked, wave) is not first


@pytest.mark.parametrize("column", ["probability", "stratum", "psu", "area_code"])
def test_a_page_notices_that_how_people_were_drawn_was_corrected(stocked: Session, wave: Wave, column: str) -> None:
    first = measured(stocked, wave)
    changed = {"probability": 0.25, "stratum": "town", "psu": "hamlet", "area_code": VILLAGES[3]}
    stocked.execute(update(Respondent).where(Respondent.psu == VILLAGES[0]).values({column: changed[column]}))
    again = measured(stocked, wave)
    assert again is not first and again.people.digest != first.people.digest


def test_a_version_is_kept_with_weights_recipe_steps_and_numbers(stocked: Session, wave: Wave, now: datetime) -> None:
    row = keep_version(stocked, wave, POLICY, "officer", now)
    found = measured(stocked, wave)
    weights = weights_of(stocked, "own", row.id)
    assert (row.number, len(weights), len(row.results)) == (1, 160, len(found.levels))
    assert sum(weights.values()) == pytest.approx(found.weighting.design.weights.sum())
    assert [step["made"] for step in row.steps] == ["base", "non_response"]
    assert is_current(found, row)


def test_versions_are_counted_and_a_version_of_before_is_not_current(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    first = keep_version(stocked, wave, POLICY, "officer", now)
    one_more(stocked, now)
    second = keep_version(stocked, wave, POLICY, "officer", now)
    assert (first.number, second.number) == (1, 2)
    found = measured(stocked, wave)
    assert (is_current(found, first), is_current(found, second)) == (False, True)


def test_a_version_is_not_kept_twice_when_nothing_changed(stocked: Session, wave: Wave, now: datetime) -> None:
    first = keep_version(stocked, wave, POLICY, "officer", now)
    assert keep_version(stocked, wave, POLICY, "another", now + timedelta(minutes=1)) is first
    assert stocked.scalars(select(EstimationRow.made_by)).all() == ["officer"]


def test_a_version_that_was_prepared_is_kept_unless_something_changed_meanwhile(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    prepared = prepare_version(stocked, wave, POLICY)
    one_more(stocked, now)
    assert keep_prepared(stocked, prepared, POLICY, "officer", now) is None
    row = keep_prepared(stocked, prepare_version(stocked, wave, POLICY), POLICY, "officer", now)
    assert row is not None and is_current(measured(stocked, wave), row)


def test_a_version_is_measured_afresh_whatever_is_remembered(stocked: Session, wave: Wave, now: datetime) -> None:
    measured(stocked, wave)
    stocked.execute(update(AnswerSheet).values(points={"q1": 3, "q2": 3, "q3": 4}))  # no stamp tells of it
    row = keep_version(stocked, wave, POLICY, "officer", now)
    assert row.results[0]["estimate"] == 1


def test_a_version_is_made_again_to_the_last_digit_whatever_came_later(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    count_residents(stocked)
    row = keep_version(stocked, wave, POLICY, "officer", now)
    one_more(stocked, now)
    counted = stocked.scalars(select(WeightRow.submission_id).where(WeightRow.submission_id.is_not(None))).first()
    assert counted is not None
    decide(stocked, "own", counted, Decision.VOID, "su", "test", now)
    stocked.execute(update(PopulationRow).values(groups=[]))
    assert differences(stocked, wave, row) == []


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (update(AnswerSheet).values(points={"q1": 3, "q2": 3, "q3": 4}), Difference(Differs.LEVEL, "total of all")),
        (update(WeightRow).values(probability=WeightRow.probability / 2), Difference(Differs.DATA)),
        (update(WeightRow).values(weight=WeightRow.weight * (1 + 1e-9)), Difference(Differs.WEIGHTS, "144")),
        (update(EstimationRow).values(method="0"), Difference(Differs.METHOD, "0")),
    ],
    ids=["points", "probabilities", "weights", "method"],
)
def test_what_was_changed_behind_a_version_is_named(
    stocked: Session, wave: Wave, now: datetime, tamper: object, says: Difference
) -> None:
    row = keep_version(stocked, wave, POLICY, "officer", now)
    stocked.execute(tamper)  # type: ignore[call-overload]
    stocked.expire_all()
    assert says in differences(stocked, wave, row)


def test_every_night_the_latest_version_is_made_again_and_a_difference_is_written_down(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    keep_version(stocked, wave, POLICY, "officer", now)
    check(stocked, now)
    found = select(AuditEvent).where(AuditEvent.action == "level_differs")
    assert stocked.scalars(found).all() == []
    stocked.execute(update(AnswerSheet).values(points={"q1": 3, "q2": 3, "q3": 4}))
    check(stocked, now)
    assert [(one.subject, one.detail["number"]) for one in stocked.scalars(found)] == [("open", 1)]


def test_the_last_digit_may_move_by_one_and_no_more(stocked: Session, wave: Wave, now: datetime) -> None:
    row = keep_version(stocked, wave, POLICY, "officer", now)
    first = row.results[0]
    for off, found in ((1e-12, []), (1e-9, [Difference(Differs.LEVEL, "total of all")])):
        row.results = [first | {"se": first["se"] + off}, *row.results[1:]]
        assert differences(stocked, wave, row) == found


def test_answer_sheets_are_let_go_once_they_are_coded(stocked: Session, wave: Wave, now: datetime) -> None:
    held = list(vars(measured(stocked, wave).people).values())
    assert not any(isinstance(one, list) and any(isinstance(item, Sheet) for item in one) for one in held)


def test_a_wave_that_nobody_was_drawn_for_has_nothing_to_keep(stocked: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        keep_version(stocked, wave_of(stocked, "open"), POLICY, "officer", now)
