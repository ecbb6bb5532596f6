"""Reads a request for estimates and the file that it is about. Only the `estimate` command comes here.

request  the JSON file: what is asked, of which columns
table    the CSV file: text until a number is asked for
sample   both together: the design, or the replicate weights, with calibrated weights
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from literacy_app.estimation.loader.request import Request, Wanted, data_path, read_json, shaped
from literacy_app.estimation.loader.sample import columns, explained, sample
from literacy_app.estimation.loader.table import Table, read_table
from literacy_app.estimation.rules import DesignError, Sample
from literacy_app.foundation.errors import InputError, Problem

__all__ = ["Loaded", "Table", "Wanted", "data_file", "read_request"]


@dataclass(frozen=True)
class Loaded:
    """A request that was understood, as it was written and with its data."""

    written: dict[str, Any]
    request: Request
    table: Table
    sample: Sample


def data_file(path: Path) -> Path | None:
    """The data that the request at `path` is about; None where it cannot be read that far."""
    try:
        named = read_json(path).get("data")
    except InputError:
        return None
    return data_path(path, named) if isinstance(named, str) else None


def read_request(path: Path) -> Loaded:
    """The request at `path` with its data. Raises InputError by line, place in the request, or row and column."""
    written = read_json(path)
    request = shaped(path.name, written)
    table = read_table(data_path(path, request.data), request.data)
    absent = [
        Problem(path.name, place, f"{request.data} has no column {column!r}")
        for place, column in columns(request, table)
        if column not in table
    ]
    if absent:
        raise InputError(absent)
    try:
        return Loaded(written, request, table, sample(table, request))
    except DesignError as error:
        raise InputError([explained(error, table, request.design)]) from error
