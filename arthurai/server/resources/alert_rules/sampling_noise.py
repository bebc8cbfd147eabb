"""How far a value may lie from the truth by the luck of the draw."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from arthurai.server.query.drift.drift_noise import chi_square_quantile, to_measure

_NORMAL: Final = NormalDist()


def normal_quantile(confidence: float) -> float:
    """Return the one-sided quantile of the standard normal distribution.

    Args:
        confidence: Probability, above 0 and below 1.
    """
    return _NORMAL.inv_cdf(confidence)


def drift_noise(measure: str, bins: int, base: int, target: int, confidence: float) -> float:
    """Return the drift that two samples of one distribution stay below.

    The population stability index of such samples, divided by `1 / base + 1 / target`, follows the
    chi-square distribution with `bins - 1` degrees of freedom (Yurdakul and Naranjo, 2020,
    Statistical properties of the population stability index); the other measures follow from it.

    Args:
        measure: A drift metric.
        bins: Number of bins.
        base: Rows of the base.
        target: Rows of the target.
        confidence: Probability of staying below, above 0 and below 1.
    """
    if measure == "HypothesisTest":  # its value is -log10 p
        return -math.log10(1 - confidence)
    if base < 1 or target < 1:
        return math.inf
    quantile = chi_square_quantile(1 - confidence, max(1, bins - 1))
    index = quantile * (1 / base + 1 / target)
    return to_measure(measure, index)


def rate_noise(rate: float, rows: int, confidence: float) -> float:
    """Return how far the share of rows with a property may lie on one side of its true value.

    The normal approximation to the binomial distribution.

    Args:
        rate: The true share.
        rows: Number of rows.
        confidence: Probability of staying within, above 0 and below 1.
    """
    if rows < 1:
        return math.inf
    share = min(max(rate, 0.5 / rows), 1 - 0.5 / rows)
    return normal_quantile(confidence) * math.sqrt(share * (1 - share) / rows)
