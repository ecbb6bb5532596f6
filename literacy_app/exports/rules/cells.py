"""What a cell may hold: formulas made harmless, and answers read from the stored text quickly."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Generic

from literacy_app.exports.rules import F
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.questions.rules import Code

# A spreadsheet takes a text that begins with one of these for a formula, or for two cells.
TRIGGERS = frozenset("=+-@\t\r\n\0＝＋－＠")
# Stands before such a text, and before a text that begins with itself: who takes exactly one away has the original.
GUARD = "'"

# Stands before a code among answers; no stored text can hold it (questions.kinds.text).
CODE_MARK = "\x01"
# Fragments of one question, and the longest text that one is kept for.
MOST_KEPT, LONGEST_KEPT = 1000, 250

_AS_STORED = {json.dumps({"code": code.value}): json.dumps(CODE_MARK + code.value) for code in Code}


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return GUARD + text if text[:1] in TRIGGERS or text[:1] == GUARD else text


def original(text: str) -> str:
    """The opposite of `neutral`."""
    return text[1:] if text[:1] == GUARD else text


def in_zone(moment: datetime) -> str:
    """A moment as tables write it: ISO 8601 to the second, with the offset of the reporting zone."""
    return moment.astimezone(REPORTING_ZONE).isoformat(timespec="seconds")


@lru_cache(maxsize=MOST_KEPT)
def _hour_in_zone(hour: str) -> tuple[str, str]:
    local = in_zone(datetime.fromisoformat(f"{hour}:00:00+00:00"))
    return local[:13], local[19:]


def stored_in_zone(stored: str) -> str:
    """The same, of a moment as databases give it as text, in UTC: `2026-10-01 02:00:00`, with or without fractions.

    Worked out once an hour: the reporting zone is whole hours from UTC.
    """
    hour, offset = _hour_in_zone(stored[:13])
    return f"{hour}{stored[13:19]}{offset}"


def with_marked_codes(stored: str | None) -> str:
    """The stored text of a sheet, in which every code is a marked text, so that what stands between commas is a value.

    A quotation mark inside a text is escaped, so what is replaced here is never part of one.
    """
    text = stored or "{}"
    for code, marked in _AS_STORED.items():
        text = text.replace(code, marked)
    # One question, called "code", whose answer reads like a code: the whole sheet was taken for one.
    return text if text[:1] == "{" else stored or "{}"


def code_in(answer: Any) -> str | None:
    """The code that stands for an answer, or None."""
    return answer[1:] if isinstance(answer, str) and answer[:1] == CODE_MARK else None


class Cells(dict[Any, F], Generic[F]):
    """Fragments by what they are made from, each made once; texts, which hardly ever come twice, are not kept."""

    def __init__(self, make: Callable[[Any], F]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> F:
        made = self._make(key)
        if len(self) < MOST_KEPT and not (isinstance(key, str) and len(key) > LONGEST_KEPT):
            self[key] = made
        return made


# Between a value and the next name; and what stands there after the last value.
BETWEEN, NO_MORE = ', "', "\x02"


class Cutter(Generic[F]):
    """Makes one fragment for each name out of a stored JSON object, cut into pieces that are looked up instead of read.

    A piece is a value and the name after it, as in `"b", "q07`: there are few different ones, and for each the fragment
    and where to go on are known after the first time. What cannot be cut so is read as JSON.
    """

    def __init__(
        self, names: Sequence[str], makes: Sequence[Callable[[Any], F]], blank: Sequence[F], apart: str = '": '
    ) -> None:
        self.blank, self.apart, self.makes = list(blank), apart, makes
        self.places = {name: place for place, name in enumerate(names) if name}
        # What the mark between two pieces takes away from the value.
        self.begin = apart.removeprefix('": ')
        self.pieces = [Cells(partial(self._read, place)) for place in range(len(names))]

    def row(self, stored: str) -> list[F]:
        """The fragments, the blank one where nothing is stored under a name."""
        row, known = self.blank.copy(), self.pieces
        head, *pieces = stored.split(self.apart)
        try:
            place = self.places[head[2:]]
            # The last has the object's own bracket where a name would follow.
            pieces[-1] = f"{pieces[-1][:-1]}{BETWEEN}{NO_MORE}"
            for piece in pieces:
                row[place], place = known[place][piece]
        except (KeyError, ValueError):
            return self._row(json.loads(stored))
        return row

    def _row(self, values: dict[str, Any]) -> list[F]:
        row = self.blank.copy()
        for name, value in values.items():
            if name in self.places:
                place = self.places[name]
                row[place] = self.makes[place](_hashable(value))
        return row

    def _read(self, place: int, piece: str) -> tuple[F, int]:
        value, _, name = piece.rpartition(BETWEEN)
        made = self.makes[place](_hashable(json.loads(self.begin + value)))
        return made, -1 if name == NO_MORE else self.places[name]


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return CODE_MARK + value["code"] if isinstance(value, dict) and "code" in value else value
