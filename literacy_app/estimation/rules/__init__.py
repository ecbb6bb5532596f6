"""How a level is estimated from a probability sample. Pure arithmetic on arrays over all rows of the sample.

    design         Design: weights, strata, clusters, corrections, and what to do with a lonely PSU
    weights        response_weights: from selection probabilities and who answered
    calibration    poststratify, rake, calibrate: weights made to agree with known counts and totals
    estimates      proportion, mean, total, ratio, difference -> Estimate
    forms          what they all are: a ratio of two weighted sums
    variance       Taylor linearisation
    replicates     Replicates: a sample that comes with replicate weights instead of a design
    resampling     resampled: replicate weights made from a design (jackknife, half samples, bootstrap)
    intervals      logit, Korn-Graubard, beta, Wald; probability_at_least
    reliability    Reliability (thresholds) and flags
    many           proportions: the levels of many domains in one pass
    weighting      weigh: the recipe from selection probabilities to the population, step by step
    standardise    levels as if ages were those of a standard population
    association    the Rao-Scott test of two characteristics
    small_areas    townships by the model of Fay and Herriot
    self_selected  people who chose to answer, beside the level
    planning       sizes, power and costs of surveys
    items, dif, irt, equating   items of an instrument, and one form's pass mark on another
    distributions  the t and the beta distribution (SciPy)

Formulas, sources and the tests that hold them: docs/methods.md.
"""

from literacy_app.estimation.rules.calibration import calibrate, poststratify, rake
from literacy_app.estimation.rules.design import Design, DesignError, LonelyPsu, combined
from literacy_app.estimation.rules.estimates import (
    Estimate,
    Reason,
    Sample,
    Statistic,
    difference,
    interval_by,
    mean,
    proportion,
    ratio,
    total,
)
from literacy_app.estimation.rules.intervals import Interval, Method, probability_at_least
from literacy_app.estimation.rules.many import proportions
from literacy_app.estimation.rules.reliability import Flag, Reliability, flags, may_be_shown
from literacy_app.estimation.rules.replicates import Replicates
from literacy_app.estimation.rules.resampling import Resampling, resampled

__all__ = [
    "Design",
    "DesignError",
    "Estimate",
    "Flag",
    "Interval",
    "LonelyPsu",
    "Method",
    "Reason",
    "Reliability",
    "Replicates",
    "Resampling",
    "Sample",
    "Statistic",
    "calibrate",
    "combined",
    "difference",
    "flags",
    "interval_by",
    "may_be_shown",
    "mean",
    "poststratify",
    "probability_at_least",
    "proportion",
    "proportions",
    "rake",
    "ratio",
    "resampled",
    "total",
]
