"""The one door, waves, and people answering alone, on each kind of database."""

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from literacy_app.areas.loader import read_pilots
from literacy_app.areas.service import keep_pilot
from literacy_app.foundation.audit import AuditEvent
from literacy_app.foundation.errors import InputError, NotFound, Refused
from literacy_app.foundation.orm import WRITES
from literacy_app.questions.rules import Code
from literacy_app.surveys import queries, service
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.models import AnswerSheet, Conflict, Draft, SubmissionRow
from literacy_app.surveys.rules import Reason, Reply, Status, Stream
from tests import builders
from tests.builders import ALL_RIGHT, FILES, SEVEN_OF_TEN, SIX_OF_TEN, body, desk, draw, link


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def stored(session: Session) -> SubmissionRow:
    return session.scalars(select(SubmissionRow)).one()


def test_a_submission_is_stored_with_its_bytes_answers_score_and_audit_row(stocked: Session, now: datetime) -> None:
    raw = body(ALL_RIGHT | {"sex": "female"})
    outcome = service.receive_submission(stocked, raw, link(), now)
    assert outcome.reply is Reply.STORED and outcome.receipt is not None
    assert stored(stocked).raw == raw
    assert stocked.scalars(select(AnswerSheet.answers)).one() == ALL_RIGHT | {"sex": "female"}
    assert len(queries.scores(stocked, "own", outcome.receipt.id)) == 7
    audit = stocked.scalars(select(AuditEvent).where(AuditEvent.action == "submission_received")).one()
    assert audit.subject == str(outcome.receipt.id)


@pytest.mark.parametrize(("answers", "points", "attained"), [(SEVEN_OF_TEN, 7, True), (SIX_OF_TEN, 6, False)])
def test_the_score_is_by_the_instruments_mark_and_the_total_decides(
    stocked: Session, now: datetime, answers: dict[str, object], points: int, attained: bool
) -> None:
    raw = body(answers)
    service.receive_submission(stocked, raw, link(), now)
    total = queries.scores(stocked, "own", UUID(json.loads(raw)["id"]))["total"]
    assert (total.points, total.attained) == (points, attained)


def test_the_same_bytes_again_get_the_same_receipt_and_no_second_row(stocked: Session, now: datetime) -> None:
    raw = body()
    first = service.receive_submission(stocked, raw, link(), now)
    second = service.receive_submission(stocked, raw, link(), now + timedelta(days=1))
    assert (second.reply, second.receipt) == (Reply.REPEATED, first.receipt)
    assert count(stocked, SubmissionRow) == 1


def test_other_bytes_under_the_same_id_are_kept_for_review_and_change_nothing(stocked: Session, now: datetime) -> None:
    id = str(uuid4())
    service.receive_submission(stocked, body(ALL_RIGHT, id=id), link(), now)
    outcomes = [service.receive_submission(stocked, body(SIX_OF_TEN, id=id), link(), now) for _ in range(2)]
    assert [one.reply for one in outcomes] == [Reply.CONFLICT, Reply.CONFLICT]
    assert (count(stocked, SubmissionRow), count(stocked, Conflict)) == (1, 1)
    assert queries.scores(stocked, "own", UUID(id))["total"].points == 10


def test_twenty_posts_of_one_id_at_once_make_one_row_and_no_failure(engine: Engine, now: datetime) -> None:
    with Session(engine) as session:
        session.connection(execution_options={WRITES: True})
        builders.load_files(session, now)
        session.commit()
    raw, replies = body(), list[Reply]()

    def post() -> None:
        with Session(engine) as session:
            session.connection(execution_options={WRITES: True})
            replies.append(service.receive_submission(session, raw, link(), now).reply)
            session.commit()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [Reply.REPEATED] * 19 + [Reply.STORED]
    with Session(engine) as session:
        assert (count(session, SubmissionRow), count(session, AnswerSheet)) == (1, 1)


