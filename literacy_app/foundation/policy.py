"""The numbers that a committee may change, each with its unit and source, from `content/policy.yml`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number with the words that justify it."""

    __pydantic_config__ = {"extra": "forbid"}

    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Policy:
    """Every figure of `content/policy.yml`; a name that is missing or unknown stops the check."""

    __pydantic_config__ = {"extra": "forbid"}

    confidence_level: Figure
    verdict_confidence: Figure
    reliability_min_n: Figure
    reliability_min_df: Figure
    reliability_max_interval_width: Figure
    reliability_max_relative_width: Figure
    reliability_narrow_width: Figure
    weights_min_cell: Figure
    weights_max_factor: Figure
    weights_trim: Figure
    item_extreme: Figure
    item_least_discrimination: Figure
    standard_15_19: Figure
    standard_20_29: Figure
    standard_30_39: Figure
    standard_40_49: Figure
    standard_50_59: Figure
    standard_60_69: Figure
    device_days: Figure
    unsent_warn_hours: Figure
    draft_days: Figure
    open_link_span: Figure
    open_link_free: Figure
    open_link_begun: Figure
    open_link_pace: Figure
    proof_work: Figure
    proof_minutes: Figure
    kiosk_idle_minutes: Figure
    staff_idle_minutes: Figure
    staff_session_hours: Figure
    interview_age_min: Figure
    interview_age_max: Figure
