"""How far field work is, counted over households."""

from collections.abc import Iterable
from dataclasses import dataclass

from literacy_app.fieldwork.rules.cases import Case
from literacy_app.fieldwork.rules.dispositions import Disposition, Group

INTERVIEWED = frozenset({Group.COMPLETE, Group.PARTIAL})
NOT_REACHED = frozenset({Group.NON_CONTACT, Group.UNKNOWN_HOUSEHOLD, Group.UNKNOWN_OTHER})


@dataclass(frozen=True)
class Progress:
    """Households in the field and how each stands. Interviews, refusals, not reached, others, out of scope and not attempted add
    up to `households`; `target` is how many the sample planned, `open` those to which somebody should still go.
    """

    target: int
    households: int
    reserves: int
    attempts: int
    interviews: int
    refusals: int
    not_reached: int
    others: int
    out_of_scope: int
    not_attempted: int
    open: int

    @property
    def attempted(self) -> int:
        """Households to which somebody has been."""
        return self.households - self.not_attempted


def progress(cases: Iterable[Case]) -> Progress:
    """How far these households are; reserves only where they were brought in."""
    known = list(cases)
    new = sum(one.disposition is Disposition.NOT_ATTEMPTED for one in known)
    groups = [one.group for one in known]
    return Progress(
        target=sum(not one.reserve for one in known),
        households=len(known),
        reserves=sum(one.reserve for one in known),
        attempts=sum(one.attempts for one in known),
        interviews=sum(group in INTERVIEWED for group in groups),
        refusals=groups.count(Group.REFUSAL),
        not_reached=sum(group in NOT_REACHED for group in groups) - new,
        others=groups.count(Group.OTHER),
        out_of_scope=groups.count(Group.NOT_ELIGIBLE),
        not_attempted=new,
        open=sum(not one.is_done for one in known),
    )
