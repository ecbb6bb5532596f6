"""What is decided door to door.

dispositions   what came of a visit and what a case is, by the codes of AAPOR; the id of a household's person
cases          one household with all that is known of it
chances        with which chance somebody is in the sample
replacing      when a reserve may take the place of a household, and what is still missing
progress       how far field work is
rates          response, cooperation, refusal and contact rates, and the valid rate
"""

from literacy_app.fieldwork.rules.cases import Case
from literacy_app.fieldwork.rules.chances import chance
from literacy_app.fieldwork.rules.dispositions import (
    CODES,
    FINAL,
    VISIT_RESULTS,
    Disposition,
    Group,
    RecordFlag,
    Rostered,
    Visited,
    disposition_of,
    group_of,
    respondent_id,
)
from literacy_app.fieldwork.rules.progress import Progress, progress
from literacy_app.fieldwork.rules.rates import Counts, NoRate, Rate, RateName, count, rates, valid_rate
from literacy_app.fieldwork.rules.replacing import (
    Effort,
    Finding,
    Ground,
    Hindrance,
    Lack,
    TimeOfDay,
    is_free_time,
    may_replace,
    next_reserve,
    time_of_day,
)

__all__ = [
    "CODES",
    "FINAL",
    "VISIT_RESULTS",
    "Case",
    "Counts",
    "Disposition",
    "Effort",
    "Finding",
    "Ground",
    "Group",
    "Hindrance",
    "Lack",
    "NoRate",
    "Progress",
    "Rate",
    "RateName",
    "RecordFlag",
    "Rostered",
    "TimeOfDay",
    "Visited",
    "chance",
    "count",
    "disposition_of",
    "group_of",
    "is_free_time",
    "may_replace",
    "next_reserve",
    "progress",
    "rates",
    "respondent_id",
    "time_of_day",
    "valid_rate",
]
