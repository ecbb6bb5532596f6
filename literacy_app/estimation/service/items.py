"""Item statistics as plain data, under the names that the reference set gives them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from literacy_app.estimation.loader.items import ItemTable
from literacy_app.estimation.rules import Sample
from literacy_app.estimation.rules.design import Floats
from literacy_app.estimation.rules.dif import Dif
from literacy_app.estimation.rules.irt import Fit, rasch_conditional, rasch_marginal, two_parameter
from literacy_app.estimation.rules.items import Item, ItemLimits, Scale, analyse

# The endings name the R package whose numbers these are held against; the estimates are ours.
NAMES = {
    "rasch_cml": {"rasch_cml_difficulty_erm": "difficulty", "rasch_cml_se_erm": "difficulty_se"},
    "rasch_mml": {"rasch_mml_difficulty_ltm": "difficulty", "rasch_mml_difficulty_se_ltm": "difficulty_se"},
    "twopl": {
        "twopl_difficulty_ltm": "difficulty",
        "twopl_difficulty_se_ltm": "difficulty_se",
        "twopl_discrimination_ltm": "discrimination",
        "twopl_discrimination_se_ltm": "discrimination_se",
    },
}
PARTIAL_POINTS = (
    "partial_points"  # the models are of right and wrong; an item that gives part of its points is left out
)


def item_answers(table: ItemTable, sample: Sample, limits: ItemLimits) -> tuple[dict[str, Any], dict[int, Any]]:
    """What is said about the scale, and about each item by its place in the request."""
    made = analyse(
        table.points, table.full, sample, table.names, choices=table.choices, groups=table.groups, limits=limits
    )
    right = table.points / table.full
    left_out = {item.name: _left_out(item, column) for item, column in zip(made.items, right.T, strict=True)}
    fitted = [name for name, reason in left_out.items() if reason is None]
    answers = right[:, [table.names.index(name) for name in fitted]]
    common, free = rasch_marginal(answers), two_parameter(answers)
    fits = {"rasch_cml": rasch_conditional(answers), "rasch_mml": common, "twopl": free}
    items = {
        place: {**_item(item), **_models(item.name, fitted, left_out[item.name], fits)}
        for place, item in zip(table.places, made.items, strict=True)
    }
    return {**_scale(made.scale), **_heights(common, free, len(fitted))}, items


def _left_out(item: Item, right: Floats) -> str | None:
    """Why the models cannot take an item."""
    if item.reason is not None:
        return item.reason.value
    return None if np.isin(right[~np.isnan(right)], (0, 1)).all() else PARTIAL_POINTS


def _scale(scale: Scale) -> dict[str, Any]:
    written = asdict(scale)
    written["alpha_weighted_svycralpha"] = written.pop("alpha_weighted")
    return written | {"reason": scale.reason.value if scale.reason else None}


def _heights(common: Fit, free: Fit, k: int) -> dict[str, Any]:
    """Log-likelihoods, and twice their difference with its p-value: does each item need a discrimination of its own?"""
    from scipy.special import chdtrc

    test = None
    if common.log_likelihood is not None and free.log_likelihood is not None:
        chi2 = max(2 * (free.log_likelihood - common.log_likelihood), 0.0)
        test = {"chi2": chi2, "df": k - 1, "p": float(chdtrc(k - 1, chi2))}
    return {
        "loglik_2pl_ltm": free.log_likelihood,
        "loglik_rasch_ltm": common.log_likelihood,
        "rasch_common_discrimination_ltm": None if common.reason else float(common.discrimination[0]),
        "lr_test_2pl_vs_rasch": test,
    }


def _item(item: Item) -> dict[str, Any]:
    written: dict[str, Any] = {
        "item": item.name,
        "n": item.n,
        "difficulty_p": item.difficulty_p,
        "difficulty_p_weighted": item.weighted.estimate,
        "difficulty_p_weighted_se": item.weighted.se,
        "difficulty_p_weighted_reason": item.weighted.reason.value if item.weighted.reason else None,
        "point_biserial_uncorrected": item.point_biserial_uncorrected,
        "point_biserial_corrected": item.point_biserial_corrected,
        "biserial_corrected": item.biserial_corrected,
        "alpha_if_dropped": item.alpha_if_dropped,
        "discrimination_d27": item.discrimination_d27,
        "flags": [flag.value for flag in item.flags],
        "reason": item.reason.value if item.reason else None,
    }
    written |= {f"dif_{label}": _dif(dif) for label, dif in item.dif.items()}
    return written | ({"options": [asdict(option) for option in item.options]} if item.options else {})


def _dif(dif: Dif) -> dict[str, Any]:
    return {
        **asdict(dif),
        "ets_class": dif.ets_class.value if dif.ets_class else None,
        "reason": dif.reason.value if dif.reason else None,
    }


def _models(name: str, fitted: list[str], left_out: str | None, fits: Mapping[str, Fit]) -> dict[str, Any]:
    """Each model's numbers for one item, and why it has none."""
    numbers: dict[str, Any] = {}
    for model, fit in fits.items():
        reason = left_out or (fit.reason.value if fit.reason else None)
        numbers[f"{model}_reason"] = reason
        for field, values in NAMES[model].items():
            numbers[field] = None if reason else float(getattr(fit, values)[fitted.index(name)])
    return numbers
