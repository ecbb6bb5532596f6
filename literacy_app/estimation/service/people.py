"""The people drawn for a wave, or who answered by themselves, as arrays: who they are, and which scales they attain."""

import hashlib
import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from literacy_app.areas.rules import AGE_GROUPS, Residence, Sex, age_group, township_of
from literacy_app.estimation.queries import BIRTH_YEAR, EDUCATION, RESIDENCE, SEX, Drawn, Sheet
from literacy_app.estimation.rules.design import Floats, Ints, Mask
from literacy_app.foundation.clock import reporting_date
from literacy_app.questions.rules import Question
from literacy_app.scoring.rules import scales_of
from literacy_app.surveys.service import Kept

AGES = tuple(f"{low}-{high}" for low, high in AGE_GROUPS)
# With interviews so made nothing can be scored: their instrument version is not kept.
NONE, NOT_KEPT = -1, -2

# An instrument version by name and number.
Instruments = Mapping[tuple[str, int], Kept]


def measured_scales(question: Question) -> tuple[str, ...]:
    """The scales that an item counts in: total, dimension and second-level class, its topic and its article."""
    topic = (f"topic:{question.topic}",) if question.topic else ()
    article = (f"article:{question.article}",) if question.article else ()
    return (*scales_of(question), *topic, *article)


def items_of(kept: Kept) -> list[str]:
    """The ids of an instrument version's questions that earn points, in its order."""
    return [question.id for question in kept.instrument.questions if question.id in kept.key.items]


class Answers:
    """n interviews (None where there was none) and what they say: characteristics as codes, -1 for unknown; scales attained.

    Sheets are coded at once and let go; an interview with a version that is not among `instruments` has no score.
    """

    def __init__(self, sheets: Sequence[Sheet | None], instruments: Instruments) -> None:
        self.instruments = instruments
        self.submissions: list[UUID | None] = [None if sheet is None else sheet.submission for sheet in sheets]
        places = {version: place for place, version in enumerate(instruments)}
        # (n,) a place in `instruments`, NONE without an interview, NOT_KEPT
        self.version = _codes(sheets, lambda sheet: places.get(sheet.instrument, NOT_KEPT), NONE)
        self.responded: Mask = self.version != NONE
        # (n,) a place in Sex, and in Residence as people say it themselves (of people drawn see `People.residence`)
        self.sex = _labels(sheets, SEX, [str(one) for one in Sex])
        self.said_residence = _labels(sheets, RESIDENCE, [str(one) for one in Residence])
        # (n,) a place in AGE_GROUPS, from the years between birth and interview
        self.age = _codes(sheets, _age)
        # The levels of education that the instruments offer, in their order, and (n,) a place among them
        self.educations = _educations(instruments)
        self.education = _labels(sheets, EDUCATION, self.educations)
        self._points = self._earned(sheets)

    def __len__(self) -> int:
        return len(self.submissions)

    @property
    def unscored(self) -> int:
        """How many interviews were made with an instrument version that is not kept, and so have no score."""
        return int((self.version == NOT_KEPT).sum())

    def asked(self, version: tuple[str, int]) -> Ints:
        """The rows of those who were asked with an instrument version."""
        return np.flatnonzero(self.version == list(self.instruments).index(version))

    def points(self, version: tuple[str, int]) -> NDArray[np.int16]:
        """(m, k) the points of the m rows `asked` in the k items of an instrument version (`items_of`); 0 where one has none."""
        return self._points[version]

    @cached_property
    def attained(self) -> dict[str, Floats]:
        """(n,) by scale: 1 where the person's points reach the mark of the instrument that was asked, 0 where not, NaN without an answer.

        A scale stands in the order of the first instrument; it is NaN for who was asked with an instrument without it, or with
        one that is not kept.
        """
        result: dict[str, Floats] = {}
        for version, kept in self.instruments.items():
            rows, points, names = self.asked(version), self.points(version), items_of(kept)
            items = [question for question in kept.instrument.questions if question.id in kept.key.items]
            most = np.array([kept.key.items[name].points for name in names])
            members: dict[str, list[int]] = {}
            for place, item in enumerate(items):
                for scale in measured_scales(item):
                    members.setdefault(scale, []).append(place)
            mark = kept.key.pass_mark
            for scale, places in members.items():
                column = result.setdefault(scale, np.full(len(self), np.nan))
                reached = points[:, places].sum(axis=1, dtype=np.int64)
                column[rows] = mark.of * reached >= mark.points * most[places].sum()
        return result

    def _earned(self, sheets: Sequence[Sheet | None]) -> dict[tuple[str, int], NDArray[np.int16]]:
        names = [items_of(kept) for kept in self.instruments.values()]
        found = [array("h") for _ in names]
        for row, (sheet, place) in enumerate(zip(sheets, self.version.tolist(), strict=True)):
            points = None if sheet is None else from_json(sheet.points)
            self._told(row, sheet, points)
            if points is not None and place != NOT_KEPT:
                found[place].extend(map(points.get, names[place], repeat(0)))
        rows = [int((self.version == place).sum()) for place in range(len(names))]
        tables = (
            np.array(one, np.int16).reshape(n, len(items)) for one, n, items in zip(found, rows, names, strict=True)
        )
        return dict(zip(self.instruments, tables, strict=True))

    def _told(self, row: int, sheet: Sheet | None, points: dict[str, int] | None) -> None:
        """Called with each row and its points, which are read once."""


