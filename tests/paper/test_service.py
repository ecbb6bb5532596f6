"""Double entry, the door, corrections and invitations, on each kind of database."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.foundation.orm import WRITES
from literacy_app.paper import queries, service
from literacy_app.paper.models import KeyedForm, PaperForm
from literacy_app.paper.rules import Side, State, submission_id
from literacy_app.paper.service import Settled
from literacy_app.surveys.models import AnswerSheet, Conflict, Invitation, SubmissionRow
from literacy_app.surveys.queries import respondent
from literacy_app.surveys.rules import DrawnUnit, Flag, Mode, Reason, Status, Stream, Wave
from literacy_app.surveys.service import receive_submission, wave_of
from tests import builders
from tests.builders import body, desk, draw, link
from tests.paper.papers import ANSWERS, keep_rich, key, keyed

pytestmark = pytest.mark.thorough

OTHER_WAY = ANSWERS | {"q2": "c"}


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def stored(session: Session) -> SubmissionRow:
    return session.scalars(select(SubmissionRow)).one()


@pytest.fixture
def wave(stocked: Session) -> Wave:
    return wave_of(stocked, "open")


def test_one_entry_waits_and_nothing_comes_to_the_door(stocked: Session, now: datetime) -> None:
    assert key(stocked, keyed(), "an", now) is State.ONCE
    assert count(stocked, SubmissionRow) == 0


def test_two_equal_entries_by_two_people_are_stored_once_with_who_keyed_them(stocked: Session, now: datetime) -> None:
    key(stocked, keyed(), "an", now)
    assert key(stocked, keyed(), "bo", now) is State.STORED
    row, sheet = stored(stocked), stocked.scalars(select(AnswerSheet)).one()
    assert (row.id, row.mode, row.actor, row.consent_version) == (
        submission_id("own", "open", 7),
        Mode.PAPER,
        "bo",
        "1",
    )
    assert sheet.answers == ANSWERS
    assert sheet.paradata == {"entry": "double", "form": 7, "clerks": ["an", "bo"], "compared": 6, "differences": 0}


def test_the_interview_took_place_on_the_day_that_the_paper_says(stocked: Session, now: datetime) -> None:
    key(stocked, keyed(), "an", now)
    key(stocked, keyed(), "bo", now)
    assert stored(stocked).started_at.isoformat() == "2026-10-01T04:00:00+00:00"


def test_a_drawn_persons_form_counts_as_probability_sample(stocked: Session, now: datetime) -> None:
    person = draw(stocked)
    for clerk in ("an", "bo"):
        key(stocked, keyed(respondent=person), clerk, now)
    assert (stored(stocked).stream, stored(stocked).respondent_id) == (Stream.PROBABILITY, person)


def test_the_same_person_may_not_key_twice(stocked: Session, now: datetime) -> None:
    key(stocked, keyed(), "an", now)
    with pytest.raises(Refused, match="same_clerk"):
        key(stocked, keyed(), "an", now)


def test_unless_it_was_allowed_with_a_reason_which_is_kept(stocked: Session, wave: Wave, now: datetime) -> None:
    key(stocked, keyed(), "an", now)
    service.allow_alone(stocked, wave, 7, "ou", "一个人值班", now)
    assert key(stocked, keyed(), "an", now) is State.STORED
    form = stocked.scalars(select(PaperForm)).one()
    assert (form.alone_by, form.alone_reason) == ("ou", "一个人值班")


def test_a_second_click_is_the_same_entry(stocked: Session, now: datetime) -> None:
    entry = keyed()
    assert [key(stocked, entry, "an", now) for _ in range(2)] == [State.ONCE, State.ONCE]
    other = keyed()
    assert [key(stocked, other, "bo", now) for _ in range(2)] == [State.STORED, State.STORED]
    assert (count(stocked, KeyedForm), count(stocked, SubmissionRow), count(stocked, Conflict)) == (2, 1, 0)


def test_a_page_that_was_kept_is_not_kept_again_with_other_content(stocked: Session, now: datetime) -> None:
    entry = keyed()
    key(stocked, entry, "an", now)
    with pytest.raises(Refused, match="kept"):
        key(stocked, replace(entry, answers=OTHER_WAY), "an", now)
    with pytest.raises(Refused, match="kept"):
        key(stocked, entry, "an", now, number=8)


def test_a_third_entry_is_refused(stocked: Session, now: datetime) -> None:
    for clerk in ("an", "bo"):
        key(stocked, keyed(), clerk, now)
    with pytest.raises(Refused, match="complete"):
        key(stocked, keyed(), "cy", now)


def test_entries_that_differ_wait_until_somebody_decides(stocked: Session, wave: Wave, now: datetime) -> None:
    key(stocked, keyed(), "an", now)
    assert key(stocked, keyed(OTHER_WAY), "bo", now) is State.DIFFERS
    assert service.differing(stocked, wave, 7)[2] == ("a-q2",)
    with pytest.raises(Refused, match="open"):
        service.settle(stocked, wave, 7, {}, "cy", now)
    assert count(stocked, SubmissionRow) == 0


@pytest.mark.parametrize(
    ("choice", "answer"),
    [
        (Settled(Side.FIRST), "b"),
        (Settled(Side.SECOND), "c"),
        (Settled(Side.OTHER, "a"), "a"),
        (Settled(Side.OTHER), None),
    ],
)
def test_what_was_decided_is_stored_once(
    stocked: Session, wave: Wave, now: datetime, choice: Settled, answer: str | None
) -> None:
    key(stocked, keyed(), "an", now)
    key(stocked, keyed(OTHER_WAY), "bo", now)
    states = [service.settle(stocked, wave, 7, {"a-q2": choice}, "cy", now) for _ in range(2)]
    assert states == [State.STORED, State.STORED]
    sheet = stocked.scalars(select(AnswerSheet)).one()
    assert sheet.answers.get("q2") == answer
    assert (sheet.paradata["differences"], sheet.paradata["settled_by"]) == (1, "cy")


def test_day_and_person_are_decided_like_answers(stocked: Session, wave: Wave, now: datetime) -> None:
    person = draw(stocked)
    key(stocked, keyed(), "an", now)
    key(stocked, keyed(day=date(2026, 10, 2), respondent=person), "bo", now)
    picked = {"day": Settled(Side.SECOND), "respondent": Settled(Side.OTHER, str(person))}
    service.settle(stocked, wave, 7, picked, "cy", now)
    assert (stored(stocked).started_at.day, stored(stocked).respondent_id) == (2, person)


def test_agreement_counts_what_was_compared_over_all_forms(stocked: Session, now: datetime) -> None:
    for number, second in ((1, ANSWERS), (2, OTHER_WAY), (3, ANSWERS)):
        key(stocked, keyed(), "an", now, number=number)
        key(stocked, keyed(second), "bo", now, number=number)
    key(stocked, keyed(), "an", now, number=4)
    found = queries.agreement(stocked, "own", "open")
    assert (found.forms, found.fields, found.differing) == (3, 18, 1)


def test_the_list_says_where_every_form_stands(stocked: Session, now: datetime) -> None:
    for number, second in ((1, ANSWERS), (2, OTHER_WAY)):
        key(stocked, keyed(), "an", now, number=number)
        key(stocked, keyed(second), "bo", now, number=number)
    key(stocked, keyed(), "an", now, number=3)
    found = [(one.number, one.state, one.clerks) for one in queries.forms(stocked, "own", "open")]
    assert found == [
        (1, State.STORED, ("an", "bo")),
        (2, State.DIFFERS, ("an", "bo")),
        (3, State.ONCE, ("an",)),
    ]


def test_what_contradicts_itself_on_paper_is_stored_as_it_is_and_waits(stocked: Session, now: datetime) -> None:
    keep_rich(stocked, now)
    answers = {"smokes": "false", "cigarettes": 12}
    key(stocked, keyed(answers), "an", now, wave="rich")
    assert key(stocked, keyed(answers), "bo", now, wave="rich") is State.ATTENTION
    assert stored(stocked).reason == Reason.CONTRADICTION


def test_a_form_of_a_closed_wave_counts_when_the_interview_was_in_time(stocked: Session, now: datetime) -> None:
    for clerk in ("an", "bo"):
        key(stocked, keyed(day=date(2020, 6, 1)), clerk, now, wave="closed")
    assert (stored(stocked).status, stored(stocked).flags) == (Status.ACCEPTED, [Flag.LATE])


def test_and_waits_when_it_was_not(stocked: Session, now: datetime) -> None:
    for clerk in ("an", "bo"):
        key(stocked, keyed(), clerk, now, wave="closed")
    assert stored(stocked).reason == Reason.WAVE_CLOSED


def test_something_else_under_a_forms_id_loses_nothing_and_asks_for_a_look(stocked: Session, now: datetime) -> None:
    receive_submission(stocked, body(id=str(submission_id("own", "open", 7))), link(), now)
    key(stocked, keyed(), "an", now)
    assert key(stocked, keyed(), "bo", now) is State.ATTENTION
    assert count(stocked, Conflict) == 1


def test_two_people_at_the_same_moment_make_the_first_and_the_second_entry(engine: Engine, now: datetime) -> None:
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        builders.load_files(session, now)
        session.commit()
    states: list[str] = []

    def work(clerk: str) -> None:
        with Session(engine) as session:
            session.connection(execution_options={WRITES: True})
            try:
                states.append(key(session, keyed(), clerk, now))
                session.commit()
            except Refused as refused:
                states.append(refused.reason)

    threads = [threading.Thread(target=work, args=(clerk,)) for clerk in ("an", "bo", "cy", "di")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["complete", "complete", "once", "stored"]
    with Session(engine) as session:
        assert (count(session, KeyedForm), count(session, SubmissionRow)) == (2, 1)


def corrected(session: Session, wave: Wave, now: datetime) -> SubmissionRow:
    for clerk in ("an", "bo"):
        key(session, keyed(), clerk, now)
    return stored(session)


def test_a_correction_is_a_new_version_and_the_one_before_is_replaced(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    before = corrected(stocked, wave, now)
    made = service.correct(stocked, wave, before.id, OTHER_WAY, "看错了", "su", now + timedelta(days=1))
    after = stocked.get_one(SubmissionRow, ("own", made.id))
    assert (before.status, after.status, after.replaces, after.correction) == (
        Status.REPLACED,
        Status.ACCEPTED,
        before.id,
        "看错了",
    )
    assert (after.mode, after.started_at, after.consent_version) == (Mode.PAPER, before.started_at, "1")


def test_the_same_correction_twice_is_one_and_another_comes_too_late(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    before = corrected(stocked, wave, now)
    made = [service.correct(stocked, wave, before.id, OTHER_WAY, "看错了", "su", now) for _ in range(2)]
    assert made[0].id == made[1].id and count(stocked, SubmissionRow) == 2
    with pytest.raises(Refused, match="decided"):
        service.correct(stocked, wave, before.id, ANSWERS, "又看错了", "su", now)


def test_a_correction_can_be_corrected(stocked: Session, wave: Wave, now: datetime) -> None:
    before = corrected(stocked, wave, now)
    first = service.correct(stocked, wave, before.id, OTHER_WAY, "看错了", "su", now)
    second = service.correct(stocked, wave, first.id, ANSWERS, "又看错了", "ou", now)
    states = dict(stocked.execute(select(SubmissionRow.id, SubmissionRow.status)).all())
    assert states == {before.id: Status.REPLACED, first.id: Status.REPLACED, second.id: Status.ACCEPTED}
    assert queries.forms(stocked, "own", "open")[0].state is State.STORED


def test_a_drawn_persons_correction_stays_that_persons(stocked: Session, wave: Wave, now: datetime) -> None:
    person = draw(stocked)
    raw = body(respondent=str(person))
    receive_submission(stocked, raw, desk(), now)
    made = service.correct(stocked, wave, stored(stocked).id, OTHER_WAY, "看错了", "su", now)
    after = stocked.get_one(SubmissionRow, ("own", made.id))
    assert (after.respondent_id, after.stream, after.mode) == (person, Stream.PROBABILITY, Mode.INTERVIEW)


def test_what_is_worked_out_is_not_among_what_is_corrected(stocked: Session, now: datetime) -> None:
    keep_rich(stocked, now)
    for clerk in ("an", "bo"):
        key(stocked, keyed({"height": 1.65}), clerk, now, wave="rich")
    assert stocked.scalars(select(AnswerSheet.answers)).one() == {"height": 1.65, "doubled": 3.3}
    found = service.stored(stocked, wave_of(stocked, "rich"), stored(stocked).id)
    assert list(found.answers) == ["height"]


def test_a_submission_to_another_wave_is_not_found(stocked: Session, wave: Wave, now: datetime) -> None:
    before = corrected(stocked, wave, now)
    with pytest.raises(NotFound):
        service.stored(stocked, wave_of(stocked, "closed"), before.id)


def test_everybody_drawn_without_a_counted_interview_gets_a_card(stocked: Session, wave: Wave, now: datetime) -> None:
    done, here, there = draw(stocked), draw(stocked), draw(stocked, psu="990201002001")
    receive_submission(stocked, body(respondent=str(done)), desk(), now)
    _token, cards = service.invitation_cards(stocked, wave, "", "ou", now)
    assert {card.respondent for card in cards} == {here, there}
    _token, cards = service.invitation_cards(stocked, wave, "990201002001", "ou", now)
    assert [card.respondent for card in cards] == [there]
    assert count(stocked, Invitation) == 2


def test_a_card_opens_the_survey_for_its_person(stocked: Session, wave: Wave, now: datetime) -> None:
    from literacy_app.surveys.service import entry_of

    person = draw(stocked)
    token, cards = service.invitation_cards(stocked, wave, "", "ou", now)
    entry = entry_of(stocked, f"{token}.{cards[0].secret}")
    assert entry is not None and entry.respondent == person


def test_a_household_is_sent_no_invitation_before_chance_has_chosen_somebody(
    stocked: Session, wave: Wave, now: datetime
) -> None:
    chosen, household = draw(stocked), draw(stocked)
    row = respondent(stocked, "own", wave.id, household)
    assert row is not None
    row.unit = DrawnUnit.HOUSEHOLD
    stocked.flush()
    _token, cards = service.invitation_cards(stocked, wave, "", "ou", now)
    assert [one.respondent for one in cards] == [chosen]


def test_without_anybody_to_invite_there_are_no_cards(stocked: Session, wave: Wave, now: datetime) -> None:
    with pytest.raises(Refused, match="nobody"):
        service.invitation_cards(stocked, wave, "", "ou", now)


def test_a_person_is_found_by_the_short_code_or_the_whole_id(stocked: Session, now: datetime) -> None:
    person = draw(stocked)
    for typed in (service.short_code(person), str(person), person.hex[:8]):
        assert list(queries.drawn_by_code(stocked, "own", "open", typed)) == [person]
    for typed in ("", "abc", "zzzzzzzz", "00000000", person.hex + "0"):
        assert list(queries.drawn_by_code(stocked, "own", "open", typed)) == []
