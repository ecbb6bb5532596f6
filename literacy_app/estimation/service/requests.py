"""What can be done with estimates: answer a request that stands in a file."""

from pathlib import Path
from typing import Any

from literacy_app.estimation.loader import Loaded, Table, Wanted, read_request
from literacy_app.estimation.loader.items import read_items
from literacy_app.estimation.rules import (
    Estimate,
    Interval,
    Method,
    Sample,
    Statistic,
    difference,
    interval_by,
    mean,
    probability_at_least,
    proportion,
    ratio,
    total,
)
from literacy_app.estimation.service.items import item_answers
from literacy_app.foundation.errors import InputError, Problem

SHOWN = {"ci_wald": Method.WALD, "ci_logit": Method.LOGIT, "ci_beta": Method.BETA, "ci_kg": Method.KORN_GRAUBARD}
# what a reference file says about the programs that made its numbers, and numbers that are made again
NOT_OURS = ("made_with", "packages", "r_call", "r_error", "scale")


def estimate_request(path: Path) -> dict[str, Any]:
    """The request at `path` with the numbers filled in, as plain data without NaN. Raises InputError for bad input."""
    loaded = read_request(path)
    written = {key: value for key, value in loaded.written.items() if key not in NOT_OURS}
    numbers = {number: _answer(loaded, wanted, number) for number, wanted in loaded.request.estimates.items()}
    scale: dict[str, Any] = {}
    if loaded.request.items:
        about_scale, about_items = item_answers(read_items(loaded), loaded.sample, loaded.request.limits)
        scale, numbers = {"scale": about_scale}, numbers | about_items
    answers = [
        {**_kept(entry, number in loaded.request.items), **numbers[number]}
        for number, entry in enumerate(loaded.written["estimates"])
    ]
    return {**written, "level": loaded.request.level, **scale, "estimates": answers}


def _kept(entry: dict[str, Any], is_item: bool) -> dict[str, Any]:
    """What was asked, and remarks. Of an item only words: a number that we do not make must not pass for ours."""
    if is_item:
        return {key: value for key, value in entry.items() if isinstance(value, str) or key == "points"}
    return {key: value for key, value in entry.items() if key not in NOT_OURS}


def _answer(loaded: Loaded, wanted: Wanted, number: int) -> dict[str, Any]:
    level, design = loaded.request.level, loaded.sample
    made = _made(loaded.table, design, wanted, level, number)
    methods = SHOWN if wanted.statistic is Statistic.PROPORTION else {"ci_wald": Method.WALD}
    answer: dict[str, Any] = {
        "variable": wanted.variable,
        "n": made.n,
        "estimate": made.estimate,
        "se": made.se,
        "df": made.df,
        "deff": made.deff,
        "deff_wr": made.deff_wr,
        "effective_n": made.effective_n,
        "method": made.interval.method.value if made.interval else None,
        "reason": made.reason.value if made.reason else None,
    }
    answer |= {
        name: _ends(interval_by(method, made, design, level)) for name, method in SHOWN.items() if name in methods
    }
    if wanted.target is not None:
        answer["target"] = _against(made, design, level, wanted.target)
    return answer


def _made(table: Table, design: Sample, wanted: Wanted, level: float, number: int) -> Estimate:
    domain = table.domain(wanted.where)
    match wanted.statistic:
        case Statistic.PROPORTION:
            return proportion(design, table.shares(wanted.variable), domain, level=level)
        case Statistic.MEAN:
            return mean(design, table.finite(wanted.variable), domain, level=level)
        case Statistic.TOTAL:
            return total(design, table.finite(wanted.variable), domain, level=level)
        case Statistic.RATIO:
            if wanted.denominator is None:
                raise InputError([Problem(table.file, f"estimates.{number}.denominator", "a ratio needs one")])
            top, bottom = table.finite(wanted.variable), table.finite(wanted.denominator)
            return ratio(design, top, bottom, domain, level=level)
        case Statistic.DIFFERENCE:
            if not wanted.where or not wanted.minus:
                raise InputError([Problem(table.file, f"estimates.{number}", "a difference needs `where` and `minus`")])
            return difference(design, table.finite(wanted.variable), domain, table.domain(wanted.minus), level=level)


def _against(made: Estimate, design: Sample, level: float, target: float) -> dict[str, Any]:
    """Three answers by the two-sided logit interval, as the reference set gives them; `targets.rules` has our verdict."""
    interval = interval_by(Method.LOGIT, made, design, level)
    probability = None
    decision = "cannot tell"
    if interval is not None and made.estimate is not None and made.se is not None and made.df is not None:
        probability = probability_at_least(made.estimate, made.se, made.df, target)
        if interval.low >= target:
            decision = "met"
        elif interval.high < target:
            decision = "not met"
    return {"target": target, "prob_at_least": probability, "decision": decision}


def _ends(interval: Interval | None) -> list[float | None]:
    return [None, None] if interval is None else [interval.low, interval.high]
