"""Two waves drawn from one frame: the standard error of the change is that of changes over many surveys."""

import numpy as np
import pytest

from literacy_app.estimation.rules import Design, LonelyPsu, difference, poststratify
from literacy_app.estimation.rules.waves import Measurement, change

PEOPLE, A_STRATUM = 20, 6
LEVELS = np.repeat([0.1, 0.5], 30)  # two strata of thirty villages, far apart


def drawn(villages: np.ndarray, y: np.ndarray) -> Measurement:
    psu = np.repeat(villages, PEOPLE)
    design = Design(np.full(len(psu), 5.0), (psu // 30,), (psu,), lonely_psu=LonelyPsu.ADJUST)
    return Measurement(design, y.astype(float), [(str(one // 30), str(one)) for one in psu.tolist()])


def surveyed(rng: np.random.Generator, shared: int, by: float = 0.05) -> tuple[Measurement, Measurement]:
    """Two waves of six villages a stratum, so many of them the same; villages differ, and every level rises by as much."""
    own = np.clip(LEVELS + rng.normal(0, 0.08, 60), 0.01, 0.9)
    first, second = [], []
    for stratum in (0, 1):
        order = rng.permutation(30)[: 2 * A_STRATUM - shared] + 30 * stratum
        first.append(order[:A_STRATUM])
        second.append(np.concatenate([order[:shared], order[A_STRATUM:]]))
    waves = []
    for villages, more in ((np.concatenate(first), 0.0), (np.concatenate(second), by)):
        waves.append(drawn(villages, rng.random(len(villages) * PEOPLE) < np.repeat(own[villages] + more, PEOPLE)))
    return waves[0], waves[1]


@pytest.mark.parametrize("shared", [0, 3, 6])
def test_standard_error_is_the_spread_of_changes_over_surveys(shared: int) -> None:
    rng = np.random.default_rng(shared + 1)
    made = [change(*surveyed(rng, shared)).estimate for _ in range(300)]
    spread = np.std([one.estimate for one in made])
    claimed = np.sqrt(np.mean([(one.se or 0) ** 2 for one in made]))
    assert claimed == pytest.approx(spread, rel=0.12)
    assert np.mean([one.estimate for one in made]) == pytest.approx(0.05, abs=0.01)


def test_with_all_villages_the_same_it_is_the_contrast_of_the_stacked_waves() -> None:
    before, after = surveyed(np.random.default_rng(4), A_STRATUM)
    names = [np.array([int(one[1]) for one in wave.psu]) for wave in (before, after)]
    both = np.concatenate(names)
    stacked = Design(np.full(len(both), 5.0), (both // 30,), (both,))
    wave = np.repeat([0, 1], len(names[0]))
    wanted = difference(stacked, np.concatenate([before.y, after.y]), wave == 1, wave == 0)
    got = change(before, after)
    assert got.shared == 12
    assert (got.estimate.se, got.estimate.df) == (pytest.approx(wanted.se), wanted.df)


def test_villages_that_change_alike_leave_no_error_in_whatever_order_people_come() -> None:
    villages, rng = np.repeat(np.arange(4) * 10, PEOPLE), np.random.default_rng(6)
    literate = np.tile(np.arange(PEOPLE), 4) < np.repeat([2, 6, 4, 10], PEOPLE)
    more = np.tile(np.arange(PEOPLE), 4) < np.repeat([4, 8, 6, 12], PEOPLE)
    for _ in range(200):
        waves = []
        for y in (literate, more):
            order = rng.permutation(len(villages))
            psu = villages[order]
            # A weight that no binary fraction holds, as the inverses of chances are.
            design = Design(np.full(len(psu), 1 / 0.3), (psu // 20,), (psu,))
            waves.append(Measurement(design, y[order].astype(float), [(str(one),) for one in psu.tolist()]))
        found = change(waves[0], waves[1]).estimate
        assert found.estimate == pytest.approx(0.1)
        assert found.se == 0


def test_calibration_of_each_wave_is_in_the_change() -> None:
    before, after = surveyed(np.random.default_rng(5), A_STRATUM)
    cells = [(wave.y == 1).astype(np.int64) for wave in (before, after)]  # as if the level itself were known
    known = [
        Measurement(poststratify(wave.design, cell, np.array([800.0, 400.0])), wave.y, wave.psu)
        for wave, cell in zip((before, after), cells, strict=True)
    ]
    got = change(*known).estimate
    assert (got.estimate, got.se) == (pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-12))


def test_a_wave_that_nobody_answered_gives_no_change() -> None:
    before, after = surveyed(np.random.default_rng(6), 3)
    nobody = Measurement(after.design, np.full(len(after.y), np.nan), after.psu)
    assert change(before, nobody).estimate.estimate is None
