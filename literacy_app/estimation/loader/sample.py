"""The sample that a request describes: its design or replicate weights, over the rows of its table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from literacy_app.estimation.loader.request import COUNT, LARGEST, Columns, Request, texts
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
from literacy_app.estimation.rules.design import DesignError, Fault, Floats, Ints
from literacy_app.foundation.errors import Problem

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
        named.append((f"{place}.by", [one.by] if one.by else []))
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
    margins = [_margin(table, drawn.weights, rows, f"margins.{number}") for number, rows in enumerate(request.margins)]
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


def _margin(table: Table, weights: Floats, rows: tuple[dict[str, Any], ...], place: str) -> tuple[Ints, Floats]:
    """The cell (n,) of each row of the table, and the population count (k,) of each cell."""
    cell = np.full(len(table), -1)
    counts = []
    for number, row in enumerate(rows):
        count = row.get(COUNT)
        if isinstance(count, bool) or not isinstance(count, int | float) or not 0 < count <= LARGEST:
            raise DesignError(f"{place}.{number} needs a number above 0 as {COUNT!r}")
        counts.append(float(count))
        try:
            labels = texts({column: label for column, label in row.items() if column != COUNT})
        except ValueError as error:
            raise DesignError(f"{place}.{number}: {error}") from error
        inside = table.domain(labels)
        if (cell[inside] >= 0).any():
            raise DesignError(f"{place}.{number}: {_words(labels)} lies in an earlier cell too")
        if not (weights[inside] > 0).any():
            raise DesignError(f"{place}.{number}: nobody with a weight is in the sample with {_words(labels)}")
        cell[inside] = number
    if (cell < 0).any():
        row_ = int(np.argmax(cell < 0))
        named = list(dict.fromkeys(column for row in rows for column in row if column != COUNT))
        found = _words({column: table.text(row_, column) for column in named})
        raise DesignError(f"row {table.number(row_)} lies in no cell of {place}: it has {found}")
    return cell, np.array(counts)


def _words(labels: dict[str, str | None]) -> str:
    return " and ".join(f"{column} {'empty' if label is None else repr(label)}" for column, label in labels.items())


def explained(error: DesignError, table: Table, names: Columns) -> Problem:
    """A design's error as the row, column and labels of the file that show it."""
    if error.fault is None or not error.rows:
        return Problem(table.file, "", str(error))
    row, first = error.rows[-1], error.rows[0]
    strata = names.strata[min(error.stage, len(names.strata) - 1) :][:1]
    stratum, unit = f"stratum {table.text(row, strata[0])!r}" if strata else "the sample", "PSU"
    if error.stage:
        stratum, unit = f"{names.ids[error.stage - 1]} {table.text(row, names.ids[error.stage - 1])!r}", "cluster"
    correction = names.fpc[error.stage :][:1]
    found = [table.text(one, column) for column in correction for one in (row, first)]
    match error.fault:
        case Fault.SPLIT_CLUSTER:
            column = names.ids[error.stage]
            apart = " and ".join(repr(table.text(one, name)) for name in strata for one in (first, row))
            said = f"{unit} {table.text(row, column)!r} lies in strata {apart} (first in row {table.number(first)})"
            return Problem(
                table.file, table.place(row, column), f"{said}; if codes start again in every stratum, say nest"
            )
        case Fault.VARYING_CORRECTION:
            said = f"{found[0]!r} is not {found[1]!r}, which row {table.number(first)} of {stratum} has"
        case Fault.MIXED_CORRECTIONS:
            said = f"{found[0]!r} is a sampling fraction, and other corrections are counts"
        case Fault.OVERDRAWN:
            said = f"{stratum} has more {unit}s in the sample than {found[0]!r}, those in its population"
        case _:
            said = f"{found[0]!r} is not above 0" if correction else str(error)
    return Problem(table.file, table.place(row, correction[0]) if correction else f"row {table.number(row)}", said)
