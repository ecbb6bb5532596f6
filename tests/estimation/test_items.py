"""Item analysis: R's numbers, small cases worked by hand, and what is said where there is no number."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from literacy_app.estimation.rules import Design
from literacy_app.estimation.rules.design import Floats
from literacy_app.estimation.rules.dif import EtsClass, Grouping, NoDif, differential, ets_class
from literacy_app.estimation.rules.items import Choices, ItemAnalysis, ItemFlag, ItemLimits, NoItemNumber, analyse
from literacy_app.estimation.service import estimate_request
from literacy_app.foundation.errors import InputError

CASE = Path(__file__).parent / "reference" / "expected" / "d05_items.json"
EXPECTED = json.loads(CASE.read_text())
MODELS = ("_ltm", "_erm", "lr_test")  # in test_irt.py
ITEMS = [pytest.param(number, id=one["item"]) for number, one in enumerate(EXPECTED["estimates"])]
LIMITS = ItemLimits(nearly_all=0.9, min_item_total=0.2)
# Guttman's ladder with a reversal: totals 3 2 2 1 1 0
LADDER = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]], float)


@cache
def ours() -> dict[str, Any]:
    return estimate_request(CASE)


def classical(entry: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if isinstance(v, int | float) and not any(part in k for part in MODELS)}


def analysed(points: Floats, full: list[float] | None = None, **more: Any) -> ItemAnalysis:
    n, k = points.shape
    given = {"limits": LIMITS, **more}
    weights = given.pop("weights", np.ones(n))
    return analyse(points, np.array(full or [1.0] * k), Design(weights), [f"i{j + 1}" for j in range(k)], **given)


def asked(folder: Path, text: str, entries: list[dict[str, Any]] | None = None, **more: Any) -> Path:
    (folder / "people.csv").write_text(text, "utf-8")
    whole = {"data": "people.csv", "design": {}, "estimates": entries or [{"item": "i1"}, {"item": "i2"}], **more}
    (folder / "request.json").write_text(json.dumps(whole), "utf-8")
    return folder / "request.json"


@pytest.mark.parametrize("number", ITEMS)
def test_item_is_r_s(number: int) -> None:
    wanted = classical(EXPECTED["estimates"][number])
    got = {key: ours()["estimates"][number][key] for key in wanted}
    assert len(wanted) == 8
    assert got == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("number", ITEMS)
def test_dif_is_r_s(number: int) -> None:
    wanted = EXPECTED["estimates"][number]["dif_sex"]
    got = {key: ours()["estimates"][number]["dif_sex"][key] for key in wanted}
    assert got == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("number", ITEMS)
def test_distractor_table_is_r_s(number: int) -> None:
    for got, wanted in zip(
        ours()["estimates"][number]["options"], EXPECTED["estimates"][number]["options"], strict=True
    ):
        numbers = {key: value for key, value in wanted.items() if key not in {"option", "is_key"}}
        assert {key: got[key] for key in numbers} == pytest.approx(numbers, rel=1e-6)
        if not isinstance(wanted["option"], bool):  # R read T and F as logical: no option of theirs is the key there
            assert (got["option"], got["is_key"]) == (wanted["option"], wanted["is_key"])


def test_scale_is_r_s() -> None:
    wanted = classical(EXPECTED["scale"])
    assert len(wanted) == 10
    assert {key: ours()["scale"][key] for key in wanted} == pytest.approx(wanted, rel=1e-6)


def test_key_is_what_earned_the_points_when_the_request_names_none() -> None:
    keys = [[one["option"] for one in item["options"] if one["is_key"]] for item in ours()["estimates"][:3]]
    assert keys == [["T"], ["F"], ["T"]]


# i1: p = 4/6; total 9/6; rest of i1: 2 1 1 0 1 0, right 2 1 1 0 (mean 1), wrong 1 0 (mean 1/2)
# corrected r = (1 - 1/2) sqrt(4/6 2/6) / sd(rest), variance of the rest (divisor n) = 7/6 - 25/36 = 17/36
def test_corrected_correlation_leaves_the_item_out_of_the_total() -> None:
    item = analysed(LADDER).items[0]
    assert item.difficulty_p == pytest.approx(4 / 6)
    assert item.point_biserial_corrected == pytest.approx(0.5 * np.sqrt(8 / 17))


# variances (divisor n): 2/9, 1/4, 2/9; of the total 19/6 - 9/4 = 11/12; 3/2 (1 - (25/36) / (11/12))
def test_kr_20_and_alpha_agree_when_all_items_are_0_or_1() -> None:
    scale = analysed(LADDER).scale
    assert scale.kr_20 == pytest.approx(1.5 * (1 - 25 / 33))
    assert scale.alpha_raw == pytest.approx(scale.kr_20)


def test_item_of_several_points_is_as_hard_as_its_share_of_the_full_points() -> None:
    made = analysed(LADDER * [1, 1, 2], full=[1, 1, 4])
    assert made.items[2].difficulty_p == pytest.approx(2 * 2 / 6 / 4)
    assert (made.scale.kr_20, made.items[2].biserial_corrected) == (None, None)
    assert made.scale.score_mean == pytest.approx(11 / 6)


def test_missing_answer_leaves_the_difficulty_of_other_items_alone() -> None:
    points = LADDER.copy()
    points[0, 2] = np.nan
    made = analysed(points)
    assert [item.n for item in made.items] == [6, 6, 5]
    assert (made.scale.n, made.items[0].difficulty_p) == (5, pytest.approx(4 / 6))
    assert made.items[0].point_biserial_corrected == analysed(LADDER[1:]).items[0].point_biserial_corrected


def test_difficulty_and_alpha_follow_the_weights() -> None:
    weights = np.array([1, 2, 1, 3, 1, 2.0])
    made, repeated = analysed(LADDER, weights=weights), analysed(np.repeat(LADDER, weights.astype(int), axis=0))
    assert made.items[1].weighted.estimate == pytest.approx(4 / 10)
    assert made.scale.alpha_weighted == pytest.approx(repeated.scale.alpha_raw)


def test_item_that_everybody_got_right_has_a_reason_instead_of_correlations() -> None:
    made = analysed(np.column_stack([LADDER, np.ones(6)]))
    item = made.items[3]
    assert (item.difficulty_p, item.weighted.se, item.reason) == (1.0, 0.0, NoItemNumber.ALL_ALIKE)
    assert (item.point_biserial_corrected, item.biserial_corrected) == (None, None)
    assert made.items[0].reason is None
    assert (made.scale.alpha_std, made.scale.reason) == (None, NoItemNumber.ALL_ALIKE)


@pytest.mark.parametrize(
    ("rows", "reason"), [([[1, np.nan], [np.nan, 0]], "too_few_rows"), ([[1, np.nan], [0, np.nan]], "no_answers")]
)
def test_numbers_are_missing_with_a_reason_when_nobody_answered_everything(rows: Any, reason: str) -> None:
    made = analysed(np.array(rows))
    assert (made.scale.alpha_raw, made.scale.reason) == (None, NoItemNumber.TOO_FEW_ROWS)
    assert made.items[1].reason == reason


@pytest.mark.parametrize(
    ("share", "flag"), [(0.91, "nearly_all_right"), (0.09, "nearly_all_wrong"), (0.9, None), (0.1, None)]
)
def test_item_is_flagged_when_more_than_the_limit_are_right_or_wrong(share: float, flag: str | None) -> None:
    hard = (np.arange(100) < 100 * share).astype(float)
    found = set(analysed(np.column_stack([hard, hard])).items[0].flags)
    assert found == ({flag} if flag else set())


def test_item_is_flagged_when_the_rest_of_the_test_does_not_go_with_it() -> None:
    points = np.column_stack([LADDER[:, 0], LADDER[:, 0], 1 - LADDER[:, 0]])
    assert ItemFlag.LOW_ITEM_TOTAL in analysed(points).items[2].flags


# rest of i1 is 2 1 1 0 1 0: A was taken by 2 1 1 1, B and C by 0; with the key at B, A is a wrong option that draws the good
@pytest.mark.parametrize(("key", "flagged"), [("A", False), ("B", True)])
def test_wrong_option_that_good_people_take_is_flagged(key: str, flagged: bool) -> None:
    picked = np.array(list("AAABAC"))[:, None] == np.array(list("ABC"))
    item = analysed(LADDER, choices={"i1": Choices(tuple("ABC"), picked, frozenset(key))}).items[0]
    assert (ItemFlag.ATTRACTIVE_WRONG_OPTION in item.flags) is flagged
    assert [one.mean_rest_score for one in item.options] == [1.25, 0, 0]


def test_distractor_shares_are_of_those_who_answered() -> None:
    picked = np.array(list("AAAAB-"))[:, None] == np.array(list("AB"))
    options = analysed(LADDER, choices={"i1": Choices(tuple("AB"), picked, frozenset("A"))}).items[0].options
    assert [(one.n, one.share, one.is_key) for one in options] == [(4, 0.8, True), (1, 0.2, False)]


def two_groups(reference: list[int], focal: list[int]) -> tuple[Floats, Floats, Grouping]:
    """People of totals 1 and 2 by (wrong, right) at each: their answers, totals and groups."""
    counts = np.array([*reference, *focal])
    people = [np.repeat(values, counts) for values in ([0, 1] * 4, [1, 1, 2, 2] * 2, [0] * 4 + [1] * 4)]
    return people[0] == 1, people[1].astype(float), Grouping(people[2] == 1, people[2] == 0)


# at each total reference 10 wrong, 30 right, focal 20 and 20: odds ratio (30 20) / (10 20) = 3; away = 2 (30 - 25) = 10,
# variance 2 * 40 40 50 30 / (80^2 79) = 9.494; (10 - 1/2)^2 / 9.494 = 9.506
def test_mantel_haenszel_compares_equals_of_both_groups() -> None:
    dif = differential(*two_groups([10, 30, 10, 30], [20, 20, 20, 20]))
    assert (dif.mh_common_odds_ratio, dif.mh_chi2) == (pytest.approx(3), pytest.approx(9.5**2 / (4.8e6 / 505600)))
    assert dif.ets_delta == pytest.approx(-2.35 * np.log(3))
    assert dif.ets_class is EtsClass.C


def test_a_group_that_is_weaker_at_everything_is_no_dif() -> None:
    dif = differential(*two_groups([30, 30, 20, 60], [60, 60, 5, 15]))
    assert (dif.mh_common_odds_ratio, dif.ets_class) == (pytest.approx(1), EtsClass.A)
    assert dif.logistic_uniform_chi2 == pytest.approx(0, abs=1e-9)


def test_item_that_favours_one_group_below_and_the_other_above_is_found_by_the_product() -> None:
    dif = differential(*two_groups([40, 10, 10, 40], [10, 40, 40, 10]))
    assert dif.logistic_uniform_chi2 == pytest.approx(0, abs=1e-9)
    assert dif.logistic_nonuniform_p is not None and dif.logistic_nonuniform_p < 1e-9


@pytest.mark.parametrize(
    ("delta", "se", "p", "expected"),
    [
        (1.6, 0.3, 0.001, "C"),
        (-1.6, 0.3, 0.001, "C"),
        (1.6, 0.4, 0.001, "B"),
        (1.2, 0.1, 0.06, "A"),
        (0.9, 0.1, 0, "A"),
    ],
)
def test_ets_class_needs_size_and_significance(delta: float, se: float, p: float, expected: str) -> None:
    assert ets_class(delta, se, p) == expected


@pytest.mark.parametrize(
    ("reference", "focal", "reason"),
    [
        ([10, 30, 10, 30], [0, 0, 0, 0], NoDif.NOT_TWO_GROUPS),
        ([10, 30, 0, 0], [0, 0, 20, 20], NoDif.NO_OVERLAP),
        ([0, 30, 0, 30], [20, 0, 20, 0], NoDif.BOUNDLESS),
        ([0, 30, 10, 30], [20, 0, 20, 20], NoDif.SEPARATED),
    ],
)
def test_dif_has_a_reason_when_it_cannot_be_told(reference: list[int], focal: list[int], reason: NoDif) -> None:
    assert differential(*two_groups(reference, focal)).reason is reason


def test_item_with_dif_of_class_c_is_flagged() -> None:
    right, total, group = two_groups([10, 30, 10, 30], [20, 20, 20, 20])
    points = np.column_stack([right, total - right >= 1, total - right >= 2]).astype(float)
    made = analysed(points, groups={"sex": group})
    assert made.items[0].dif["sex"].ets_class is EtsClass.C
    assert ItemFlag.DIF in made.items[0].flags


@pytest.mark.parametrize("points", [np.ones((3, 1)), np.full((3, 2), 2.0), np.full((3, 2), -1.0)])
def test_points_are_refused_when_they_cannot_be_analysed(points: Floats) -> None:
    with pytest.raises(ValueError, match="two items|full points"):
        analysed(points)


FOUR = "i1,i2,a1,sex,urban_rural\n1,1,A,F,rural\n1,0,A,M,urban\n0,1,B,F,urban\n0,0,,M,rural\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FOUR.replace("i2", "i3"), "request.json: estimates.1.item: people.csv has no column 'i2'"),
        (FOUR.replace("0,1,B", "0,2,B"), "people.csv: row 4, column i2: '2' is not 0 or 1, as an item needs"),
        (FOUR.replace("0,1,B", "x,1,B"), "people.csv: row 4, column i1: 'x' is not a number"),
    ],
)
def test_file_is_refused_by_row_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        estimate_request(asked(tmp_path, text))
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{"item": "i1"}], "estimates: item statistics need at least two items"),
        ([{"item": "i1"}, {"item": "i1"}], "estimates.1.item: is asked for twice"),
        ([{"item": "i1"}, {"item": "i2", "answers": "b2"}], "estimates.1.answers: people.csv has no column 'b2'"),
        ([{"item": "i1"}, {"item": "i2", "points": 0}], "estimates.1.points"),
    ],
)
def test_request_is_refused_by_place(tmp_path: Path, entries: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError) as caught:
        estimate_request(asked(tmp_path, FOUR, entries))
    assert said in str(caught.value)


def items_without_nan(path: Path) -> list[dict[str, Any]]:
    result = estimate_request(path)
    json.dumps(result, allow_nan=False)
    return result["estimates"]


def test_request_is_answered_with_reasons_when_an_item_tells_nothing(tmp_path: Path) -> None:
    first, second = items_without_nan(asked(tmp_path, FOUR.replace("0,1,B", "1,1,B").replace("0,0,,", "1,0,,")))
    assert (first["difficulty_p"], first["reason"], first["twopl_reason"]) == (1.0, "all_alike", "all_alike")
    assert (second["difficulty_p"], second["twopl_reason"]) == (0.5, "too_few_items")


def test_request_says_why_a_weighted_difficulty_is_missing(tmp_path: Path) -> None:
    design = {"strata": ["sex"], "ids": ["urban_rural"], "nest": True}
    one_psu = FOUR.replace("F,rural", "F,urban")
    first = items_without_nan(asked(tmp_path, one_psu, design=design))[0]
    assert (first["difficulty_p_weighted"], first["difficulty_p_weighted_reason"]) == (None, "lonely_psu")


def test_request_counts_who_answered_when_answers_are_missing(tmp_path: Path) -> None:
    first, second = items_without_nan(asked(tmp_path, FOUR.replace("0,1,B", "0,,B")))
    assert [(one["n"], one["difficulty_p"]) for one in (first, second)] == [(4, 0.5), (3, pytest.approx(1 / 3))]


def test_request_looks_for_dif_by_sex_and_urban_or_rural_unless_told_otherwise(tmp_path: Path) -> None:
    assert {"dif_sex", "dif_urban_rural"} < items_without_nan(asked(tmp_path, FOUR))[0].keys()
    assert "dif_urban_rural" not in items_without_nan(asked(tmp_path, FOUR, groups=["sex"]))[0]


def test_request_may_name_the_key_and_points(tmp_path: Path) -> None:
    entries = [{"item": "i1", "points": 2, "difficulty_q": 7}, {"item": "i2", "note": "kept"}]
    first, second = items_without_nan(asked(tmp_path, FOUR, entries, key={"i1": "B"}))
    assert [one["is_key"] for one in first["options"]] == [False, True]
    assert (first["difficulty_p"], first["twopl_reason"]) == (0.25, "partial_points")
    assert ("difficulty_q" in first, second["note"]) == (False, "kept")


def test_request_may_ask_for_levels_and_items_together(tmp_path: Path) -> None:
    level = {"statistic": "mean", "variable": "i2"}
    answers = items_without_nan(asked(tmp_path, FOUR, [{"item": "i1"}, level, {"item": "i2"}]))
    assert [one.get("estimate", one.get("item")) for one in answers] == ["i1", 0.5, "i2"]


def test_limits_decide_what_is_flagged() -> None:
    item = analysed(LADDER, limits=replace(LIMITS, nearly_all=0.6)).items[0]
    assert item.flags[:1] == (ItemFlag.NEARLY_ALL_RIGHT,)
