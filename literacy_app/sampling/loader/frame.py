"""Villages out of rows: which column is which, what each cell must be, and what must fit together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from literacy_app.areas.rules import Residence, residence_of
from literacy_app.sampling.loader.cells import Row, read_cells
from literacy_app.sampling.loader.faults import Fault, FrameError, FrameFault, shown
from literacy_app.sampling.rules import Unit

# The columns of a frame and how people call them; the first two words of each are those of the templates.
COLUMNS = {
    "code": ("code", "代码", "区划代码", "村居代码", "统计用区划代码", "village_code"),
    "name": ("name", "名称", "村居", "村居名称", "village", "name_zh"),
    "township": ("township", "乡镇", "乡镇街道", "乡镇代码", "乡镇名称", "township_code"),
    "size": ("size", "人数", "15-69岁人数", "人口", "人口数", "population"),
    "households": ("households", "户数", "家庭户数", "总户数"),
    "residence": ("residence", "城乡", "城乡分类", "城乡分类代码", "urban_rural_class"),
}
NEEDED = ("code", "name", "size", "households")
RESIDENCES = {
    Residence.URBAN: ("urban", "城镇", "城市", "城", "u"),
    Residence.RURAL: ("rural", "乡村", "农村", "乡", "r"),
}
CLASSES = ("111", "112", "121", "122", "123", "210", "220")  # of the statistics office
LARGEST_NUMBER, LONGEST_NAME = 1_000_000, 100
MOST_HOUSEHOLDS_A_RESIDENT = 3
MOST_FAULTS = 20

_NAMES = {word: column for column, words in COLUMNS.items() for word in words}
_RESIDENCES = {word: residence for residence, words in RESIDENCES.items() for word in words}
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]{2}", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """A village as the file has it: what is drawn, and names for people; that of the township may be empty."""

    unit: Unit
    name: str
    township: str


def read_frame(raw: bytes, name: str) -> tuple[Listed, ...]:
    """The villages, in its order, of a file called `name`, .csv or .xlsx.

    The first row that is not empty names the columns (COLUMNS, in any order; others are not read). Raises FrameError with
    one fault for a file that is no frame, and with up to MOST_FAULTS by row and column for rows that are wrong.
    """
    rows = read_cells(raw, name)
    header = next(rows, None)
    if header is None:
        raise FrameError(name, [Fault(FrameFault.EMPTY)])
    reading = _Reading(_columns(name, header))
    for row in rows:
        reading.read(row)
        if len(reading.faults) >= MOST_FAULTS:
            raise FrameError(name, [*reading.faults, Fault(FrameFault.MORE)])
    if reading.faults or not reading.villages:
        raise FrameError(name, reading.faults or [Fault(FrameFault.EMPTY)])
    return tuple(Listed(unit, called, reading.townships.get(unit.township, "")) for unit, called in reading.villages)


def _columns(name: str, header: Row) -> dict[str, int]:
    """Where each column stands."""
    places: dict[str, int] = {}
    faults = []
    for place, word in enumerate(header[1]):
        column = _NAMES.get(word.lower().replace(" ", ""))
        if column in places:
            faults.append(Fault(FrameFault.COLUMN_TWICE, header[0], given=f"{header[1][places[column]]}, {word}"))
        elif column:
            places[column] = place
    if missing := [" / ".join(COLUMNS[column][:2]) for column in NEEDED if column not in places]:
        faults.append(Fault(FrameFault.NO_HEADER, header[0], given=", ".join(missing)))
    if faults:
        raise FrameError(name, faults)
    return places


@dataclass
class _Reading:
    """What has been read so far."""

    places: Mapping[str, int]
    villages: list[tuple[Unit, str]] = field(default_factory=list)
    townships: dict[str, str] = field(default_factory=dict)  # names by code
    rows: dict[str, int] = field(default_factory=dict)  # by code
    faults: list[Fault] = field(default_factory=list)

    def read(self, row: Row) -> None:
        """One village, or what is wrong with it."""
        self.row, cells = row
        self.cells = {column: cells[place] if place < len(cells) else "" for column, place in self.places.items()}
        before = len(self.faults)
        code = self._code()
        size, households = self._number("size"), self._number("households")
        residence = self._residence()
        if not self.cells["name"]:
            self._complain(FrameFault.MISSING, "name")
        elif len(self.cells["name"]) > LONGEST_NAME:
            self._complain(FrameFault.LONG_NAME, "name")
        if size and households > size * MOST_HOUSEHOLDS_A_RESIDENT:
            self._complain(FrameFault.HOUSEHOLDS, "households", f"{households} households, {size} residents")
        if len(self.faults) == before:
            self.villages.append((Unit(code, code[:9], size, households, residence), self.cells["name"]))

    def _complain(self, kind: FrameFault, column: str, given: str | None = None) -> None:
        self.faults.append(Fault(kind, self.row, column, shown(self.cells[column]) if given is None else given))

    def _code(self) -> str:
        code = self.cells["code"]
        if not code:
            self._complain(FrameFault.MISSING, "code")
        elif _ROUNDED.fullmatch(code):
            self._complain(FrameFault.CODE_ROUNDED, "code")
        elif not (code.isascii() and code.isdecimal() and len(code) in (2, 4, 6, 9, 12)):
            self._complain(FrameFault.CODE, "code")
        elif len(code) < 12 or code.endswith("000"):
            self._complain(FrameFault.CODE_OF_TOWNSHIP, "code")
        elif code in self.rows:
            self._complain(FrameFault.CODE_TWICE, "code", f"{code} stands in row {self.rows[code]} as well")
        else:
            self.rows[code] = self.row
            self._township(code[:9])
        return code

    def _township(self, code: str) -> None:
        """The column holds the township's code, of 9 digits or filled up to 12, or its name."""
        township = self.cells.get("township", "")
        if township.isascii() and township.isdecimal():
            if township not in (code, f"{code}000"):
                self._complain(FrameFault.TOWNSHIP, "township")
        elif township and self.townships.setdefault(code, township) != township:
            self._complain(FrameFault.TOWNSHIP_NAMES, "township", f"{code} is {self.townships[code]} and {township}")

    def _number(self, column: str) -> int:
        """A whole number above 0; 0 where there is none."""
        text = self.cells[column]
        if not text:
            self._complain(FrameFault.MISSING, column)
        elif not (text.isascii() and text.isdecimal()):
            self._complain(FrameFault.NUMBER, column)
        elif len(text) > len(str(LARGEST_NUMBER)) or int(text) > LARGEST_NUMBER:
            self._complain(FrameFault.TOO_BIG, column)
        elif int(text) == 0:
            self._complain(FrameFault.ZERO, column)
        else:
            return int(text)
        return 0

    def _residence(self) -> Residence | None:
        word = self.cells.get("residence", "").lower()
        if word and word not in _RESIDENCES and word not in CLASSES:
            self._complain(FrameFault.RESIDENCE, "residence")
        return residence_of(word) if word in CLASSES else _RESIDENCES.get(word)
