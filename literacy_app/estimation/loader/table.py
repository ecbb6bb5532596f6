"""A CSV file as columns of text, and as numbers where they are asked for, with every complaint by row and column."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from literacy_app.estimation.rules.design import Floats, Ints, Mask
from literacy_app.foundation.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd  # loaded in the functions below, because the web imports this room and has no use for it


class Table:
    """The n rows of one CSV file."""

    def __init__(self, file: str, frame: "pd.DataFrame") -> None:
        self.file = file
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
        """(n,) numbers, NaN where the file is empty. Raises InputError for text that is not a number."""
        if column not in self._numbers:
            import pandas as pd

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

    def weights(self, column: str) -> Floats:
        """(n,) finite numbers of at least 0. Raises InputError for others."""
        values = self.whole(column)
        self.refuse(np.isinf(values) | (values < 0), column, "is not a weight of at least 0")
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


def read_table(path: Path, name: str) -> Table:
    """The CSV file at `path`, called `name` in complaints. "NA" and nothing are missing. Raises InputError.

    All columns are read, so that rows that are too long are noticed; as text, so that codes keep their leading zeros.
    """
    import pandas as pd

    faults = (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning)
    options = {"dtype": "str", "encoding": "utf-8-sig", "index_col": False, "keep_default_na": False}
    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            return Table(name, pd.read_csv(path, na_values=["", "NA"], **options))
    except (OSError, UnicodeDecodeError, *faults) as error:
        reason = getattr(error, "strerror", None) or str(error).strip()
        raise InputError([Problem(str(path), "", f"cannot be read as UTF-8 CSV ({reason})")]) from error
