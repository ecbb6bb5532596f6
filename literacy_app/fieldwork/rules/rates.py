"""Response, cooperation, refusal and contact rates (AAPOR Standard Definitions), and the valid rate of Chinese reports."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from literacy_app.fieldwork.rules.dispositions import Disposition, Group, group_of


class RateName(StrEnum):
    """The rates, by the names of AAPOR; VALID is accepted over received."""

    RR1 = "RR1"
    RR2 = "RR2"
    RR3 = "RR3"
    COOP1 = "COOP1"
    REF1 = "REF1"
    CON1 = "CON1"
    VALID = "valid"


class NoRate(StrEnum):
    """Why there is no rate."""

    NO_CASES = "no_cases"  # nothing stands below the line
    NOTHING_KNOWN = "nothing_known"  # of no case it is known whether it is eligible, so e cannot be estimated
    NOTHING_RECEIVED = "nothing_received"


@dataclass(frozen=True)
class Counts:
    """Cases by group. `not_eligible` stands in no rate but in the estimate of e."""

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown_household: int = 0
    unknown_other: int = 0
    not_eligible: int = 0

    @property
    def eligible(self) -> int:
        """Cases known to hold somebody who may be asked: I + P + R + NC + O."""
        return self.complete + self.partial + self.refusal + self.non_contact + self.other

    @property
    def unknown(self) -> int:
        """Cases of which that is not known: UH + UO."""
        return self.unknown_household + self.unknown_other

    @property
    def contacted(self) -> int:
        """Cases in which somebody was spoken to: I + P + R + O."""
        return self.eligible - self.non_contact

    @property
    def eligibility(self) -> float | None:
        """e of RR3 by proportional allocation (CASRO): the share of eligible cases among those of which it is known.

        None where it is known of none.
        """
        known = self.eligible + self.not_eligible
        return self.eligible / known if known else None


@dataclass(frozen=True)
class Rate:
    """A share from 0 to 1 with what stands above and below its line, or why there is none."""

    name: RateName
    above: float
    below: float
    missing: NoRate | None = None

    @property
    def value(self) -> float | None:
        """The share, or None."""
        return self.above / self.below if self.missing is None else None


def count(dispositions: Iterable[Disposition]) -> Counts:
    """How many cases there are in each group."""
    found = Counter(group_of(one) for one in dispositions)
    return Counts(
        complete=found[Group.COMPLETE],
        partial=found[Group.PARTIAL],
        refusal=found[Group.REFUSAL],
        non_contact=found[Group.NON_CONTACT],
        other=found[Group.OTHER],
        unknown_household=found[Group.UNKNOWN_HOUSEHOLD],
        unknown_other=found[Group.UNKNOWN_OTHER],
        not_eligible=found[Group.NOT_ELIGIBLE],
    )


def rates(counts: Counts) -> dict[RateName, Rate]:
    """RR1, RR2, RR3, COOP1, REF1 and CON1 of these cases."""
    everybody = counts.eligible + counts.unknown
    interviews = counts.complete + counts.partial
    return {
        RateName.RR1: _rate(RateName.RR1, counts.complete, everybody),
        RateName.RR2: _rate(RateName.RR2, interviews, everybody),
        RateName.RR3: _response_3(counts),
        RateName.COOP1: _rate(RateName.COOP1, counts.complete, counts.contacted),
        RateName.REF1: _rate(RateName.REF1, counts.refusal, everybody),
        RateName.CON1: _rate(RateName.CON1, counts.contacted, everybody),
    }


def valid_rate(accepted: int, received: int) -> Rate:
    """The valid rate of Chinese reports: interviews that count over those received. It is no response rate."""
    missing = None if received else NoRate.NOTHING_RECEIVED
    return Rate(RateName.VALID, accepted, received, missing)


def _response_3(counts: Counts) -> Rate:
    if counts.unknown == 0:
        return _rate(RateName.RR3, counts.complete, counts.eligible)
    if counts.eligibility is None:
        return Rate(RateName.RR3, 0, 0, NoRate.NOTHING_KNOWN)
    return _rate(RateName.RR3, counts.complete, counts.eligible + counts.eligibility * counts.unknown)


def _rate(name: RateName, above: int, below: float) -> Rate:
    return Rate(name, above, below, None if below else NoRate.NO_CASES)
