"""Rao and Scott's test against R's numbers, and its reasons at the edges."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, Reason, Replicates, Resampling, Sample, poststratify, resampled
from literacy_app.estimation.rules.association import Association, association

FILE = Path(__file__).parent / "reference" / "data" / "d03_strat_cluster.csv"


@cache
def people() -> dict[str, np.ndarray]:
    with FILE.open() as file:
        rows = list(csv.DictReader(file))
    x = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    top = (x["education"] == "college") & (x["literate"] == "1")
    return x | {"odd": np.where(top, "a", np.where(x["sex"] == "F", "b", "c"))}


def design(kind: str = "") -> Sample:
    x = people()
    made = Design(x["weight"].astype(float), (x["stratum"],), (x["psu"],), nest=True)
    if kind == "poststratified":
        return poststratify(made, (x["sex"] == "M").astype(int), np.array([250_000.0, 240_000.0]))
    return resampled(made, Resampling.JKN) if kind == "jackknife" else made


# des <- svydesign(~psu, strata=~stratum, weights=~weight, data=d03, nest=TRUE)                       R survey 4.1-1
# r <- svychisq(~row+column, des, statistic="F"); c(r$statistic, r$parameter, r$p.value), then X-squared and p of "Chisq"
# rural: subset(des, urban_rural == "rural"); jackknife: as.svrepdesign(des, type="JKn");
# poststratified: postStratify(des, ~sex, data.frame(sex=c("F", "M"), Freq=c(250000, 240000)))
# odd: "a" for the literate with college, else "b" for women, "c" for men; a cell of the table is empty
@pytest.mark.parametrize(
    ("kind", "row", "column", "f", "df1", "df2", "p", "pearson", "first_p"),
    [
        ("", "literate", "education", 26.0158006472, 2.44409520702, 43.9937137263, 5.62829853660e-09, 77.3165609884, 8.05012433801e-17),
        ("", "sex", "age_group", 2.2832445579246, 3.2926965508735, 59.2685379157229, 0.0826806451196, 8.6290717723648, 0.0578602544963),
        ("", "education", "age_group", 1.36232080350, 6.01813847740, 108.32649259321, 0.23621208856, 16.355802074389, 0.175818269926),
        ("rural", "literate", "education", 10.5832808148, 2.15746123438, 19.4171511094, 6.31911824677e-04, 35.2747850844, 5.90886803542e-07),
        ("poststratified", "literate", "education", 25.8779500382, 2.47688878702, 44.5839981663, 4.87219232457e-09, 76.9507657145, 9.87368168453e-17),
        ("jackknife", "literate", "education", 25.5987073784, 2.42822773219, 43.7080991795, 7.67513318022e-09, 77.3165609884, 1.49311170623e-16),
        ("", "literate", "odd", 89.6572811226, 1.63150988023, 29.3671778441, 2.14336326505e-12, 107.792173742, 1.15435010289e-39),
    ],
    ids=["clustered", "two_by_five", "four_by_five", "domain", "poststratified", "jackknife", "empty_cell"],
)  # fmt: skip
def test_numbers_are_those_of_r(
    kind: str, row: str, column: str, f: float, df1: float, df2: float, p: float, pearson: float, first_p: float
) -> None:
    x = people()
    got = association(design(kind), x[row], x[column], x["urban_rural"] == "rural" if kind == "rural" else None)
    assert got.f_df is not None
    found = (got.f, *got.f_df, got.p, got.pearson, got.first_order_p)
    assert found == pytest.approx((f, df1, df2, p, pearson, first_p), rel=1e-8)


# [[3, 1], [1, 3]]: X2 = 8 (9 - 1)^2 / 4^4 = 2. Everybody a PSU: V is n / (n - 1) of what Pearson takes, so f = 2 * 7/8
def test_two_by_two_by_hand() -> None:
    rows, columns = np.repeat(["a", "b"], 4), np.array(list("xxxyxyyy"))
    got = association(Design(np.full(8, 2.5)), rows, columns)
    assert (got.pearson, got.first_order_df, got.df) == (pytest.approx(2), 1, 7)
    assert (got.mean_deff, got.f) == (pytest.approx(8 / 7), pytest.approx(7 / 4))
    assert got.shares == pytest.approx(np.array([[3, 1], [1, 3]]) / 8)


def test_first_order_is_pearson_over_the_mean_design_effect() -> None:
    got = association(design(), people()["literate"], people()["education"])
    assert got.pearson is not None and got.mean_deff is not None
    assert got.first_order == pytest.approx(got.pearson / got.mean_deff)
    assert got.first_order == pytest.approx(3 * (got.f or 0))


def test_the_test_is_the_same_when_rows_and_columns_change_places() -> None:
    one = association(design(), people()["literate"], people()["age_group"])
    other = association(design(), people()["age_group"], people()["literate"])
    assert one.p == pytest.approx(other.p)


def test_independence_is_rejected_about_as_often_as_promised() -> None:
    random = np.random.default_rng(7)
    psus = np.repeat(np.arange(40), 8)
    made = Design(np.ones(320), (), (psus,))
    rejected = 0
    for _ in range(200):
        place = random.random((40, 2))[
            psus
        ]  # neighbours are alike in both answers, which have nothing to do with each other
        answers = random.random((320, 2)) < place
        rejected += (association(made, answers[:, 0], answers[:, 1]).p or 1) < 0.05
    assert 3 <= rejected <= 20


ROWS = np.array(list("aabbaabbaabb"))
COLUMNS = np.array(list("xyxyxyyyxxxz"))
PSUS = np.repeat(np.arange(6), 2)


def small(domain: np.ndarray | None = None, weights: np.ndarray | None = None) -> Association:
    return association(Design(np.ones(12) if weights is None else weights, (), (PSUS,)), ROWS, COLUMNS, domain)


def test_levels_that_nobody_in_the_domain_has_are_left_out_and_said() -> None:
    got = small(COLUMNS != "z")
    assert (got.rows, got.columns, got.left_out_rows, got.left_out_columns) == (("a", "b"), ("x", "y"), (), ("z",))
    assert got.p is not None


def test_levels_whose_people_weigh_nothing_are_left_out() -> None:
    assert small(weights=np.where(COLUMNS == "z", 0.0, 1.0)).left_out_columns == ("z",)


@pytest.mark.parametrize(
    ("domain", "weights", "reason"),
    [
        (np.zeros(12, bool), None, Reason.EMPTY_DOMAIN),
        (None, np.zeros(12), Reason.NO_WEIGHT),
        (ROWS == "a", None, Reason.ONE_LEVEL),
        (COLUMNS == "y", None, Reason.ONE_LEVEL),
    ],
)
def test_a_table_without_a_test_has_a_reason(domain: np.ndarray, weights: np.ndarray, reason: Reason) -> None:
    got = small(domain, weights)
    assert (got.reason, got.p, got.pearson) == (reason, None, None)


def test_one_psu_has_no_degrees_of_freedom() -> None:
    labels = np.array([0, 1, 0, 1])
    assert association(Design(np.ones(4), (), (np.zeros(4, int),)), labels, labels).reason is Reason.LONELY_PSU
    two = Design(np.ones(8), (), (np.repeat([0, 1], 4),))
    inside = association(two, np.tile(labels, 2), np.tile([0, 0, 1, 1], 2), np.repeat([True, False], 4))
    assert (inside.p, inside.reason) == (None, Reason.SINGULAR)


def test_psus_that_all_say_the_same_leave_nothing_to_test() -> None:
    same = association(
        Design(np.ones(12), (), (np.repeat(np.arange(3), 4),)), np.tile([0, 0, 1, 1], 3), np.tile([0, 1], 6)
    )
    assert (same.reason, same.pearson) == (Reason.SINGULAR, 0)


def test_a_table_with_too_many_empty_cells_is_singular() -> None:
    labels = np.tile([0, 1, 2], 4)
    assert association(Design(np.ones(12)), labels, labels).reason is Reason.SINGULAR


def test_a_table_of_far_more_cells_than_the_design_has_psus_is_refused_with_a_reason_of_its_own() -> None:
    rows = np.arange(80)
    got = association(Design(np.ones(80), (), (rows // 5,)), rows, rows // 5)
    assert (got.reason, got.df, got.p, got.first_order_df) == (Reason.MANY_CELLS, 15, None, 79 * 15)


def test_a_small_table_is_tested_with_few_psus_as_in_r() -> None:
    got = association(Design(np.ones(60), (), (np.arange(60) % 4,)), np.arange(60) % 3, np.arange(60) % 7 % 5)
    assert (got.df, got.first_order_df, got.reason) == (3, 8, None)


def test_a_table_without_a_test_is_known_before_its_covariance_is_sought() -> None:
    """A lonely PSU would be the reason otherwise."""
    labels = np.tile([0, 1, 2], 4)
    lonely = Design(np.ones(12), (np.repeat([0, 1], [11, 1]),))
    assert association(lonely, labels, labels).reason is Reason.SINGULAR


def test_replicates_that_are_too_few_are_the_reason() -> None:
    one = Replicates(np.ones(12), np.ones((12, 1)), 1.0, np.ones(1))
    assert association(one, ROWS, COLUMNS).reason is Reason.FEW_REPLICATES


def test_a_covariance_that_cannot_be_held_is_the_reason() -> None:
    weights, replicates = np.array([1, 1, 1, 1e-10, 1, 1]), np.array([[1, 2], [2, 1], [1, 1], [1, 3], [3, 1], [3, 1.0]])
    huge = Replicates(weights, replicates, 1e150, np.full(2, 1e150))
    with np.errstate(over="ignore"):
        got = association(huge, np.repeat([0, 1], 3), np.tile([0, 1, 2], 2))
    assert (got.reason, got.f) == (Reason.OUT_OF_RANGE, None)


@pytest.mark.parametrize("missing", [None, np.nan])
def test_people_without_an_answer_take_no_part(missing: object) -> None:
    kept = np.array([missing, *ROWS[1:]], object)
    got = association(Design(np.ones(12), (), (PSUS,)), kept, COLUMNS)
    assert (got.n, got.p) == (11, small(np.arange(12) > 0).p)


@pytest.mark.parametrize(("rows", "domain"), [(ROWS[:5], None), (ROWS, np.ones(12)), (ROWS, np.ones(3, bool))])
def test_columns_of_another_length_are_refused(rows: np.ndarray, domain: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match="12 rows"):
        association(Design(np.ones(12)), rows, COLUMNS, domain)
