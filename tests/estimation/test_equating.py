"""Two forms on one scale: links that are known, anchors that drift, and the pass mark on the other form."""

import numpy as np
import pytest

from literacy_app.estimation.rules.equating import Form, Link, NoLink, carry, link, linking_se
from literacy_app.estimation.rules.irt import rasch_conditional

ANCHORS = np.array([-1.4, -0.8, -0.3, 0.0, 0.4, 0.7, 1.1, 1.6])


def form(difficulty: np.ndarray, first: int = 1, discrimination: float = 1.0, points: float = 1.0) -> Form:
    """Items q1, q2, ... from `first` on."""
    k = len(difficulty)
    names = tuple(f"q{first + j}" for j in range(k))
    return Form(names, difficulty, np.full(k, discrimination), np.full(k, points))


def shifted(noise: float = 0.0, drift: float = 0.0, slope: float = 1.25) -> Form:
    """The anchors as the new form sees them: old = slope * new + 0.5, q3 drifted by `drift` logits."""
    old = ANCHORS + noise * np.array([1, -1, 0.5, -0.5, -1, 1, -0.5, 0.5]) + drift * (np.arange(len(ANCHORS)) == 2)
    return form((old - 0.5) / slope)


def test_link_is_found_exactly_when_there_is_no_error() -> None:
    made = link(form(ANCHORS), shifted())
    assert (made.slope, made.intercept) == (pytest.approx(1.25), pytest.approx(0.5))
    assert (made.drifting, linking_se(made, 0.7)) == ((), pytest.approx(0, abs=1e-12))


@pytest.mark.parametrize("drift", [-0.8, 0.8])
def test_anchor_that_drifts_is_dropped_and_named(drift: float) -> None:
    made = link(form(ANCHORS), shifted(0.02, drift))
    assert "q3" in made.drifting
    assert (made.slope, made.intercept) == (pytest.approx(1.25, abs=0.03), pytest.approx(0.5, abs=0.03))


def test_anchor_stays_when_the_limit_is_wider() -> None:
    assert link(form(ANCHORS), shifted(0.02, 0.8), worst_z=100).drifting == ()


# differences -0.1 0 0.1 0.2 1: median 0.1, quartiles 0 and 0.2; z = (x - 0.1) / (0.74 * 0.2)
def test_robust_z_is_from_the_median_in_units_of_the_middle_half() -> None:
    new = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    made = link(form(new + [-0.1, 0.0, 0.1, 0.2, 1.0]), form(new), same_unit=True)
    assert [anchor.z for anchor in made.anchors] == pytest.approx([(d - 0.1) / 0.148 for d in (-0.1, 0, 0.1, 0.2, 1)])
    assert made.drifting == ("q5",)


# kept differences -0.1 0 0.1 0.2: mean 0.05, sum of squares 0.05; sqrt(0.05 / (4 * 3))
def test_linking_error_of_one_unit_is_that_of_the_mean_shift() -> None:
    new = np.array([-1.0, -0.5, 0.0, 0.5])
    made = link(form(new + [-0.1, 0.0, 0.1, 0.2]), form(new), same_unit=True)
    assert (made.slope, made.intercept) == (1.0, pytest.approx(0.05))
    assert linking_se(made, 0.0) == linking_se(made, 2.0) == pytest.approx(np.sqrt(0.05 / 12))


# standard errors by drawing anchors again and again, far beyond what a page could wait for
def test_linking_error_of_mean_sigma_is_what_drawing_anchors_again_gives() -> None:
    random = np.random.default_rng(5)
    new = np.linspace(-2, 2, 60)
    old = 1.2 * new + 0.3 + 0.2 * random.normal(size=60)
    made = link(form(old), form(new), worst_z=100)
    draws = random.integers(0, 60, (4000, 60))
    slopes = old[draws].std(axis=1) / new[draws].std(axis=1)
    linked = slopes * (1.5 - new[draws].mean(axis=1)) + old[draws].mean(axis=1)
    assert linking_se(made, 1.5) == pytest.approx(linked.std(), rel=0.05)


