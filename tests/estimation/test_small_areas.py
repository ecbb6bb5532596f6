"""The township model against R's numbers, a brute-force likelihood and a simulation, and what it says at the edges."""

from math import log

import numpy as np
import pytest

from literacy_app.estimation.rules.small_areas import (
    Benchmark,
    DirectEstimate,
    SmallAreas,
    Source,
    Trouble,
    fay_herriot,
    small_areas,
)

Y = np.array([0.18, 0.25, 0.11, 0.31, 0.22, 0.15, 0.28, 0.09, 0.20, 0.24, 0.13, 0.35])
N = np.array([30, 22, 41, 18, 35, 50, 27, 44, 16, 38, 29, 20])
V = 0.4 * 0.2 * 0.8 / N
X = np.array([0.3, 0.2, 0.1, 0.3, 0.4, 0.2, 0.6, 0.1, 0.5, 0.1, 0.2, 0.3])
ONE = np.ones((12, 1))
PEOPLE = np.arange(1, 13) * 1000


# r <- rma(y, v, mods=X, intercept=FALSE, method="REML", control=list(threshold=1e-14)); r$tau2; r$beta; blup(r)$pred
# A <- r$tau2; B <- v/(A+v); v*(1-B) + B^2*rowSums((X%*%vcov(r))*X) + 2*B^2/(A+v)*2/sum(1/(A+v)^2)      R metafor 3.8-1
# (the last line is what sae::mseFH computes for REML); the second case has the last y at 0.6
@pytest.mark.parametrize(
    ("last", "covariates", "tau2", "beta", "eblup", "mse"),
    [
        (0.35, ONE, 0.0042220567316, [0.20297251127], [0.187711253525, 0.230815536736, 0.286609489667],
         [0.00172162516214, 0.00213277619851, 0.00226473340999]),
        (0.6, np.column_stack([ONE, X]), 0.0144774911054, [0.153091470144, 0.270969555808],
         [0.186984340389, 0.2428530686, 0.533815465385], [0.0019762737105, 0.00262075415164, 0.00284187069246]),
    ],
)  # fmt: skip
def test_numbers_are_those_of_r(
    last: float, covariates: np.ndarray, tau2: float, beta: list[float], eblup: list[float], mse: list[float]
) -> None:
    fit = fay_herriot(np.array([*Y[:11], last]), V, covariates)
    picked = [0, 1, 11]
    found = [fit.variance, *fit.coefficients, *fit.estimates[picked], *fit.mse[picked]]
    assert found == pytest.approx([tau2, *beta, *eblup, *mse], rel=1e-8)


def test_no_other_variance_is_likelier() -> None:
    def likelihood(s2: float) -> float:  # by determinants and matrices, as it is defined
        covariates, inverse = np.column_stack([ONE, X]), np.linalg.inv(np.diag(V + s2))
        middle = covariates.T @ inverse @ covariates
        projection = inverse - inverse @ covariates @ np.linalg.inv(middle) @ covariates.T @ inverse
        return -0.5 * (log(np.linalg.det(np.diag(V + s2) * 100)) + log(np.linalg.det(middle)) + Y @ projection @ Y)

    found = fay_herriot(Y, V, np.column_stack([ONE, X])).variance
    tried = np.linspace(0, 0.05, 5001)
    assert found == pytest.approx(tried[np.argmax([likelihood(s2) for s2 in tried])], abs=1e-5)


# mean(2 g3) + g2 of R: mean(c(0.000776746557879, 0.00061574026857, ...)) of the twelve, with y of 0.19 to 0.21
def test_areas_that_do_not_seem_to_differ_get_one_level_and_one_uncertainty() -> None:
    fit = fay_herriot(np.tile([0.2, 0.21, 0.19], 4), V, ONE)
    assert (fit.variance, set(fit.gamma)) == (0, {0.0})
    assert len(set(fit.estimates)) == 1
    assert fit.mse == pytest.approx([0.00079351804591] * 12)


def direct(*extra: DirectEstimate) -> list[DirectEstimate]:
    return [DirectEstimate(f"t{i}", int(n), float(y)) for i, (n, y) in enumerate(zip(N, Y, strict=True))] + [*extra]


def test_every_row_is_labelled_with_what_it_was_made_from() -> None:
    first = small_areas(direct(), 0.4).areas[0]
    assert (first.area, first.source, first.n, first.direct, first.model_based) == (
        "t0",
        Source.COMPOSITE,
        30,
        0.18,
        True,
    )
    overall = float(N @ Y / N.sum())
    assert first.direct_se == pytest.approx((0.4 * overall * (1 - overall) / 30) ** 0.5)
    assert 0 < first.gamma < 1
    assert first.interval.low < first.estimate < first.interval.high


def test_estimates_lie_between_direct_and_regression_nearer_to_where_more_were_asked() -> None:
    areas = small_areas(direct(), 0.4).areas
    assert [row.gamma for row in sorted(areas, key=lambda row: row.n)] == sorted(row.gamma for row in areas)
    centre = areas[3].estimate + (areas[3].estimate - 0.31) * areas[3].gamma / (1 - areas[3].gamma)
    assert all(min(row.direct or 0, centre) <= row.estimate <= max(row.direct or 0, centre) for row in areas)