def test_an_interview_of_a_drawn_person_counts_as_probability_sample(stocked: Session, now: datetime) -> None:
    service.receive_submission(stocked, body(respondent=str(draw(stocked))), desk(), now)
    row = stored(stocked)
    assert (row.stream, row.status) == (Stream.PROBABILITY, Status.ACCEPTED)


def test_whoever_comes_by_link_is_self_selected(stocked: Session, now: datetime) -> None:
    service.receive_submission(stocked, body(), link(), now)
    assert stored(stocked).stream == Stream.SELF_SELECTED


def test_a_link_cannot_bring_an_interview_of_a_drawn_person(stocked: Session, now: datetime) -> None:
    service.receive_submission(stocked, body(respondent=str(draw(stocked))), link(), now)
    row = stored(stocked)
    assert (row.stream, row.status, row.reason, row.respondent_id) == (
        Stream.SELF_SELECTED,
        Status.QUARANTINED,
        Reason.RESPONDENT_UNKNOWN,
        None,
    )


def test_a_second_interview_of_one_person_waits_and_is_not_lost(stocked: Session, now: datetime) -> None:
    person = str(draw(stocked))
    outcomes = [service.receive_submission(stocked, body(respondent=person), desk(), now) for _ in range(2)]
    assert [one.receipt.status for one in outcomes if one.receipt] == [Status.ACCEPTED, Status.QUARANTINED]
    assert outcomes[1].receipt is not None and outcomes[1].receipt.reason is Reason.RESPONDENT_ANSWERED


@pytest.mark.parametrize(
    ("wave", "change", "reason"), [("closed", {}, Reason.WAVE_CLOSED), ("open", {"version": 9}, Reason.OTHER_VERSION)]
)
def test_a_closed_wave_and_another_version_are_quarantined_with_a_receipt_and_never_refused(
    stocked: Session, now: datetime, wave: str, change: dict[str, object], reason: Reason
) -> None:
    outcome = service.receive_submission(stocked, body(wave=wave, **change), link(wave), now)
    assert outcome.reply is Reply.STORED and outcome.receipt is not None
    assert (outcome.receipt.status, outcome.receipt.reason) == (Status.QUARANTINED, reason)


def test_an_answer_to_another_wave_is_not_let_in_by_this_ones_link(stocked: Session, now: datetime) -> None:
    outcome = service.receive_submission(stocked, body(wave="neighbour"), link(), now)
    assert (outcome.reply, list(outcome.errors)) == (Reply.UNREADABLE, ["wave"])


def test_answers_that_do_not_fit_are_named_by_field_and_nothing_is_stored(stocked: Session, now: datetime) -> None:
    answers = {"q1": "maybe", "q9": "a", "birth_year": 1800, "q2": {"code": "later"}, "township": "990202001"}
    outcome = service.receive_submission(stocked, body(answers), link(), now)
    assert outcome.errors == {
        "answers.q1": "not_an_option",
        "answers.q9": "no_such_question",
        "answers.birth_year": "too_small",
        "answers.q2": "no_such_code",
        "answers.township": "not_an_option",
    }
    assert count(stocked, SubmissionRow) == 0


def test_dont_know_is_stored_as_its_code(stocked: Session, now: datetime) -> None:
    service.receive_submission(stocked, body({"q1": {"code": "dont_know"}}), link(), now)
    sheet = stocked.scalars(select(AnswerSheet)).one()
    assert (sheet.answers, sheet.points) == ({"q1": {"code": "dont_know"}}, {"q1": 0})


def test_an_instrument_that_a_wave_has_opened_with_cannot_be_changed(stocked: Session, now: datetime) -> None:
    frozen = read_surveys(FILES / "surveys")[0][0]
    key = replace(frozen.key, pass_mark=replace(frozen.key.pass_mark, points=60))
    with pytest.raises(InputError, match="is frozen since wave .* put the change into tiny-v2"):
        service.keep_instrument(stocked, replace(frozen, key=key), now)


def test_loading_the_same_files_again_changes_nothing(stocked: Session, now: datetime) -> None:
    token = queries.link_of(stocked, "open")
    builders.load_files(stocked, now + timedelta(days=1))
    assert queries.link_of(stocked, "open") is token
    assert read_pilots(FILES / "content")


