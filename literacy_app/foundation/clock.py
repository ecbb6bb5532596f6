"""The only place that reads the clock; everything else is given the time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# One statistical day for the whole country, wherever a phone or a server stands.
REPORTING_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def reporting_date(moment: datetime) -> date:
    """The calendar day of an aware moment in the reporting zone."""
    return moment.astimezone(REPORTING_ZONE).date()
