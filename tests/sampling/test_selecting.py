"""Draws by size and over lists: the chances that they promise are the chances that they have."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from literacy_app.sampling.rules import (
    pps_probabilities,
    pps_systematic,
    pps_with_replacement,
    shuffled,
    systematic,
)
from tests.sampling.frames import Numbers

many = settings(max_examples=80, deadline=None, derandomize=True)
sizes_and_n = st.lists(st.integers(1, 5000), min_size=1, max_size=40).flatmap(
    lambda sizes: st.tuples(st.just(sizes), st.integers(1, len(sizes)))
)
almost_one = 1 - 2**-53


# The step is 100 / 2 = 50; starting at 0.5 * 50 = 25 the points are 25 and 75, in 20 < 25 <= 50 and in 60 < 75 <= 100.
def test_even_steps_through_the_sizes_take_what_lies_under_the_points() -> None:
    assert pps_systematic([20, 30, 10, 40], 2, Numbers(0.5)).drawn == (1, 3)
    assert pps_systematic([20, 30, 10, 40], 2, Numbers(0.0)).drawn == (0, 2)
    assert pps_systematic([20, 30, 10, 40], 2, Numbers(almost_one)).drawn == (1, 3)


# Of three, 600 reaches the step of 1000 / 3; of the two left over 400, 250 reaches the step of 200; 60 + 50 + 40 share one.
def test_what_is_larger_than_the_step_is_certain_and_the_rest_is_shared_again() -> None:
    found = pps_systematic([60, 600, 50, 250, 40], 3, Numbers(0.5))
    assert found.probabilities == pytest.approx((60 / 150, 1, 50 / 150, 1, 40 / 150))
    assert found.drawn == (1, 2, 3)


def test_all_are_certain_when_all_are_drawn() -> None:
    found = pps_systematic([5, 1, 90], 3, Numbers())
    assert found.drawn == (0, 1, 2)
    assert found.probabilities == (1, 1, 1)


@many
@given(sizes_and_n)
def test_chances_add_up_to_the_number_drawn_and_none_is_above_one(drawn: tuple[list[int], int]) -> None:
    sizes, n = drawn
    chances = pps_probabilities(sizes, n)
    assert sum(chances) == pytest.approx(n)
    assert all(0 < chance <= 1 for chance in chances)


@many
@given(sizes_and_n)
def test_what_is_larger_never_has_the_smaller_chance(drawn: tuple[list[int], int]) -> None:
    sizes, n = drawn
    chances = [chance for _, chance in sorted(zip(sizes, pps_probabilities(sizes, n), strict=True))]
    assert chances == sorted(chances)


@many
@given(sizes_and_n, st.floats(0, almost_one))
def test_as_many_as_asked_are_drawn_and_each_once(drawn: tuple[list[int], int], start: float) -> None:
    sizes, n = drawn
    assert len(set(pps_systematic(sizes, n, Numbers(start)).drawn)) == n


# Over every start of a fine grid a place is drawn as often as its chance says: no luck is in this.
def test_over_all_starts_each_place_is_drawn_as_often_as_its_chance() -> None:
    sizes, steps = [60, 600, 50, 250, 40, 7], 2000
    starts = [(step + 0.5) / steps for step in range(steps)]
    draws = [pps_systematic(sizes, 3, Numbers(start)) for start in starts]
    for place, chance in enumerate(draws[0].probabilities):
        assert sum(place in draw.drawn for draw in draws) / steps == pytest.approx(chance, abs=2 / steps)


def test_with_replacement_a_place_can_be_hit_again() -> None:
    found = pps_with_replacement([20, 30, 50], 4, Numbers(0.0, 0.2, 0.49, almost_one))
    assert found.hits == (1, 2, 1)
    assert found.expected == pytest.approx((0.8, 1.2, 2.0))


def test_hits_over_many_draws_are_those_expected() -> None:
    found = pps_with_replacement([20, 30, 50, 900], 20_000, Random(7))
    spread = sum((hit - mean) ** 2 / mean for hit, mean in zip(found.hits, found.expected, strict=True))
    assert spread < 16.3  # chi-squared with 3 degrees of freedom, one in a thousand


# A step of 10 / 4 = 2.5 from 0.5 * 2.5: 1.25, 3.75, 6.25, 8.75.
def test_a_list_is_gone_through_in_steps_that_keep_their_fractions() -> None:
    assert systematic(10, 4, Numbers(0.5)) == (2, 4, 7, 9)
    assert systematic(10, 4, Numbers(0.0)) == (1, 3, 6, 8)
    assert systematic(3, 3, Numbers(almost_one)) == (1, 2, 3)


@many
@given(st.integers(1, 400), st.data())
def test_numbers_of_a_list_lie_in_it_and_none_comes_twice(total: int, data: st.DataObject) -> None:
    n, start = data.draw(st.integers(0, total)), data.draw(st.floats(0, almost_one))
    found = systematic(total, n, Numbers(start) if n else Numbers())
    assert len(set(found)) == n
    assert set(found) <= set(range(1, total + 1))


def test_each_number_of_a_list_has_the_same_chance() -> None:
    draws = [systematic(7, 3, Numbers((step + 0.5) / 2100)) for step in range(2100)]
    assert [sum(number in draw for draw in draws) for number in range(1, 8)] == [900] * 7


def test_every_order_is_equally_likely() -> None:
    rng, orders = Random(11), dict[tuple[int, ...], int]()
    for _ in range(6000):
        order = tuple(shuffled((1, 2, 3), rng))
        orders[order] = orders.get(order, 0) + 1
    assert len(orders) == 6
    assert (
        sum((times - 1000) ** 2 / 1000 for times in orders.values()) < 20.5
    )  # 5 degrees of freedom, one in a thousand


@pytest.mark.parametrize(("sizes", "n"), [([1, 2], 3), ([1, 2], 0), ([1, 0], 1), ([], 1)])
def test_what_cannot_be_drawn_is_refused(sizes: list[int], n: int) -> None:
    with pytest.raises(ValueError, match=r"draw|size"):
        pps_systematic(sizes, n, Random(1))


def test_more_numbers_than_a_list_has_are_refused() -> None:
    with pytest.raises(ValueError, match="5 cannot be drawn from 4"):
        systematic(4, 5, Random(1))
