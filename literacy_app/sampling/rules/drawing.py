"""The whole draw: townships, villages, households, with every chance, and stratum and PSU as the estimator wants them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from literacy_app.sampling.rules.frame import (
    ALL,
    Method,
    Plan,
    PlanError,
    PlanFault,
    Selection,
    Strata,
    Unit,
    check_plan,
    in_strata,
    villages_per_stratum,
)
from literacy_app.sampling.rules.person import Table, kish_tables
from literacy_app.sampling.rules.selecting import (
    Randomness,
    pps_probabilities,
    pps_systematic,
    pps_with_replacement,
    shuffled,
    systematic,
)


@dataclass(frozen=True)
class DrawnTownship:
    """A township, once for each time that it was drawn; `draw` counts the times from 1."""

    code: str
    draw: int
    probability: float  # of being drawn; with replacement the draws expected, which may be above 1


@dataclass(frozen=True)
class DrawnVillage:
    """A village, once for each time that it was drawn; `draw` counts the times from 1.

    The PSU is what chance took first: the township if it was drawn and not certain, else the village, else the household.
    A township or village that was certain is a stratum of its own. What was drawn k times is k PSUs, `<code>-1` to `<code>-k`.
    """

    code: str
    township: str
    draw: int
    stratum: str
    psu: str  # empty where the village was certain, and each household is a PSU
    township_probability: float  # 1 where no townships are drawn
    probability: float  # in the township or stratum; with replacement the draws expected, which may be above 1


@dataclass(frozen=True)
class DrawnHousehold:
    """A household, by its number on the list of its village."""

    village: DrawnVillage
    number: int
    order: int  # from 1, among those of this draw of the village; reserves are used in this order
    reserve: bool
    probability: float  # in this draw of the village; a reserve has that of the household whose place it takes
    table: Table | None = None  # of Kish, where persons are chosen so

    @property
    def psu(self) -> str:
        """The village's, or the household itself where the village was certain."""
        return self.village.psu or f"{self.village.code}-{self.number}"

    @property
    def chance(self) -> float:
        """Over all stages up to the household."""
        return self.village.township_probability * self.village.probability * self.probability


@dataclass(frozen=True)
class Draw:
    """What was drawn. Strata with one PSU are joined with a neighbour; `lonely` are those that have none."""

    townships: tuple[DrawnTownship, ...]
    villages: tuple[DrawnVillage, ...]
    households: tuple[DrawnHousehold, ...]  # by village: the households of the sample, then the reserves
    lonely: tuple[str, ...]


def expected_draws(units: Sequence[Unit], plan: Plan) -> dict[str, float]:
    """How often each unit of the frame is expected to be drawn; without replacement, its chance. Raises PlanError."""
    check_plan(units, plan)
    result = {}
    for members, n, chance in _parts(units, plan):
        for unit, probability in zip(members, _chances([unit.size for unit in members], n, plan), strict=True):
            result[unit.code] = chance * probability
    return result


def draw(units: Sequence[Unit], plan: Plan, rng: Randomness) -> Draw:
    """The whole sample. Units, plan and numbers of `rng` alone decide it; the order of `units` does not.

    Numbers are used in this order: townships; villages, by stratum or township; in each village, in the order drawn, its
    households, their dealing where it was drawn more than once, its reserves, their order; then Kish's tables, of the
    households and of the reserves. Raises PlanError for a plan that does not fit.
    """
    check_plan(units, plan)
    townships, villages = _villages(units, plan, rng)
    villages = _joined(villages)
    listed = {unit.code: unit.households for unit in units}
    households = _households(villages, listed, plan, rng)
    if plan.selection is Selection.KISH:
        households = _with_tables(households, rng)
    return Draw(tuple(townships), tuple(villages), tuple(households), _lonely(households))


def _chances(sizes: Sequence[int], n: int, plan: Plan) -> Sequence[float]:
    if plan.method is Method.PPS_SYSTEMATIC:
        return pps_probabilities(sizes, n)
    return [n * size / sum(sizes) for size in sizes]


def _parts(units: Sequence[Unit], plan: Plan) -> Iterator[tuple[list[Unit], int, float]]:
    """What villages are drawn from: a stratum or a township, how many, and the township's own chance."""
    if plan.townships is None:
        shares = villages_per_stratum(units, plan)
        for stratum, members in in_strata(units, plan.strata).items():
            yield members, shares[stratum], 1.0
    else:
        parts = in_strata(units, Strata.TOWNSHIP)
        chances = _chances(_sizes(parts), plan.townships, plan)
        for members, chance in zip(parts.values(), chances, strict=True):
            yield members, plan.villages, chance


def _sizes(parts: dict[str, list[Unit]]) -> list[int]:
    return [sum(unit.size for unit in members) for members in parts.values()]


@dataclass(frozen=True)
class _Taken:
    """One draw of one place by size."""

    place: int
    draw: int
    times: int  # how often the place was drawn in all
    probability: float
    certain: bool

    def psu(self, code: str) -> str:
        return f"{code}-{self.draw}" if self.times > 1 else code


