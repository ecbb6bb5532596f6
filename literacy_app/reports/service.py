"""Putting an officer's page together from what was measured and what was aimed at."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from literacy_app.areas.queries import townships
from literacy_app.areas.rules import Residence
from literacy_app.estimation.service import ALL, Level, measure
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
    found = measure(session, wave, policy)
    if found is None:
        return None
    aims = targets_for(session, wave.pilot, wave.opens_on.year)
    targets = {scale: row.share for scale, row in aims.items()}
    base = baselines(session, wave.pilot).get(TOTAL)
    aim = aims.get(TOTAL)
    path = Path(base.year, base.share, aim.year, aim.share) if base and aim and base.year < aim.year else None
    link = link_of(session, wave.id)

    def row(id: str, level: Level, names: Mapping[str, str] | None = None) -> Row:
        target = targets.get(level.scale)
        judgement = None if target is None else judge(level.estimate, target, policy.verdict_confidence.value)
        return Row(id, level.estimate, level.flags, target, judgement, names)

    return Overview(
        wave=wave,
        tally=tally(session, wave.pilot, wave.id),
        psus=found.people.psus,
        strata=found.people.strata,
        pass_mark=pass_mark_of(session, wave),
        level=row(TOTAL, found.level()),
        target_year=aim.year if aim else None,
        expected=path.expected(wave.opens_on.year) if path else None,
        dimensions=tuple(row(scale, found.level(scale)) for scale in Dimension if (scale, ALL) in found.levels),
        residences=tuple(row(kind, found.level(TOTAL, f"residence:{kind}")) for kind in Residence),
        townships=tuple(
            row(place.code, found.level(TOTAL, f"area:{place.code}"), {"zh_Hans": place.name_zh, "en": place.name_en})
            for place in townships(session, wave.pilot, wave.opens_on)
        ),
        link=link.token if link else None,
    )
