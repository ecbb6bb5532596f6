"""A small field for the tests: two townships, three villages in each, six households and three reserves in each village."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from literacy_app.areas.rules import Sex
from literacy_app.fieldwork.loader import Roster, Visit
from literacy_app.fieldwork.rules import Disposition, Effort, respondent_id
from literacy_app.fieldwork.service import Kept, keep_roster, keep_visit
from literacy_app.fieldwork.service.keeping import chosen_place
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.sampling import queries, service
from literacy_app.sampling.models import DrawRow, HouseholdRow
from literacy_app.sampling.rules import Member, Plan, Selection, Strata, Table
from literacy_app.sampling.rules import roster as in_order
from literacy_app.surveys.models import Respondent
from literacy_app.surveys.service import receive_submission, wave_of
from tests import builders
from tests.sampling.test_service import frame_file

PLAN = Plan(villages=3, households=6, reserves=3, strata=Strata.TOWNSHIP)
EFFORT = Effort(visits=3, days=3, times=2, free_time=1, noon=12, evening=18)


def local(day: int, hour: int) -> datetime:
    """An hour of a day of October 2026 as clocks in China show it; the 3rd and 4th, 10th and 11th are a weekend."""
    return datetime(2026, 10, day, hour, tzinfo=REPORTING_ZONE).astimezone(UTC)


# Three visits on three days, one of them in the evening.
ENOUGH = local(5, 9), local(6, 15), local(7, 19)
ROSTERED = local(5, 10)


@dataclass(frozen=True)
class Somebody:
    """Staff as services want them; the tables want somebody who is there."""

    id: UUID
    login: str = "in"


def people(*ages: int, sex: Sex = Sex.MALE, birthday: tuple[int, int] | None = None) -> tuple[Member, ...]:
    """Members of a roster in its order."""
    return in_order(Member(str(place), sex, age, birthday) for place, age in enumerate(ages))


def table_of(home: HouseholdRow) -> Table:
    """The household's table of Kish."""
    assert home.kish_table is not None
    return Table(home.kish_table)


@dataclass
class Field:
    """A frozen draw, and what interviewers record there."""

    session: Session
    draw: DrawRow
    staff: Somebody
    now: datetime
    households: Sequence[HouseholdRow] = field(init=False)

    def __post_init__(self) -> None:
        self.households = queries.households(self.session, "own", self.draw.id)

    def sample(self, village: int = 0) -> list[HouseholdRow]:
        """The households of the sample in one of the villages, in order."""
        code = sorted({one.village for one in self.households})[village]
        return [one for one in self.households if one.village == code and not one.reserve]

    def reserves(self, village: int = 0) -> list[HouseholdRow]:
        """The reserves of one of the villages, in order."""
        code = self.sample(village)[0].village
        return [one for one in self.households if one.village == code and one.reserve]

    def visit(self, home: HouseholdRow, result: Disposition, at: datetime, **changes: Any) -> Kept:
        """Somebody was at a household, and recorded it."""
        made: dict[str, Any] = {
            "id": uuid4(),
            "draw": self.draw.id,
            "village": home.village,
            "number": home.number,
        } | changes
        return keep_visit(self.session, "own", Visit(**made, at=at, result=result), self.staff, None, self.now)

    def visits(self, home: HouseholdRow, result: Disposition, moments: Iterable[datetime]) -> None:
        """Somebody was there several times, with the same result."""
        for at in moments:
            self.visit(home, result, at)

    def roster(self, home: HouseholdRow, members: tuple[Member, ...], at: datetime = ROSTERED, **changes: Any) -> Kept:
        """A roster was made, and chance chose by the household's table."""
        made: dict[str, Any] = {
            "id": uuid4(),
            "draw": self.draw.id,
            "village": home.village,
            "number": home.number,
        } | changes
        if "chosen" not in made:
            selection = service.plan_of(self.draw).selection
            made["chosen"] = chosen_place(selection, table_of(home) if home.kish_table else None, members, at)
        return keep_roster(self.session, "own", Roster(**made, at=at, members=members), self.staff, None, self.now)

    def interview(self, home: HouseholdRow) -> None:
        """Whoever was chosen gave an interview that counts."""
        person = respondent_id(self.draw.id, home.village, home.number)
        raw = builders.body(builders.ALL_RIGHT, respondent=str(person))
        outcome = receive_submission(self.session, raw, builders.desk(), self.now)
        assert outcome.receipt is not None and outcome.receipt.status == "accepted"

    def person(self, home: HouseholdRow) -> Respondent | None:
        """The household's row in the sample, as it is in the database."""
        self.session.expire_all()
        return self.session.get(Respondent, ("own", respondent_id(self.draw.id, home.village, home.number)))


def frozen(session: Session, now: datetime, plan: Plan = PLAN) -> DrawRow:
    """The frozen sample of the wave `open`."""
    frame = service.keep_frame(session, "own", "frame.csv", frame_file(), "ou", now)
    row = service.make_draw(session, wave_of(session, "open"), frame.id, plan, "ou", now)
    return service.freeze(session, "own", row.id, "ou", now + timedelta(seconds=1))


BIRTHDAYS = Plan(villages=3, households=6, reserves=3, strata=Strata.TOWNSHIP, selection=Selection.BIRTHDAY)