def test_anchors_are_what_both_forms_have() -> None:
    made = link(form(ANCHORS), form(shifted().difficulty[4:], first=5))
    assert [anchor.name for anchor in made.anchors] == ["q5", "q6", "q7", "q8"]
    assert made.slope == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (form(ANCHORS), form(ANCHORS, first=100), NoLink.TOO_FEW_ANCHORS),
        (form(ANCHORS), form(ANCHORS, first=7), NoLink.TOO_FEW_ANCHORS),
        (form(np.zeros(4)), form(np.zeros(4)), NoLink.NO_SPREAD),
    ],
)
def test_forms_are_not_linked_when_the_anchors_do_not_carry_it(old: Form, new: Form, reason: NoLink) -> None:
    made = carry(2.0, old, new)
    assert (made.link.slope, made.link.reason, made.new, made.reason) == (None, reason, None, reason)


def test_too_few_anchors_may_be_left_by_drift() -> None:
    made = link(form(ANCHORS[:4]), form(ANCHORS[:4] - [0, 0, 0, 2.0]), least=4, same_unit=True)
    assert (made.reason, made.drifting) == (NoLink.TOO_FEW_ANCHORS, ("q4",))


def test_mark_stays_when_the_same_form_comes_again() -> None:
    made = carry(5.6, form(ANCHORS), form(ANCHORS))
    assert (made.new, made.whole, made.se) == (pytest.approx(5.6), 6, pytest.approx(0, abs=1e-9))


# every item half a logit harder, in one unit: T(theta) = 8 expit(theta - b), all b equal to 0 and 0.5
def test_mark_is_lower_on_a_harder_form() -> None:
    old = Form(tuple("abcd"), np.zeros(4), np.ones(4), np.full(4, 2.0))
    new = Form(tuple("abcdxyz"), np.array([0, 0, 0, 0, 2.0, 2.0, 2.0]), np.ones(7), np.ones(7))
    made = carry(6.0, old, new, same_unit=True)
    ability = np.log(3)
    assert made.ability == pytest.approx(ability)
    assert made.new == pytest.approx(4 * 0.75 + 3 / (1 + np.exp(2 - ability)))
    assert made.whole == 4


def test_mark_is_carried_through_the_link_of_two_scales() -> None:
    old, new = form(ANCHORS), shifted()
    as_sharp = Form(new.names, new.difficulty, np.full(8, 1.25), new.points)
    assert carry(5.6, old, as_sharp).new == pytest.approx(5.6)


def test_standard_error_of_the_mark_is_the_link_s_times_the_slope_of_the_form() -> None:
    made = carry(5.0, form(ANCHORS), shifted(0.1))
    there = (made.ability - made.link.intercept) / made.link.slope
    step = 1e-5 * linking_se(made.link, there) / made.link.slope
    points = shifted(0.1).true_score(there + step) - shifted(0.1).true_score(there)
    assert made.se == pytest.approx(points * 1e5, rel=1e-3)


@pytest.mark.parametrize("mark", [0.0, 8.0, 9.0, float("nan")])
def test_mark_at_an_end_has_no_ability(mark: float) -> None:
    made = carry(mark, form(ANCHORS), form(ANCHORS))
    assert (made.new, made.reason) == (None, NoLink.MARK_AT_AN_END)


@pytest.mark.parametrize(
    "bad",
    [
        {"names": ("a", "a")},
        {"difficulty": np.array([0.0, np.nan])},
        {"discrimination": np.array([1.0, -1.0])},
        {"points": np.array([1.0])},
    ],
)
def test_form_is_refused_when_it_is_none(bad: dict) -> None:
    good = {"names": ("a", "b"), "difficulty": np.zeros(2), "discrimination": np.ones(2), "points": np.ones(2)}
    with pytest.raises(ValueError, match="a form|true score"):
        Form(**(good | bad))


def test_link_of_nothing_has_no_standard_error() -> None:
    assert linking_se(Link((), reason=NoLink.TOO_FEW_ANCHORS), 0.0) is None


def test_two_waves_are_linked_from_their_answers() -> None:
    random = np.random.default_rng(11)
    difficulty = np.linspace(-1.5, 1.5, 12)

    def calibrated(ability: float, items: slice) -> Form:
        right = random.random((6000, 12)) < 1 / (1 + np.exp(difficulty - random.normal(ability, 1, (6000, 1))))
        return form(rasch_conditional(right[:, items].astype(float)).difficulty, first=1 + (items.start or 0))

    made = carry(6.3, calibrated(0.0, slice(0, 9)), calibrated(0.8, slice(3, 12)), same_unit=True)
    truth = form(difficulty[3:]).true_score(form(difficulty[:9]).ability(6.3))
    assert made.new == pytest.approx(truth, abs=0.1)
