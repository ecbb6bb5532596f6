"""How a sample is drawn, so that anybody can draw it again from the seed.

frame       what is drawn from, how many of what, and what does not fit
selecting   draws with known probabilities: by size, or evenly over a list
drawing     the whole draw: townships, villages, households, with stratum and PSU
person      one person of a household: Kish's tables or the next birthday; the weight
"""

from literacy_app.sampling.rules.drawing import (
    Draw,
    DrawnHousehold,
    DrawnTownship,
    DrawnVillage,
    draw,
    expected_draws,
)
from literacy_app.sampling.rules.frame import (
    Allocation,
    Method,
    Plan,
    PlanError,
    PlanFault,
    Selection,
    Strata,
    Unit,
    check_plan,
    villages_per_stratum,
)
from literacy_app.sampling.rules.person import (
    Member,
    Table,
    kish_person,
    kish_probability,
    kish_tables,
    next_birthday,
    person_probability,
    roster,
    weight,
)
from literacy_app.sampling.rules.selecting import (
    Hits,
    Places,
    Randomness,
    pps_probabilities,
    pps_systematic,
    pps_with_replacement,
    shuffled,
    systematic,
)

__all__ = [
    "Allocation",
    "Draw",
    "DrawnHousehold",
    "DrawnTownship",
    "DrawnVillage",
    "Hits",
    "Member",
    "Method",
    "Places",
    "Plan",
    "PlanError",
    "PlanFault",
    "Randomness",
    "Selection",
    "Strata",
    "Table",
    "Unit",
    "check_plan",
    "draw",
    "expected_draws",
    "kish_person",
    "kish_probability",
    "kish_tables",
    "next_birthday",
    "person_probability",
    "pps_probabilities",
    "pps_systematic",
    "pps_with_replacement",
    "roster",
    "shuffled",
    "systematic",
    "villages_per_stratum",
    "weight",
]
