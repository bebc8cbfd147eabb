"""How far a number may lie from the truth by the luck of the draw."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95

Interval = tuple[float, float]


def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """Return how many standard errors an interval reaches to each side.

    Args:
        confidence: Probability that the interval holds the truth, above 0 and below 1.
    """
    return NormalDist().inv_cdf((1 + confidence) / 2)


def share_interval(successes: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the score interval of a share (Wilson 1927, "Probable inference").

    It holds for few trials and for shares of 0 and 1 as well.

    Args:
        successes: Rows that have the property.
        trials: Rows in all, at least 1.
        confidence: Probability that the interval holds the truth.
    """
    z = normal_quantile(confidence)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    width = 1 + z * z / trials
    return max(0.0, (middle - spread) / width), min(1.0, (middle + spread) / width)


def mean_interval(mean: float, error: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of a number that is normally distributed, as means of many rows are.

    Args:
        mean: The number.
        error: Its standard error.
        confidence: Probability that the interval holds the truth.
    """
    reach = normal_quantile(confidence) * error
    return mean - reach, mean + reach


def auc_error(auc: float, positives: int, negatives: int) -> float:
    """Return the standard error of the area under an ROC curve.

    Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve", equations 1 and 2.

    Args:
        auc: The area.
        positives: Rows of the positive class, at least 1.
        negatives: Rows of the other class, at least 1.
    """
    twice, both = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = (
        auc * (1 - auc)
        + (positives - 1) * (twice - auc * auc)
        + (negatives - 1) * (both - auc * auc)
    ) / (positives * negatives)
    return math.sqrt(max(0.0, variance))


def difference_interval(
    first: float, first_interval: Interval, second: float, second_interval: Interval
) -> Interval:
    """Return the interval of the difference of two independent shares.

    Newcombe 1998, "Interval estimation for the difference between independent proportions", method
    10: the score intervals of both shares put together.

    Args:
        first: A share.
        first_interval: Its interval.
        second: The share that is subtracted.
        second_interval: Its interval.
    """
    difference = first - second
    below = math.hypot(first - first_interval[0], second_interval[1] - second)
    above = math.hypot(first_interval[1] - first, second - second_interval[0])
    return max(-1.0, difference - below), min(1.0, difference + above)
