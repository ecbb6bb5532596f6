"""Sample sizes against worked figures, and every inverse against its own size."""

from math import nan

import pytest

from literacy_app.estimation.rules.planning import (
    Conditions,
    Costs,
    Question,
    best_people_a_psu,
    design_effect,
    expected_interval,
    half_width_of,
    layouts,
    level_above_target,
    level_after,
    plan,
    power_of_change,
    power_of_target,
    size_for_change,
    size_for_half_width,
    size_for_target,
)

PLAIN, TWICE = Conditions(), Conditions(deff=2)


# 1.959964^2 * 0.16 / 0.04^2 * 2.5 = 960.36; / 0.8 = 1200.46. Rounded up at each step it would be 1,204.
def test_size_is_rounded_up_once_at_the_end() -> None:
    size = size_for_half_width(0.2, 0.04, Conditions(deff=2.5, response=0.8))
    assert (size.interviews, size.drawn, size.exact) == (961, 1201, pytest.approx(960.3647, abs=1e-4))


# Well-known figures of planning a wave, which are rounded to the nearest.
@pytest.mark.parametrize(
    ("level", "half_width", "given", "drawn"),
    [(0.2, 0.05, PLAIN, 246), (0.2, 0.05, TWICE, 492), (0.2, 0.05, Conditions(deff=2, response=0.8), 615)]
    + [(0.25, 0.05, TWICE, 576), (0.2, 0.03, TWICE, 1366)],
)
def test_sizes_for_a_half_width_are_the_known_ones(
    level: float, half_width: float, given: Conditions, drawn: int
) -> None:
    assert round(size_for_half_width(level, half_width, given).exact / given.response) == drawn


@pytest.mark.parametrize(
    ("before", "after", "plain", "twice"),
    [(0.2, 0.25, 1091, 2182), (0.188, 0.25, 695, 1389), (0.15, 0.25, 247, 494), (0.2, 0.3, 290, 581)],
)
def test_sizes_for_a_change_are_the_known_ones(before: float, after: float, plain: int, twice: int) -> None:
    exact = [size_for_change(before, after, 0.8, given).exact for given in (PLAIN, TWICE)]
    assert [round(size) for size in exact] == [plain, twice]


# (1.959964 * 0.4 + 0.841621 * sqrt(0.1824))^2 / 0.04^2 * 2 = 1634.28
def test_size_for_a_target_takes_each_variance_where_it_belongs() -> None:
    assert size_for_target(0.24, 0.2, 0.8, TWICE).interviews == 1635


# (1.644854 * 0.4 + 0.841621 * sqrt(0.1824))^2 / 0.04^2 * 2 = 1293.84
def test_one_sided_confidence_needs_fewer() -> None:
    assert size_for_target(0.24, 0.2, 0.8, Conditions(deff=2, one_sided=True)).interviews == 1294


# 2.801585^2 * (0.1275 + 0.16 - 2 * 0.3 * sqrt(0.1275 * 0.16)) / 0.05^2 * 2 = 1267.14
def test_shared_psus_make_a_change_cheaper_to_see() -> None:
    sizes = [size_for_change(0.15, 0.2, 0.8, TWICE, correlation).interviews for correlation in (0.0, 0.3)]
    assert sizes == [1806, 1268]


# 245.853 / (1 + 244.853 / 1000) = 197.496; without the - 1 it would be 197.337
def test_a_small_population_needs_fewer() -> None:
    size = size_for_half_width(0.2, 0.05, Conditions(population=1000))
    assert (size.interviews, size.exact) == (198, pytest.approx(197.496, abs=1e-3))


@pytest.mark.parametrize("given", [PLAIN, Conditions(3.0, 0.7, 4000, 0.9), Conditions(2.0, one_sided=True)])
def test_inverses_give_back_what_the_size_was_for(given: Conditions) -> None:
    for_target, for_change = (
        size_for_target(0.26, 0.2, 0.9, given),
        size_for_change(0.2, 0.27, 0.85, given, 0.4),
    )
    width = size_for_half_width(0.2, 0.03, given)
    assert half_width_of(0.2, width.interviews, given) == pytest.approx(0.03, rel=2e-3)
    assert power_of_target(0.26, 0.2, for_target.interviews, given) == pytest.approx(0.9, abs=2e-3)
    assert power_of_change(0.2, 0.27, for_change.interviews, given, 0.4) == pytest.approx(0.85, abs=2e-3)
    assert level_above_target(0.2, 0.9, for_target.interviews, given) == pytest.approx(0.26, abs=2e-4)
    assert level_after(0.2, 0.85, for_change.interviews, given, 0.4) == pytest.approx(0.27, abs=2e-4)


def test_falls_need_as_many_as_rises_of_the_rest() -> None:
    assert size_for_change(0.3, 0.2, 0.8, PLAIN).exact == pytest.approx(size_for_change(0.7, 0.8, 0.8, PLAIN).exact)


def test_no_level_is_high_enough_for_a_handful() -> None:
    assert level_above_target(0.9, 0.8, 5, PLAIN) is None
    assert level_after(0.9, 0.8, 3, PLAIN) is None


