"""The rows of an officer's page, ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from literacy_app.estimation.rules import Estimate, Flag, may_be_shown
from literacy_app.scoring.rules import PassMark
from literacy_app.surveys.rules import Tally, Wave
from literacy_app.targets.rules import Judgement


@dataclass(frozen=True)
class Row:
    """One level: on a scale or in a place, with its target (None where there is none) and what may be said about it."""

    id: str
    estimate: Estimate
    flags: tuple[Flag, ...]
    target: float | None = None
    judgement: Judgement | None = None
    names: Mapping[str, str] | None = None

    @property
    def shown(self) -> bool:
        """Whether a number may be shown: there is one, from enough people."""
        return may_be_shown(self.flags)


@dataclass(frozen=True)
class Overview:
    """All that the first page of the office says about one wave."""

    wave: Wave
    tally: Tally
    psus: int
    strata: int
    level: Row
    pass_mark: PassMark
    target_year: int | None
    expected: float | None
    dimensions: tuple[Row, ...]
    residences: tuple[Row, ...]
    townships: tuple[Row, ...]
    link: str | None


def behind(overview: Overview) -> tuple[Row, ...]:
    """The dimensions and places whose whole interval lies below their target, largest gap first: a gap that is not noise."""
    rows = [row for row in (*overview.dimensions, *overview.townships) if row.shown and row.judgement and row.target]
    clear = [row for row in rows if row.estimate.interval and row.target and row.estimate.interval.high < row.target]
    return tuple(sorted(clear, key=lambda row: row.judgement.gap if row.judgement and row.judgement.gap else 0.0))
