"""What stands beside a level and is never in it: the change between two waves, and what people say who chose to answer."""

import numpy as np
from sqlalchemy.orm import Session

from literacy_app.areas.rules import Residence, Sex
from literacy_app.estimation import queries
from literacy_app.estimation.rules import Design, Estimate, difference
from literacy_app.estimation.rules.design import Floats, Ints
from literacy_app.estimation.rules.self_selected import Reference, SelfSelected, self_selected
from literacy_app.estimation.service.level import Measured, instruments_of
from literacy_app.estimation.service.people import Answers
from literacy_app.scoring.rules import TOTAL
from literacy_app.surveys.rules import Wave


def change(earlier: Measured, later: Measured, scale: str = TOTAL) -> Estimate:
    """The level of the later wave less that of the earlier, from both stacked: PSUs that were in both are used as such.

    Only for waves with the same instrument version, or with scores on one scale; the caller decides.
    """
    both = (earlier, later)
    designs = [one.weighting.design for one in both]
    attained = np.concatenate([one.people.attained[scale] for one in both])
    wave = np.repeat([0, 1], [len(one.people) for one in both])
    stacked = Design(
        np.concatenate([one.weights for one in designs]),
        (np.concatenate([one.people.stratum for one in both]),),
        (np.concatenate([one.people.psu for one in both]),),
        nest=True,
        lonely_psu=designs[0].lonely_psu,
        cells=_stacked_cells(*designs),
    )
    return difference(stacked, attained, wave == 1, wave == 0, level=later.settings["confidence"])


def _stacked_cells(earlier: Design, later: Design) -> tuple[Ints, ...]:
    """The calibration cells of both; none where the waves were calibrated in different ways, which is on the safe side."""
    if len(earlier.cells) != len(later.cells):
        return ()
    pairs = zip(earlier.cells, later.cells, strict=True)
    return tuple(np.concatenate([first, second + first.max() + 1]) for first, second in pairs)


def chosen_to_answer(session: Session, wave: Wave, found: Measured) -> SelfSelected:
    """The share of literate people among those who came through open links, raked to what `found` says of the population."""
    sheets = queries.self_selected(session, wave.pilot, wave.id)
    answers = Answers(sheets, instruments_of(session, wave, {one.instrument for one in sheets}))
    people, weights = found.people, found.weighting.design.weights
    coded = (
        ("residence", answers.said_residence, people.residence, len(Residence)),
        ("sex", answers.sex, people.sex, len(Sex)),
        ("age", answers.age, people.age, None),
        ("education", answers.education, people.education, None),
    )
    references = []
    for name, theirs, ours, count in coded:
        shares = _shares(
            ours, weights, max(theirs.max(initial=-1), ours.max(initial=-1)) + 1 if count is None else count
        )
        if shares is not None:
            references.append(Reference(name, theirs, shares))
    return self_selected(answers.attained.get(TOTAL, np.full(len(answers), np.nan)), references)


def _shares(codes: Ints, weights: Floats, count: int) -> Floats | None:
    """(count,) the weighted share of each code among those known; None where nobody's is."""
    known = codes >= 0
    held = np.bincount(codes[known], weights=weights[known], minlength=count)
    return held / held.sum() if held.sum() > 0 else None
