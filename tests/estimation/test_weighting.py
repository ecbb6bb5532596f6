"""The recipe for weights, step by step, and what it does when cells are small, people unknown or weights extreme."""

import numpy as np
import pytest

from literacy_app.estimation.rules import proportion
from literacy_app.estimation.rules.weighting import Made, Margin, Recipe, Weighting, kish, weigh

RECIPE = Recipe(min_cell=20, max_factor=3, trim_at=5)
AGES = ("15-29", "30-49", "50-69")
N = 1200


def drawn(seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "probability": np.repeat(rng.uniform(0.01, 0.03, 40), 30),
        "stratum": np.repeat(np.arange(10), 120),
        "psu": np.repeat(np.arange(40), 30),
        "responded": rng.random(N) < 0.9,
        "sex": rng.integers(0, 2, N),
        "age": rng.integers(0, 3, N),
    }


def weighed(x: dict[str, np.ndarray], counts: np.ndarray | None, recipe: Recipe = RECIPE) -> Weighting:
    margins = (Margin("sex", ("female", "male"), x["sex"]), Margin("age", AGES, x["age"]))
    return weigh(x["probability"], x["stratum"], x["psu"], x["responded"], recipe, margins, counts)


COUNTS = np.array([[9000.0, 12000, 10000], [9500, 12500, 9800]])


def test_every_step_is_told() -> None:
    made = weighed(drawn(), COUNTS)
    assert [step.made for step in made.steps] == [Made.BASE, Made.NON_RESPONSE, Made.POST_STRATA, Made.TRIMMED]
    assert made.steps[0].total == pytest.approx(made.steps[1].total)  # who answered stands for who did not
    assert made.steps[2].total == pytest.approx(COUNTS.sum())


def test_weights_add_up_to_the_residents_of_each_cell() -> None:
    x = drawn()
    held = np.bincount(x["sex"] * 3 + x["age"], weighed(x, COUNTS).design.weights)
    assert held == pytest.approx(COUNTS.ravel())


def test_small_cells_are_joined_with_their_neighbours_and_named() -> None:
    x = drawn()
    x["age"] = np.where((x["sex"] == 0) & (x["age"] == 0) & (np.arange(N) > 60), 1, x["age"])
    made = weighed(x, COUNTS)
    assert made.steps[2].joined == ("female 15-29 + 30-49",)
    weights = made.design.weights
    assert weights[(x["sex"] == 0) & (x["age"] < 2)].sum() == pytest.approx(21000)


def test_margins_are_raked_where_a_block_stays_small() -> None:
    x = drawn()
    x["sex"] = np.where(np.arange(N) % 60 == 0, 1, 0)  # 20 men at most, who answered or not
    made = weighed(x, COUNTS)
    assert made.steps[2].made is Made.RAKED
    assert made.steps[2].joined[-1] == "sex"  # nobody can be weighted by it
    assert np.bincount(x["age"], made.design.weights) == pytest.approx(COUNTS.sum(axis=0))


def test_people_whose_age_is_not_known_keep_their_share() -> None:
    x = drawn()
    x["age"] = np.where(np.arange(N) % 50 == 0, -1, x["age"])
    before, after = weighed(x, None).design.weights, weighed(x, COUNTS).design.weights
    unknown = x["age"] < 0
    assert after[unknown].sum() / after.sum() == pytest.approx(before[unknown].sum() / before.sum())
    assert after.sum() == pytest.approx(COUNTS.sum())


def test_extreme_weights_are_capped_and_the_cells_still_met() -> None:
    x = drawn()
    x["probability"] = np.where(np.arange(N) % 400 == 7, x["probability"] / 30, x["probability"])
    made = weighed(x, COUNTS)
    weights = made.design.weights
    assert made.steps[3].changed > 0
    assert weights.max() <= 5.01 * weights[weights > 0].mean()
    assert np.bincount(x["sex"] * 3 + x["age"], weights) == pytest.approx(COUNTS.ravel())
    assert made.steps[3].kish < made.steps[2].kish


def test_people_whom_the_cells_keep_above_the_cap_are_counted_as_such() -> None:
    x = drawn()
    # Thirty people of one cell stand for three in four residents: their mean is far above the cap.
    few = np.flatnonzero(x["responded"])[:30]
    x["sex"], x["age"] = np.zeros(N, np.int64), np.ones(N, np.int64)
    x["age"][few] = 2
    counts = np.array([[0.0, 15000, 45000], [0, 0, 0]])
    made = weighed(x, counts, Recipe(min_cell=20, max_factor=200, trim_at=5))
    assert made.steps[-1].made is Made.TRIMMED
    assert (made.steps[-1].above, made.steps[-1].changed) == (30, 0)


def test_margins_that_contradict_each_other_are_left_out_one_by_one_and_named() -> None:
    x = drawn()
    where = Margin("residence", ("urban", "rural"), x["sex"])  # every woman lives in town, every man in the country
    margins = (where, Margin("sex", ("female", "male"), x["sex"]), Margin("age", AGES, x["age"]))
    counts = np.stack([COUNTS, COUNTS * [[0.4], [0.6]]])
    made = weigh(x["probability"], x["stratum"], x["psu"], x["responded"], RECIPE, margins, counts)
    assert (made.steps[2].made, made.steps[2].joined) == (Made.RAKED, ("sex",))
    assert np.bincount(x["sex"], made.design.weights) == pytest.approx(counts.sum(axis=(1, 2)))
    assert np.bincount(x["age"], made.design.weights) == pytest.approx(counts.sum(axis=(0, 1)))


def test_known_counts_lower_the_standard_error_of_what_goes_with_them() -> None:
    x = drawn()
    young = (x["age"] == 0).astype(float)
    before, after = (proportion(weighed(x, counts).design, young).se for counts in (None, COUNTS))
    assert before is not None and after == pytest.approx(0, abs=1e-9) and before > 0.01


def test_without_counts_the_recipe_ends_with_who_answered() -> None:
    assert [step.made for step in weighed(drawn(), None).steps] == [Made.BASE, Made.NON_RESPONSE]


def test_nobody_answered_gives_weights_of_nought_and_no_crash() -> None:
    made = weighed(drawn() | {"responded": np.zeros(N, np.bool_)}, COUNTS)
    assert made.steps[-1].n == 0
    assert not made.design.weights.any()


def test_too_few_people_for_any_cell_are_left_as_they_are_and_this_is_told() -> None:
    x = {name: column[:60] for name, column in drawn().items()}
    x["responded"] = np.arange(60) % 3 == 0
    made = weighed(x, COUNTS)
    assert [step.made for step in made.steps] == [Made.BASE, Made.NON_RESPONSE, Made.TOO_FEW]


def test_a_characteristic_that_nobody_was_asked_for_is_left_out() -> None:
    x = drawn()
    x["sex"] = np.full(N, -1)
    assert np.bincount(x["age"], weighed(x, COUNTS).design.weights) == pytest.approx(COUNTS.sum(axis=0))


def test_kish_is_one_for_equal_weights_and_grows_with_their_spread() -> None:
    assert kish(np.array([2.0, 2, 2, 0])) == 1
    assert kish(np.array([1.0, 3])) == pytest.approx(2 * 10 / 16)