class People(Answers):
    """Everybody drawn for a wave, in the order of their ids.

    `digest` is the SHA-256 of all that goes into weights and levels: the same as long as no person, interview, mark or place
    changes.
    """

    def __init__(self, people: Sequence[Drawn], instruments: Instruments, residences: Mapping[str, Residence]) -> None:
        self.ids: list[UUID] = [one.id for one in people]
        self.probability = np.array([one.probability for one in people], np.float64)
        self.stratum = np.array([one.stratum for one in people], np.str_)
        self.psu = np.array([one.psu for one in people], np.str_)
        townships = [township_of(one.area_code) for one in people]
        self.township = np.array(townships, np.str_)
        kinds = {kind: place for place, kind in enumerate(Residence)}
        known = [NONE if (kind := residences.get(one.area_code)) is None else kinds[kind] for one in people]
        self.residence: Ints = np.array(known, np.int64)
        self._heads = [
            [str(one.id), one.probability, [one.stratum, one.psu, township, residence]]
            for one, township, residence in zip(people, townships, known, strict=True)
        ]
        self._said = hashlib.sha256()
        for version, kept in sorted(instruments.items()):
            self._said.update(f"{version} {kept.digest}\n".encode())
        super().__init__([one.sheet for one in people], instruments)
        self.digest = self._said.hexdigest()
        del self._heads, self._said

    @property
    def psus(self) -> int:
        """How many PSUs were drawn."""
        return len(set(zip(self.stratum.tolist(), self.psu.tolist(), strict=True)))

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return len(set(self.stratum.tolist()))

    def _told(self, row: int, sheet: Sheet | None, points: dict[str, int] | None) -> None:
        answered: Any = None
        if sheet is not None:
            asked = {id: sheet.answers.get(id) for id in (SEX, BIRTH_YEAR, EDUCATION)}
            answered = [str(sheet.submission), sheet.instrument, sheet.finished_at.isoformat(), asked, points]
        self._said.update(_line([*self._heads[row], answered]).encode() + b"\n")


_line = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def _codes(sheets: Sequence[Sheet | None], place: Callable[[Sheet], int], none: int = -1) -> Ints:
    return np.array([none if sheet is None else place(sheet) for sheet in sheets], np.int64)


def _labels(sheets: Sequence[Sheet | None], question: str, labels: Sequence[str]) -> Ints:
    places = {label: place for place, label in enumerate(labels)}
    return _codes(sheets, lambda sheet: places.get(str(sheet.answers.get(question)), -1))


def _age(sheet: Sheet) -> int:
    born = sheet.answers.get(BIRTH_YEAR)
    found = age_group(reporting_date(sheet.finished_at).year - born) if isinstance(born, int) else None
    return -1 if found is None else found


def _educations(instruments: Instruments) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for kept in instruments.values():
        question = kept.instrument.question(EDUCATION)
        found |= dict.fromkeys(question.options if question else ())
    return tuple(found)
