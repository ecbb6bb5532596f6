"""The demonstration's field work, made as a county would make it."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import Role
from literacy_app.areas.loader import read_pilots
from literacy_app.areas.service import keep_pilot
from literacy_app.demo import service as demo
from literacy_app.fieldwork import service
from literacy_app.fieldwork.queries import cases
from literacy_app.fieldwork.rules import Ground, may_replace
from literacy_app.sampling.models import DrawRow
from literacy_app.sampling.service import is_same_again
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.service import keep_instrument, keep_wave, wave_of
from tests.conftest import NOW, REPOSITORY
from tests.fieldwork.field import EFFORT

WAVE = "2026-qinghe"


@pytest.fixture
def draw(session: Session) -> DrawRow:
    """The demonstration, with the interviews of its last village only."""
    for folder in read_pilots(REPOSITORY / "content"):
        keep_pilot(session, folder)
    instruments, waves = read_surveys(Path(REPOSITORY) / "surveys")
    for one in instruments:
        keep_instrument(session, one, NOW)
    for wave in waves:
        keep_wave(session, wave, NOW)
    demo.sign_ins(session, "990101", NOW)
    row = demo.draw_sample(session, wave_of(session, WAVE))
    homes = demo.imagine(session, wave_of(session, WAVE), row)
    demo.keep_interviews(session, wave_of(session, WAVE), homes[-demo.BEGUN :])
    demo.keep_field_work(session, row, homes, interviewer(session))
    return row


def interviewer(session: Session) -> UUID:
    row = staff_by_login(session, Role.INTERVIEWER)
    assert row is not None
    return row.id


def test_the_sample_is_a_frozen_draw_that_comes_out_the_same_again(session: Session, draw: DrawRow) -> None:
    assert draw.frozen_at is not None and is_same_again(session, draw) and not draw.lonely


def test_the_interviewer_has_a_village_with_twenty_households_to_go_to(session: Session, draw: DrawRow) -> None:
    [cluster] = service.households_for(session, interviewer(session), NOW.date())
    assert len(cluster.households) == 32
    assert sum(not one.visits and not one.roster for one in cluster.households) == 20


def test_there_is_something_to_decide_for_a_supervisor(session: Session, draw: DrawRow) -> None:
    grounds = [may_replace(case, EFFORT).ground for _row, case in cases(session, draw)]
    assert grounds.count(Ground.OUT_OF_SCOPE) > 5 and grounds.count(Ground.NOT_REACHED) > 5
