"""Intervals of measures against SciPy, NumPy and the published example."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from arthurai.server.web.performance_queries import Measure, hanley_mcneil, interval, wilson


@pytest.mark.parametrize(
    ("hits", "trials"), [(0, 1), (1, 1), (0, 40), (7, 40), (40, 40), (812, 1000)]
)
def test_shares_have_the_interval_of_wilson(hits, trials):
    expected = stats.binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    assert wilson(hits / trials, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_share_of_nothing_has_none():
    assert wilson(0.0, 0) is None
    assert hanley_mcneil(0.7, 0, 5) is None


def test_areas_have_the_interval_of_hanley_and_mcneil():
    # 1982, table II: 51 abnormal and 58 normal images, area 0.893, standard error 0.032
    low, high = hanley_mcneil(0.893, 51, 58)
    assert (high - low) / 2 / stats.norm.ppf(0.975) == pytest.approx(0.032, abs=0.0006)
    assert (low + high) / 2 == pytest.approx(0.893)


def test_the_mean_absolute_error_has_the_interval_of_a_mean():
    errors = np.abs(np.random.default_rng(1).normal(0, 3, 500))
    row = {"mae": errors.mean(), "rmse": np.sqrt((errors**2).mean()), "labeled": 500}
    measure = Measure("mae", "Mean absolute error", ())
    half = stats.norm.ppf(0.975) * errors.std(ddof=1) / np.sqrt(500)
    expected = (errors.mean() - half, errors.mean() + half)
    assert interval(measure, row) == pytest.approx(expected, rel=1e-9)


def test_a_rate_rests_on_the_rows_that_it_is_a_share_of():
    matrix = {"true_positive": 6, "false_positive": 2, "true_negative": 30, "false_negative": 4}
    recall = Measure("recall", "Recall", (), "percent", ("true_positive", "false_negative"))
    row = {"recall": 0.6, "confusion": matrix}
    expected = stats.binomtest(6, 10).proportion_ci(0.95, method="wilson")
    assert interval(recall, row) == pytest.approx((expected.low, expected.high))
    assert interval(recall, {"recall": None, "confusion": matrix}) is None
