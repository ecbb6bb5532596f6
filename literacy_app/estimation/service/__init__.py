"""What can be done with estimates.

requests  answer a request that stands in a file
people    the people of a wave as arrays
level     what a wave measured, and versions of it that are kept
"""

from literacy_app.estimation.service.level import (
    ALL,
    METHOD,
    STANDARDISED,
    Level,
    Measured,
    differences,
    is_current,
    keep_version,
    measure,
)
from literacy_app.estimation.service.requests import estimate_request

__all__ = [
    "ALL",
    "METHOD",
    "STANDARDISED",
    "Level",
    "Measured",
    "differences",
    "estimate_request",
    "is_current",
    "keep_version",
    "measure",
]
