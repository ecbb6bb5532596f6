"""A CSV file as columns of text, and as numbers where they are asked for, with every complaint by row and column."""

import csv
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from literacy_app.estimation.loader.request import LARGEST
from literacy_app.estimation.rules.design import Floats, Ints, Mask
from literacy_app.foundation.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd  # loaded in the functions below, because the web imports this room and has no use for it

ENCODING = "utf-8-sig"  # UTF-8, with or without the mark that spreadsheets put in front


class Table:
    """The n rows of one CSV file."""

    def __init__(self, file: str, path: Path, frame: "pd.DataFrame") -> None:
        self.file = file
        self._path = path
        self.columns = [str(column) for column in frame.columns]
        self._frame = frame
        self._labels: dict[str, tuple[Ints, dict[str, int]]] = {}
        self._numbers: dict[str, Floats] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def labels(self, column: str) -> Ints:
        """(n,) a whole number for each different text. Raises InputError where there is none."""
        codes, _ = self._coded(column)
        self.refuse(codes < 0, column, "is empty")
        return codes

    def texts(self, column: str) -> tuple[Ints, list[str]]:
        """(n,) the place of each row's text in the list, -1 where the file is empty; and the list, in order."""
        codes, known = self._coded(column)
        order = sorted(known)
        place = {text: number for number, text in enumerate(order)}
        return np.array([*(place[text] for text in known), -1])[codes], order  # the code -1 finds the -1 at the end

    def domain(self, where: dict[str, str]) -> Mask:
        """(n,) the rows whose columns have these texts; all rows without any."""
        mask = np.ones(len(self), np.bool_)
        for column, text in where.items():
            codes, known = self._coded(column)
            mask &= codes == known.get(text, len(known))
        return mask

    def numbers(self, column: str) -> Floats:
        """(n,) numbers, NaN where the file is empty. Raises InputError for text that is not a number and numbers beyond 1e150."""
        if column not in self._numbers:
            import pandas as pd

            texts = self._frame[column]
            values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan)
            self.refuse(np.isnan(values) & texts.notna().to_numpy(np.bool_), column, "is not a number")
            beyond = (np.abs(values) > LARGEST) & ~np.isinf(values)  # what is infinite has messages of its own
            self.refuse(beyond, column, "is not between -1e150 and 1e150, and too large to compute with")
            self._numbers[column] = values
        return self._numbers[column]

    def whole(self, column: str) -> Floats:
        """(n,) numbers. Raises InputError for an empty place too."""
        values = self.numbers(column)
        self.refuse(np.isnan(values), column, "is empty")
        return values

    def weights(self, column: str) -> Floats:
        """(n,) 0 and numbers of 1e-150 to 1e150. Raises InputError for others."""
        values = self.whole(column)
        self.refuse(np.isinf(values) | (values < 0), column, "is not a weight of at least 0")
        tiny = (values > 0) & (values < 1 / LARGEST)
        self.refuse(tiny, column, "is neither 0 nor at least 1e-150, and too small to compute with")
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
            found = self.text(row, column)
            said = message if found is None else f"{found!r} {message}"
            raise InputError([Problem(self.file, self.place(row, column), said)])

    def text(self, row: int, column: str) -> str | None:
        """What stands in a row (from 0) of a column; None where it is empty."""
        found = self._frame[column].iloc[row]
        return found if isinstance(found, str) else None

    def number(self, row: int) -> int:
        """The row as a spreadsheet counts it: the header is 1, and empty lines, which are not read, count too."""
        written = (number for number, fields in _records(self._path) if fields)
        with closing(written):
            next(written)
            return next((number for index, number in enumerate(written) if index == row), row + 2)

    def place(self, row: int, column: str) -> str:
        """Where a row (from 0) and a column meet, as complaints name it."""
        return f"row {self.number(row)}, column {column}"

    def _coded(self, column: str) -> tuple[Ints, dict[str, int]]:
        if column not in self._labels:
            codes, texts = self._frame[column].factorize()
            self._labels[column] = codes.astype(np.int64), {text: code for code, text in enumerate(texts)}
        return self._labels[column]


def read_table(path: Path, name: str) -> Table:
    """The CSV file at `path`, called `name` in complaints. "NA" and nothing are missing. Raises InputError by row.

    All columns are read, so that rows that are too long are noticed; as text, so that codes keep their leading zeros.
    """
    import pandas as pd

    faults = (pd.errors.ParserError, pd.errors.ParserWarning)
    options = {"dtype": "str", "encoding": ENCODING, "index_col": False, "keep_default_na": False}
    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            frame = pd.read_csv(path, na_values=["", "NA"], **options)
        # A row that is too short is filled up in silence, so that only the last column shows it.
        problem = _twice(path, name) or (_uneven(path, name) if frame.iloc[:, -1].isna().any() else None)
    except OSError as error:
        problem = Problem(str(path), "", f"cannot be read as UTF-8 CSV ({error.strerror})")
    except UnicodeDecodeError:
        problem = _not_utf8(path, name)
    except pd.errors.EmptyDataError:
        problem = Problem(name, "", "is empty")
    except faults as error:
        problem = _uneven(path, name) or Problem(name, "", f"cannot be read as UTF-8 CSV ({str(error).strip()})")
    if problem is not None:
        raise InputError([problem])
    if not len(frame):
        raise InputError([Problem(name, "", "has no rows below the header")])
    return Table(name, path, frame)


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file as a spreadsheet numbers them, from 1; empty ones are []."""
    csv.field_size_limit(2**31 - 1)  # a place may be as long as it likes: the limit is not ours to judge
    with path.open(encoding=ENCODING, newline="") as file:
        yield from enumerate(csv.reader(file), 1)


def _twice(path: Path, name: str) -> Problem | None:
    header = next((fields for _, fields in _records(path) if fields), [])
    found = next((column for column in header if column and header.count(column) > 1), None)
    return None if found is None else Problem(name, "row 1", f"has the column {found!r} twice")


def _uneven(path: Path, name: str) -> Problem | None:
    """The first row that has not as many places as the header."""
    wide = 0
    for number, fields in _records(path):
        wide = wide or len(fields)
        if fields and len(fields) != wide:
            return Problem(name, f"row {number}", f"has {len(fields)} places, and the header has {wide}")
    return None


def _not_utf8(path: Path, name: str) -> Problem:
    content = path.read_bytes()
    try:
        content.decode(ENCODING)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        advice = "is not UTF-8; in a spreadsheet save it as “CSV UTF-8”"
        return Problem(name, f"row {row}", advice if content[:2] != b"PK" else "is a workbook; save it as “CSV UTF-8”")
    return Problem(name, "", "is not UTF-8")
