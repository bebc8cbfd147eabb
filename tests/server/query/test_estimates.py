"""Numbers with the rows they rest on and their sampling error, against independent formulas."""

from __future__ import annotations

import math
import random
import statistics

import numpy as np
import pytest
from builders import attribute, ground_truth, prediction
from scipy import stats
from sklearn import metrics as sk

from arthurai.common.sampling_error import (
    auc_error,
    difference_interval,
    share_interval,
)
from arthurai.server.query import QueryError, run_drift, run_query
from arthurai.server.query.drift.drift_noise import chi_square_quantile
from arthurai.server.query.drift.measures import MEASURES

from . import query_models as models


@pytest.fixture(scope="module")
def binary(store):
    rng = random.Random(5)
    rows = []
    for number in range(150):
        score = rng.random()
        truth = {"y": int(rng.random() < score)} if number % 10 else None
        data = {"group": "ab"[number % 2], "p": score if number % 13 else None}
        rows.append((models.START, data, truth))
    example = models.Example(
        "MULTICLASS",
        [
            attribute("group", "STRING", categorical=True),
            prediction("p", is_positive_predicted_attribute=True, attribute_link="y"),
            ground_truth("y", "INTEGER", attribute_link="p"),
        ],
        rows,
    )
    example.load(store)
    known = [(d["p"], t["y"]) for _, d, t in rows if t is not None and d["p"] is not None]
    return example, np.array(known), rows


def estimate(store, example, function, parameters=None, confidence=None, **body):
    inner = {"function": function, "parameters": parameters or {}}
    item = {"function": "estimate", "alias": "e", "parameters": {"of": {"nested_function": inner}}}
    if confidence is not None:
        item["parameters"]["confidence"] = confidence
    rows = run_query({"select": [item], **body}, example.schema, store)["query_result"]
    return rows[0]["e"]


def wilson(successes, trials, confidence=0.95):
    found = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return pytest.approx(found.low), pytest.approx(found.high)


def test_shares_have_wilson_intervals(binary, store):
    example, known, rows = binary
    yes, truth = known[:, 0] >= 0.5, known[:, 1] == 1
    cases = {
        "accuracyRate": ((yes == truth).sum(), len(known)),
        "recall": ((yes & truth).sum(), truth.sum()),
        "precision": ((yes & truth).sum(), yes.sum()),
        "falsePositiveRate": ((yes & ~truth).sum(), (~truth).sum()),
        "specificity": ((~yes & ~truth).sum(), (~truth).sum()),
    }
    for function, (successes, trials) in cases.items():
        found = estimate(store, example, function)
        assert found["value"] == pytest.approx(successes / trials)
        assert found["rows"] == trials, function
        assert (found["low"], found["high"]) == wilson(int(successes), int(trials)), function
        assert found["method"] == "Wilson"
        share = successes / trials
        assert found["standard_error"] == pytest.approx(math.sqrt(share * (1 - share) / trials))
    missing = {"property": "p", "comparator": "IsNull", "value": ""}
    found = estimate(store, example, "rate", missing, confidence=0.8)
    absent = sum(data["p"] is None for _, data, _ in rows)
    assert (found["low"], found["high"]) == wilson(absent, len(rows), 0.8)
    assert (found["rows"], found["confidence"]) == (150, 0.8)


def test_means_and_auc(binary, store):
    example, known, rows = binary
    scores = [data["p"] for _, data, _ in rows if data["p"] is not None]
    found = estimate(store, example, "avg", {"property": "p"})
    error = statistics.stdev(scores) / math.sqrt(len(scores))
    low, high = stats.norm.interval(0.95, statistics.fmean(scores), error)
    assert found == {
        "value": pytest.approx(statistics.fmean(scores)),
        "rows": len(scores),
        "standard_error": pytest.approx(error),
        "low": pytest.approx(low),
        "high": pytest.approx(high),
        "method": "normal",
        "confidence": 0.95,
    }
    found = estimate(store, example, "auc")
    area = sk.roc_auc_score(known[:, 1], known[:, 0])
    assert found["value"] == pytest.approx(area)
    assert found["rows"] == len(known)
    assert found["method"] == "Hanley-McNeil"
    # A bootstrap agrees with the formula to its own precision.
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(400):
        drawn = known[rng.integers(0, len(known), len(known))]
        draws.append(sk.roc_auc_score(drawn[:, 1], drawn[:, 0]))
    assert found["standard_error"] == pytest.approx(np.std(draws), rel=0.2)


def test_losses_are_means(binary, store):
    example, known, _ = binary
    score, truth = known[:, 0], known[:, 1]
    losses = {
        "logLoss": -np.log(np.where(truth == 1, score, 1 - score)),
        "brierScore": (score - truth) ** 2,
    }
    for function, values in losses.items():
        found = estimate(store, example, function)
        error = values.std(ddof=1) / math.sqrt(len(values))
        low, high = stats.norm.interval(0.95, values.mean(), error)
        assert found["rows"] == len(values)
        assert (found["low"], found["high"]) == (pytest.approx(low), pytest.approx(high))
    several = estimate(store, models.EXAMPLES["pets"], "brierScore")
    assert several["method"] == "normal"
    assert several["low"] < several["value"] < several["high"]


def test_the_error_of_auc_is_that_of_exponential_scores():
    """Hanley and McNeil derive it from scores with exponential distributions."""
    rng = np.random.default_rng(3)
    positive = rng.exponential(4, (3000, 51, 1))
    negative = rng.exponential(1, (3000, 1, 58))
    areas = (positive > negative).mean(axis=(1, 2))
    assert auc_error(0.8, 51, 58) == pytest.approx(areas.std(), rel=0.05)


