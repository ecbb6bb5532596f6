"""Reads a request for estimates (JSON) and the CSV file that it is about. Only the `estimate` command comes here.

The layout is that of the reference set: a file that already holds numbers is a request for the same numbers again.
"""

import json
import warnings
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from literacy_app.estimation.rules import Design, DesignError, LonelyPsu, Replicates, Sample, Statistic, poststratify, rake
from literacy_app.estimation.rules.design import Floats, Ints, Mask
from literacy_app.foundation.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

COUNT = "Freq"  # the population count in a row of `cells` or `margins`, as R's table calls it


def _listed(value: Any) -> Any:
    """R writes a single name without brackets, and none as null."""
    return [] if value is None else [value] if isinstance(value, str) else value


def _texts(value: Any) -> Any:
    """A domain compares text: 1 and "1" are the same."""
    return {} if value is None else {k: str(v) for k, v in value.items()} if isinstance(value, dict) else value


def _target(value: Any) -> Any:
    return value.get("target") if isinstance(value, dict) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Domain = Annotated[dict[str, str], BeforeValidator(_texts)]
Share = Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True)
class DesignColumns:
    """Which columns say how the sample was drawn: R's `svydesign`, or its `svrepdesign` where there are replicate weights."""

    ids: Names = ()
    strata: Names = ()
    weights: str | None = None
    fpc: Names = ()
    nest: bool = False
    lonely_psu: LonelyPsu = LonelyPsu.FAIL
    adjust_domain_lonely: bool = False
    replicate_weights: Names = ()  # columns; or any one word with a prefix that their names begin with
    prefix: str | None = None
    scale: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    rscales: tuple[Annotated[float, Field(ge=0, allow_inf_nan=False)], ...] | None = None
    mse: bool = False


@dataclass(frozen=True)
class Wanted:
    """One estimate asked for. A `difference` is that of `where` less that of `minus`; a `ratio` has a `denominator`."""

    statistic: Statistic
    variable: str
    where: Domain = field(default_factory=dict)
    minus: Domain = field(default_factory=dict)
    denominator: str | None = None
    target: Annotated[Share | None, BeforeValidator(_target)] = None


@dataclass(frozen=True)
class Request:
    """What is asked: of which file, of what design, at which level, after which calibration."""

    data: str
    design: DesignColumns
    estimates: tuple[Wanted, ...]
    level: Share = 0.95
    margins: tuple[tuple[dict[str, Any], ...], ...] = ()  # rows of {column: label, ..., "Freq": count}


@dataclass(frozen=True)
class Loaded:
    """A request that was understood, as it was written and with its data."""

    written: dict[str, Any]
    request: Request
    table: "Table"
    design: Sample


def read_request(path: Path) -> Loaded:
    """The request at `path` with its data. Raises InputError by line, place in the request, or row and column."""
    written = _json(path)
    request = _shaped(path.name, written)
    table = _table(path, request)
    try:
        design = _design(table, request)
    except DesignError as error:
        raise InputError([Problem(table.file, "", str(error))]) from error
    return Loaded(written, request, table, design)


