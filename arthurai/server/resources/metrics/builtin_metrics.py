"""The metrics that every model of a kind has."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

from arthurai.common.bundle import operations
from arthurai.common.vocabulary import Stage
from arthurai.server.query.column_types import COLUMN_TYPES, ColumnType
from arthurai.server.query.drift.class_column import is_categorical
from arthurai.server.query.drift.drift_request import METRICS
from arthurai.server.resources.metrics.metric_types import DRIFT, OUTPUT, PERFORMANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.common.documents import Metric, MetricParameter, MetricValueLimits
    from arthurai.server.model_schema import Attribute, ModelSchema


_BINARY: Final = {
    "Accuracy Rate": "accuracyRate",
    "Balanced Accuracy Rate": "balancedAccuracyRate",
    "AUC": "auc",
    "Recall": "recall",
    "Precision": "precision",
    "Specificity (TNR)": "specificity",
    "F1": "f1",
    "False Positive Rate": "falsePositiveRate",
    "False Negative Rate": "falseNegativeRate",
    "True Positive Rate": "truePositiveRate",
    "True Negative Rate": "trueNegativeRate",
    "Confusion Matrix Rates": "confusionMatrixRate",
}
_REGRESSION: Final = {
    "Root Mean Squared Error": "rmse",
    "Mean Absolute Error": "mae",
    "R Squared": "rSquared",
}
_AT_K: Final = {
    "Precision at k": "precisionAtK",
    "Recall at k": "recallAtK",
    "MAP at k": "mapAtK",
    "nDCG at k": "nDCGAtK",
}
_RANKED: Final = {"Mean Reciprocal Rank": "meanReciprocalRank", "Ranked List AUC": "rankedListAUC"}
_DEFAULT_K: Final = 10
_MAX_K: Final = 100
_DRIFT_BINS: Final = 20
_MAX_DRIFT_BINS: Final = 200

#: Names of older releases, in lower case, and what they are called now.
FORMER_NAMES: Final = {
    "rmse": "Root Mean Squared Error",
    "total inference count": "Inference Count",
    "psi data drift": "Feature Drift",
    "psi data drift reference set": "Feature Drift",
    "psi batch data drift reference set": "Feature Drift",
    "inference count by class": "Total Inference Count By Class",
    "equal opportunity": "True Positive Rate",
}


def endpoint(schema: ModelSchema, *, drift: bool = False) -> str:
    """Return the path of the endpoint that runs the queries of a model.

    Args:
        schema: Schema of the model.
        drift: Whether the queries are drift requests.
    """
    path = operations()["query_data_drift" if drift else "query"].path
    return f"/api{path.format(model_id=schema.model_id)}"


def builtin_metrics(schema: ModelSchema) -> list[Metric]:
    """Return the built-in metrics of a model; the same model gives the same ids.

    Args:
        schema: Schema of the model.
    """
    return [
        *_counts(schema),
        *_classification(schema),
        *_by_output(schema),
        *_drift(schema),
    ]


def _metric(
    schema: ModelSchema,
    name: str,
    metric_type: str,
    query: dict[str, Any],
    parameters: list[MetricParameter] | None = None,
    attribute: str | None = None,
) -> Metric:
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"arthur-metric:{schema.model_id}")
    for parameter in parameters or []:
        parameter["id"] = str(uuid.uuid5(namespace, f"{name}\0{parameter['name']}"))
    return {
        "id": str(uuid.uuid5(namespace, name)),
        "name": name,
        "endpoint": endpoint(schema, drift="select" not in query),
        "query": query,
        "is_default": True,
        "type": metric_type,
        "attribute": attribute,
        "parameters": parameters or [],
        "last_updated_by": None,
        "last_updated_by_type": None,
        "created_at": None,
        "updated_at": None,
    }


def _select(function: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"function": function}
    if parameters:
        item["parameters"] = parameters
    return {"select": [item]}


def _parameter(
    name: str, kind: str, default: Any, *, categories: list[str] | None = None, **limits: float
) -> MetricParameter:
    wanted: dict[str, Any] = {"range": limits}
    if categories is not None:
        wanted = {"categorical": {"categories": categories}}
    return {
        "name": name,
        "parameter_type": kind,
        "value_limits": cast("MetricValueLimits", wanted),
        "default": default,
    }


def _threshold(schema: ModelSchema) -> MetricParameter:
    return _parameter("classifier_threshold", "FLOAT", schema.threshold, min=0, max=1)


def _counts(schema: ModelSchema) -> Iterator[Metric]:
    yield _metric(schema, "Inference Count", OUTPUT, _select("count"))
    names = [a.name for a in schema.predicted if COLUMN_TYPES[a.value_type].is_numeric]
    positive = schema.positive_predicted
    if schema.output_type != "MULTICLASS" or not names:
        return
    parameters = [_parameter("predicted_class", "STRING", names[0], categories=names)]
    label: dict[str, Any] = {"function": "labelByMaxColumn", "parameters": {"properties": names}}
    if schema.is_binary_classifier and positive is not None:
        other = next((name for name in names if name != positive.name), f"not {positive.name}")
        both = [positive.name, other]
        parameters = [
            _parameter("predicted_class", "STRING", positive.name, categories=both),
            _threshold(schema),
        ]
        label = {
            "function": "if",
            "parameters": {
                "property": positive.name,
                "comparator": "gte",
                "value": "{{classifier_threshold}}",
                "then": positive.name,
                "else": other,
            },
        }
    query = _select(
        "countIf",
        {
            "property": {"nested_function": label},
            "comparator": "eq",
            "value": "{{predicted_class}}",
        },
    )
    yield _metric(schema, "Total Inference Count By Class", OUTPUT, query, parameters)


def _classification(schema: ModelSchema) -> Iterator[Metric]:
    if schema.output_type not in {"MULTICLASS", "MULTILABEL"} or not schema.ground_truths:
        return
    names = [a.name for a in schema.predicted]
    for name, function in _BINARY.items():
        parameters = [_threshold(schema)] if function != "auc" else []
        chosen = {"threshold": "{{classifier_threshold}}"} if parameters else {}
        if not schema.is_binary_classifier:
            chosen["predicted_property"] = "{{predicted_property}}"
            parameters.append(
                _parameter("predicted_property", "ATTRIBUTE", names[0], categories=names)
            )
        yield _metric(schema, name, PERFORMANCE, _select(function, chosen), parameters)
    if schema.output_type == "MULTICLASS" and not schema.is_binary_classifier:
        query = _select("accuracyRateMulticlass")
        yield _metric(schema, "Overall Accuracy Rate", PERFORMANCE, query)


def _by_output(schema: ModelSchema) -> Iterator[Metric]:
    makers = {
        "REGRESSION": _regression,
        "OBJECT_DETECTION": _detection,
        "TOKEN_SEQUENCE": _tokens,
        "RANKED_LIST": _ranked,
    }
    make = makers.get(schema.output_type)
    if make is not None:
        yield from make(schema)


def _regression(schema: ModelSchema) -> Iterator[Metric]:
    if schema.ground_truths:
        for name, function in _REGRESSION.items():
            yield _metric(schema, name, PERFORMANCE, _select(function))
    numbers = [a for a in schema.predicted if COLUMN_TYPES[a.value_type].is_numeric]
    if numbers:
        query = _select("avg", {"property": numbers[0].name})
        yield _metric(schema, "Average Prediction", OUTPUT, query, attribute=numbers[0].name)


def _first(schema: ModelSchema, *kinds: ColumnType) -> Attribute | None:
    for kind in kinds:
        for attribute in schema.predicted:
            if COLUMN_TYPES[attribute.value_type] is kind:
                return attribute
    return None


def _detection(schema: ModelSchema) -> Iterator[Metric]:
    boxes = _first(schema, ColumnType.BOXES)
    if boxes is None:
        return
    if schema.ground_truths:
        yield _metric(
            schema,
            "Mean Average Precision",
            PERFORMANCE,
            _select("meanAveragePrecision", {"threshold": "{{threshold}}"}),
            [_parameter("threshold", "FLOAT", 0.5, min=0, max=1)],
        )
    query = _select("avg", {"property": f"{boxes.name}.confidence"})
    yield _metric(schema, "Average Confidence", PERFORMANCE, query, attribute=boxes.name)


def _tokens(schema: ModelSchema) -> Iterator[Metric]:
    likelihoods = _first(schema, ColumnType.LIKELIHOODS)
    if likelihoods is not None:
        chosen = {"property": f"{likelihoods.name}_likelihoods"}
        for name, function in (
            ("Average Token Likelihood", "avgTokenLikelihood"),
            ("Likelihood Stability", "likelihoodStability"),
        ):
            query = _select(function, chosen)
            yield _metric(schema, name, PERFORMANCE, query, attribute=likelihoods.name)
    sequence = _first(schema, ColumnType.TEXTS, ColumnType.LIKELIHOODS, ColumnType.TEXT)
    if sequence is not None:
        query = _select("avgSequenceLength", {"property": sequence.name})
        yield _metric(
            schema, "Average Sequence Length", PERFORMANCE, query, attribute=sequence.name
        )


def _ranked(schema: ModelSchema) -> Iterator[Metric]:
    if not schema.ground_truths:
        return
    for name, function in _AT_K.items():
        parameters = [_parameter("k", "INTEGER", _DEFAULT_K, min=1, max=_MAX_K)]
        query = _select(function, {"k": "{{k}}"})
        yield _metric(schema, name, PERFORMANCE, query, parameters)
    for name, function in _RANKED.items():
        yield _metric(schema, name, PERFORMANCE, _select(function))


def _drift(schema: ModelSchema) -> Iterator[Metric]:
    features = [
        a.name
        for a in schema.by_stage(Stage.ModelPipelineInput, Stage.NonInputData)
        if is_categorical(a, COLUMN_TYPES[a.value_type]) is not None
    ]
    if features:
        parameters = [
            _parameter("drift_attribute", "ATTRIBUTE", features[0], categories=features),
            *_drift_parameters(),
        ]
        query = {"properties": ["{{drift_attribute}}"], **_drift_request()}
        yield _metric(schema, "Feature Drift", DRIFT, query, parameters)
    numbers = [
        a.name
        for a in schema.predicted
        if is_categorical(a, COLUMN_TYPES[a.value_type]) is not None
    ]
    if schema.output_type in {"MULTICLASS", "MULTILABEL"}:
        query = {"predicted_classes": ["*"], **_drift_request()}
        yield _metric(schema, "Prediction Drift", DRIFT, query, _drift_parameters())
    elif numbers:
        query = {"properties": [numbers[0]], **_drift_request()}
        yield _metric(schema, "Prediction Drift", DRIFT, query, _drift_parameters(), numbers[0])
    if schema.input_type != "TIME_SERIES":
        query = {**_select("avg", {"property": "anomaly_score"}), "from": "enriched"}
        yield _metric(schema, "Multivariate Drift", DRIFT, query)
        for text in schema.generated_texts:
            scored = {"property": f"anomaly_score_{text.name}"}
            query = {**_select("avg", scored), "from": "enriched"}
            name = f"Multivariate Drift of {text.name}"
            yield _metric(schema, name, DRIFT, query, attribute=text.name)
    if schema.input_type == "IMAGE":
        query = {**_select("avg", {"property": "raw_anomaly_score"}), "from": "enriched"}
        yield _metric(schema, "Average Raw Anomaly Score", DRIFT, query)


def _drift_request() -> dict[str, Any]:
    return {
        "num_bins": "{{num_bins}}",
        "metric": "{{drift_metric}}",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
    }


def _drift_parameters() -> list[MetricParameter]:
    numbers = [metric for metric in METRICS if metric != "Thresholds"]
    return [
        _parameter("drift_metric", "STRING", "PSI", categories=numbers),
        _parameter("num_bins", "INTEGER", _DRIFT_BINS, min=1, max=_MAX_DRIFT_BINS),
    ]
