"""Reads pilots: `content/pilots/<id>/pilot.yml`, beside it its divisions in `areas.csv` and its residents in `population.yml`."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from literacy_app.areas.rules import AGE_GROUPS, Area, Pilot, Population, Residence, Sex, is_code, within
from literacy_app.foundation.errors import InputError, Problem
from literacy_app.foundation.files import is_id, read_yaml, shape

COLUMNS = ("code", "name_zh", "name_en", "urban_rural_class", "valid_from", "valid_to")
MAX_ROWS = 100_000
LONGEST_SOURCE = 200


@dataclass(frozen=True)
class PilotFolder:
    """A pilot and what its folder describes: the divisions, and the residents where they were counted."""

    pilot: Pilot
    areas: tuple[Area, ...]
    population: Population | None = None


def read_pilots(content: Path) -> list[PilotFolder]:
    """Every pilot below `content/pilots/`. Raises InputError with all that is wrong in them."""
    return [_read_pilot(folder, content) for folder in sorted((content / "pilots").glob("*/"))]


def read_areas(path: Path, root: Path) -> tuple[Area, ...]:
    """The divisions in one CSV with the columns of COLUMNS. Raises InputError by row and column."""
    name = str(path.relative_to(root))
    areas: list[Area] = []
    problems: list[Problem] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise InputError([Problem(name, "row 1", f"the columns must be {', '.join(COLUMNS)}")])
            for number, row in enumerate(reader, start=2):
                if number > MAX_ROWS:
                    raise InputError([Problem(name, f"row {number}", f"has more than {MAX_ROWS} rows")])
                areas += _area(name, number, row, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError([Problem(name, "", f"cannot be read as UTF-8 CSV ({error})")]) from error
    if problems:
        raise InputError(problems)
    return tuple(areas)


def _area(name: str, number: int, row: dict[str, str], problems: list[Problem]) -> list[Area]:
    def complain(column: str, message: str) -> list[Area]:
        problems.append(Problem(name, f"row {number}, column {column}", message))
        return []

    if not is_code(row["code"] or ""):
        return complain("code", f"{row['code']!r} is not a code of 2, 4, 6, 9 or 12 digits")
    if not row["name_zh"] or not row["name_en"]:
        return complain("name_zh", "both names are needed")
    if row["urban_rural_class"] and row["urban_rural_class"] not in {"111", "112", "121", "122", "123", "210", "220"}:
        return complain("urban_rural_class", f"{row['urban_rural_class']!r} is not a class of the statistics office")
    try:
        begins = date.fromisoformat(row["valid_from"])
        ends = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    except (TypeError, ValueError):
        return complain("valid_from", "dates are written like 2024-01-31")
    return [Area(row["code"], row["name_zh"], row["name_en"], row["urban_rural_class"], begins, ends)]


def _read_pilot(folder: Path, root: Path) -> PilotFolder:
    document = read_yaml(folder / "pilot.yml", root)
    pilot = shape(document, Pilot)
    areas = read_areas(folder / "areas.csv", root)
    problems = []
    if not is_id(pilot.id, 40):
        problems.append(document.problem(("id",), "must be up to 40 of a-z, 0-9, - and _"))
    if pilot.id != folder.name:
        problems.append(document.problem(("id",), f"must be the folder's name, {folder.name!r}"))
    for index, code in enumerate(pilot.areas):
        if len(code) not in (9, 12) or not is_code(code):
            problems.append(
                document.problem(("areas", index), f"{code!r} is not a township (9 digits) or a village (12 digits)")
            )
        elif not any(within(area.code, code) for area in areas):
            problems.append(document.problem(("areas", index), f"{code} is not in areas.csv"))
    if problems:
        raise InputError(problems)
    return PilotFolder(pilot, areas, _read_population(folder, root))


def _read_population(folder: Path, root: Path) -> Population | None:
    """The residents, if they were counted. Raises InputError."""
    if not (folder / "population.yml").exists():
        return None
    document = read_yaml(folder / "population.yml", root)
    population = shape(document, Population)
    problems = []
    wanted = {(residence, sex, ages) for residence in Residence for sex in Sex for ages in AGE_GROUPS}
    for index, group in enumerate(population.groups):
        key = (group.residence, group.sex, group.ages)
        if key not in wanted:
            bands = ", ".join(f"{low}-{high}" for low, high in AGE_GROUPS)
            problems.append(document.problem(("groups", index), f"comes twice or is in none of the bands {bands}"))
        if group.people < 0:
            problems.append(document.problem(("groups", index, "people"), "cannot be below 0"))
        wanted.discard(key)
    if wanted:
        missing = "; ".join(f"{residence} {sex} {low}-{high}" for residence, sex, (low, high) in sorted(wanted))
        problems.append(document.problem(("groups",), f"has no line for {missing}"))
    if not any(group.people for group in population.groups):
        problems.append(document.problem(("groups",), "counts nobody"))
    if not 1 <= len(population.source) <= LONGEST_SOURCE:
        problems.append(
            document.problem(("source",), f"has 1 to {LONGEST_SOURCE} characters; name the census or register")
        )
    if problems:
        raise InputError(problems)
    return population
