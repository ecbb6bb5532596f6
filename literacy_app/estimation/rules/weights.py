"""Weights of the people who answered: the inverse of how they were drawn, made up for those who did not answer."""

import numpy as np

from literacy_app.estimation.rules.design import Codes, Floats, Ints, Mask


def response_weights(probability: Floats, stratum: Codes, psu: Codes, responded: Mask) -> Floats:
    """Weights (n,) of everybody drawn, 0 for who did not answer; their sum is that of the base weights,
    less those of strata in which nobody answered at all.

    Base weight 1 / probability, times the share that answered in the PSU; a PSU in which nobody answered is made up for
    by its stratum. `stratum` and `psu` are (n,) labels, PSUs within strata. Raises ValueError for a probability outside
    (0, 1]. Weighting-class adjustment, Little and Rubin 2002, 3.3.
    """
    if ((probability <= 0) | (probability > 1)).any() or np.isnan(probability).any():
        raise ValueError("a selection probability lies above 0 and is at most 1")
    base = 1 / probability
    within = np.unique(np.stack([_codes(stratum), _codes(psu)], axis=1), axis=0, return_inverse=True)[1].ravel()
    weights = _spread(base, np.where(responded, base, 0.0), within)
    return _spread(base, weights, _codes(stratum))


def _codes(labels: Codes) -> Ints:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _spread(base: Floats, weights: Floats, cell: Ints) -> Floats:
    wanted, held = np.bincount(cell, base), np.bincount(cell, weights)
    factor = np.divide(wanted, held, out=np.ones_like(wanted), where=held > 0)
    return weights * factor[cell]
