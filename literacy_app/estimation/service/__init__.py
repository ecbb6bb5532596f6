"""What can be done with estimates.

requests    answer a request that stands in a file
items       items in such a request
people      the people of a wave as arrays
level       what a wave measured
versions    what is kept of it, and made again
beside      what stands beside a level: the change between waves, and people who chose to answer
townships   levels by a model, for townships with few interviews
instrument  how the items did, and a pass mark carried from one instrument to another
"""

from literacy_app.estimation.service.beside import change, chosen_to_answer
from literacy_app.estimation.service.instrument import carried_mark, item_analysis
from literacy_app.estimation.service.level import ALL, STANDARDISED, Level, Measured, measure
from literacy_app.estimation.service.requests import estimate_request
from literacy_app.estimation.service.townships import modelled_townships
from literacy_app.estimation.service.versions import (
    METHOD,
    Difference,
    Differs,
    Prepared,
    check_versions,
    differences,
    is_current,
    keep_prepared,
    keep_version,
    prepare_version,
)

__all__ = [
    "ALL",
    "METHOD",
    "STANDARDISED",
    "Difference",
    "Differs",
    "Level",
    "Measured",
    "Prepared",
    "carried_mark",
    "change",
    "check_versions",
    "chosen_to_answer",
    "differences",
    "estimate_request",
    "is_current",
    "item_analysis",
    "keep_prepared",
    "keep_version",
    "measure",
    "modelled_townships",
    "prepare_version",
]
