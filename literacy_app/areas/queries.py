"""Looking up pilots and the divisions in them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from literacy_app.areas.models import AreaRow, PilotArea, PilotRow, PopulationRow
from literacy_app.areas.rules import Residence, residence_of, within
from literacy_app.foundation.lately import lately


def pilots(session: Session) -> Sequence[PilotRow]:
    """All pilots, by their ids."""
    return session.scalars(select(PilotRow).order_by(PilotRow.id)).all()


def pilot_here(session: Session) -> PilotRow | None:
    """The pilot that residents of this installation belong to, as of a second ago: the one that began first, or None."""

    def ask() -> PilotRow | None:
        row = session.scalars(select(PilotRow).order_by(PilotRow.starts_on, PilotRow.id).limit(1)).first()
        if row is not None:
            session.expunge(row)  # it outlives this session
        return row

    return lately(session, "pilot of residents", ask)


def pilots_within(session: Session, scopes: Sequence[str]) -> Sequence[PilotRow]:
    """The pilots all of whose areas lie within one of the scopes (codes of divisions)."""
    areas: dict[str, list[str]] = {}
    for pilot_id, code in session.execute(select(PilotArea.pilot_id, PilotArea.area_code)):
        areas.setdefault(pilot_id, []).append(code)
    seen = {
        pilot for pilot, codes in areas.items() if any(all(within(code, scope) for code in codes) for scope in scopes)
    }
    return [pilot for pilot in pilots(session) if pilot.id in seen]


def townships(session: Session, pilot_id: str, on: date) -> Sequence[AreaRow]:
    """The townships of a pilot that are valid on a day, by code; those of its villages count too."""
    codes = session.scalars(select(PilotArea.area_code).where(PilotArea.pilot_id == pilot_id))
    wanted = sorted({code[:9] for code in codes})
    rows = select(AreaRow).where(
        AreaRow.code.in_(wanted), AreaRow.valid_from <= on, or_(AreaRow.valid_to.is_(None), AreaRow.valid_to > on)
    )
    return session.scalars(rows.order_by(AreaRow.code)).all()


def residences(session: Session, pilot_id: str, on: date) -> dict[str, Residence]:
    """Urban or rural for every village and neighbourhood of a pilot that is valid on a day, by code."""
    codes = session.scalars(select(PilotArea.area_code).where(PilotArea.pilot_id == pilot_id)).all()
    rows = session.scalars(
        select(AreaRow).where(
            AreaRow.urban_rural_class != "",
            AreaRow.valid_from <= on,
            or_(AreaRow.valid_to.is_(None), AreaRow.valid_to > on),
        )
    )
    return {
        row.code: residence_of(row.urban_rural_class) for row in rows if any(within(row.code, code) for code in codes)
    }


def population(session: Session, pilot_id: str) -> PopulationRow | None:
    """The residents of a pilot as counted, or None."""
    return session.get(PopulationRow, pilot_id)
