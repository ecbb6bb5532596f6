"""Keeping divisions and pilots."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from literacy_app.areas.loader import PilotFolder
from literacy_app.areas.models import AreaRow, PilotArea, PilotRow, PopulationRow
from literacy_app.foundation.lately import forget_answers


def keep_pilot(session: Session, folder: PilotFolder) -> None:
    """Store a pilot with its divisions; what is stored already is brought up to date, nothing else is touched."""
    pilot = folder.pilot
    for area in folder.areas:
        session.merge(
            AreaRow(
                code=area.code,
                valid_from=area.valid_from,
                valid_to=area.valid_to,
                name_zh=area.name_zh,
                name_en=area.name_en,
                urban_rural_class=area.urban_rural_class,
            )
        )
    session.merge(
        PilotRow(
            id=pilot.id,
            name_zh=pilot.name.zh_Hans,
            name_en=pilot.name.en,
            starts_on=pilot.starts_on,
            synthetic=pilot.synthetic,
        )
    )
    session.flush()
    session.execute(delete(PilotArea).where(PilotArea.pilot_id == pilot.id))
    forget_answers()
    session.add_all(PilotArea(pilot_id=pilot.id, area_code=code) for code in pilot.areas)
    session.execute(delete(PopulationRow).where(PopulationRow.pilot_id == pilot.id))
    if (counted := folder.population) is not None:
        groups = [[one.residence, one.sex, *one.ages, one.people] for one in counted.groups]
        session.add(PopulationRow(pilot_id=pilot.id, year=counted.year, source=counted.source, groups=groups))
    session.flush()