@pytest.mark.parametrize(
    "extra", [DirectEstimate("none", 9, 0.0), DirectEstimate("all", 9, 1.0), DirectEstimate("new", 0, None)]
)
def test_areas_without_a_usable_direct_estimate_get_the_regressions(extra: DirectEstimate) -> None:
    result = small_areas(direct(extra), 0.4)
    last = result.areas[-1]
    assert result.fit is not None
    assert (last.source, last.gamma, last.direct) == (Source.SYNTHETIC, 0, extra.estimate)
    assert last.estimate == pytest.approx(result.fit.coefficients[0])
    assert last.mse == pytest.approx(result.fit.variance + result.fit.covariance[0, 0])
    assert last.mse > max(row.mse for row in result.areas[:-1])


def test_extremes_are_kept_when_asked_for() -> None:
    last = small_areas(direct(DirectEstimate("none", 9, 0.0)), 0.4, keep_extremes=True).areas[-1]
    assert (last.source, last.gamma > 0) == (Source.COMPOSITE, True)


def test_an_area_never_asked_is_no_surer_than_one_that_was() -> None:
    alike = [DirectEstimate(str(i), 30, 0.19 + 0.01 * (i % 3)) for i in range(12)]
    areas = small_areas([*alike, DirectEstimate("new", 0, None)], 1.5).areas
    assert areas[-1].mse >= max(row.mse for row in areas) * (1 - 1e-12)


@pytest.mark.parametrize("benchmark", Benchmark)
def test_areas_add_up_to_the_county(benchmark: Benchmark) -> None:
    plain, moved = (
        small_areas(direct(), 0.4, county=county, population=PEOPLE, benchmark=benchmark) for county in (None, 0.21)
    )
    estimates = np.array([row.estimate for row in moved.areas])
    assert PEOPLE @ estimates / PEOPLE.sum() == pytest.approx(0.21)
    shifts = estimates - [row.estimate for row in plain.areas]
    assert [row.mse for row in moved.areas] == pytest.approx([row.mse for row in plain.areas] + shifts**2)


def test_units_of_a_covariate_do_not_matter() -> None:
    one, other = (small_areas(direct(), 0.4, covariates) for covariates in (X, 1e6 * X[:, None] + 3e7))
    assert [row.estimate for row in one.areas] == pytest.approx([row.estimate for row in other.areas])


def world(seed: int) -> tuple[np.ndarray, list[DirectEstimate]]:
    """Thirty townships around 20 %, 20 to 120 asked in each, simple random sampling."""
    random = np.random.default_rng(seed)
    truth, people = random.beta(10, 40, 30), random.integers(20, 120, 30)
    found = random.binomial(people, truth) / people
    return truth, [DirectEstimate(str(i), int(n), float(p)) for i, (n, p) in enumerate(zip(people, found, strict=True))]


def test_shrinking_beats_the_direct_estimates_and_says_how_far_off_it_is() -> None:
    modelled = asked = claimed = covered = 0.0
    for seed in range(60):
        truth, estimates = world(seed)
        areas = small_areas(estimates, 1.0).areas
        modelled += float(np.mean((np.array([row.estimate for row in areas]) - truth) ** 2)) / 60
        asked += float(np.mean((np.array([row.estimate or 0 for row in estimates]) - truth) ** 2)) / 60
        claimed += float(np.mean([row.mse for row in areas])) / 60
        covered += (
            float(np.mean([row.interval.low <= t <= row.interval.high for row, t in zip(areas, truth, strict=True)]))
            / 60
        )
    assert modelled < 0.75 * asked
    assert claimed == pytest.approx(modelled, rel=0.12)
    assert 0.92 < covered < 0.97


@pytest.mark.parametrize(
    ("result", "trouble"),
    [
        (small_areas(direct()[:5], 1), Trouble.TOO_FEW_AREAS),
        (small_areas(direct()[:7], 1, np.eye(7)[:, :2]), Trouble.TOO_FEW_AREAS),
        (small_areas(direct(), 1, np.column_stack([X, 2 * X])), Trouble.COLLINEAR),
        (small_areas(direct(), 1, np.ones(12)), Trouble.COLLINEAR),
        (small_areas(direct(DirectEstimate("far", 0, None)), 0.1, [*X, -9.0]), Trouble.OUT_OF_RANGE),
        (small_areas(direct(), 0.4, county=0.9, population=PEOPLE), Trouble.OUT_OF_RANGE),
        (small_areas([], 1), Trouble.TOO_FEW_AREAS),
    ],
)
def test_what_cannot_be_modelled_has_a_reason_and_no_rows(result: SmallAreas, trouble: Trouble) -> None:
    assert (result.areas, result.trouble) == ((), trouble)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"deff": 0.0}, "design effect"),
        ({"covariates": X[:5]}, "covariate"),
        ({"covariates": [np.nan] * 12}, "covariate"),
        ({"county": 0.2}, "people above 0"),
        ({"county": 0.2, "population": [0] * 12}, "people above 0"),
        ({"county": 20.0, "population": PEOPLE}, "county"),
    ],
)
def test_input_that_cannot_be_is_refused(more: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        small_areas(direct(), **({"deff": 1.0} | more))


@pytest.mark.parametrize(("n", "share"), [(0, 0.2), (5, None), (-1, None), (5, 20.0), (5, np.nan)])
def test_direct_estimates_that_cannot_be_are_refused(n: int, share: float | None) -> None:
    with pytest.raises(ValueError, match="Yi: give"):
        DirectEstimate("Yi", n, share)


def test_variances_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        fay_herriot(Y, np.zeros(12), ONE)
