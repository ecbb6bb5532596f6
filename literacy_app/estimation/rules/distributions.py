"""The four distribution functions that intervals need, typed. Only here does SciPy enter."""

from math import exp, log

from scipy.special import betaincinv, stdtr, stdtrit  # scipy.stats takes three times as long to load


def t_cdf(x: float, df: float) -> float:
    """P(T <= x) for Student's t with `df` degrees of freedom."""
    return float(stdtr(df, x))


def t_quantile(probability: float, df: float) -> float:
    """The x with P(T <= x) = probability for Student's t with `df` degrees of freedom."""
    return float(stdtrit(df, probability))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x with P(B <= x) = probability for the beta distribution with parameters a, b > 0."""
    return float(betaincinv(a, b, probability))


def logit(p: float) -> float:
    """log(p / (1 - p)), for 0 < p < 1."""
    return log(p) - log(1 - p)


def expit(x: float) -> float:
    """The inverse of logit, without overflow for any finite x."""
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))