def test_asking_everybody_leaves_nothing_open() -> None:
    everybody = Conditions(population=500)
    interval = expected_interval(0.2, 500, everybody)
    assert (half_width_of(0.2, 500, everybody), interval.low) == (0, pytest.approx(0.2))
    assert power_of_target(0.201, 0.2, 500, everybody) == 1


# The known ones are Wilson's; the logit interval is within a tenth of a point of them.
@pytest.mark.parametrize(("n", "low", "high"), [(240, 13.8, 28.0), (600, 15.9, 24.9), (1100, 16.9, 23.5)])
def test_expected_intervals_are_the_known_ones(n: int, low: float, high: float) -> None:
    interval = expected_interval(0.2, n, TWICE)
    assert [100 * interval.low, 100 * interval.high] == pytest.approx([low, high], abs=0.15)


# logit 0.2 -/+ 2.228139 * sqrt(0.16 * 2 / 240) / 0.16
def test_few_psus_widen_the_expected_interval() -> None:
    interval = expected_interval(0.2, 240, TWICE, df=10)
    assert (interval.low, interval.high) == (pytest.approx(0.130699, abs=1e-6), pytest.approx(0.293635, abs=1e-6))


def test_design_effect_multiplies_clusters_and_weights() -> None:
    assert design_effect(0.05, 17, 0.3) == pytest.approx(1.8 * 1.3)


# (1 + (m - 1) rho) / m * (c_psu + m c) is least at sqrt(300 / 20 * 0.95 / 0.05) = 16.88
def test_best_people_a_psu_is_the_cheapest_of_all() -> None:
    costs = Costs(300, 20)
    best = best_people_a_psu(0.05, costs)
    rows = layouts(Question(0.2, half_width=0.005), PLAIN, 0.05, range(2, 60), 0.3, costs)
    assert best == pytest.approx(16.881943)
    assert min(rows, key=lambda row: row.cost or 0).people_a_psu == round(best)


# m = 20: deff 1.95 * 1.3 = 2.535, 384.1459 * 2.535 = 973.8, in 48.69 PSUs; 49 * 300 + 974 * 20
def test_layout_says_psus_people_and_cost() -> None:
    (row,) = layouts(Question(0.2, half_width=0.04), Conditions(response=0.8), 0.05, [20], 0.3, Costs(300, 20))
    assert (row.deff, row.psus, row.interviews, row.drawn, row.cost) == (pytest.approx(2.535), 49, 974, 1218, 34_180)


def test_plan_takes_the_cheapest_spread_when_costs_are_known() -> None:
    made = plan(level=0.2, half_width=0.04, rho=0.05, cost_psu=300, cost_person=20, strata=3)
    assert (made.people_a_psu, made.psus, made.conditions.deff) == (17, 41, pytest.approx(1.8))
    assert made.interval == expected_interval(0.2, made.interviews, made.conditions, 38)


def test_plan_of_a_given_size_says_what_it_can_show() -> None:
    made = plan(level=0.24, target=0.2, interviews=1635, deff=2)
    assert (made.drawn, made.power, made.lowest) == (
        1635,
        pytest.approx(0.8, abs=1e-3),
        pytest.approx(0.24, abs=1e-4),
    )


USUAL = {"level": 0.2, "half_width": 0.04, "deff": 2.0}


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"level": 20.0}, "0.2 for 20 %"),
        ({"level": nan}, "the level"),
        ({"half_width": 0.0}, "half-width"),
        ({"half_width": None}, "what the survey is for"),
        ({"target": 0.1}, "one thing at a time"),
        ({"half_width": None, "target": 0.2}, "above the target"),
        ({"half_width": None, "target": 1.5}, "the target"),
        ({"half_width": None, "target": 0.1, "power": 1.0}, "power"),
        ({"half_width": None, "change_to": 0.2}, "differ"),
        ({"half_width": None, "change_to": 0.3, "correlation": 1.0}, "correlation"),
        ({"power": 0.8}, "with a target or a change"),
        ({"one_sided": True}, "with a target or a change"),
        ({"correlation": 0.3}, "with a change"),
        ({"interviews": 100}, "each follows"),
        ({"half_width": None, "interviews": 0}, "at least 1 interview"),
        ({"deff": 0.0}, "design effect"),
        ({"deff": nan}, "design effect"),
        ({"deff": None}, "design effect"),
        ({"rho": 0.05}, "design effect"),
        ({"weights_cv2": 0.3}, "cv2"),
        ({"deff": None, "rho": 1.5}, "rho"),
        ({"deff": None, "rho": 0.05}, "people a PSU"),
        ({"deff": None, "rho": 0.05, "people_a_psu": 10, "weights_cv2": -1.0}, "cv2"),
        ({"people_a_psu": 0}, "1 person a PSU"),
        ({"people_a_psu": 400, "strata": 2}, "more than there are strata"),
        ({"response": 0.0}, "response"),
        ({"population": 1}, "population"),
        ({"population": 700, "response": 0.5}, "more than there are"),
        ({"confidence": 95.0}, "confidence"),
        ({"cost_psu": 1.0}, "both"),
        ({"cost_psu": -1.0, "cost_person": 1.0}, "cost"),
        ({"deff": None, "rho": 1e-308, "cost_psu": 1e300, "cost_person": 1e-300}, "larger rho"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(more: dict[str, float], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        plan(**(USUAL | more))
