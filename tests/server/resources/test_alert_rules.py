"""Noise of small samples against scipy, and which crossings raise alerts."""

import numpy as np
import pytest
from scipy import stats

from arthurai.server.query.drift.measures import hellinger_distance, js_divergence, kl_divergence
from arthurai.server.query.drift.measures import psi as psi_index
from arthurai.server.resources.alert_rules.alert_messages import describe_minutes
from arthurai.server.resources.alert_rules.alert_spacing import space_alerts
from arthurai.server.resources.alert_rules.sampling_noise import (
    drift_noise,
    normal_quantile,
    rate_noise,
)
from arthurai.server.storage.documents.stored_alerts import Crossing

MEASURES = {
    "PSI": psi_index,
    "KLDivergence": kl_divergence,
    "JSDivergence": js_divergence,
    "HellingerDistance": hellinger_distance,
}


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99, 0.9999])
@pytest.mark.parametrize("bins", [2, 3, 10, 20, 201])
def test_the_bound_of_noise(confidence, bins):
    quantile = stats.chi2.ppf(confidence, bins - 1)
    bound = drift_noise("PSI", bins, 4000, 500, confidence)
    assert bound == pytest.approx(quantile * (1 / 4000 + 1 / 500), rel=1e-9)
    halved = drift_noise("KLDivergence", bins, 4000, 500, confidence)
    assert halved == pytest.approx(bound / 2, rel=1e-9)
    assert normal_quantile(confidence) == pytest.approx(stats.norm.ppf(confidence))


@pytest.mark.parametrize("measure", MEASURES)
def test_drift_of_equal_distributions_stays_below_the_noise(measure):
    random = np.random.default_rng(0)
    bins, base, target = 10, 4000, 1000
    even = np.full(bins, 1 / bins)
    found = [
        MEASURES[measure](
            list(zip(random.multinomial(base, even), random.multinomial(target, even), strict=True))
        )
        for _ in range(2000)
    ]
    share = np.mean(np.array(found) < drift_noise(measure, bins, base, target, 0.95))
    assert share == pytest.approx(0.95, abs=0.015)


def test_noise_of_rates_and_of_tests():
    interval = stats.binom(400, 0.8).std() / 400 * stats.norm.ppf(0.95)
    assert rate_noise(0.8, 400, 0.95) == pytest.approx(interval)
    assert rate_noise(0.8, 0, 0.95) == float("inf")
    assert rate_noise(1.0, 400, 0.95) > 0
    assert drift_noise("HypothesisTest", 20, 10, 10, 0.9999) == pytest.approx(4)
    assert drift_noise("PSI", 20, 0, 10, 0.9999) == float("inf")


def crossings(*ends):
    return [Crossing(end, end - 1, 1.0, 1, 1, raised=False) for end in ends]


@pytest.mark.parametrize(
    ("ends", "wait", "raised"),
    [
        ((), 5, []),
        ((1, 2, 3), 0, [1, 2, 3]),
        ((1, 2, 3), 1, [1, 2, 3]),
        ((1, 2, 3, 6, 7), 2, [1, 3, 6]),
        ((1, 1, 2), 0, [1, 2]),
        ((10, 14, 19, 20), 5, [10, 19]),
    ],
)
def test_spacing(ends, wait, raised):
    found = {crossing.end for crossing in space_alerts(crossings(*ends), wait).values()}
    assert sorted(found) == raised


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(5, "5 minutes"), (60, "1 hour"), (1440, "1 day"), (10080, "7 days"), (0.5, "0.5 minutes")],
)
def test_periods_in_words(minutes, text):
    assert describe_minutes(minutes) == text
