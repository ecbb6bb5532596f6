"""With which chance somebody is in the sample, once rosters were made and reserves brought in."""

from literacy_app.sampling.rules import Selection, person_probability


def chance(
    household: float,
    sampled: int,
    extra: int,
    selection: Selection = Selection.KISH,
    place: tuple[int, int] | None = None,
) -> float:
    """The chance of a household, or with `place` (how many may be asked, and which of them was chosen) of that person.

    A reserve for a household that is none, or in which nobody may be asked, makes the sample of the village larger: with
    `extra` of them beside the `sampled` households, each had the chance `household` * (sampled + extra) / sampled. A reserve
    for a household that was not reached takes its place and its chance. Raises ValueError where nothing was sampled.
    """
    if sampled < 1:
        raise ValueError("a village of the sample has at least one household")
    reached = household * (sampled + extra) / sampled
    return reached if place is None else reached * person_probability(selection, *place)
