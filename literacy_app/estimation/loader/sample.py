"""The sample that a request describes: its design or replicate weights, over the rows of its table."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from literacy_app.estimation.loader.request import COUNT, Columns, Request, texts
from literacy_app.estimation.loader.table import Table
from literacy_app.estimation.rules import (
    Design,
    Replicates,
    Resampling,
    Sample,
    calibrate,
    poststratify,
    rake,
    resampled,
)
from literacy_app.estimation.rules.design import DesignError, Floats, Ints

INTERCEPT = "(Intercept)"


def columns(request: Request, table: Table) -> list[tuple[str, str]]:
    """Every place in the request that names a column, with the name."""
    design = request.design
    named: list[tuple[str, Sequence[str]]] = [
        ("design.weights", [design.weights] if design.weights else []),
        ("design.ids", design.ids),
        ("design.strata", design.strata),
        ("design.fpc", design.fpc),
        ("design.replicate_weights", [] if design.prefix else _listed(design)),
    ]
    for number, margin in enumerate(request.margins):
        named.append((f"margins.{number}", sorted({column for row in margin for column in row} - {COUNT})))
    for name in request.totals:
        named.append(("totals", [] if name == INTERCEPT or auxiliary_label(table, name) else [name]))
    for number, item in request.items.items():
        named.append((f"estimates.{number}.item", [item.item]))
        named.append((f"estimates.{number}.answers", [item.answers] if item.answers else []))
    named.append(("groups", request.groups or []))
    for number, one in request.estimates.items():
        place = f"estimates.{number}"
        named.append((f"{place}.variable", [one.variable]))
        named.append((f"{place}.denominator", [one.denominator] if one.denominator else []))
        named.append((f"{place}.where", list(one.where)))
        named.append((f"{place}.minus", list(one.minus)))
    return [(place, name) for place, names in named for name in names]


def sample(table: Table, request: Request) -> Sample:
    """The sample, its weights calibrated to the request's margins. Raises InputError and DesignError."""
    drawn = _drawn(table, request)
    if request.totals and request.margins:
        raise DesignError("give margins (or cells) or totals, not both")
    if request.totals:
        auxiliaries = np.stack([_auxiliary(table, name) for name in request.totals], axis=1)
        return calibrate(drawn, auxiliaries, np.array(list(request.totals.values())))
    margins = [_margin(table, rows, f"margins.{number}") for number, rows in enumerate(request.margins)]
    if len(margins) == 1:
        return poststratify(drawn, *margins[0])
    return rake(drawn, margins) if margins else drawn


def _drawn(table: Table, request: Request) -> Sample:
    names = request.design
    weights = table.weights(names.weights) if names.weights else np.ones(len(table))
    kind = names.replicate_weights
    made = kind in list(Resampling) and names.prefix is None and names.scale is None
    if (kind or names.prefix) and not made:
        return _replicates(table, names, weights)
    design = Design(
        weights,
        tuple(table.labels(name) for name in names.strata),
        tuple(table.labels(name) for name in names.ids),
        tuple(table.whole(name) for name in names.fpc),
        names.nest,
        names.lonely_psu,
        names.adjust_domain_lonely,
    )
    return resampled(design, Resampling(kind), replicates=names.replicates, seed=names.seed) if made else design


def _auxiliary(table: Table, name: str) -> Floats:
    """(n,) the column that a total belongs to, by R's names: "(Intercept)", a column of numbers, or a column and a label of it."""
    if name == INTERCEPT:
        return np.ones(len(table))
    if name in table:
        return table.whole(name)
    column, label = auxiliary_label(table, name) or ("", "")
    return table.domain({column: label}).astype(np.float64)


def auxiliary_label(table: Table, name: str) -> tuple[str, str] | None:
    """The column and label that R's name of an indicator stands for ("sexM", also "sex=M"); None where there is no such column."""
    found = [column for column in table.columns if name.startswith(column) and len(name) > len(column)]
    return max(
        ((column, name[len(column) :].removeprefix("=")) for column in found), key=lambda one: len(one[0]), default=None
    )


def _replicates(table: Table, names: Columns, weights: Floats) -> Replicates:
    found = _listed(names) if names.prefix is None else _numbered(table, names.prefix)
    if not found:
        raise DesignError("no column holds replicate weights")
    if names.scale is None:
        raise DesignError("replicate weights need a scale")
    given = 1.0 if names.rscales is None else names.rscales
    rscales = np.array(given) if isinstance(given, tuple) else np.full(len(found), given)
    replicates = np.stack([table.weights(name) for name in found], axis=1)
    return Replicates(weights, replicates, names.scale, rscales, names.mse)


def _listed(names: Columns) -> list[str]:
    """The columns in `replicate_weights`, which may also be a word for their kind."""
    given = names.replicate_weights
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []


def _numbered(table: Table, prefix: str) -> list[str]:
    """The columns named by the prefix and a number, in the order of the numbers."""
    ends = {name: name.removeprefix(prefix) for name in table.columns if name.startswith(prefix)}
    return sorted((name for name, end in ends.items() if end.isdecimal()), key=lambda name: int(ends[name]))


def _margin(table: Table, rows: tuple[dict[str, Any], ...], place: str) -> tuple[Ints, Floats]:
    """The cell (n,) of each row of the table, and the population count (k,) of each cell."""
    cell = np.full(len(table), -1)
    counts = []
    for number, row in enumerate(rows):
        count = row.get(COUNT)
        if isinstance(count, bool) or not isinstance(count, int | float) or not isfinite(count):
            raise DesignError(f"{place}.{number} needs a number as {COUNT!r}")
        counts.append(float(count))
        cell[table.domain(texts({column: label for column, label in row.items() if column != COUNT}))] = number
    if (cell < 0).any():
        raise DesignError(f"row {int(np.argmax(cell < 0)) + 2} lies in no cell of {place}")
    return cell, np.array(counts)
