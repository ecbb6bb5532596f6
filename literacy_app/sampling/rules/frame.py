"""What is drawn from, how many of what, and what does not fit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from literacy_app.areas.rules import Residence

# The stratum of a pilot that has no other.
ALL = "all"
# How many codes a complaint names; the others are counted.
NAMED = 5


@dataclass(frozen=True)
class Unit:
    """A village or neighbourhood that can be drawn."""

    code: str  # 12 digits
    township: str  # 9 digits
    size: int  # residents aged 15-69, by which it is drawn
    households: int  # on its list, from 1 to this number
    residence: Residence | None = None


class Strata(StrEnum):
    """Which parts of the pilot are drawn from apart."""

    NONE = "none"
    RESIDENCE = "residence"
    TOWNSHIP = "township"


class Allocation(StrEnum):
    """What the number of villages counts, where strata are drawn from apart."""

    EQUAL = "equal"  # so many in each stratum
    PROPORTIONAL = "proportional"  # so many in all strata together, shared out by size


class Method(StrEnum):
    """How townships and villages are drawn by size."""

    PPS_SYSTEMATIC = "pps_systematic"
    PPS_WITH_REPLACEMENT = "pps_with_replacement"


class Selection(StrEnum):
    """How one person of a household is chosen."""

    KISH = "kish"
    BIRTHDAY = "birthday"


@dataclass(frozen=True)
class Plan:
    """How many of what are drawn, and how.

    | design | townships | strata |
    |---|---|---|
    | townships by size, in each villages by size | how many | none |
    | every township a stratum, in each villages by size | None | township |
    | urban and rural apart, in each villages by size | None | residence |
    | villages by size from the whole pilot | None | none |

    In all of them households are drawn evenly over the list of the village. Within a stratum the order is residence,
    township, code, so that a systematic draw is spread over them as well.
    """

    villages: int  # in each township drawn; else in each stratum, or in all of them with Allocation.PROPORTIONAL
    households: int  # for each time that a village is drawn
    reserves: int = 0  # more households for each time, to be used only by rule; fewer where the list ends
    townships: int | None = None
    strata: Strata = Strata.NONE
    allocation: Allocation = Allocation.EQUAL
    method: Method = Method.PPS_SYSTEMATIC
    selection: Selection = Selection.KISH


class PlanFault(StrEnum):
    """Why nothing can be drawn."""

    EMPTY = "empty"  # the frame has no units
    TWICE = "twice"  # units with the same code
    NOBODY = "nobody"  # units without residents
    COUNT = "count"  # a number of the plan is too small
    STRATA_AND_TOWNSHIPS = "strata_and_townships"  # townships are drawn, or strata are made, not both
    RESIDENCE = "residence"  # units whose residence is not known
    TOWNSHIPS = "townships"  # more townships than there are
    VILLAGES = "villages"  # more villages than there are in these townships or strata
    STRATA = "strata"  # fewer villages than strata
    HOUSEHOLDS = "households"  # more households than there are on the lists of these units
    EXHAUSTED = "exhausted"  # units drawn more often than they have households


class PlanError(ValueError):
    """The plan does not fit the frame: why, and the codes of units, townships or strata that show it."""

    def __init__(self, fault: PlanFault, message: str, codes: Iterable[str] = ()) -> None:
        self.fault, self.codes = fault, tuple(codes)
        more = f" and {len(self.codes) - NAMED} more" if len(self.codes) > NAMED else ""
        super().__init__(f"{message}: {', '.join(self.codes[:NAMED])}{more}" if self.codes else message)


def check_plan(units: Sequence[Unit], plan: Plan) -> None:
    """Raises PlanError for the first reason why `plan` cannot be carried out on these units."""
    if not units:
        raise PlanError(PlanFault.EMPTY, "there is no village to draw from; import a frame first")
    counted = Counter(unit.code for unit in units)
    _refuse(PlanFault.TWICE, "keep one row for each code", (code for code, times in counted.items() if times > 1))
    _refuse(PlanFault.NOBODY, "take out units with nobody of 15-69", (unit.code for unit in units if unit.size < 1))
    _check_numbers(plan)
    if plan.strata is Strata.RESIDENCE:
        unknown = (unit.code for unit in units if unit.residence is None)
        _refuse(PlanFault.RESIDENCE, "say of each whether it is urban or rural, or draw without strata", unknown)
    if plan.townships is not None:
        _check_townships(units, plan.townships, plan.villages)
    else:
        villages_per_stratum(units, plan)
    too_few = (unit.code for unit in units if unit.households < plan.households)
    message = f"ask for fewer than {plan.households} households, or join these with a neighbour in the frame"
    _refuse(PlanFault.HOUSEHOLDS, message, too_few)


def _refuse(fault: PlanFault, message: str, codes: Iterable[str]) -> None:
    if found := sorted(codes):
        raise PlanError(fault, message, found)


def _check_numbers(plan: Plan) -> None:
    numbers = [plan.villages, plan.households, 1 if plan.townships is None else plan.townships]
    if min(numbers) < 1 or plan.reserves < 0:
        raise PlanError(PlanFault.COUNT, "give at least 1 township, village and household, and 0 or more reserves")
    if plan.townships is not None and (plan.strata, plan.allocation) != (Strata.NONE, Allocation.EQUAL):
        message = "either draw townships, with the same number of villages in each, or make strata; not both"
        raise PlanError(PlanFault.STRATA_AND_TOWNSHIPS, message)


def _check_townships(units: Sequence[Unit], townships: int, villages: int) -> None:
    counted = Counter(unit.township for unit in units)
    if townships > len(counted):
        message = f"ask for fewer than {townships} townships: there are {len(counted)}"
        raise PlanError(PlanFault.TOWNSHIPS, message)
    short = (township for township, has in counted.items() if has < villages)
    _refuse(PlanFault.VILLAGES, f"ask for fewer than {villages} villages in each township; these have fewer", short)


def stratum_of(unit: Unit, strata: Strata) -> str:
    """`urban` or `rural`, the township's code, or ALL."""
    if strata is Strata.TOWNSHIP:
        return unit.township
    if strata is Strata.RESIDENCE and unit.residence is not None:
        return unit.residence.value
    return ALL


