"""What is done in the field.

settling   the sample's rows follow from the draw, the rosters and the reserves
keeping    visits and rosters are kept, once
leading    who goes where; reserves
watching   what a phone is given; how far a wave is
"""

from literacy_app.fieldwork.service.keeping import Kept, RecordError, keep_roster, keep_visit
from literacy_app.fieldwork.service.leading import assign, bring_in_reserve, effort_of, end_assignment
from literacy_app.fieldwork.service.settling import open_field, settle_village
from literacy_app.fieldwork.service.watching import (
    Cluster,
    Given,
    Look,
    Monitor,
    RosterGiven,
    households_for,
    look_at,
    monitor,
)

__all__ = [
    "Cluster",
    "Given",
    "Kept",
    "Look",
    "Monitor",
    "RecordError",
    "RosterGiven",
    "assign",
    "bring_in_reserve",
    "effort_of",
    "end_assignment",
    "households_for",
    "keep_roster",
    "keep_visit",
    "look_at",
    "monitor",
    "open_field",
    "settle_village",
]
