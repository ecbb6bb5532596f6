"""Reads a pilot's targets: `content/pilots/<id>/targets.yml`."""

from dataclasses import dataclass
from pathlib import Path

from literacy_app.foundation.errors import InputError
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.scoring.rules import TOTAL

SCALES = (TOTAL, *Dimension, *SecondClass)
LONGEST_SOURCE = 200


@dataclass(frozen=True)
class Aim:
    """One share on one scale in one year, with the paper that says so."""

    __pydantic_config__ = {"extra": "forbid"}

    scale: str
    year: int
    share: float
    source: str


@dataclass(frozen=True)
class Targets:
    """What a pilot started from and what it is to reach."""

    __pydantic_config__ = {"extra": "forbid"}

    baselines: tuple[Aim, ...]
    targets: tuple[Aim, ...]


def read_targets(folder: Path, root: Path) -> Targets:
    """The targets of the pilot in `folder`. Raises InputError with all that is wrong."""
    document = read_yaml(folder / "targets.yml", root)
    result = shape(document, Targets)
    problems = []
    for name in ("baselines", "targets"):
        for index, aim in enumerate(getattr(result, name)):
            if aim.scale not in SCALES:
                problems.append(
                    document.problem(
                        (name, index, "scale"), f"{aim.scale!r} is not a scale; there are {', '.join(SCALES)}"
                    )
                )
            if not 0 < aim.share < 1:
                problems.append(
                    document.problem(
                        (name, index, "share"), f"a share lies between 0 and 1, for example 0.25 (found {aim.share})"
                    )
                )
            if len(aim.source) > LONGEST_SOURCE:
                problems.append(
                    document.problem(
                        (name, index, "source"), f"has at most {LONGEST_SOURCE} characters; name the paper"
                    )
                )
            if not 2000 <= aim.year <= 2100:
                problems.append(document.problem((name, index, "year"), f"{aim.year} is not a year of a pilot"))
    if problems:
        raise InputError(problems)
    return result
