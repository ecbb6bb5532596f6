"""Tiny samples whose variance is worked by hand in the comment above each."""

from math import sqrt

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, LonelyPsu, Reason, difference, mean, proportion, ratio, total

ONES = np.ones(8)
# Two strata of two PSUs of two people. In A the PSUs disagree (1 1 | 0 0), in B they agree (1 0 | 1 0).
STRATA = np.array(list("AAAABBBB"))
PSUS = np.array([1, 1, 2, 2, 3, 3, 4, 4])
Y = np.array([1, 1, 0, 0, 1, 0, 1, 0])


def lonely(rule: LonelyPsu) -> Design:
    """Stratum A has PSUs with totals 3 and 1, stratum B a single PSU with total 3."""
    return Design(np.ones(3), (np.array(list("AAB")),), (np.array([1, 2, 3]),), lonely_psu=rule)


# z = +-1/8 four times... p = 1/2, z_i = (y - 1/2)/4 = +-1/8, V = 4/3 * 4/64 = 1/12 = p (1 - p) / (n - 1)
def test_se_is_the_textbook_one_when_every_row_is_a_psu() -> None:
    got = proportion(Design(np.ones(4)), [1, 0, 0, 1])
    assert (got.estimate, got.se, got.df) == (0.5, pytest.approx(sqrt(1 / 12)), 3)


# p = 1/2; PSU sums of (y - 1/2)/8: A +1/8 -1/8, B 0 0; V = 2/1 * (1/64 + 1/64) = 1/16
def test_se_counts_only_disagreement_between_psus_when_clustered() -> None:
    got = proportion(Design(ONES, (STRATA,), (PSUS,)), Y)
    assert (got.estimate, got.se, got.df) == (0.5, pytest.approx(1 / 4), 2)


# against simple random sampling: V / (p (1 - p) / (n - 1)) = (1/16) / (1/28) = 7/4; effective n = (1/4) / (1/16) = 4
def test_deff_and_effective_n_compare_with_a_simple_random_sample() -> None:
    got = proportion(Design(ONES, (STRATA,), (PSUS,)), Y)
    assert (got.deff_wr, got.effective_n) == (pytest.approx(7 / 4), pytest.approx(4))


# the same with weights 2: 16 people, half of them asked, so deff = deff_wr / (1 - 8/16) = 7/2
def test_deff_without_replacement_is_larger_when_much_of_the_population_was_asked() -> None:
    assert proportion(Design(2 * ONES, (STRATA,), (PSUS,)), Y).deff == pytest.approx(7 / 2)


# half of each stratum's 4 PSUs drawn: V = (1 - 1/2) / 16
@pytest.mark.parametrize("correction", [4.0, 0.5])
def test_variance_shrinks_when_part_of_the_psus_was_drawn(correction: float) -> None:
    got = proportion(Design(ONES, (STRATA,), (PSUS,), (correction * ONES,)), Y)
    assert got.se == pytest.approx(sqrt(1 / 32))


# 2 of 4 PSUs, 2 of 3 people in each, w = 3. PSU totals 3, 6: (1 - 1/2) 2 (1.5^2 + 1.5^2) = 4.5.
# Inside PSU 1 (3, 0): (1 - 2/3) 2 (1.5^2 + 1.5^2) = 3, times the 1/2 of PSUs drawn = 1.5; inside PSU 2: 0. V = 6
def test_second_stage_adds_its_variance_when_both_corrections_are_given() -> None:
    psus, people = np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2])
    design = Design(np.full(4, 3.0), (), (psus, people), (np.full(4, 4.0), np.full(4, 3.0)))
    got = total(design, [1, 0, 1, 1])
    assert (got.estimate, got.se) == (9, pytest.approx(sqrt(6)))


# all PSUs drawn: only the people inside vary. (1 - 2/3) 2 (0.75^2 + 0.75^2) with w = 1.5 is 0.75, times 2/2
def test_second_stage_remains_when_every_psu_was_drawn() -> None:
    psus, people = np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2])
    design = Design(np.full(4, 1.5), (), (psus, people), (np.full(4, 2.0), np.full(4, 3.0)))
    assert total(design, [1, 0, 1, 1]).se == pytest.approx(sqrt(0.75))


# PSU totals in the domain 2, 0, 0: mean 2/3, V = 3/2 (16/9 + 4/9 + 4/9) = 4. A filtered file would have one PSU left
def test_psus_without_anybody_in_the_domain_still_count() -> None:
    design = Design(np.ones(6), (), (np.array([1, 1, 2, 2, 3, 3]),))
    got = total(design, np.ones(6), np.arange(6) < 2)
    assert (got.estimate, got.se) == (2, pytest.approx(2))


# A: 2/1 ((3 - 2)^2 + (1 - 2)^2) = 4. B: nothing; 3^2 around zero; or as much as A, 4
@pytest.mark.parametrize(("rule", "variance"), [("remove", 4), ("certainty", 4), ("adjust", 13), ("average", 8)])
def test_lonely_psu_adds_what_its_rule_says(rule: str, variance: float) -> None:
    assert total(lonely(LonelyPsu(rule)), [3, 1, 3]).se == pytest.approx(sqrt(variance))


def test_there_is_no_number_but_a_reason_when_a_lonely_psu_has_no_rule() -> None:
    got = total(lonely(LonelyPsu.FAIL), [3, 1, 3])
    assert (got.estimate, got.se, got.reason) == (None, None, Reason.LONELY_PSU)


def test_lonely_psu_does_no_harm_when_the_domain_is_elsewhere() -> None:
    assert total(lonely(LonelyPsu.FAIL), [3, 1, 3], [True, True, False]).se == pytest.approx(2)


def test_average_has_no_number_when_every_stratum_is_lonely() -> None:
    got = total(lonely(LonelyPsu.AVERAGE), [3, 1, 3], [False, False, True])
    assert got.reason is Reason.LONELY_PSU


# sums 6 and 3, R = 2; residuals y - 2x = 0, -1, 1 over 3; V = 3/2 * 2/9 = 1/3
def test_ratio_varies_by_its_residuals() -> None:
    got = ratio(Design(np.ones(3)), [2, 1, 3], [1, 1, 1])
    assert (got.estimate, got.se) == (2, pytest.approx(sqrt(1 / 3)))


# men 1 1, women 0 1 in two PSUs of one man and one woman: PSU differences 1 and 0, mean 1/2, V = 2/1 (1/4 + 1/4)/4 = 1/4
def test_difference_uses_the_covariance_when_domains_share_psus() -> None:
    design = Design(np.ones(4), (), (np.array([1, 1, 2, 2]),))
    men = np.array([True, False, True, False])
    got = difference(design, [1, 0, 1, 1], men, ~men)
    assert (got.estimate, got.se, got.df) == (0.5, pytest.approx(0.5), 1)


def test_variances_add_when_the_domains_are_different_strata() -> None:
    design = Design(ONES, (STRATA,), (PSUS,))
    y, a = np.array([1, 0, 0, 0, 1, 1, 1, 0]), STRATA == "A"
    parts = [mean(design, y, domain).se or 0 for domain in (a, ~a)]
    assert difference(design, y, a, ~a).se == pytest.approx(sqrt(parts[0] ** 2 + parts[1] ** 2))
