"""Distances between two histograms, and the thresholds that follow from one.

Terms are added by `math.fsum`, whose result does not depend on their order: bins come in any.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from arthurai.server.query.drift.statistics import chi_square_log10_p, digamma, kolmogorov_log10_p

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MAX_LOG_P: Final = 300.0
_EMPTY_BIN: Final = 0.5
_FUTURE_ROWS: Final = 5000


def probabilities(counts: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Return the shares of rows in each bin, with a small share instead of 0.

    A bin that is empty on one side counts as half a row there; the others are not normalized again,
    so that filled bins keep their exact shares.

    Args:
        counts: Rows of base and target in each bin; bins empty on both sides are left out.
    """
    base, target = (sum(side) for side in zip(*counts, strict=True))
    return [((p or _EMPTY_BIN) / base, (q or _EMPTY_BIN) / target) for p, q in counts if p or q]


def kl_divergence(counts: Sequence[tuple[int, int]]) -> float:
    """Return the Kullback-Leibler divergence of base from target in nats.

    The small share of empty bins can make the sum too small, even negative. Distributions whose
    total variation is V have a divergence of at least 2 V^2 (Pinsker's inequality; Cover and
    Thomas, "Elements of Information Theory", lemma 11.6.1), so that is the least that is returned:
    it is 0 for equal shares only.

    Args:
        counts: Rows of base and target in each bin.
    """
    base, target = (sum(side) for side in zip(*counts, strict=True))
    variation = math.fsum(abs(p / base - q / target) for p, q in counts) / 2
    divergence = math.fsum(p * math.log(p / q) for p, q in probabilities(counts))
    return max(2 * variation * variation, divergence)


def psi(counts: Sequence[tuple[int, int]]) -> float:
    """Return the population stability index: the sum of both Kullback-Leibler divergences.

    Args:
        counts: Rows of base and target in each bin.
    """
    return math.fsum(psi_term(p, q) for p, q in probabilities(counts))


def psi_term(p: float, q: float) -> float:
    """Return what one bin adds to the population stability index: (p - q) ln(p / q).

    Args:
        p: Share of the base.
        q: Share of the target.
    """
    return (p - q) * math.log(p / q)


def js_divergence(counts: Sequence[tuple[int, int]]) -> float:
    """Return the Jensen-Shannon divergence in nats, 0 to ln 2.

    Args:
        counts: Rows of base and target in each bin.
    """
    base, target = (sum(side) for side in zip(*counts, strict=True))
    terms = []
    for p_rows, q_rows in counts:
        p, q = p_rows / base, q_rows / target
        mean = (p + q) / 2
        terms += [share * math.log(share / mean) / 2 for share in (p, q) if share]
    return max(0.0, math.fsum(terms))


def hellinger_distance(counts: Sequence[tuple[int, int]]) -> float:
    """Return the Hellinger distance, 0 to 1.

    Args:
        counts: Rows of base and target in each bin.
    """
    base, target = (sum(side) for side in zip(*counts, strict=True))
    squares = math.fsum((math.sqrt(p / base) - math.sqrt(q / target)) ** 2 for p, q in counts)
    return math.sqrt(squares / 2)


def chi_square_test(counts: Sequence[tuple[int, int]]) -> float:
    """Return -log10 p of the chi-square test for two samples of categories, at most 300.

    Args:
        counts: Rows of base and target in each category.
    """
    base, target = (sum(side) for side in zip(*counts, strict=True))
    grow, shrink = math.sqrt(target / base), math.sqrt(base / target)
    filled = [(p, q) for p, q in counts if p or q]
    statistic = math.fsum((grow * p - shrink * q) ** 2 / (p + q) for p, q in filled)
    return min(_MAX_LOG_P, abs(chi_square_log10_p(statistic, len(filled) - 1)))


def ks_test(distance: float, base: int, target: int) -> float:
    """Return -log10 p of the Kolmogorov-Smirnov test, at most 300.

    Args:
        distance: Largest distance of the empirical distribution functions.
        base: Number of base values.
        target: Number of target values.
    """
    return min(_MAX_LOG_P, abs(kolmogorov_log10_p(distance, base, target)))


#: Measures that only need the histogram.
MEASURES: Final[dict[str, Callable[[Sequence[tuple[int, int]]], float]]] = {
    "PSI": psi,
    "KLDivergence": kl_divergence,
    "JSDivergence": js_divergence,
    "HellingerDistance": hellinger_distance,
}


def thresholds(base: Sequence[int]) -> dict[str, float]:
    """Return the drift that 5000 future rows from the same distribution are expected to show.

    With a uniform prior the future shares follow a Dirichlet distribution with parameters
    1 + N p_k, whose expectations give Kullback-Leibler divergence and PSI. Jensen-Shannon
    divergence is at most PSI / 4 and Hellinger distance at most sqrt(KL / 2): these bounds are
    returned.

    Args:
        base: Rows in each bin of the base.
    """
    total = sum(base)
    shares = [rows / total for rows in base if rows]
    bins, future = len(shares), _FUTURE_ROWS
    expected = [(1 + future * p) / (bins + future) for p in shares]
    kl = math.fsum(p * math.log(p) for p in shares) - math.fsum(
        p * (digamma(1 + future * p) - digamma(bins + future)) for p in shares
    )
    both = kl + math.fsum(e * math.log(e / p) for e, p in zip(expected, shares, strict=True))
    return {
        "HellingerDistance": math.sqrt(max(0.0, kl) / 2),
        "JSDivergence": both / 4,
        "KLDivergence": kl,
        "PSI": both,
    }
