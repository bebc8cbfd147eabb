"""Types of metrics, and what their queries are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import Stage
from arthurai.server.query.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.model_schema import ModelSchema

OUTPUT: Final = "model_output_metric"
PERFORMANCE: Final = "model_performance_metric"
DRIFT: Final = "model_data_drift_metric"
INPUT: Final = "model_input_data_metric"
_SYNONYMS: Final = {"model_data_bound_metric": INPUT}


def normalize_type(metric_type: str) -> str:
    """Return one spelling of a metric type that has two.

    Args:
        metric_type: A `MetricType`.
    """
    return _SYNONYMS.get(metric_type, metric_type)


def is_drift_endpoint(endpoint: str) -> bool:
    """Return whether the query of a metric is a drift request.

    Args:
        endpoint: The endpoint of the metric.
    """
    return endpoint.rstrip("/").endswith("/data_drift")


def derive_type(endpoint: str, query: Any, schema: ModelSchema) -> str:
    """Return the type of a metric that was created without one.

    Args:
        endpoint: Its endpoint.
        query: Its query.
        schema: Schema of the model.
    """
    if is_drift_endpoint(endpoint):
        return DRIFT
    words = find_words(query)
    truths = {a.name for a in schema.ground_truths}
    if words & truths or any(FUNCTIONS[w].is_evaluation for w in words if w in FUNCTIONS):
        return PERFORMANCE
    attributes = {a.name: a.stage for a in schema.attributes if a.name in words}
    if all(stage == Stage.PredictedValue for stage in attributes.values()):
        return OUTPUT
    return INPUT


def mentions(query: Any, name: str) -> bool:
    """Return whether a query names an attribute.

    Args:
        query: The query of a metric.
        name: Name of the attribute.
    """
    return any(word == name or word.startswith(f"{name}.") for word in _words(query))


def find_words(query: Any) -> set[str]:
    """Return all texts in a query: names of functions and attributes, values, placeholders.

    Args:
        query: The query of a metric.
    """
    return set(_words(query))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