def _take(sizes: Sequence[int], n: int, plan: Plan, rng: Randomness) -> list[_Taken]:
    if plan.method is Method.PPS_SYSTEMATIC:
        found = pps_systematic(sizes, n, rng)
        chances = [(place, found.probabilities[place]) for place in found.drawn]
        return [_Taken(place, 1, 1, chance, chance == 1) for place, chance in chances]
    hit = pps_with_replacement(sizes, n, rng)
    return [
        _Taken(place, time, times, hit.expected[place], False)
        for place, times in enumerate(hit.hits)
        for time in range(1, times + 1)
    ]


def _villages(units: Sequence[Unit], plan: Plan, rng: Randomness) -> tuple[list[DrawnTownship], list[DrawnVillage]]:
    if plan.townships is None:
        shares = villages_per_stratum(units, plan)
        villages = [
            _village(members[taken.place], taken, stratum)
            for stratum, members in in_strata(units, plan.strata).items()
            for taken in _take([unit.size for unit in members], shares[stratum], plan, rng)
        ]
        return [], villages
    parts = in_strata(units, Strata.TOWNSHIP)
    codes = list(parts)
    townships, villages, times = [], [], Counter[str]()
    for township in _take(_sizes(parts), plan.townships, plan, rng):
        code = codes[township.place]
        townships.append(DrawnTownship(code, township.draw, township.probability))
        for taken in _take([unit.size for unit in parts[code]], plan.villages, plan, rng):
            unit = parts[code][taken.place]
            times[unit.code] += 1  # over all draws of its township
            village = replace(
                _village(unit, taken, code), draw=times[unit.code], township_probability=township.probability
            )
            villages.append(village if township.certain else replace(village, stratum=ALL, psu=township.psu(code)))
    return townships, villages


def _village(unit: Unit, taken: _Taken, stratum: str) -> DrawnVillage:
    stratum, psu = (unit.code, "") if taken.certain else (stratum, taken.psu(unit.code))
    return DrawnVillage(unit.code, unit.township, taken.draw, stratum, psu, 1.0, taken.probability)


def _joined(villages: list[DrawnVillage]) -> list[DrawnVillage]:
    """Strata with a single PSU joined with the next, the last with the one before, as is usual (Wolter 2007, 2.5).

    Decided by the frame's order, before anybody is asked. Strata of certain villages have households for PSUs and stay.
    """
    psus: dict[str, set[str]] = defaultdict(set)
    for village in villages:
        if village.psu and village.stratum != ALL:
            psus[village.stratum].add(village.psu)
    groups: list[list[str]] = []
    count = 0
    for stratum in sorted(psus):
        if not groups or count > 1:
            groups.append([])
            count = 0
        groups[-1].append(stratum)
        count += len(psus[stratum])
    if count == 1 and len(groups) > 1:
        last = groups.pop()
        groups[-1] += last
    names = {stratum: f"{group[0]}+{group[-1]}" for group in groups if len(group) > 1 for stratum in group}
    return [replace(village, stratum=names.get(village.stratum, village.stratum)) for village in villages]


def _households(
    villages: Sequence[DrawnVillage], listed: dict[str, int], plan: Plan, rng: Randomness
) -> list[DrawnHousehold]:
    """A village drawn k times gives k times the households, no household twice, dealt among its draws by chance."""
    draws: dict[str, list[DrawnVillage]] = defaultdict(list)
    for village in villages:
        draws[village.code].append(village)
    result = []
    for code, times in draws.items():
        total, k = listed[code], len(times)
        if k > total:
            raise PlanError(
                PlanFault.EXHAUSTED, f"drawn {k} times with {total} households; draw systematically", [code]
            )
        numbers: Sequence[int] = systematic(total, min(k * plan.households, total), rng)
        taken = set(numbers)
        if k > 1:
            numbers = shuffled(numbers, rng)
        others = [number for number in range(1, total + 1) if number not in taken]
        places = systematic(len(others), min(k * plan.reserves, len(others)), rng)
        reserves = shuffled([others[place - 1] for place in places], rng)
        for turn, village in enumerate(times):
            mine = sorted(numbers[turn::k])
            chance = len(mine) / total
            for reserve, some in ((False, mine), (True, reserves[turn::k])):
                result += [
                    DrawnHousehold(village, number, order, reserve, chance)
                    for order, number in enumerate(some, start=1)
                ]
    return result


def _with_tables(households: Sequence[DrawnHousehold], rng: Randomness) -> list[DrawnHousehold]:
    """The sample and the reserves are balanced apart: most reserves are never used."""
    reserves = sum(household.reserve for household in households)
    main, spare = iter(kish_tables(len(households) - reserves, rng)), iter(kish_tables(reserves, rng))
    return [replace(household, table=next(spare if household.reserve else main)) for household in households]


def _lonely(households: Sequence[DrawnHousehold]) -> tuple[str, ...]:
    psus: dict[str, set[str]] = defaultdict(set)
    for household in households:
        if not household.reserve:
            psus[household.village.stratum].add(household.psu)
    return tuple(sorted(stratum for stratum, members in psus.items() if len(members) == 1))
