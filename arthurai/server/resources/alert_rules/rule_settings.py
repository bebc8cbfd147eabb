"""What a rule asks of the rows behind a value, and the defaults that depend on its metric."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.drift.measures import MEASURES
from arthurai.server.query.functions import FUNCTIONS
from arthurai.server.resources.metrics.metric_types import (
    DRIFT,
    PERFORMANCE,
    find_words,
    is_drift_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.model_schema import ModelSchema

MIN_ROWS: Final = 100
MIN_TRUTH_SHARE: Final = 0.5
LOOKBACK_MINUTES: Final = 5
LONG_LOOKBACK_MINUTES: Final = 24 * 60
DRIFT_CONFIDENCE: Final = 0.9999
RATE_CONFIDENCE: Final = 0.95

TOTALS: Final = frozenset({"count", "countIf", "sum", "min", "max"})
"""Functions whose value means something for a single row: it is exact, not an estimate."""

RATES: Final = frozenset(
    {
        "accuracyRate",
        "accuracyRateMulticlass",
        "balancedAccuracyRate",
        "auc",
        "recall",
        "precision",
        "specificity",
        "f1",
        "falsePositiveRate",
        "falseNegativeRate",
        "truePositiveRate",
        "trueNegativeRate",
        "rate",
    }
)
"""Functions whose value is a share of rows, or as noisy as one."""


_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    **dict.fromkeys(RATES, (0.0, 1.0)),
    **dict.fromkeys(
        (
            *("truePositiveRateMulticlass", "trueNegativeRateMulticlass"),
            *("falsePositiveRateMulticlass", "falseNegativeRateMulticlass", "sensitivity"),
            *("balancedAccuracyRateMulticlass", "precisionMulticlass", "recallMulticlass"),
            *("f1Multiclass", "meanAveragePrecision", "precisionAtK", "recallAtK", "mapAtK"),
            *("nDCGAtK", "meanReciprocalRank", "rankedListAUC"),
        ),
        (0.0, 1.0),
    ),
    **dict.fromkeys(
        ("count", "countIf", "rmse", "mae", "logLoss", "brierScore", "avgSequenceLength"),
        (0.0, math.inf),
    ),
    "matthewsCorrelation": (-1.0, 1.0),
    "rSquared": (-math.inf, 1.0),
}
"""Least and largest value of functions that have one, whatever the rows."""
_DRIFT_ENDS: Final[Mapping[str, float]] = {
    "JSDivergence": math.log(2),
    "HellingerDistance": 1.0,
    "HypothesisTest": 300.0,
}
"""Largest value of measures of drift that have one."""


def find_range(metric: Mapping[str, Any], parameters: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the largest value that a metric can have, whatever the rows.

    Args:
        metric: A `Metric`.
        parameters: Values of its parameters; the others have their defaults.
    """
    if is_drift_endpoint(metric["endpoint"]):
        return 0.0, _DRIFT_ENDS.get(drift_measure(metric, parameters), math.inf)
    return _RANGES.get(find_function(metric) or "", (-math.inf, math.inf))


def find_function(metric: Mapping[str, Any]) -> str | None:
    """Return the function that gives the value of a metric, or `None` for drift and subqueries.

    Args:
        metric: A `Metric`.
    """
    query = metric["query"]
    if is_drift_endpoint(metric["endpoint"]) or query.get("subquery"):
        return None
    selected = query.get("select")
    first = selected[0] if isinstance(selected, list) and selected else None
    function = first.get("function") if isinstance(first, dict) else None
    return function if isinstance(function, str) else None


def needs_truth(metric: Mapping[str, Any], schema: ModelSchema) -> bool:
    """Return whether a metric compares with ground truth.

    Args:
        metric: A `Metric`.
        schema: Schema of the model.
    """
    if not schema.ground_truths or is_drift_endpoint(metric["endpoint"]):
        return False
    words = find_words(metric["query"])
    truths = {attribute.name for attribute in schema.ground_truths}
    return bool(words & truths) or any(
        FUNCTIONS[word].is_evaluation for word in words if word in FUNCTIONS
    )


def default_settings(
    metric: Mapping[str, Any], parameters: Mapping[str, Any], schema: ModelSchema
) -> dict[str, Any]:
    """Return look-back and demands on rows of a rule that says nothing about them.

    Args:
        metric: The metric of the rule.
        parameters: Values of its parameters.
        schema: Schema of the model.
    """
    function = find_function(metric)
    is_long = metric["type"] in {PERFORMANCE, DRIFT}
    confidence = 0.0
    if is_drift_endpoint(metric["endpoint"]):
        confidence = DRIFT_CONFIDENCE if has_known_noise(metric, parameters) else 0.0
    elif function in RATES:
        confidence = RATE_CONFIDENCE
    return {
        "lookback_period": LONG_LOOKBACK_MINUTES if is_long else LOOKBACK_MINUTES,
        "min_rows": 0 if function in TOTALS else MIN_ROWS,
        "min_truth_share": MIN_TRUTH_SHARE if needs_truth(metric, schema) else None,
        "confidence": confidence,
    }


def has_known_noise(metric: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    """Return whether theory says how much drift equal distributions show.

    Args:
        metric: A metric of drift.
        parameters: Values of its parameters.
    """
    return drift_measure(metric, parameters) in {*MEASURES, "HypothesisTest"}


def drift_measure(metric: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """Return the measure of a metric of drift.

    Args:
        metric: The metric.
        parameters: Values of its parameters; the others have their defaults.
    """
    measure = str(metric["query"].get("metric"))
    for parameter in metric.get("parameters") or ():
        if measure.strip("{} ") == parameter["name"]:
            return str(parameters.get(parameter["name"]) or parameter.get("default"))
    return measure


def completed_settings(
    rule: Mapping[str, Any], metric: Mapping[str, Any], schema: ModelSchema
) -> dict[str, Any]:
    """Return the demands of a rule on rows; rules of older releases have the defaults.

    Args:
        rule: A stored rule.
        metric: Its metric.
        schema: Schema of the model.
    """
    defaults = default_settings(metric, rule.get("metric_parameters") or {}, schema)
    return {
        key: defaults[key] if rule.get(key) is None else rule[key]
        for key in ("min_rows", "min_truth_share", "confidence")
    }
