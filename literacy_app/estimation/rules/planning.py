"""How many people a survey must ask, and what a survey of a given size can say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite, sqrt

import numpy as np

from literacy_app.estimation.rules.design import Floats
from literacy_app.estimation.rules.distributions import t_cdf, t_quantile
from literacy_app.estimation.rules.intervals import Interval, logit_interval

# A size this little above a whole number is that number; the rest is rounding.
WHOLE = 1e-9
# What is finer than a hundredth of a point, or further from a plain sample than this, is a slip of the pen.
FINEST = 0.0001
LARGEST_DEFF = 10_000
LOWEST_RESPONSE = 0.001
LOWEST_CONFIDENCE, HIGHEST_CONFIDENCE = 0.5, 0.9999
MOST = 10**10  # people, interviews, PSUs: there are fewer people on earth
LARGEST_COST = 1e15
# Interviews a PSU that a plan compares, beside its own.
USUAL_PEOPLE_A_PSU = (5, 10, 15, 20, 30)
# Levels tried when the smallest that can be shown is looked for: a tenth of a point apart, far finer than a survey sees.
STEPS = 1000


@dataclass(frozen=True)
class Conditions:
    """What is assumed about a survey. Raises ValueError for what cannot be.

    `confidence` is that of two-sided intervals; with `one_sided` it is that of one bound, as in the verdict on a target.
    """

    deff: float = 1.0  # against simple random sampling with replacement; of the last wave, or `design_effect`
    response: float = 1.0  # interviews for each person drawn, 0-1
    population: int | None = None  # people in the place; None for many
    confidence: float = 0.95
    one_sided: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.deff <= LARGEST_DEFF:
            raise ValueError(f"give a design effect above 0 and up to {LARGEST_DEFF}, such as 2")
        if not LOWEST_RESPONSE <= self.response <= 1:
            raise ValueError(f"give the response rate as a share from {LOWEST_RESPONSE} to 1, such as 0.8")
        if self.population is not None and not 2 <= self.population <= MOST:
            raise ValueError(f"give a population of 2 to {MOST} people, or none")
        if not LOWEST_CONFIDENCE <= self.confidence <= HIGHEST_CONFIDENCE:
            wanted = f"from {LOWEST_CONFIDENCE} to {HIGHEST_CONFIDENCE}"
            raise ValueError(f"give the confidence as a share {wanted}, such as 0.95")

    @property
    def quantile(self) -> float:
        """z: how many standard errors the confidence stands for."""
        return _normal_quantile(self.confidence if self.one_sided else (1 + self.confidence) / 2)

    def simple(self, interviews: float) -> float:
        """The simple random sample of an endless population that says as much as `interviews` of this survey."""
        if self.population is None:
            return interviews / self.deff
        if interviews >= self.population:
            return inf
        return interviews * (self.population - 1) / (self.population - interviews) / self.deff


@dataclass(frozen=True)
class Size:
    """A sample size, rounded up once at the end."""

    exact: float  # interviews, before rounding
    interviews: int
    drawn: int  # people to draw, so that the interviews come about at the response rate


@dataclass(frozen=True)
class Costs:
    """What a PSU and an interview cost, in the same money. Raises ValueError for less than 0."""

    psu: float
    interview: float

    def __post_init__(self) -> None:
        if not (isfinite(self.psu) and isfinite(self.interview) and self.psu >= 0 and self.interview > 0):
            raise ValueError("give the cost of a PSU as at least 0 and that of an interview above 0")


@dataclass(frozen=True)
class Layout:
    """One way to spread a sample: over `psus` PSUs, with up to `people_a_psu` interviews in each."""

    people_a_psu: int
    deff: float
    psus: int
    interviews: int
    drawn: int
    cost: float | None


def design_effect(rho: float, people_a_psu: float, weights_cv2: float = 0.0) -> float:
    """(1 + (m - 1) rho)(1 + cv^2): neighbours are alike, and weights differ. Kish 1965 (clusters) and 1992 (weights).

    `rho` is the correlation within a PSU, 0-1; `weights_cv2` the squared coefficient of variation of the weights.
    """
    if not 0 <= rho <= 1:
        raise ValueError("give rho, the correlation within a PSU, as 0 to 1, such as 0.05")
    _need_count(people_a_psu, "person a PSU")
    if not (isfinite(weights_cv2) and weights_cv2 >= 0):
        raise ValueError("give cv2, the squared variation of the weights, as at least 0, such as 0.3")
    return (1 + (people_a_psu - 1) * rho) * (1 + weights_cv2)


def best_people_a_psu(rho: float, costs: Costs) -> float:
    """sqrt(cost of a PSU / cost of an interview * (1 - rho) / rho): the cheapest spread, not rounded. Cochran 1977, 10.6."""
    if not 0 < rho <= 1:
        raise ValueError("give rho above 0 and up to 1: without it one PSU would do")
    best = sqrt(costs.psu / costs.interview * (1 - rho) / rho)
    if not best <= MOST:
        raise ValueError("give a larger rho, or costs that are nearer to each other")
    return max(best, 1.0)


def size_for_half_width(level: float, half_width: float, given: Conditions) -> Size:
    """z^2 p (1 - p) / e^2 deff, less for a finite population: the level to within -/+ e. Cochran 1977, 4.4."""
    _need_share(level, "the level")
    if not FINEST <= half_width < 0.5:
        raise ValueError(f"give the half-width as a share from {FINEST} to below 0.5, such as 0.04 for 4 points")
    return _size(given.quantile**2 * level * (1 - level) / half_width**2, given)


def size_for_target(level: float, target: float, power: float, given: Conditions) -> Size:
    """(z sqrt(t (1 - t)) + z_power sqrt(p (1 - p)))^2 / (p - t)^2 deff: to show that a true level p is above the target t.

    It is shown when the lower end of the interval is above t; this happens with `power`. The first variance is that at the
    target, where the test is made, the second that at the true level. Fleiss, Levin and Paik 2003, ch. 2.
    """
    _need_above(level, target)
    return _size(float(_needed_for_target(np.array(level), target, _need_power(power), given)), given)


def size_for_change(before: float, after: float, power: float, given: Conditions, correlation: float = 0.0) -> Size:
    """(z + z_power)^2 (v1 + v2 - 2 r sqrt(v1 v2)) / (p2 - p1)^2 deff in each wave, v = p (1 - p): to see a change.

    `correlation` is that of the two estimates, from PSUs that both waves share; 0 for waves drawn apart. Kish 1965, ch. 12.
    """
    _need_share(before, "the level before")
    _need_share(after, "the level after")
    if abs(after - before) < FINEST:
        raise ValueError(f"give two levels that differ by {FINEST} or more: no survey sees less")
    _need_correlation(correlation)
    return _size(float(_needed_for_change(np.array(after), before, _need_power(power), given, correlation)), given)


def half_width_of(level: float, interviews: int, given: Conditions) -> float:
    """z sqrt(p (1 - p) deff / n), less for a finite population: the inverse of `size_for_half_width`."""
    _need_share(level, "the level")
    return given.quantile * sqrt(level * (1 - level) / _simple(interviews, given))


def expected_interval(level: float, interviews: int, given: Conditions, df: float = inf) -> Interval:
    """The logit interval to expect at the level, with t at `df` (PSUs minus strata); all PSUs beyond number by default."""
    _need_share(level, "the level")
    se = sqrt(level * (1 - level) / _simple(interviews, given))
    two_sided = 2 * given.confidence - 1 if given.one_sided else given.confidence
    interval = logit_interval(level, se, df, two_sided)
    if interval is None:
        raise ValueError("give at least one PSU more than there are strata")
    return interval


def power_of_target(level: float, target: float, interviews: int, given: Conditions) -> float:
    """How likely a true level is shown to be above the target: the inverse of `size_for_target`."""
    _need_above(level, target)
    spread = given.quantile * sqrt(target * (1 - target))
    return _normal_cdf(((level - target) * sqrt(_simple(interviews, given)) - spread) / sqrt(level * (1 - level)))


def power_of_change(before: float, after: float, interviews: int, given: Conditions, correlation: float = 0.0) -> float:
    """How likely a change is seen with so many interviews in each wave: the inverse of `size_for_change`."""
    _need_share(before, "the level before")
    _need_share(after, "the level after")
    _need_correlation(correlation)
    variance = float(_variance_of_change(np.array(after), before, correlation))
    return _normal_cdf(abs(after - before) * sqrt(_simple(interviews, given) / variance) - given.quantile)


def level_above_target(target: float, power: float, interviews: int, given: Conditions) -> float | None:
    """The lowest true level that so many interviews show to be above the target; None when no level is high enough."""
    _need_share(target, "the target")
    beyond = _need_power(power)
    return _lowest(lambda levels: _needed_for_target(levels, target, beyond, given), target, interviews, given)


def level_after(
    before: float, power: float, interviews: int, given: Conditions, correlation: float = 0.0
) -> float | None:
    """The lowest later level whose rise so many interviews in each wave see; None when no rise is large enough."""
    _need_share(before, "the level before")
    _need_correlation(correlation)
    beyond = _need_power(power)
    return _lowest(
        lambda levels: _needed_for_change(levels, before, beyond, given, correlation), before, interviews, given
    )


@dataclass(frozen=True)
class Question:
    """What a survey is to find out about a level: to within `half_width`, above `target`, or how it changes to `change_to`.

    At most one of the three; with none, only what a survey of some size would say. Raises ValueError.
    """

    level: float  # the true level, as far as it is known
    half_width: float | None = None
    target: float | None = None
    change_to: float | None = None
    power: float = 0.8
    correlation: float = 0.0  # of two waves that share PSUs

    def __post_init__(self) -> None:
        _need_share(self.level, "the level")
        if sum(aim is not None for aim in (self.half_width, self.target, self.change_to)) > 1:
            raise ValueError("ask one thing at a time: a half-width, a target or a change")

    def size(self, given: Conditions) -> Size:
        """The size that answers the question (in each wave, of a change)."""
        if self.half_width is not None:
            return size_for_half_width(self.level, self.half_width, given)
        if self.target is not None:
            return size_for_target(self.level, self.target, self.power, given)
        if self.change_to is not None:
            return size_for_change(self.level, self.change_to, self.power, given, self.correlation)
        raise ValueError("say what the survey is for: a half-width, a target or a change")

    def power_with(self, interviews: int, given: Conditions) -> float | None:
        """How likely so many interviews answer yes; None for a level alone."""
        if self.target is not None:
            return power_of_target(self.level, self.target, interviews, given)
        if self.change_to is not None:
            return power_of_change(self.level, self.change_to, interviews, given, self.correlation)
        return None

    def lowest_with(self, interviews: int, given: Conditions) -> float | None:
        """The lowest level that so many interviews show, with the power, to be above the target or risen; None for neither."""
        if self.target is not None:
            return level_above_target(self.target, self.power, interviews, given)
        if self.change_to is not None:
            return level_after(self.level, self.power, interviews, given, self.correlation)
        return None


def layouts(
    question: Question,
    given: Conditions,
    rho: float,
    people_a_psu: Iterable[int],
    weights_cv2: float = 0.0,
    costs: Costs | None = None,
) -> list[Layout]:
    """What the question needs with m people interviewed in each PSU, for several m; `given.deff` gives way to each m's own."""
    found = []
    for people in people_a_psu:
        deff = design_effect(rho, people, weights_cv2)
        size = question.size(replace(given, deff=deff))
        psus = _up(size.exact / people)
        cost = None if costs is None else psus * costs.psu + size.interviews * costs.interview
        if cost is not None and not cost <= LARGEST_COST:
            raise ValueError(
                f"give the costs in a larger unit of money: the survey would cost more than {LARGEST_COST:g}"
            )
        found.append(Layout(people, deff, psus, size.interviews, size.drawn, cost))
    return found


