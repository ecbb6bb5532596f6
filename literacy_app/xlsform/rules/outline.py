"""How a workbook hangs together: which rows are asked, in which groups, under which ids, and which choices there are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from literacy_app.questions.rules import Code
from literacy_app.xlsform.rules import Remark, Row
from literacy_app.xlsform.rules.columns import (
    LONGEST_NAME,
    Type,
    by_language,
    is_name,
    is_option,
    plain,
    proposal,
    type_of,
)

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
YES = ("yes", "true", "true()")
# The line that a shuffle needs in ODK; what we wrote ourselves is not asked of anybody.
SEED = "shuffle.seed"
MAIN = "main"
METADATA = ("start", "end", "today", "deviceid", "username", "audit")
_ROSTER = "has no place here: the household roster belongs to the interviewer app"
_PLACES, _MEDIA, _PERSONS = (
    "is not taken: no places of persons are stored",
    "is not taken: no pictures, sounds or files are stored",
    "is not taken: nothing is stored by which a person can be reached",
)
_FILE = "is not taken: put the choices into the sheet 'choices'"
REFUSED_TYPES = {
    "begin_repeat": _ROSTER,
    **dict.fromkeys(("geopoint", "geotrace", "geoshape", "start-geopoint", "osm"), _PLACES),
    **dict.fromkeys(("image", "audio", "video", "file", "background-audio", "barcode"), _MEDIA),
    **dict.fromkeys(("phonenumber", "email", "simserial", "subscriberid"), _PERSONS),
    **dict.fromkeys(("select_one_from_file", "select_multiple_from_file", "select_one_external"), _FILE),
    **dict.fromkeys(("xml-external", "csv-external"), _FILE),
    "rank": "is not taken: ask for the first, the second and so on, each as select_one",
}
_KEYS = ("x_answer", "x_points", "answer", "points", "key", "correct", "is_correct", "right", "score")
# What the rows of a matrix may differ in.
_OF_ONE_ROW = ("name", "label", "x_answer", "x_points", "appearance")


@dataclass
class Ledger:
    """What is found on the way: what is wrong, and what somebody should know."""

    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def refuse(self, sheet: str, row: int, message: str) -> None:
        """Something for which nothing at all is taken."""
        self.problems.append(Remark(sheet, row, message))

    def note(self, sheet: str, row: int, message: str) -> None:
        """Something that is not quite as it was."""
        self.notes.append(Remark(sheet, row, message))


@dataclass(frozen=True)
class Choice:
    """One line of `choices`: its name, its words by language, and its columns for filters."""

    name: str
    row: int
    words: Mapping[str, str]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Group:
    """A group of rows; `matrix` is the list of choices that its rows have in common, where it is one."""

    name: str
    row: Row
    matrix: str = ""


@dataclass(frozen=True)
class Entry:
    """A row that is asked, read or worked out, and the groups it stands in, from the outermost."""

    row: Row
    type: Type
    id: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Outline:
    """The entries in order, where each name of the workbook stands, and which of them have no answer and why."""

    entries: tuple[Entry, ...]
    ids: Mapping[str, str]
    places: Mapping[str, int]
    silent: Mapping[str, str]


def read_choices(rows: Sequence[Row], default: str, ledger: Ledger) -> dict[str, list[Choice]]:
    """The lists of choices by their names."""
    lists: dict[str, list[Choice]] = {}
    told: set[str] = set()
    for row in rows:
        cells = plain(row)
        if not cells:
            continue
        for name in _KEYS:
            if name in cells and name not in told:
                told.add(name)
                message = (
                    f"has the column {name!r}: right answers do not travel with the choices (x_answer in 'survey')"
                )
                ledger.refuse(CHOICES, row.number, message)
        if "media" in cells:
            ledger.refuse(CHOICES, row.number, f"a picture or sound {_MEDIA}")
        if "list_name" not in cells or "name" not in cells:
            ledger.refuse(CHOICES, row.number, "needs a list_name and a name")
            continue
        choice = Choice(cells["name"], row.number, by_language(row, "label", default), {**cells})
        before = lists.setdefault(cells["list_name"], [])
        if choice.name in [other.name for other in before]:
            ledger.refuse(CHOICES, row.number, f"{choice.name!r} stands twice in the list {cells['list_name']!r}")
        elif not is_option(choice.name) and choice.name not in set(Code):
            other = proposal(choice.name, 20, f"o{len(before) + 1}")
            ledger.refuse(
                CHOICES, row.number, f"{choice.name!r} must be up to 20 of a-z, 0-9, - and _, such as {other!r}"
            )
        before.append(choice)
    return lists


def read_outline(rows: Sequence[Row], ledger: Ledger) -> Outline:
    """The rows of `survey` with their groups."""
    entries: list[Entry] = []
    ids: dict[str, str] = {}
    places: dict[str, int] = {}
    silent: dict[str, str] = {}
    groups: list[Group] = []
    repeats = 0
    for index, row in enumerate(rows):
        cells = plain(row)
        if not cells.get("type") or cells.get("disabled", "").lower() in YES:
            continue
        found, name = type_of(cells["type"]), cells.get("name", "")
        if found.word == "begin_repeat":
            repeats += 1
            ledger.refuse(SURVEY, row.number, f"a repeat {_ROSTER}")
        elif found.word == "end_repeat":
            repeats -= 1
        elif repeats:
            places[name], silent[name] = row.number, "stands in a repeat"
        elif found.word == "begin_group":
            groups.append(Group(name, row, _matrix_of(rows, index, name)))
            _check_name(row, re.sub(r"\.\d+$", "", name), "group", ledger)
            silent.setdefault(name, "is a group")
            if len(groups) > 1 and not groups[-1].matrix:
                ledger.note(SURVEY, row.number, f"the group {name!r} becomes a part of the section {groups[0].name!r}")
        elif found.word == "end_group":
            if groups:
                groups.pop()
        elif found.word in METADATA:
            places[name or found.word] = row.number
            silent[name or found.word] = "today" if found.word == "today" else "is kept by the door, not asked"
            ledger.note(
                SURVEY, row.number, f"{found.word!r} is left out: the door records when and where from answers come"
            )
        elif name != SEED:
            if name in places:
                ledger.refuse(SURVEY, row.number, f"{name!r} stands twice (also in row {places[name]})")
            places[name] = row.number
            if reason := REFUSED_TYPES.get(found.word):
                ledger.refuse(SURVEY, row.number, f"a question of type {found.word!r} {reason}")
                silent[name] = "is not taken"
                continue
            if found.word in ("note", "acknowledge") or cells.get("read_only", "").lower() in YES:
                silent[name] = "is only read, so it has no answer"
            elif silent.get(name) == "is a group":
                del silent[name]
            ids[name] = _id(row, name, groups, ledger)
            entries.append(Entry(row, found, ids[name], tuple(groups)))
    return Outline(tuple(entries), ids, places, silent)


def _check_name(row: Row, name: str, what: str, ledger: Ledger) -> None:
    if not is_name(name):
        other = proposal(name, LONGEST_NAME, f"{what[0]}{row.number}")
        message = (
            f"the name {name!r} of a {what} must be up to 40 of a-z, 0-9, - and _, a letter first, such as {other!r}"
        )
        ledger.refuse(SURVEY, row.number, message)


def _id(row: Row, name: str, groups: Sequence[Group], ledger: Ledger) -> str:
    """The id of the question in this row: its name, in a matrix with the matrix's name before it."""
    _check_name(row, name, "question", ledger)
    if not groups or not groups[-1].matrix:
        return name
    inner = name.removeprefix(f"{groups[-1].name}-")
    if not is_option(inner):
        ledger.refuse(
            SURVEY, row.number, f"the name {inner!r} of a row in a matrix must be up to 20 of a-z, 0-9, - and _"
        )
    if inner == name:
        ledger.note(
            SURVEY, row.number, f"{name!r} is a row of a matrix and called {groups[-1].name}-{name} from here on"
        )
    return f"{groups[-1].name}-{inner}"


def _matrix_of(rows: Sequence[Row], begin: int, name: str) -> str:
    """The list of choices of a group that is a matrix: questions with one list that differ in their words only."""
    inside: list[Row] = []
    for row in rows[begin + 1 :]:
        found = type_of(plain(row).get("type", ""))
        if found.word == "end_group":
            break
        if found.word:
            inside.append(row)
    lists = {(found.choices, found.or_other) if (found := type_of(plain(row)["type"])).word == "select_one" else None
             for row in inside}  # fmt: skip
    alike = {
        tuple(sorted((k, v) for k, v in row.cells.items() if k.split("::")[0].strip() not in _OF_ONE_ROW))
        for row in inside
    }
    drawn = plain(rows[begin]).get("appearance", "").split()
    named = "field-list" in drawn and all(plain(row).get("name", "").startswith(f"{name}-") for row in inside)
    one = next(iter(lists), None)
    return one[0] if len(lists) == len(alike) == 1 and one and not one[1] and ("table-list" in drawn or named) else ""