class Table:
    """The columns asked for of one CSV file, all of them text until a number is asked for."""

    def __init__(self, file: str, frame: "pd.DataFrame") -> None:
        self.file = file
        self._frame = frame
        self._labels: dict[str, tuple[Ints, dict[str, int]]] = {}
        self._numbers: dict[str, Floats] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def labels(self, column: str) -> Ints:
        """(n,) a whole number for each different text. Raises InputError where there is none."""
        codes, _ = self._coded(column)
        self.refuse(codes < 0, column, "is empty")
        return codes

    def domain(self, where: dict[str, str]) -> Mask:
        """(n,) the rows whose columns have these texts; all rows without any."""
        mask = np.ones(len(self), np.bool_)
        for column, text in where.items():
            codes, known = self._coded(column)
            mask &= codes == known.get(text, len(known))
        return mask

    def numbers(self, column: str) -> Floats:
        """(n,) numbers, NaN where the file is empty. Raises InputError for text that is not a number."""
        if column not in self._numbers:
            import pandas as pd  # here, so that the web never loads it

            texts = self._frame[column]
            values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan)
            self.refuse(np.isnan(values) & texts.notna().to_numpy(np.bool_), column, "is not a number")
            self._numbers[column] = values
        return self._numbers[column]

    def whole(self, column: str) -> Floats:
        """(n,) numbers. Raises InputError for an empty place too."""
        values = self.numbers(column)
        self.refuse(np.isnan(values), column, "is empty")
        return values

    def finite(self, column: str) -> Floats:
        """(n,) finite numbers, NaN where the file is empty. Raises InputError for infinite ones."""
        values = self.numbers(column)
        self.refuse(np.isinf(values), column, "is not a finite number")
        return values

    def shares(self, column: str) -> Floats:
        """(n,) of 0, 1 and NaN. Raises InputError for other numbers."""
        values = self.numbers(column)
        self.refuse(~np.isin(values, (0, 1)) & ~np.isnan(values), column, "is not 0 or 1, as a proportion needs")
        return values

    def refuse(self, bad: Mask, column: str, message: str) -> None:
        """Raise InputError for the first row that is bad, with what stands there."""
        if bad.any():
            row = int(np.argmax(bad))
            found = self._frame[column].iloc[row]
            said = f"{found!r} {message}" if isinstance(found, str) else message
            raise InputError([Problem(self.file, f"row {row + 2}, column {column}", said)])

    def _coded(self, column: str) -> tuple[Ints, dict[str, int]]:
        if column not in self._labels:
            codes, texts = self._frame[column].factorize()
            self._labels[column] = codes.astype(np.int64), {text: code for code, text in enumerate(texts)}
        return self._labels[column]


def _json(path: Path) -> dict[str, Any]:
    try:
        written = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError([Problem(str(path), "", f"cannot be read ({error.strerror})")]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem(path.name, f"byte {error.start}", "is not UTF-8")]) from error
    except json.JSONDecodeError as error:
        raise InputError([Problem(path.name, f"line {error.lineno}", f"is not JSON: {error.msg}")]) from error
    except RecursionError as error:
        raise InputError([Problem(path.name, "", "is nested too deeply")]) from error
    if not isinstance(written, dict):
        raise InputError([Problem(path.name, "", "must be one JSON object")])
    return written


def _shaped(file: str, written: dict[str, Any]) -> Request:
    """The request as written, with what the reference set leaves unsaid."""
    asked = written.get("estimates")
    if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
        raise InputError([Problem(file, "estimates", "must be a list of objects, at least one")])
    unknown = [
        Problem(file, f"estimates.{number}.statistic", f"statistic not offered yet: {_named(one)}")
        for number, one in enumerate(asked)
        if one.get("statistic") not in list(Statistic)
    ]
    if unknown:
        raise InputError(unknown)
    shaped = {
        **written,
        "estimates": [{**one, "variable": one.get("variable") or _variable_in_id(one)} for one in asked],
        "margins": _margins(written),
    }
    try:
        return TypeAdapter(Request).validate_python(shaped)
    except ValidationError as error:
        places = [(".".join(map(str, item["loc"])), item["msg"]) for item in error.errors()]
        raise InputError([Problem(file, place, message) for place, message in places]) from error


def _named(one: dict[str, Any]) -> str:
    return "item statistics" if "item" in one and "statistic" not in one else repr(one.get("statistic"))


def _variable_in_id(one: dict[str, Any]) -> Any:
    """The reference set writes a mean as {"id": "mean:score", "statistic": "mean"}."""
    before, colon, after = str(one.get("id", "")).partition(":")
    return after if colon and before == one.get("statistic") else None


