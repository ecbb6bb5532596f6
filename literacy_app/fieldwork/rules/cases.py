"""One household of the sample with all that is known of it."""

from dataclasses import dataclass
from functools import cached_property

from literacy_app.fieldwork.rules.dispositions import (
    FINAL,
    Disposition,
    Group,
    Rostered,
    Visited,
    disposition_of,
    group_of,
)
from literacy_app.surveys.rules import DrawnUnit


@dataclass(frozen=True)
class Case:
    """A household in the field. `interview` is COMPLETE or PARTIAL where one counts; `replaced_by` is a reserve's number."""

    village: str
    turn: int
    number: int
    place: int
    reserve: bool
    visits: tuple[Visited, ...] = ()
    roster: Rostered | None = None
    interview: Disposition | None = None
    replaced_by: int | None = None

    @cached_property
    def disposition(self) -> Disposition:
        """What the case is as if field work ended now."""
        return disposition_of(self.visits, self.roster, self.interview)

    @property
    def attempts(self) -> int:
        """How often somebody went there; the interview itself is one time more."""
        return len(self.visits) + (self.interview is not None)

    @property
    def group(self) -> Group:
        """The letter under which rates count it."""
        return group_of(self.disposition)

    @property
    def is_done(self) -> bool:
        """Whether nobody goes there again."""
        return self.disposition in FINAL or self.replaced_by is not None

    @property
    def unit(self) -> DrawnUnit:
        """What its chance is the chance of. An interview that counts speaks against every other sign."""
        if self.group is Group.NOT_ELIGIBLE:
            return DrawnUnit.NOBODY
        if self.replaced_by is not None and self.interview is None:
            return DrawnUnit.REPLACED
        return DrawnUnit.PERSON if self.roster is not None and self.roster.chosen else DrawnUnit.HOUSEHOLD
