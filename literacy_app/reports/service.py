"""Putting an officer's page together from what was measured and what was aimed at."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from literacy_app.areas.models import AreaRow
from literacy_app.areas.queries import residences, townships
from literacy_app.estimation.queries import Drawn, drawn
from literacy_app.estimation.rules import Design, LonelyPsu, Reliability, flags, proportion
from literacy_app.estimation.rules.weights import response_weights
from literacy_app.foundation.policy import Policy
from literacy_app.framework.rules import Dimension
from literacy_app.reports.rules import Overview, Row
from literacy_app.scoring.rules import TOTAL
from literacy_app.surveys.queries import link_of, tally
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.service import pass_mark_of
from literacy_app.targets.queries import baselines, targets_for
from literacy_app.targets.rules import Path, judge


def overview(session: Session, wave: Wave, policy: Policy) -> Overview | None:
    """The first page of the office for one wave; None when nobody was drawn for it, so there is no level to speak of."""
    people = drawn(session, wave.pilot, wave.id, (TOTAL, *Dimension))
    if not people:
        return None
    sample = _Sample(people, policy)
    targets = {scale: row.share for scale, row in targets_for(session, wave.pilot, wave.opens_on.year).items()}
    years = {scale: row.year for scale, row in targets_for(session, wave.pilot, wave.opens_on.year).items()}
    base = baselines(session, wave.pilot).get(TOTAL)
    path = (
        Path(base.year, base.share, years[TOTAL], targets[TOTAL])
        if base and TOTAL in years and base.year < years[TOTAL]
        else None
    )
    places = townships(session, wave.pilot, wave.opens_on)
    kinds = residences(session, wave.pilot, wave.opens_on)
    link = link_of(session, wave.id)
    return Overview(
        wave=wave,
        tally=tally(session, wave.pilot, wave.id),
        psus=len({(one.stratum, one.psu) for one in people}),
        strata=len({one.stratum for one in people}),
        pass_mark=pass_mark_of(session, wave),
        level=sample.row(TOTAL, TOTAL, None, targets.get(TOTAL)),
        target_year=years.get(TOTAL),
        expected=path.expected(wave.opens_on.year) if path else None,
        dimensions=tuple(sample.row(scale, scale, None, targets.get(scale)) for scale in Dimension),
        residences=tuple(
            sample.row(kind, TOTAL, [kinds.get(one.area_code) == kind for one in people], targets.get(TOTAL))
            for kind in ("urban", "rural")
        ),
        townships=tuple(
            sample.row(
                place.code,
                TOTAL,
                [one.area_code[:9] == place.code for one in people],
                targets.get(TOTAL),
                _names(place),
            )
            for place in places
        ),
        link=link.token if link else None,
    )


class _Sample:
    """The people drawn, as arrays, with the design that all estimates of a page share."""

    def __init__(self, people: Sequence[Drawn], policy: Policy) -> None:
        self.people = people
        self.policy = policy
        self.responded = np.array([one.attained is not None for one in people])
        strata = np.array([one.stratum for one in people])
        psus = np.array([one.psu for one in people])
        weights = response_weights(np.array([one.probability for one in people]), strata, psus, self.responded)
        self.design = Design(weights, (strata,), (psus,), nest=True, lonely_psu=LonelyPsu.ADJUST)
        self.thresholds = Reliability(
            min_n=int(policy.reliability_min_n.value),
            min_df=int(policy.reliability_min_df.value),
            max_interval_width=policy.reliability_max_interval_width.value,
            max_relative_width=policy.reliability_max_relative_width.value,
            narrow_width=policy.reliability_narrow_width.value,
        )

    def row(
        self,
        id: str,
        scale: str,
        domain: Sequence[bool] | None,
        target: float | None,
        names: dict[str, str] | None = None,
    ) -> Row:
        """The level on a scale, of everybody or of a domain, held against a target."""
        attained = np.array([np.nan if one.attained is None else float(scale in one.attained) for one in self.people])
        estimate = proportion(self.design, attained, domain, level=self.policy.confidence_level.value)
        judgement = judge(estimate, target, self.policy.verdict_confidence.value) if target is not None else None
        return Row(id, estimate, flags(estimate, self.thresholds), target, judgement, names)


def _names(place: AreaRow) -> dict[str, str]:
    return {"zh_Hans": place.name_zh, "en": place.name_en}