def begin(session: Session, now: datetime) -> str:
    return service.begin_draft(session, service.wave_of(session, "open"), "zh_Hans", "1", now)


def keep(session: Session, secret: str, id: str, answer: object, now: datetime) -> None:
    wave = service.wave_of(session, "open")
    service.keep_answer(session, wave, service.instrument_of(session, wave), secret, id, answer, "zh_Hans", now)  # type: ignore[arg-type]


def test_answers_given_alone_are_kept_at_every_step_and_lead_on(stocked: Session, now: datetime) -> None:
    secret = begin(stocked, now)
    keep(stocked, secret, "sex", "female", now)
    keep(stocked, secret, "q1", Code.DONT_KNOW, now)
    draft = stocked.scalars(select(Draft)).one()
    assert draft.answers == {"sex": "female", "q1": {"code": "dont_know"}}
    assert draft.seen == 5


def test_an_answer_can_be_changed_and_taken_back(stocked: Session, now: datetime) -> None:
    secret = begin(stocked, now)
    for answer in ("female", "male", None):
        keep(stocked, secret, "sex", answer, now)
    assert stocked.scalars(select(Draft)).one().answers == {}


def test_sending_twice_gives_one_submission_and_the_same_receipt(stocked: Session, now: datetime) -> None:
    secret, wave = begin(stocked, now), service.wave_of(stocked, "open")
    keep(stocked, secret, "q1", "true", now)
    first = service.send_draft(stocked, wave, secret, now)
    second = service.send_draft(stocked, wave, secret, now + timedelta(seconds=2))
    assert (first.reply, second.reply, second.receipt) == (Reply.STORED, Reply.REPEATED, first.receipt)
    assert count(stocked, SubmissionRow) == 1


def test_after_sending_nothing_can_be_changed(stocked: Session, now: datetime) -> None:
    secret = begin(stocked, now)
    service.send_draft(stocked, service.wave_of(stocked, "open"), secret, now)
    with pytest.raises(Refused, match="sent"):
        keep(stocked, secret, "sex", "female", now)


def test_a_closed_wave_cannot_be_begun_and_a_wrong_secret_opens_nothing(stocked: Session, now: datetime) -> None:
    with pytest.raises(Refused, match="closed"):
        service.begin_draft(stocked, service.wave_of(stocked, "closed"), "zh_Hans", "1", now)
    with pytest.raises(NotFound):
        keep(stocked, "made up", "sex", "female", now)


def test_drafts_that_nobody_touched_for_the_days_of_the_policy_are_forgotten(stocked: Session, now: datetime) -> None:
    begin(stocked, now - timedelta(days=31))
    begin(stocked, now - timedelta(days=29))
    service.forget_drafts(stocked, 30, now)
    assert count(stocked, Draft) == 1


def test_a_wave_whose_day_has_come_is_frozen_even_when_nobody_loaded_files_since(
    session: Session, now: datetime
) -> None:
    for folder in read_pilots(FILES / "content"):
        keep_pilot(session, folder)
    frozen, wave = (
        read_surveys(FILES / "surveys")[0][0],
        replace(read_surveys(FILES / "surveys")[1][2], opens_on=now.date()),
    )
    service.keep_instrument(session, frozen, now - timedelta(days=9))
    service.keep_wave(session, wave, now - timedelta(days=9))
    key = replace(frozen.key, pass_mark=replace(frozen.key.pass_mark, points=60))
    service.receive_submission(session, body(), link(), now)
    with pytest.raises(InputError, match="is frozen"):
        service.keep_instrument(session, replace(frozen, key=key), now)


def test_a_wave_that_has_opened_keeps_its_pilot(stocked: Session, now: datetime) -> None:
    wave = service.wave_of(stocked, "open")
    with pytest.raises(InputError, match="cannot be changed any more"):
        service.keep_wave(stocked, replace(wave, pilot="neighbour"), now)