@dataclass(frozen=True)
class Plan:
    """A question, the survey that answers it or was proposed for it, and what that survey can say."""

    question: Question
    conditions: Conditions
    interviews: int  # in each wave, of a change
    drawn: int
    people_a_psu: int | None
    psus: int | None
    half_width: float
    interval: Interval  # expected, at the level
    power: float | None
    lowest: float | None  # level shown above the target, or to have risen
    best_people_a_psu: float | None  # the cheapest; None without rho and costs
    layouts: tuple[Layout, ...]


def plan(
    *,
    level: float,
    half_width: float | None = None,
    target: float | None = None,
    change_to: float | None = None,
    interviews: int | None = None,
    power: float | None = None,
    correlation: float | None = None,
    one_sided: bool = False,
    deff: float | None = None,
    rho: float | None = None,
    people_a_psu: int | None = None,
    weights_cv2: float | None = None,
    strata: int = 1,
    response: float = 1.0,
    population: int | None = None,
    confidence: float = 0.95,
    cost_psu: float | None = None,
    cost_person: float | None = None,
) -> Plan:
    """Everything about one survey: `interviews` as given, else as many as the question needs. Money and names as in `Costs`,
    `Conditions`, `Question` and `design_effect`. Raises ValueError, also for what does not go together.
    """
    question = _question(level, half_width, target, change_to, power, correlation, one_sided)
    if interviews is not None and half_width is not None:
        raise ValueError("give the interviews or the half-width, not both: each follows from the other")
    if (cost_psu is None) != (cost_person is None):
        raise ValueError("give the cost of a PSU and that of a person, both")
    if (deff is None) == (rho is None):
        raise ValueError("give the design effect (deff) of the last wave, or rho and the people a PSU")
    for count, what in ((interviews, "interview"), (people_a_psu, "person a PSU"), (strata, "stratum")):
        if count is not None:
            _need_count(count, what)
    costs = None if cost_psu is None or cost_person is None else Costs(cost_psu, cost_person)
    best = None
    if rho is not None:
        cv2 = 0.0 if weights_cv2 is None else weights_cv2
        design_effect(rho, 1, cv2)  # refused before anything is made of it
        best = best_people_a_psu(rho, costs) if costs and rho else None
        people_a_psu = round(best) if best and people_a_psu is None else people_a_psu
        if people_a_psu is None:
            raise ValueError("give the people a PSU, or the costs to find the cheapest")
        deff = design_effect(rho, people_a_psu, cv2)
    elif weights_cv2 is not None:
        raise ValueError("give the weights' cv2 with rho only; a design effect (deff) has the weights in it")
    given = Conditions(1.0 if deff is None else deff, response, population, confidence, one_sided)
    table: list[Layout] = []
    if rho is not None and interviews is None:
        spreads = {*USUAL_PEOPLE_A_PSU, people_a_psu or 1, round(best or 1)} - {1}
        table = layouts(question, given, rho, sorted(spreads), cv2, costs)
    size = question.size(given) if interviews is None else Size(interviews, interviews, _up(interviews / response))
    if population is not None and size.drawn > population:
        raise ValueError(f"{size.drawn} people would have to be drawn, more than there are: ask for less")
    psus = None if people_a_psu is None else _up(size.exact / people_a_psu)
    return Plan(
        question,
        given,
        size.interviews,
        size.drawn,
        people_a_psu,
        psus,
        half_width_of(level, size.interviews, given),
        expected_interval(level, size.interviews, given, inf if psus is None else psus - strata),
        question.power_with(size.interviews, given),
        question.lowest_with(size.interviews, given),
        best,
        tuple(table),
    )


