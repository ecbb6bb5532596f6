"""Opening, leading, joining, answering, on each kind of database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.groups import queries, service
from literacy_app.groups.models import GroupSession, Participant
from literacy_app.groups.rules import LASTS, MOST_PARTICIPANTS, Stage, Subject

LEADER = UUID(int=7)
ITEMS = ("alpha.q1", "alpha.q2")


def opened(session: Session, now: datetime, pilot: str = "own", items: Sequence[str] = ITEMS) -> GroupSession:
    id = uuid4()
    service.open_session(session, pilot, id, LEADER, Subject.LESSON, "alpha", items, now)
    found = queries.session_by_id(session, id)
    assert found is not None
    return found


def asked(session: Session, now: datetime) -> GroupSession:
    """A session at its first question."""
    group = opened(session, now)
    service.move_on(session, "own", group.id, Stage(), now)
    return group


def joined(session: Session, group: GroupSession, secret: str, now: datetime) -> Participant:
    service.join(session, group.pilot_id, group.id, secret, now)
    found = queries.participant_by_secret(session, group, secret)
    assert found is not None
    return found


def test_opening_twice_under_one_id_opens_one_session(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    code = group.code
    service.open_session(stocked, "own", group.id, LEADER, Subject.LESSON, "alpha", ITEMS, now)
    assert [one.code for one in queries.sessions_led(stocked, ["own"], LEADER)] == [code]


def test_a_session_on_nothing_is_refused(stocked: Session, now: datetime) -> None:
    with pytest.raises(Refused, match="no_items"):
        opened(stocked, now, items=())


def test_a_session_is_found_by_its_code_in_whichever_pilot(stocked: Session, now: datetime) -> None:
    own, neighbour = opened(stocked, now), opened(stocked, now, pilot="neighbour")
    found = queries.session_by_code(stocked, neighbour.code)
    assert found is not None and (found.pilot_id, found.id) == ("neighbour", neighbour.id)
    assert own.code != neighbour.code and queries.session_by_code(stocked, "NOSUCH") is None


def test_a_second_tap_on_the_same_step_changes_nothing(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    for _tap in range(2):
        service.move_on(stocked, "own", group.id, Stage(), now)
    assert group.stage == Stage(1)


def test_after_the_last_answers_the_next_step_ends_the_session(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    for seen in (Stage(), Stage(1), Stage(1, True), Stage(2), Stage(2, True)):
        service.move_on(stocked, "own", group.id, seen, now)
    assert group.ended_at == now and group.stage == Stage(2, shown=True)


def test_a_session_of_another_pilot_is_not_there(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    with pytest.raises(NotFound):
        service.end(stocked, "neighbour", group.id, now)


def test_joining_twice_with_one_secret_is_one_participant(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    assert joined(stocked, group, "one", now).id == joined(stocked, group, "one", now).id
    assert queries.tally(stocked, group).people == 1


def test_two_taps_on_next_person_make_one_person_and_no_second_phone(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    first = joined(stocked, group, "one", now)
    fresh = {service.hand_on(stocked, "own", group.id, "one", now) for _tap in range(2)}
    assert len(fresh) == 1
    second = queries.participant_by_secret(stocked, group, fresh.pop())
    assert second is not None and second.id != first.id
    tally = queries.tally(stocked, group)
    assert (tally.phones, tally.people) == (1, 2)


def test_the_first_answer_stands_whatever_is_tapped_after_it(stocked: Session, now: datetime) -> None:
    group = asked(stocked, now)
    person = joined(stocked, group, "one", now)
    assert service.keep_answer(stocked, "own", group.id, person.id, "alpha.q1", ["b"], now)
    assert not service.keep_answer(stocked, "own", group.id, person.id, "alpha.q1", ["a"], now)
    assert queries.answer_of(stocked, person, "alpha.q1") == ("b",)
    assert [list(one) for one in queries.answers_to(stocked, group, "alpha.q1")] == [["b"]]


def test_an_answer_after_the_answers_were_shown_is_late(stocked: Session, now: datetime) -> None:
    group = asked(stocked, now)
    person = joined(stocked, group, "one", now)
    service.move_on(stocked, "own", group.id, Stage(1), now)
    with pytest.raises(Refused, match="late"):
        service.keep_answer(stocked, "own", group.id, person.id, "alpha.q1", ["b"], now)


def test_an_answer_to_another_question_than_the_one_asked_is_refused(stocked: Session, now: datetime) -> None:
    group = asked(stocked, now)
    person = joined(stocked, group, "one", now)
    with pytest.raises(Refused, match="moved_on"):
        service.keep_answer(stocked, "own", group.id, person.id, "alpha.q2", ["true"], now)


def test_a_session_ends_by_itself_and_takes_nobody_and_nothing_after(stocked: Session, now: datetime) -> None:
    group = asked(stocked, now)
    person = joined(stocked, group, "one", now)
    with pytest.raises(Refused, match="over"):
        service.join(stocked, "own", group.id, "two", now + LASTS)
    with pytest.raises(Refused, match="over"):
        service.keep_answer(stocked, "own", group.id, person.id, "alpha.q1", ["b"], now + LASTS)
    service.move_on(stocked, "own", group.id, Stage(1), now + LASTS)
    assert group.stage == Stage(1)


def test_a_full_hall_takes_nobody_more(stocked: Session, now: datetime) -> None:
    group = opened(stocked, now)
    here = {"pilot_id": "own", "session_id": group.id, "carried": False, "joined_at": now}
    stocked.add_all(Participant(id=uuid4(), secret_sha256=str(n), **here) for n in range(MOST_PARTICIPANTS))
    stocked.flush()
    with pytest.raises(Refused, match="full"):
        service.join(stocked, "own", group.id, "one more", now)


def test_a_participant_of_one_session_is_nobody_in_another(stocked: Session, now: datetime) -> None:
    group, other = opened(stocked, now), opened(stocked, now)
    joined(stocked, group, "one", now)
    assert queries.participant_by_secret(stocked, other, "one") is None


def test_whoever_works_in_a_village_of_a_pilot_may_lead_there(stocked: Session) -> None:
    def touched(scope: str) -> list[str]:
        return [pilot.id for pilot in queries.pilots_touching(stocked, [scope])]

    assert touched("990201001001") == touched("990201") == ["own"]
    assert touched("9902") == ["neighbour", "own"]
    assert touched("990301") == []
