"""Levels of townships with few interviews, by a model over all of them. Shown apart; never for a verdict on a target."""

from dataclasses import dataclass

import numpy as np

from literacy_app.areas.rules import Residence
from literacy_app.estimation.rules.small_areas import DirectEstimate, SmallAreas, small_areas
from literacy_app.estimation.service.level import Level, Measured

# With fewer townships than this for each covariate the regression on it would follow noise.
AREAS_A_COVARIATE = 6


@dataclass(frozen=True, eq=False)
class Modelled:
    """What the model says, the direct levels beside it, and the mean design effect that it took."""

    areas: SmallAreas
    direct: tuple[Level, ...]
    deff: float
    with_residence: bool  # whether the share of urban residents drawn explains part of the differences


def modelled_townships(found: Measured) -> Modelled | None:
    """The townships of a wave by Fay and Herriot's model, made to agree with the level of everybody. None without a level."""
    whole = found.level().estimate
    direct = found.domains("area")
    if whole.estimate is None or not 0 < whole.estimate < 1 or not direct:
        return None
    given = [
        DirectEstimate(one.domain, one.estimate.n, one.estimate.estimate if one.estimate.n else None) for one in direct
    ]
    deff = _design_effect(found, direct)
    covariates, weights = _urban(found, direct), _weights(found, direct)
    made = small_areas(
        given,
        deff,
        covariates,
        county=whole.estimate,
        population=weights,
        keep_extremes=True,  # docs/decisions/0023
        level=found.settings["confidence"],
    )
    return Modelled(made, tuple(direct), deff, covariates is not None)


def _design_effect(found: Measured, direct: list[Level]) -> float:
    """The mean over townships with a standard error that says something, by their people; else that of everybody. At least 1."""
    said = [one.estimate for one in direct if one.estimate.df and one.estimate.deff_wr is not None]
    if not said:
        return max(found.level().estimate.deff_wr or 1.0, 1.0)
    return max(sum(one.n * (one.deff_wr or 0.0) for one in said) / sum(one.n for one in said), 1.0)


def _weights(found: Measured, direct: list[Level]) -> np.ndarray:
    """(k,) the people that each township stands for, by how they were drawn: also where nobody was interviewed yet."""
    people = found.people
    return np.array([(1 / people.probability[people.township == one.domain.split(":")[1]]).sum() for one in direct])


def _urban(found: Measured, direct: list[Level]) -> np.ndarray | None:
    """(k, 1) the share of each township's people drawn who live in town, by how they were drawn; None where too few townships differ."""
    people, base = found.people, 1 / found.people.probability
    urban = people.residence == list(Residence).index(Residence.URBAN)
    shares = []
    for one in direct:
        here = people.township == one.domain.split(":")[1]
        shares.append(float(base[here & urban].sum() / base[here].sum()))
    differ = len(direct) >= AREAS_A_COVARIATE and len(set(shares)) > 1
    return np.array(shares)[:, None] if differ else None
