"""The people drawn for a wave, or who answered by themselves, as arrays: who they are, and which scales they attain."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np

from literacy_app.areas.rules import AGE_GROUPS, Residence, Sex, age_group, township_of
from literacy_app.estimation.queries import Drawn, Sheet
from literacy_app.estimation.rules.design import Floats, Ints, Mask
from literacy_app.foundation.clock import reporting_date
from literacy_app.questions.rules import Question
from literacy_app.scoring.rules import scales_of
from literacy_app.surveys.service import Kept

# The questions whose ids every instrument shares, because a level is shown by them (CONTRIBUTING, "An instrument").
SEX, BIRTH_YEAR, EDUCATION, RESIDENCE = "sex", "birth_year", "education", "residence"
AGES = tuple(f"{low}-{high}" for low, high in AGE_GROUPS)

# An instrument version by name and number.
Instruments = Mapping[tuple[str, int], Kept]


def measured_scales(question: Question) -> tuple[str, ...]:
    """The scales that an item counts in: total, dimension and second-level class, its topic and its article."""
    topic = (f"topic:{question.topic}",) if question.topic else ()
    article = (f"article:{question.article}",) if question.article else ()
    return (*scales_of(question), *topic, *article)


class Answers:
    """n interviews (None where there was none) and what they say: characteristics as codes, -1 for unknown; scales attained."""

    def __init__(self, sheets: Sequence[Sheet | None], instruments: Instruments) -> None:
        self.sheets = sheets
        self.instruments = instruments
        self.responded: Mask = np.array([sheet is not None for sheet in sheets], np.bool_)

    def __len__(self) -> int:
        return len(self.sheets)

    @cached_property
    def sex(self) -> Ints:
        """(n,) a place in Sex."""
        places = {sex.value: place for place, sex in enumerate(Sex)}
        return self._coded(lambda sheet: places.get(str(sheet.answers.get(SEX)), -1))

    @cached_property
    def said_residence(self) -> Ints:
        """(n,) a place in Residence, as people say it themselves; of people drawn the place is known better (`People.residence`)."""
        places = {kind.value: place for place, kind in enumerate(Residence)}
        return self._coded(lambda sheet: places.get(str(sheet.answers.get(RESIDENCE)), -1))

    @cached_property
    def age(self) -> Ints:
        """(n,) a place in AGE_GROUPS, from the years between birth and interview."""

        def place(sheet: Sheet) -> int:
            born = sheet.answers.get(BIRTH_YEAR)
            found = age_group(reporting_date(sheet.finished_at).year - born) if isinstance(born, int) else None
            return -1 if found is None else found

        return self._coded(place)

    @cached_property
    def educations(self) -> tuple[str, ...]:
        """The levels of education that the instruments offer, in their order."""
        found: dict[str, None] = {}
        for kept in self.instruments.values():
            question = kept.instrument.question(EDUCATION)
            found |= dict.fromkeys(question.options if question else ())
        return tuple(found)

    @cached_property
    def education(self) -> Ints:
        """(n,) a place in `educations`."""
        places = {education: place for place, education in enumerate(self.educations)}

        return self._coded(lambda sheet: places.get(str(sheet.answers.get(EDUCATION)), -1))

    @cached_property
    def attained(self) -> dict[str, Floats]:
        """(n,) by scale: 1 where the person's points reach the mark of the instrument that was asked, 0 where not, NaN without an answer.

        A scale stands in the order of the first instrument; it is NaN for who was asked with an instrument without it.
        """
        result: dict[str, Floats] = {}
        for version, kept in self.instruments.items():
            rows = [row for row, sheet in enumerate(self.sheets) if sheet and sheet.instrument == version]
            items = [question for question in kept.instrument.questions if question.id in kept.key.items]
            points = self._points(rows, [item.id for item in items])
            most = np.array([kept.key.items[item.id].points for item in items])
            members: dict[str, list[int]] = {}
            for place, item in enumerate(items):
                for scale in measured_scales(item):
                    members.setdefault(scale, []).append(place)
            mark = kept.key.pass_mark
            for scale, places in members.items():
                column = result.setdefault(scale, np.full(len(self), np.nan))
                column[rows] = mark.of * points[:, places].sum(axis=1) >= mark.points * most[places].sum()
        return result

    def _points(self, rows: Sequence[int], items: Sequence[str]) -> Ints:
        sheets = [self.sheets[row] for row in rows]
        return np.array([[sheet.points.get(item, 0) for item in items] for sheet in sheets if sheet], np.int64).reshape(
            len(rows), len(items)
        )

    def _coded(self, place: Callable[[Sheet], int]) -> Ints:
        return np.array([-1 if sheet is None else place(sheet) for sheet in self.sheets], np.int64)


class People(Answers):
    """Everybody drawn for a wave, in the order of their ids."""

    def __init__(self, people: Sequence[Drawn], instruments: Instruments, residences: Mapping[str, Residence]) -> None:
        super().__init__([one.sheet for one in people], instruments)
        self.ids: list[UUID] = [one.id for one in people]
        self.probability = np.array([one.probability for one in people], np.float64)
        self.stratum = np.array([one.stratum for one in people], np.str_)
        self.psu = np.array([one.psu for one in people], np.str_)
        self.township = np.array([township_of(one.area_code) for one in people], np.str_)
        kinds = list(Residence)
        known = [residences.get(one.area_code) for one in people]
        self.residence: Ints = np.array([-1 if kind is None else kinds.index(kind) for kind in known], np.int64)

    @property
    def psus(self) -> int:
        """How many PSUs were drawn."""
        return len(set(zip(self.stratum.tolist(), self.psu.tolist(), strict=True)))

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return len(set(self.stratum.tolist()))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that goes into weights and levels: the same as long as no person, interview, mark or place changes."""
        said = hashlib.sha256()
        for version, kept in sorted(self.instruments.items()):
            said.update(f"{version} {kept.digest}\n".encode())
        for row, sheet in enumerate(self.sheets):
            answered: Any = None
            if sheet is not None:
                asked = {id: sheet.answers.get(id) for id in (SEX, BIRTH_YEAR, EDUCATION)}
                answered = [str(sheet.submission), sheet.instrument, sheet.finished_at.isoformat(), asked, sheet.points]
            place = [str(self.stratum[row]), str(self.psu[row]), str(self.township[row]), int(self.residence[row])]
            line = [str(self.ids[row]), self.probability[row], place, answered]
            said.update(json.dumps(line, sort_keys=True, ensure_ascii=False).encode() + b"\n")
        return said.hexdigest()
