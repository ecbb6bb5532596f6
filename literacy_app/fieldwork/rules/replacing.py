"""When a reserve household may be brought in, and what is still missing."""

from enum import StrEnum


class Ground(StrEnum):
    """Why a reserve was brought in; the chance of everybody in the village follows from it."""

    NOT_REACHED = "not_reached"
    OUT_OF_SCOPE = "out_of_scope"
