"""How the items of a wave's instrument did, and what its pass mark is on the instrument of a wave before."""

from functools import lru_cache

import numpy as np

from literacy_app.areas.rules import Residence, Sex
from literacy_app.estimation.rules.design import Floats, Mask
from literacy_app.estimation.rules.dif import Grouping
from literacy_app.estimation.rules.equating import CarriedMark, carry
from literacy_app.estimation.rules.equating import Form as EquatedForm
from literacy_app.estimation.rules.irt import Fit, rasch_conditional
from literacy_app.estimation.rules.items import Choices, ItemAnalysis, ItemLimits, analyse
from literacy_app.estimation.service.level import Measured
from literacy_app.estimation.service.people import People
from literacy_app.foundation.policy import Policy
from literacy_app.questions.kinds import KINDS
from literacy_app.surveys.service import Kept

SEXES, PLACES = "sex", "residence"


@lru_cache(maxsize=4)
def item_analysis(found: Measured, policy: Policy) -> tuple[ItemAnalysis, Fit]:
    """Every item of the wave's own instrument version by those who were asked with it, and their difficulties by Rasch.

    An item without an answer, refused or "don't know" earns 0 points, as in the score. The Rasch model takes an item as
    right or not, by full points.
    """
    version, kept = next(iter(found.people.instruments.items()))
    asked = np.array([sheet is not None and sheet.instrument == version for sheet in found.people.sheets], np.bool_)
    names, full = _items(kept)
    points = _points(found.people, asked, names)
    groups = {
        SEXES: Grouping(_is(found.people.sex, Sex.FEMALE), _is(found.people.sex, Sex.MALE)),
        PLACES: Grouping(_is(found.people.residence, Residence.RURAL), _is(found.people.residence, Residence.URBAN)),
    }
    limits = ItemLimits(policy.item_extreme.value, policy.item_least_discrimination.value)
    choices = {name: _choices(found.people, asked, kept, name) for name in names}
    made = analyse(points, full, found.weighting.design, names, choices=choices, groups=groups, limits=limits)
    return made, rasch_conditional(np.where(np.isnan(points), np.nan, points == full))


def carried_mark(earlier: Measured, later: Measured) -> CarriedMark | None:
    """The pass mark of the earlier wave's instrument in points of the later's, by the anchor items that both ask.

    None where a Rasch model fits neither, or the marks are of several points an item, which the model does not know.
    """
    forms = [_form(one) for one in (earlier, later)]
    kept = next(iter(earlier.people.instruments.values()))
    names, full = _items(kept)
    if forms[0] is None or forms[1] is None:
        return None
    mark = float(kept.key.pass_mark.least(int(full.sum())))
    return carry(mark, forms[0], forms[1], same_unit=True)


def _form(found: Measured) -> EquatedForm | None:
    version, kept = next(iter(found.people.instruments.items()))
    asked = np.array([sheet is not None and sheet.instrument == version for sheet in found.people.sheets], np.bool_)
    names, full = _items(kept)
    points = _points(found.people, asked, names)
    fit = rasch_conditional(np.where(np.isnan(points), np.nan, points == full))
    if fit.reason is not None:
        return None
    return EquatedForm(tuple(names), fit.difficulty, np.ones(len(names)), full)


def _items(kept: Kept) -> tuple[list[str], Floats]:
    names = [question.id for question in kept.instrument.questions if question.id in kept.key.items]
    return names, np.array([kept.key.items[name].points for name in names], np.float64)


def _points(people: People, asked: Mask, names: list[str]) -> Floats:
    points = np.full((len(people), len(names)), np.nan)
    for row in np.flatnonzero(asked).tolist():
        sheet = people.sheets[row]
        points[row] = [sheet.points.get(name, 0) for name in names] if sheet else np.nan
    return points


def _choices(people: People, asked: Mask, kept: Kept, name: str) -> Choices:
    question = kept.instrument.question(name)
    options = tuple(KINDS[question.kind].options(question)) if question else ()
    places = {option: place for place, option in enumerate(options)}
    picked = np.zeros((len(people), len(options)), np.bool_)
    for row in np.flatnonzero(asked).tolist():
        sheet = people.sheets[row]
        said = sheet.answers.get(name) if sheet else None
        for option in said if isinstance(said, list) else [said]:
            if isinstance(option, str) and option in places:
                picked[row, places[option]] = True
    right = kept.key.items[name].answer
    return Choices(options, picked, frozenset(right if isinstance(right, tuple) else (right,)))


def _is(codes: np.ndarray, wanted: Sex | Residence) -> Mask:
    mask: Mask = codes == list(type(wanted)).index(wanted)
    return mask