def _question(
    level: float,
    half_width: float | None,
    target: float | None,
    change_to: float | None,
    power: float | None,
    correlation: float | None,
    one_sided: bool,
) -> Question:
    if target is None and change_to is None and (power is not None or one_sided):
        raise ValueError("give a power and one-sided confidence with a target or a change only")
    if change_to is None and correlation is not None:
        raise ValueError("give a correlation with a change only")
    return Question(
        level,
        half_width,
        target,
        change_to,
        0.8 if power is None else power,
        0.0 if correlation is None else correlation,
    )


def _size(simple: float, given: Conditions) -> Size:
    """The size from that of a simple random sample of an endless population."""
    exact = simple * given.deff
    if given.population is not None:
        exact /= 1 + (exact - 1) / given.population
    exact = max(exact, 1.0)
    return Size(exact, _up(exact), _up(exact / given.response))


def _simple(interviews: int, given: Conditions) -> float:
    if interviews < 1:
        raise ValueError("give at least 1 interview")
    return given.simple(interviews)


def _needed_for_target(level: Floats, target: float, beyond: float, given: Conditions) -> Floats:
    """The simple random samples for each true level, `beyond` being the normal quantile of the power."""
    spread = given.quantile * sqrt(target * (1 - target)) + beyond * np.sqrt(level * (1 - level))
    needed: Floats = (spread / (level - target)) ** 2
    return needed


