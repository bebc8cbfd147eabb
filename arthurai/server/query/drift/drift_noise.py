"""What drift two samples of one distribution show by the luck of the draw.

Without a change, the population stability index divided by `1 / n + 1 / m`, the rows of base and
target, follows the chi-square distribution with one degree of freedom less than there are bins
(Yurdakul and Naranjo 2020, "Statistical properties of the population stability index"). Close to no
change every f-divergence is a multiple of it (Csiszar and Shields 2004, "Information theory and
statistics: a tutorial", section 4): the Kullback-Leibler divergence is a half, the Jensen-Shannon
divergence and the square of the Hellinger distance are an eighth of it. The approximation asks for
some 5 rows in each bin on both sides.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Final

from arthurai.server.query.drift.statistics import chi_square_log10_p

_SHARES: Final = {
    "PSI": 1.0,
    "KLDivergence": 0.5,
    "JSDivergence": 0.125,
    "HellingerDistance": 0.125,
}
_SIGNIFICANCE: Final = 0.05
_MAX_STEPS: Final = 200


@functools.lru_cache(maxsize=1024)  # an alert rule asks for the same one window by window
def chi_square_quantile(significance: float, degrees: int) -> float:
    """Return the value that a chi-square variable exceeds with a small probability.

    Args:
        significance: The probability, above 0 and below 1.
        degrees: Degrees of freedom; with 0, the value is 0.
    """
    if degrees <= 0:
        return 0.0
    wanted = math.log10(significance)
    low, high = 0.0, 1.0
    while chi_square_log10_p(high, degrees) > wanted:
        high *= 2
    for _ in range(_MAX_STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if chi_square_log10_p(middle, degrees) > wanted:
            low = middle
        else:
            high = middle
    return high


def to_measure(metric: str, index: float) -> float:
    """Return what a measure is close to no change, from the population stability index.

    Args:
        metric: A measure of drift, no hypothesis test; others than those above are read as PSI.
        index: The population stability index.
    """
    value = _SHARES.get(metric, 1.0) * index
    return math.sqrt(value) if metric == "HellingerDistance" else value


def describe_noise(
    metric: str, value: float | None, bins: int, base_rows: int, target_rows: int
) -> dict[str, Any]:
    """Return what a value of drift rests on, and what it would be without a change.

    Args:
        metric: A measure of drift.
        value: The drift, if there is one.
        bins: Bins that hold rows.
        base_rows: Rows of the base.
        target_rows: Rows of the target.

    Returns:
        `base_rows`, `target_rows` and `bins`; `expected_without_change`, the mean of the measure
        without a change (`None` for a hypothesis test); `upper_without_change`, which it exceeds in
        5 % of cases; and `p_value`, the probability of a drift at least as large.
    """
    found: dict[str, Any] = {"base_rows": base_rows, "target_rows": target_rows, "bins": bins}
    if metric == "HypothesisTest":
        upper: float | None = -math.log10(_SIGNIFICANCE)
        expected, p_value = None, None if value is None else math.pow(10, -value)
    elif not base_rows or not target_rows:
        upper = expected = p_value = None
    else:
        scale = 1 / base_rows + 1 / target_rows
        degrees = bins - 1
        upper = to_measure(metric, scale * chi_square_quantile(_SIGNIFICANCE, degrees))
        expected = to_measure(metric, scale * degrees)
        p_value = None
        if value is not None:
            index = value * value if metric == "HellingerDistance" else value
            statistic = index / (_SHARES[metric] * scale)
            p_value = math.pow(10, chi_square_log10_p(statistic, degrees))
    return found | {
        "expected_without_change": expected,
        "upper_without_change": upper,
        "p_value": p_value,
    }
