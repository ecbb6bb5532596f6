"""The sample that a request describes: its design or replicate weights, over the rows of its table."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from literacy_app.estimation.loader.request import COUNT, Columns, Request, texts
from literacy_app.estimation.loader.table import Table
from literacy_app.estimation.rules import Design, Replicates, Sample, poststratify, rake
from literacy_app.estimation.rules.design import DesignError, Floats, Ints


def columns(request: Request) -> list[tuple[str, str]]:
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
    for number, one in enumerate(request.estimates):
        place = f"estimates.{number}"
        named.append((f"{place}.variable", [one.variable]))
        named.append((f"{place}.denominator", [one.denominator] if one.denominator else []))
        named.append((f"{place}.where", list(one.where)))
        named.append((f"{place}.minus", list(one.minus)))
    return [(place, name) for place, names in named for name in names]


def sample(table: Table, request: Request) -> Sample:
    """The sample, its weights calibrated to the request's margins. Raises InputError and DesignError."""
    names = request.design
    weights = table.weights(names.weights) if names.weights else np.ones(len(table))
    if names.replicate_weights or names.prefix:
        if request.margins:
            raise DesignError("replicate weights come calibrated: margins are not offered with them")
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
    margins = [_margin(table, rows, f"margins.{number}") for number, rows in enumerate(request.margins)]
    if len(margins) == 1:
        return poststratify(design, *margins[0])
    return rake(design, margins) if margins else design


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
