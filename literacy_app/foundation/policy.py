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
    replacement_visits: Figure
    replacement_days: Figure
    replacement_times: Figure
    replacement_free_time: Figure
    afternoon_from: Figure
    evening_from: Figure
    device_days: Figure
    unsent_warn_hours: Figure
    back_check_share: Figure
    back_check_early_factor: Figure
    back_check_early_days: Figure
    contact_reveals_a_day: Figure
    interview_short_share: Figure
    interview_floor: Figure
    interview_straight_run: Figure
    interview_night_from: Figure
    interview_night_until: Figure
    interview_most_an_hour: Figure
    interview_alike_share: Figure
    risk_flag: Figure
    risk_interviewer: Figure
    risk_short: Figure
    risk_hurried: Figure
    risk_straight: Figure
    risk_night: Figure
    risk_crowded: Figure
    risk_overlap: Figure
    risk_alike: Figure
    risk_same_person: Figure
    risk_missing: Figure
    risk_refused: Figure
    risk_dont_know: Figure
    risk_age: Figure
    risk_rosters: Figure
    risk_clock: Figure
    risk_late: Figure
    risk_mode: Figure
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
