"""Special functions of statistics, so that the server does not need SciPy."""

from __future__ import annotations

import math
from typing import Final

_MAX_STEPS: Final = 10_000
_EPSILON: Final = 1e-16
_TINY: Final = 1e-300
_ASYMPTOTIC: Final = 10.0
_FLAT: Final = 0.2
_FIRST_TERM: Final = 4.0
LN_10: Final = math.log(10)


def digamma(x: float) -> float:
    """Return the derivative of ln gamma at a positive number.

    Arguments below 10 are moved up by psi(x) = psi(x + 1) - 1/x; from there the asymptotic series
    (Abramowitz and Stegun 6.3.18) is exact to double precision.

    Args:
        x: A number above 0.
    """
    shift = 0.0
    while x < _ASYMPTOTIC:
        shift -= 1 / x
        x += 1
    square = 1 / (x * x)
    terms = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
    series = 0.0
    for term in reversed(terms):
        series = square * (term + series)
    return shift + math.log(x) - 0.5 / x - series


def chi_square_log10_p(statistic: float, degrees: int) -> float:
    """Return log10 of the upper tail of a chi-square distribution.

    Args:
        statistic: Value at least 0.
        degrees: Degrees of freedom; with 0, p is 1.
    """
    if degrees <= 0 or statistic <= 0:
        return 0.0
    return _log_gamma_tail(degrees / 2, statistic / 2) / LN_10


def _log_gamma_tail(a: float, x: float) -> float:
    """Return ln Q(a, x), the regularized upper incomplete gamma function.

    The series of P below a + 1, the continued fraction of Q (by Lentz's method) above; both are
    Abramowitz and Stegun 6.5.29 and 6.5.31.
    """
    front = a * math.log(x) - x - math.lgamma(a)
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, _MAX_STEPS):
            term *= x / (a + step)
            total += term
            if term < total * _EPSILON:
                break
        lower = math.exp(front + math.log(total))
        return math.log1p(-min(lower, 1 - _EPSILON))
    b = x + 1 - a
    c = 1 / _TINY
    d = 1 / b
    fraction = d
    for step in range(1, _MAX_STEPS):
        factor = -step * (step - a)
        b += 2
        d = 1 / (factor * d + b or _TINY)
        c = b + factor / c or _TINY
        change = c * d
        fraction *= change
        if abs(change - 1) < _EPSILON * 10:
            break
    return front + math.log(fraction)


def kolmogorov_log10_p(distance: float, base: int, target: int) -> float:
    """Return log10 of the asymptotic p-value of a two-sample Kolmogorov-Smirnov test.

    With lambda = D sqrt(n m / (n + m)), p = 2 sum over j of (-1)^(j-1) exp(-2 j^2 lambda^2). Below
    lambda = 0.2, where the series does not converge, p is 1 to double precision.

    Args:
        distance: Largest distance of the empirical distribution functions, 0 to 1.
        base: Number of values on one side.
        target: Number of values on the other side.
    """
    scaled = distance * math.sqrt(base * target / (base + target))
    if scaled < _FLAT:
        return 0.0
    if scaled > _FIRST_TERM:  # the further terms vanish, and the first one would underflow
        return min(0.0, (math.log(2) - 2 * scaled * scaled) / LN_10)
    total = sum(
        (-1) ** (step - 1) * math.exp(-2 * step * step * scaled * scaled) for step in range(1, 101)
    )
    return math.log10(min(1.0, max(2 * total, _TINY)))