def test_newcombe_example():
    """Newcombe 1998, table II (a): 56/70 and 48/80 differ by 0.2, from 0.0524 to 0.3339."""
    first, second = share_interval(56, 70), share_interval(48, 80)
    found = difference_interval(56 / 70, first, 48 / 80, second)
    assert found == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_errors_of_regression_models(store):
    found = estimate(store, models.EXAMPLES["price"], "mae")
    errors = [1, 0, 2, 4]
    assert (found["value"], found["rows"]) == (1.75, 4)
    assert found["standard_error"] == pytest.approx(statistics.stdev(errors) / 2)
    found = estimate(store, models.EXAMPLES["price"], "rmse")
    squares = [number**2 for number in errors]
    expected = statistics.stdev(squares) / 2 / (2 * math.sqrt(statistics.fmean(squares)))
    assert found["standard_error"] == pytest.approx(expected)
    assert estimate(store, models.EXAMPLES["price"], "rSquared")["rows"] == 4


def test_values_without_a_theory_say_their_rows(binary, store):
    example, known, rows = binary
    for function in ("f1", "matthewsCorrelation", "classificationReport"):
        found = estimate(store, example, function)
        assert found["rows"] == len(known), function
        assert found["low"] is found["high"] is found["method"] is None
    assert estimate(store, example, "count")["rows"] == len(rows)


def test_no_rows_have_no_interval(binary, store):
    example, *_ = binary
    nobody = [{"property": "group", "comparator": "eq", "value": "z"}]
    for function in ("accuracyRate", "auc", "balancedAccuracyRate"):
        found = estimate(store, example, function, filter=nobody)
        assert found["value"] is found["low"] is None
        assert found["rows"] == 0


@pytest.mark.parametrize("inner", [None, "p", {"nested_function": {"function": "estimate"}}])
def test_estimates_are_of_aggregates(inner, binary, store):
    example, *_ = binary
    item = {"function": "estimate", "parameters": {"of": inner}}
    with pytest.raises(QueryError, match="of"):
        run_query({"select": [item]}, example.schema, store)


@pytest.mark.parametrize("degrees", [1, 2, 19, 300])
def test_chi_square_quantiles(degrees):
    for significance in (0.5, 0.05, 1e-6):
        expected = stats.chi2.isf(significance, degrees)
        assert chi_square_quantile(significance, degrees) == pytest.approx(expected, rel=1e-9)
    assert chi_square_quantile(0.05, 0) == 0


@pytest.fixture(scope="module")
def steady(store):
    """Sixty days of a column that does not change, 400 rows each."""
    rng = np.random.default_rng(11)
    days = 60
    example = models.Example(
        "REGRESSION",
        [attribute("x"), prediction("p", attribute_link="y"), ground_truth("y")],
        [
            (f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}T00:00:00Z", {"x": float(x), "p": 1.0})
            for day in range(days)
            for x in rng.normal(0, 1, 400)
        ],
        [{"x": float(x)} for x in rng.normal(0, 1, 2000)],
    )
    example.load(store)
    return example


@pytest.mark.parametrize("metric", MEASURES)
def test_stable_days_stay_within_the_band(metric, steady, store):
    body = {"properties": ["x"], "metric": metric, "num_bins": 10, "rollup": "day"}
    body |= {"base": {"source": "reference"}, "target": {"source": "inference"}}
    rows = run_drift({**body, "uncertainty": True}, steady.schema, store)["query_result"]
    plain = run_drift(body, steady.schema, store)["query_result"]
    assert [row["rollup"] for row in rows] == [row["rollup"] for row in plain]
    assert [row["x"] for row in rows] == pytest.approx([row["x"] for row in plain])
    assert {frozenset(row) for row in plain} == {frozenset({"rollup", "x"})}
    noise = [row["uncertainty"]["x"] for row in rows]
    assert noise[0]["base_rows"] == 2000
    assert (noise[0]["target_rows"], noise[0]["bins"]) == (400, 10)
    scale = {"PSI": 1, "KLDivergence": 1 / 2}.get(metric, 1 / 8) * (1 / 400 + 1 / 2000)
    power = 2 if metric == "HellingerDistance" else 1
    assert noise[0]["upper_without_change"] ** power == pytest.approx(
        scale * stats.chi2.isf(0.05, 9)
    )
    values = np.array([row["x"] for row in rows]) ** power
    assert values.mean() == pytest.approx(noise[0]["expected_without_change"] ** power, rel=0.25)
    beyond = sum(row["x"] > n["upper_without_change"] for row, n in zip(rows, noise, strict=True))
    assert beyond <= 8  # 3 of 60 are expected; the days share one reference set
    p_values = [stats.chi2.sf(value / scale, 9) for value in values]
    assert [n["p_value"] for n in noise] == pytest.approx(p_values)


def test_a_test_says_its_p_value(steady, store):
    body = {"properties": ["x"], "metric": "HypothesisTest", "uncertainty": True}
    body |= {"base": {"source": "reference"}, "target": {"source": "inference"}}
    (row,) = run_drift(body, steady.schema, store)["query_result"]
    found = row["uncertainty"]["x"]
    assert found["p_value"] == pytest.approx(10 ** -row["x"])
    assert found["upper_without_change"] == pytest.approx(-math.log10(0.05))
    assert found["target_rows"] == 24000