def _needed_for_change(after: Floats, before: float, beyond: float, given: Conditions, correlation: float) -> Floats:
    needed: Floats = (given.quantile + beyond) ** 2 * _variance_of_change(after, before, correlation)
    return needed / (after - before) ** 2


def _variance_of_change(after: Floats, before: float, correlation: float) -> Floats:
    """Of one person in each wave, without the design effect."""
    first, second = before * (1 - before), after * (1 - after)
    variance: Floats = first + second - 2 * correlation * np.sqrt(first * second)
    return variance


def _lowest(needed: Callable[[Floats], Floats], start: float, interviews: int, given: Conditions) -> float | None:
    """The lowest level above `start` for which no more is needed than there is."""
    from scipy.optimize import brentq

    have = _simple(interviews, given)
    levels = start + (1 - start) * np.arange(1, STEPS) / STEPS
    enough = np.flatnonzero(needed(levels) <= have)
    if not len(enough):
        return None
    last = levels[enough[0]]
    first = start + (last - start) * 1e-9 if enough[0] == 0 else levels[enough[0] - 1]
    if needed(first) <= have:
        return float(first)
    return float(brentq(lambda level: float(needed(np.array(level))) - have, first, last, xtol=1e-12))


def _up(value: float) -> int:
    return ceil(value * (1 - WHOLE))


def _normal_quantile(probability: float) -> float:
    return t_quantile(probability, inf)


def _normal_cdf(x: float) -> float:
    return t_cdf(x, inf)


def _need_share(value: float, what: str) -> None:
    if not 0 < value < 1:
        raise ValueError(f"give {what} as a share above 0 and below 1, such as 0.2 for 20 %")


def _need_count(value: float, what: str) -> None:
    if not 1 <= value <= MOST:
        raise ValueError(f"give at least 1 {what}, and at most {MOST}")


def _need_above(level: float, target: float) -> None:
    _need_share(level, "the level")
    _need_share(target, "the target")
    if level < target + FINEST:
        raise ValueError(f"give a true level that is {FINEST} or more above the target: no survey shows less")


def _need_power(power: float) -> float:
    """The normal quantile of the power."""
    if not 0.5 <= power < 1:
        raise ValueError("give the power as a share from 0.5 to below 1, such as 0.8")
    return _normal_quantile(power)


def _need_correlation(correlation: float) -> None:
    if not 0 <= correlation < 1:
        raise ValueError("give the correlation of the waves as 0 to below 1, such as 0.3")