def _margins(written: dict[str, Any]) -> Any:
    """`cells` is one table of counts; `margins` is several, or {column: {label: count}}."""
    margins = written.get("margins") or ([written["cells"]] if written.get("cells") else [])
    if isinstance(margins, dict) and all(isinstance(counts, dict) for counts in margins.values()):
        return [[{column: label, COUNT: n} for label, n in counts.items()] for column, counts in margins.items()]
    return margins


def _table(path: Path, request: Request) -> Table:
    base = path.resolve().parent
    file = (base.parent if request.data.startswith("data/") else base) / request.data
    frame = _frame(file)
    absent = [
        Problem(path.name, place, f"{request.data} has no column {column!r}")
        for place, column in _columns(request)
        if column not in frame
    ]
    if absent:
        raise InputError(absent)
    return Table(request.data, frame[sorted({column for _, column in _columns(request)})])


def _frame(file: Path) -> "pd.DataFrame":
    """Every column, so that pandas sees rows that are too long; as text, so that codes keep their leading zeros."""
    import pandas as pd  # see Table.numbers

    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            return pd.read_csv(
                file, dtype="str", encoding="utf-8-sig", index_col=False, keep_default_na=False, na_values=["", "NA"]
            )
    except (
        OSError,
        UnicodeDecodeError,
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        pd.errors.ParserWarning,
    ) as error:
        reason = getattr(error, "strerror", None) or str(error).strip()
        raise InputError([Problem(str(file), "", f"cannot be read as UTF-8 CSV ({reason})")]) from error


def _columns(request: Request) -> list[tuple[str, str]]:
    """Every column that the request names, with the place where it does."""
    design = request.design
    named = [("design.weights", design.weights)] if design.weights else []
    for place, names in (("ids", design.ids), ("strata", design.strata), ("fpc", design.fpc)):
        named += [(f"design.{place}", name) for name in names]
    for number, margin in enumerate(request.margins):
        named += [(f"margins.{number}", column) for column in {name for row in margin for name in row} - {COUNT}]
    for number, one in enumerate(request.estimates):
        place = f"estimates.{number}"
        named += [(f"{place}.variable", one.variable)]
        named += [(f"{place}.denominator", one.denominator)] if one.denominator else []
        named += [(f"{place}.where", column) for column in (*one.where, *one.minus)]
    return [(place, name) for place, name in named if name is not None]


def _design(table: Table, request: Request) -> Design:
    columns = request.design
    weights = np.ones(len(table))
    if columns.weights:
        weights = table.whole(columns.weights)
        table.refuse(~np.isfinite(weights) | (weights < 0), columns.weights, "is not a weight of at least 0")
    design = Design(
        weights,
        tuple(table.labels(name) for name in columns.strata),
        tuple(table.labels(name) for name in columns.ids),
        tuple(table.whole(name) for name in columns.fpc),
        columns.nest,
        columns.lonely_psu,
        columns.adjust_domain_lonely,
    )
    margins = [_margin(table, rows, f"margins.{number}") for number, rows in enumerate(request.margins)]
    if len(margins) == 1:
        return poststratify(design, *margins[0])
    return rake(design, margins) if margins else design


def _margin(table: Table, rows: tuple[dict[str, Any], ...], place: str) -> tuple[Ints, Floats]:
    """The cell (n,) of each row of the data, and the population count (k,) of each cell."""
    cell = np.full(len(table), -1)
    counts = []
    for number, row in enumerate(rows):
        count = row.get(COUNT)
        if isinstance(count, bool) or not isinstance(count, int | float) or not isfinite(count):
            raise InputError([Problem(table.file, f"{place}.{number}", f"needs a number as {COUNT!r}")])
        counts.append(float(count))
        cell[table.domain(_texts({column: label for column, label in row.items() if column != COUNT}))] = number
    if (cell < 0).any():
        raise InputError([Problem(table.file, f"row {int(np.argmax(cell < 0)) + 2}", f"lies in no cell of {place}")])
    return cell, np.array(counts)
