"""What can be done with estimates: answer a request that stands in a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from literacy_app.estimation.loader import Loaded, Table, Wanted, read_request
from literacy_app.estimation.loader.items import read_items
from literacy_app.estimation.loader.request import ASSOCIATION
from literacy_app.estimation.rules import (
    Estimate,
    Interval,
    Method,
    Reason,
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
from literacy_app.estimation.rules.association import association
from literacy_app.estimation.rules.design import Floats, Mask
from literacy_app.estimation.rules.distributions import t_cdf
from literacy_app.estimation.service.items import item_answers
from literacy_app.foundation.errors import InputError, Problem

SHOWN = {"ci_wald": Method.WALD, "ci_logit": Method.LOGIT, "ci_beta": Method.BETA, "ci_kg": Method.KORN_GRAUBARD}
# what a reference file says about the programs that made its numbers, and numbers that are made again
NOT_OURS = ("made_with", "packages", "r_call", "r_error", "scale")

WAVE = "wave"


def estimate_request(path: Path) -> dict[str, Any]:
    """The request at `path` with the numbers filled in, as plain data without NaN. Raises InputError for bad input."""
    # What overflows becomes None with a reason: it needs no warning beside it.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), _computable(path, ""):
        return _answered(path)


@contextmanager
def _computable(path: Path, place: str) -> Iterator[None]:
    """Says where arithmetic broke down: the largest and the smallest numbers that are let in can do that together."""
    try:
        yield
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        said = "cannot be computed: weights or values are too far from 1; take another unit"
        raise InputError([Problem(path.name, place, said)]) from error


def _answered(path: Path) -> dict[str, Any]:
    loaded = read_request(path)
    written = {key: value for key, value in loaded.written.items() if key not in NOT_OURS}
    numbers: dict[int, Any] = {}
    for number, wanted in loaded.request.estimates.items():
        with _computable(path, f"estimates.{number}"):
            numbers[number] = _answer(loaded, wanted, number)
    scale: dict[str, Any] = {}
    if loaded.request.items:
        about_scale, about_items = item_answers(read_items(loaded), loaded.sample, loaded.request.limits)
        scale, numbers = {"scale": about_scale}, numbers | about_items
    answers = [
        {**_kept(entry, number in loaded.request.items), **finite(numbers[number])}
        for number, entry in enumerate(loaded.written["estimates"])
    ]
    return {**written, "level": loaded.request.level, **finite(scale), "estimates": answers}


def finite(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with None for every number that is not finite, and then `out_of_range` as its reason, where it has one."""
    kept: dict[str, Any] = {}
    for name, value in answer.items():
        match value:
            case dict():
                kept[name] = finite(value)
            case list():
                kept[name] = [finite(one) if isinstance(one, dict) else _finite(one) for one in value]
            case _:
                kept[name] = _finite(value)
    lost = any(kept[name] != value for name, value in answer.items())
    return kept | {"reason": Reason.OUT_OF_RANGE.value} if lost and "reason" in answer else kept


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


def _kept(entry: dict[str, Any], is_item: bool) -> dict[str, Any]:
    """What was asked, and remarks. Of an item only words: a number that we do not make must not pass for ours."""
    if is_item:
        return {key: value for key, value in entry.items() if isinstance(value, str) or key == "points"}
    return {key: value for key, value in entry.items() if key not in NOT_OURS}


def _answer(loaded: Loaded, wanted: Wanted, number: int) -> dict[str, Any]:
    level, design = loaded.request.level, loaded.sample
    if wanted.statistic == ASSOCIATION:
        return _associated(loaded.table, design, wanted, number)
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
    if wanted.statistic is Statistic.DIFFERENCE:
        answer["p_value"] = _p_value(made)
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
            first, second = _compared(table, wanted, domain, number)
            return difference(design, table.finite(wanted.variable), first, second, level=level)
    raise AssertionError(wanted.statistic)


def _p_value(made: Estimate) -> float | None:
    """Of no difference, two-sided, by t with the estimate's degrees of freedom."""
    if made.estimate is None or not made.se or not made.df or made.df < 1:
        return None
    return 2 * t_cdf(-abs(made.estimate / made.se), made.df)


def _compared(table: Table, wanted: Wanted, domain: Mask, number: int) -> tuple[Mask, Mask]:
    """The two domains of a difference: the first less the second."""
    if wanted.where and wanted.minus:
        return domain, table.domain(wanted.minus)
    by = wanted.by or (WAVE if WAVE in table and not wanted.minus else None)
    if by is not None:
        codes, labels = table.texts(by)
        here = sorted((labels[code], code) for code in np.unique(codes[domain & (codes >= 0)]).tolist())
        if len(here) == 2:
            return domain & (codes == here[1][1]), domain & (codes == here[0][1])
    told = "a difference needs `where` and `minus`, or `by` a column with two labels"
    raise InputError([Problem(table.file, f"estimates.{number}", told)])


def _associated(table: Table, design: Sample, wanted: Wanted, number: int) -> dict[str, Any]:
    """Rao and Scott's test: `estimate` is F, with its degrees of freedom, the first-order test beside it."""
    if wanted.by is None:
        raise InputError([Problem(table.file, f"estimates.{number}.by", "an association needs another column")])
    columns = [_answers(table, name) for name in (wanted.variable, wanted.by)]
    made = association(design, columns[0], columns[1], table.domain(wanted.where))
    ndf, ddf = made.f_df or (None, None)
    return {
        "variable": wanted.variable,
        "n": made.n,
        "estimate": made.f,
        "se": None,
        "df": made.df,
        "ndf": ndf,
        "ddf": ddf,
        "p_value": made.p,
        "pearson": made.pearson,
        "first_order": made.first_order,
        "first_order_df": made.first_order_df,
        "first_order_p_value": made.first_order_p,
        "reason": made.reason.value if made.reason else None,
    }


def _answers(table: Table, column: str) -> Floats:
    """(n,) a number for each text, NaN where there is none."""
    codes, _ = table.texts(column)
    return np.where(codes >= 0, codes, np.nan)


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