def in_strata(units: Iterable[Unit], strata: Strata) -> dict[str, list[Unit]]:
    """The units of each stratum, both in the order in which they are drawn from: residence, township, code."""
    parts: dict[str, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: (unit.residence or "", unit.township, unit.code)):
        parts.setdefault(stratum_of(unit, strata), []).append(unit)
    return dict(sorted(parts.items()))


def villages_per_stratum(units: Sequence[Unit], plan: Plan) -> dict[str, int]:
    """How many villages are drawn in each stratum, where no townships are drawn. Raises PlanError."""
    parts = in_strata(units, plan.strata)
    if plan.allocation is Allocation.PROPORTIONAL:
        return _shared_out(parts, plan.villages)
    short = (stratum for stratum, members in parts.items() if len(members) < plan.villages)
    message = f"ask for fewer than {plan.villages} villages in each stratum, or share them out; these have fewer"
    _refuse(PlanFault.VILLAGES, message, short)
    return dict.fromkeys(parts, plan.villages)


def _shared_out(parts: Mapping[str, Sequence[Unit]], villages: int) -> dict[str, int]:
    """By size, as seats are (Sainte-Laguë), with two in each stratum where that can be: one has no variance."""
    if villages > sum(map(len, parts.values())):
        raise PlanError(PlanFault.VILLAGES, f"ask for fewer than {villages} villages: there are not so many")
    if villages < len(parts):
        raise PlanError(PlanFault.STRATA, f"ask for at least {len(parts)} villages, one in each stratum")
    shares = {stratum: min(2, len(members)) for stratum, members in parts.items()}
    if sum(shares.values()) > villages:
        shares = dict.fromkeys(parts, 1)
    sizes = {stratum: sum(unit.size for unit in members) for stratum, members in parts.items()}
    for _ in range(villages - sum(shares.values())):
        open_to = [stratum for stratum in parts if shares[stratum] < len(parts[stratum])]
        shares[max(open_to, key=lambda stratum: Fraction(sizes[stratum], 2 * shares[stratum] + 1))] += 1
    return shares
