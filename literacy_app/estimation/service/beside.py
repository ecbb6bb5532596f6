"""What stands beside a level and is never in it: the change between two waves, and what people say who chose to answer."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from literacy_app.areas.rules import AGE_GROUPS, Residence, Sex
from literacy_app.estimation import queries
from literacy_app.estimation.rules import waves
from literacy_app.estimation.rules.design import Floats, Ints
from literacy_app.estimation.rules.self_selected import Reference, SelfSelected, self_selected
from literacy_app.estimation.rules.waves import Change, Measurement
from literacy_app.estimation.service.level import Measured, instruments_of
from literacy_app.estimation.service.people import Answers
from literacy_app.scoring.rules import TOTAL
from literacy_app.surveys.rules import Wave


def change(earlier: Measured, later: Measured, scale: str = TOTAL) -> Change:
    """The level of the later wave less that of the earlier; PSUs that were in both are used as such.

    Only for waves with the same instrument version, or with scores on one scale; the caller decides.
    """
    before, after = (_measurement(one, scale) for one in (earlier, later))
    return waves.change(before, after, later.settings["confidence"])


def _measurement(found: Measured, scale: str) -> Measurement:
    people = found.people
    psus = list(zip(people.stratum.tolist(), people.psu.tolist(), strict=True))
    return Measurement(found.weighting.design, people.attained[scale], psus)


def chosen_to_answer(session: Session, wave: Wave, found: Measured) -> SelfSelected:
    """The share of literate people among those who came through open links, raked to what `found` says of the population."""
    sheets = queries.self_selected(session, wave.pilot, wave.id)
    answers = Answers(sheets, instruments_of(session, wave, {one.instrument for one in sheets}))
    people, weights = found.people, found.weighting.design.weights
    # Other instrument versions may offer other levels of education: a code says nothing, a label does.
    levels = tuple(dict.fromkeys((*people.educations, *answers.educations)))
    coded = (
        ("residence", answers.said_residence, people.residence, len(Residence)),
        ("sex", answers.sex, people.sex, len(Sex)),
        ("age", answers.age, people.age, len(AGE_GROUPS)),
        ("education", _education(answers, levels), _education(people, levels), len(levels)),
    )
    references = []
    for name, theirs, ours, count in coded:
        shares = _shares(ours, weights, count)
        if shares is not None:
            references.append(Reference(name, theirs, shares))
    return self_selected(answers.attained.get(TOTAL, np.full(len(answers), np.nan)), references)


def _education(answers: Answers, levels: Sequence[str]) -> Ints:
    """(n,) a place in `levels`, -1 for unknown."""
    places = np.array([*(levels.index(one) for one in answers.educations), -1])
    found: Ints = places[answers.education]
    return found


def _shares(codes: Ints, weights: Floats, count: int) -> Floats | None:
    """(count,) the weighted share of each code among those known; None where nobody's is."""
    known = codes >= 0
    held = np.bincount(codes[known], weights=weights[known], minlength=count)
    return held / held.sum() if held.sum() > 0 else None
