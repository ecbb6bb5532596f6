"""How the items of a wave's instrument did, and what its pass mark is on the instrument of a wave before."""

from collections.abc import Iterator
from itertools import islice
from math import ceil
from typing import Any

import numpy as np
from pydantic_core import from_json
from sqlalchemy.orm import Session

from literacy_app.areas.rules import Residence, Sex
from literacy_app.estimation import queries
from literacy_app.estimation.rules.design import Floats, Mask
from literacy_app.estimation.rules.dif import Grouping
from literacy_app.estimation.rules.equating import CarriedMark, carry
from literacy_app.estimation.rules.equating import Form as EquatedForm
from literacy_app.estimation.rules.irt import Fit, rasch_conditional
from literacy_app.estimation.rules.items import Choices, ItemAnalysis, ItemLimits, analyse
from literacy_app.estimation.service.level import Measured
from literacy_app.estimation.service.people import items_of
from literacy_app.foundation.policy import Policy
from literacy_app.questions.kinds import KINDS
from literacy_app.surveys.service import Kept

SEXES, PLACES = "sex", "residence"
LEAST_ANCHORS = 8
# Answer sheets that are held at a time.
AT_ONCE = 2000


def item_analysis(session: Session, found: Measured, policy: Policy) -> tuple[ItemAnalysis, Fit]:
    """Every item of the wave's own instrument version by those who were asked with it, and their difficulties by Rasch.

    An item without an answer, refused or "don't know" earns 0 points, as in the score. The Rasch model takes an item as
    right or not, by full points. Made once for what was measured and what the policy calls extreme.
    """
    limits = ItemLimits(policy.item_extreme.value, policy.item_least_discrimination.value)
    if limits not in found.analyses:
        found.analyses[limits] = _analysed(session, found, limits)
    return found.analyses[limits]


def _analysed(session: Session, found: Measured, limits: ItemLimits) -> tuple[ItemAnalysis, Fit]:
    people = found.people
    version, kept = next(iter(people.instruments.items()))
    names, full = items_of(kept), _full(kept)
    points = _points(found)
    groups = {
        SEXES: Grouping(_is(people.sex, Sex.FEMALE), _is(people.sex, Sex.MALE)),
        PLACES: Grouping(_is(people.residence, Residence.RURAL), _is(people.residence, Residence.URBAN)),
    }
    rows = {people.submissions[row]: row for row in people.asked(version).tolist()}
    answers = queries.answers_of(session, found.wave.pilot, found.wave.id, version)
    picked = ((rows[id], from_json(said)) for id, said in answers if id in rows)
    choices = _choices(picked, len(people), kept, names)
    made = analyse(points, full, found.weighting.design, names, choices=choices, groups=groups, limits=limits)
    return made, _rasch(points, full)


def carried_mark(earlier: Measured, later: Measured) -> CarriedMark | None:
    """The pass mark of the earlier wave's instrument in points of the later's, by the anchor items that both ask.

    None where the Rasch model does not fit both. It knows an item as right or not, so the points of an item count as one.
    At least 8 anchors, and a fifth of the items, must remain (Kolen and Brennan 2014, ch. 8).
    """
    forms = [_form(one) for one in (earlier, later)]
    kept = next(iter(earlier.people.instruments.values()))
    if forms[0] is None or forms[1] is None:
        return None
    mark = float(kept.key.pass_mark.least(int(_full(kept).sum())))
    least = max(LEAST_ANCHORS, ceil(len(forms[1].names) / 5))
    return carry(mark, forms[0], forms[1], least=least, same_unit=True)


def _form(found: Measured) -> EquatedForm | None:
    kept = next(iter(found.people.instruments.values()))
    names, full = items_of(kept), _full(kept)
    fit = _rasch(_points(found), full)
    if fit.reason is not None:
        return None
    return EquatedForm(tuple(names), fit.difficulty, np.ones(len(names)), full)


def _rasch(points: Floats, full: Floats) -> Fit:
    return rasch_conditional(np.where(np.isnan(points), np.nan, points == full))


def _full(kept: Kept) -> Floats:
    return np.array([kept.key.items[name].points for name in items_of(kept)], np.float64)


def _points(found: Measured) -> Floats:
    """(n, k) points in the items of the wave's own instrument version, NaN for who was not asked with it."""
    version, kept = next(iter(found.people.instruments.items()))
    points = np.full((len(found.people), len(items_of(kept))), np.nan)
    points[found.people.asked(version)] = found.people.points(version)
    return points


def _choices(
    answers: Iterator[tuple[int, dict[str, Any]]], people: int, kept: Kept, names: list[str]
) -> dict[str, Choices]:
    """The options of each item and who of `people` picked which, from rows and what was answered in them."""
    made: dict[str, Choices] = {}
    for name in names:
        question = kept.instrument.question(name)
        options = tuple(KINDS[question.kind].options(question)) if question else ()
        right = kept.key.items[name].answer
        key = frozenset(right if isinstance(right, tuple) else (right,))
        made[name] = Choices(options, np.zeros((people, len(options)), np.bool_), key)
    while block := list(islice(answers, AT_ONCE)):
        rows = np.array([row for row, _ in block], np.int64)
        columns = zip(*(map(said.get, names) for _, said in block), strict=True)
        for one, column in zip(made.values(), columns, strict=True):
            places = {option: place for place, option in enumerate(one.options)}
            taken = np.array([places.get(said, -1) if type(said) is str else -1 for said in column], np.int64)
            one.picked[rows[taken >= 0], taken[taken >= 0]] = True
            for place in np.flatnonzero(taken < 0).tolist():
                said = column[place]
                if isinstance(said, list):
                    one.picked[rows[place], [places[option] for option in said if option in places]] = True
    return made


def _is(codes: np.ndarray, wanted: Sex | Residence) -> Mask:
    mask: Mask = codes == list(type(wanted)).index(wanted)
    return mask
