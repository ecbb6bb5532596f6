"""What a design refuses, and how it counts."""

from typing import Any

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, DesignError, LonelyPsu, combined, proportion
from literacy_app.estimation.rules.design import Fault

W = np.ones(4)
STRATA = np.array(list("AABB"))
RESTARTING = np.array([1, 2, 1, 2])


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_design_is_refused_when_a_weight_is_not_one(weight: float) -> None:
    with pytest.raises(DesignError, match="weights"):
        Design(np.array([1, 1, 1, weight]))


def test_design_is_refused_when_a_psu_lies_in_two_strata() -> None:
    with pytest.raises(DesignError, match="nest"):
        Design(W, (STRATA,), (RESTARTING,))


def test_psu_codes_may_start_again_when_the_design_says_nest() -> None:
    nested = Design(W, (STRATA,), (RESTARTING,), nest=True)
    assert nested.degrees_of_freedom(np.arange(4)) == 2


def test_design_is_refused_when_columns_differ_in_length() -> None:
    with pytest.raises(DesignError, match="one value a row"):
        Design(W, (STRATA[:3],))


def test_design_is_refused_when_corrections_have_more_stages_than_clusters() -> None:
    with pytest.raises(DesignError, match="more stages"):
        Design(W, corrections=(W, W))


@pytest.mark.parametrize("corrections", [[4, 4, 0.5, 0.5], [0, 4, 4, 4], [np.nan, 4, 4, 4]])
def test_design_is_refused_when_corrections_are_neither_counts_nor_fractions(corrections: list[float]) -> None:
    with pytest.raises(DesignError, match="corrections"):
        Design(W, (STRATA,), corrections=(np.array(corrections),))


def test_design_is_refused_when_a_correction_varies_within_a_stratum() -> None:
    with pytest.raises(DesignError, match="varies"):
        Design(W, (STRATA,), corrections=(np.array([5.0, 6, 7, 7]),))


def test_design_is_refused_when_more_was_drawn_than_there_is() -> None:
    with pytest.raises(DesignError, match="than in the population"):
        Design(W, corrections=(np.full(4, 3.0),))


def test_an_infinite_population_is_no_correction() -> None:
    y = [1, 0, 0, 1]
    assert proportion(Design(W, corrections=(np.full(4, np.inf),)), y).se == proportion(Design(W), y).se


def test_second_stage_codes_may_start_again_in_every_psu() -> None:
    design = Design(W, (), (np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2])), (np.full(4, 9.0), np.full(4, 9.0)))
    assert [len(stage.stratum) for stage in design.stages] == [2, 4]


def test_degrees_of_freedom_leave_out_psus_without_weight() -> None:
    assert Design(np.array([1.0, 1, 1, 0])).degrees_of_freedom(np.arange(4)) == 2


def test_domain_with_one_psu_counts_as_lonely_only_when_the_design_says_so() -> None:
    psus, domain = np.array([1, 1, 2, 2]), np.array([True, True, False, False])
    ses = []
    for so in (False, True):
        design = Design(W, (), (psus,), lonely_psu=LonelyPsu.AVERAGE, adjust_domain_lonely=so)
        ses.append(proportion(design, [1, 0, 1, 0], domain).se)
    assert ses[0] is not None
    assert ses[1] is None


@pytest.mark.parametrize(
    ("columns", "fault", "rows"),
    [
        ({"weights": np.array([1, 1, np.nan, -1])}, Fault.WEIGHT, (2,)),
        ({"strata": (np.array([1, 2, np.nan, 2]),)}, Fault.LABEL, (2,)),
        ({"strata": (STRATA,), "clusters": (np.array([7, 8, 9, 8]),)}, Fault.SPLIT_CLUSTER, (1, 3)),
        ({"corrections": (np.array([9, 0, 9, 9.0]),)}, Fault.CORRECTION, (1,)),
        ({"corrections": (np.array([9, 9, 0.5, 9.0]),)}, Fault.MIXED_CORRECTIONS, (0, 2)),
        ({"strata": (STRATA,), "corrections": (np.array([9, 9, 8, 7.0]),)}, Fault.VARYING_CORRECTION, (2, 3)),
        ({"strata": (STRATA,), "corrections": (np.array([9, 9, 1.0, 1]),)}, Fault.OVERDRAWN, (2,)),
    ],
)
def test_error_points_at_the_rows_that_show_it(columns: dict[str, Any], fault: Fault, rows: tuple[int, ...]) -> None:
    with pytest.raises(DesignError) as caught:
        Design(**{"weights": W, **columns})
    assert (caught.value.fault, caught.value.rows, caught.value.stage) == (fault, rows, 0)


def test_error_names_the_stage_when_it_is_a_later_one() -> None:
    with pytest.raises(DesignError) as caught:
        Design(W, (), (RESTARTING, np.arange(4)), (np.full(4, 9.0), np.array([5, 6, 7, 6.0])))
    assert (caught.value.fault, caught.value.rows, caught.value.stage) == (Fault.VARYING_CORRECTION, (0, 2), 1)


@pytest.mark.parametrize(
    "labels",
    [
        [3, -2, 3, 9],
        [2**63 - 1, -(2**63), 2**63 - 1, 7],
        ["b", "甲", "b", "a"],
        [0.5, -1.5, 0.5, 2],
        [True, False, True, True],
    ],
)
def test_codes_stand_in_the_order_of_the_labels(labels: list[Any]) -> None:
    assert list(combined([np.array(labels)])) == [sorted(set(labels)).index(label) for label in labels]


def test_labels_of_several_kinds_are_refused() -> None:
    with pytest.raises(DesignError, match="one kind"):
        Design(W, (np.array(["a", 1, None, 2], dtype=object),))
