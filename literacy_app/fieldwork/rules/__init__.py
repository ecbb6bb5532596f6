"""What is decided door to door.

dispositions   what came of a visit and what a case is, by the codes of AAPOR; the id of a household's person
replacing      when a reserve may take the place of a household, and what is still missing
"""

from literacy_app.fieldwork.rules.dispositions import (
    CODES,
    FINAL,
    VISIT_RESULTS,
    Disposition,
    Group,
    Rostered,
    Visited,
    disposition_of,
    group_of,
    respondent_id,
)
from literacy_app.fieldwork.rules.replacing import Ground

__all__ = [
    "CODES",
    "FINAL",
    "VISIT_RESULTS",
    "Disposition",
    "Ground",
    "Group",
    "Rostered",
    "Visited",
    "disposition_of",
    "group_of",
    "respondent_id",
]
