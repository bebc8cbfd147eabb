"""The built-in metrics: what each means, which models have it, and its query."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from arthurai.common.bundle import operations
from arthurai.common.vocabulary import DRIFT_METRICS, InputType, OutputType, Stage
from arthurai.server.query.column_types import COLUMN_TYPES, ColumnType
from arthurai.server.query.drift.class_column import is_categorical
from arthurai.server.query.functions.all_classes import AVERAGES
from arthurai.server.resources.metrics.metric_types import DRIFT, OUTPUT, PERFORMANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arthurai.common.documents import Metric, MetricParameter, MetricValueLimits
    from arthurai.server.model_schema import Attribute, ModelSchema

    _Build = Callable[[ModelSchema], "_Template | None"]

DEFAULT_K: Final = 10
MAX_K: Final = 100
DEFAULT_DRIFT_BINS: Final = 20
MAX_DRIFT_BINS: Final = 200

FORMER_NAMES: Final = {
    "rmse": "Root Mean Squared Error",
    "total inference count": "Inference Count",
    "psi data drift": "Feature Drift",
    "psi data drift reference set": "Feature Drift",
    "psi batch data drift reference set": "Feature Drift",
    "inference count by class": "Total Inference Count By Class",
    "equal opportunity": "True Positive Rate",
}
"""Names of older releases, in lower case, and the current ones."""


class _Template(NamedTuple):
    """The query of a metric for one model, with placeholders for its parameters."""

    query: dict[str, Any]
    parameters: Sequence[MetricParameter] = ()
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class BuiltinMetric:
    """The definition of a built-in metric.

    Attributes:
        name: Its name.
        type: A `MetricType`.
        description: What its value means.
        build: Returns its query for a model, or `None` when the model does not have the metric.
    """

    name: str
    type: str
    description: str
    build: _Build

    def id_for(self, schema: ModelSchema) -> str:
        """Return the id of the metric of a model; it is always the same."""
        return str(uuid.uuid5(_namespace(schema), self.name))

    def for_model(self, schema: ModelSchema) -> Metric | None:
        """Return the metric of a model, or `None` when the model does not have it."""
        template = self.build(schema)
        if template is None:
            return None
        return {
            "id": self.id_for(schema),
            "name": self.name,
            "endpoint": endpoint(schema, drift="select" not in template.query),
            "query": template.query,
            "is_default": True,
            "type": self.type,
            "attribute": template.attribute,
            "parameters": [
                {
                    **parameter,
                    "id": str(uuid.uuid5(_namespace(schema), f"{self.name}\0{parameter['name']}")),
                }
                for parameter in template.parameters
            ],
            "last_updated_by": None,
            "last_updated_by_type": None,
            "created_at": None,
            "updated_at": None,
        }


BUILTIN_METRICS: Final[list[BuiltinMetric]] = []
"""All built-in metrics in the order of lists, those of single generated texts aside."""


def _builtin(name: str, metric_type: str, description: str) -> Callable[[_Build], _Build]:
    """Define a built-in metric by the function that builds its query."""

    def define(build: _Build) -> _Build:
        BUILTIN_METRICS.append(BuiltinMetric(name, metric_type, description, build))
        return build

    return define


def _namespace(schema: ModelSchema) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"arthur-metric:{schema.model_id}")


def endpoint(schema: ModelSchema, *, drift: bool = False) -> str:
    """Return the path of the endpoint that runs the queries of a model.

    Args:
        schema: Schema of the model.
        drift: Whether the queries are drift requests.
    """
    path = operations()["query_data_drift" if drift else "query"].path
    return f"/api{path.format(model_id=schema.model_id)}"


def list_builtin_metrics(schema: ModelSchema) -> list[Metric]:
    """Return the built-in metrics of a model.

    Args:
        schema: Schema of the model.
    """
    found = (definition.for_model(schema) for definition in _definitions(schema))
    return [metric for metric in found if metric is not None]


def find_builtin_metric(schema: ModelSchema, metric_id: str) -> Metric | None:
    """Return one built-in metric of a model, or `None`.

    Args:
        schema: Schema of the model.
        metric_id: Its id.
    """
    for definition in _definitions(schema):
        if definition.id_for(schema) == metric_id:
            return definition.for_model(schema)
    return None


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


def _numeric_predictions(schema: ModelSchema) -> list[str]:
    return [a.name for a in schema.predicted if COLUMN_TYPES[a.value_type].is_numeric]


def _measurable(attributes: Sequence[Attribute]) -> list[str]:
    """Return the names of the attributes whose drift can be measured."""
    return [a.name for a in attributes if is_categorical(a, COLUMN_TYPES[a.value_type]) is not None]


def _first_prediction(schema: ModelSchema, *types: ColumnType) -> Attribute | None:
    """Return the first prediction of the first type that a prediction has."""
    for wanted in types:
        for attribute in schema.predicted:
            if COLUMN_TYPES[attribute.value_type] is wanted:
                return attribute
    return None


@_builtin("Inference Count", OUTPUT, "Number of inferences.")
def _inference_count(schema: ModelSchema) -> _Template:
    del schema
    return _Template(_select("count"))


@_builtin("Total Inference Count By Class", OUTPUT, "Number of predictions of a class.")
def _count_by_class(schema: ModelSchema) -> _Template | None:
    names = _numeric_predictions(schema)
    positive = schema.positive_predicted
    if schema.output_type != OutputType.Multiclass or not names:
        return None
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
    counted = {
        "property": {"nested_function": label},
        "comparator": "eq",
        "value": "{{predicted_class}}",
    }
    return _Template(_select("countIf", counted), parameters)


def _classification(name: str, function: str, description: str) -> BuiltinMetric:
    """Return a metric of classifiers with ground truth, at a threshold.

    Of a binary classifier it is that of the positive class. Of other classifiers it is that of each
    class against the rest, unless a class is chosen: a metric of a class is never that of a model.
    """

    def build(schema: ModelSchema) -> _Template | None:
        classifies = schema.output_type in {OutputType.Multiclass, OutputType.Multilabel}
        if not classifies or not schema.ground_truths:
            return None
        parameters = [_threshold(schema)] if function != "auc" else []
        chosen = {"threshold": "{{classifier_threshold}}"} if parameters else {}
        if not schema.is_binary_classifier:
            names = [a.name for a in schema.predicted]
            chosen["predicted_property"] = "{{predicted_property}}"
            parameters.append(
                _parameter("predicted_property", "ATTRIBUTE", names[0], categories=names)
            )
        return _Template(_select(function, chosen), parameters)

    return BuiltinMetric(name, PERFORMANCE, description, build)


BUILTIN_METRICS.extend(
    _classification(*row)
    for row in (
        ("Accuracy Rate", "accuracyRate", "Share of correct predictions."),
        (
            "Balanced Accuracy Rate",
            "balancedAccuracyRate",
            "Mean of the true positive and negative rates.",
        ),
        ("AUC", "auc", "Area under the ROC curve."),
        ("Recall", "recall", "Share of positives that are predicted positive."),
        ("Precision", "precision", "Share of predicted positives that are positive."),
        ("Specificity (TNR)", "specificity", "Share of negatives that are predicted negative."),
        ("F1", "f1", "Harmonic mean of precision and recall."),
        ("False Positive Rate", "falsePositiveRate", "Share of negatives predicted positive."),
        ("False Negative Rate", "falseNegativeRate", "Share of positives predicted negative."),
        ("True Positive Rate", "truePositiveRate", "Share of positives predicted positive."),
        ("True Negative Rate", "trueNegativeRate", "Share of negatives predicted negative."),
        ("Confusion Matrix Rates", "confusionMatrixRate", "The four rates above as one object."),
    )
)


@_builtin("Overall Accuracy Rate", PERFORMANCE, "Share of correctly predicted classes.")
def _overall_accuracy(schema: ModelSchema) -> _Template | None:
    is_multiclass = schema.output_type == OutputType.Multiclass and not schema.is_binary_classifier
    if not is_multiclass or not schema.ground_truths:
        return None
    return _Template(_select("accuracyRateMulticlass"))


def _over_all_classes(name: str, function: str, description: str) -> BuiltinMetric:
    """Return a metric of multiclass models over all classes together."""

    def build(schema: ModelSchema) -> _Template | None:
        if schema.output_type != OutputType.Multiclass or not schema.ground_truths:
            return None
        parameters = []
        if function in _AVERAGED:
            parameters = [_parameter("average", "STRING", AVERAGES[0], categories=[*AVERAGES])]
        elif schema.is_binary_classifier and function not in _PROBABILISTIC:
            parameters = [_threshold(schema)]
        if schema.is_binary_classifier and function in _FOR_SEVERAL_CLASSES:
            return None
        chosen = {"average": "{{average}}"} if function in _AVERAGED else {}
        if parameters and not chosen:
            chosen = {"threshold": "{{classifier_threshold}}"}
        return _Template(_select(function, chosen), parameters)

    return BuiltinMetric(name, PERFORMANCE, description, build)


_AVERAGED: Final = frozenset({"precisionMulticlass", "recallMulticlass", "f1Multiclass"})
_FOR_SEVERAL_CLASSES: Final = _AVERAGED | {"balancedAccuracyRateMulticlass"}
_PROBABILISTIC: Final = frozenset({"logLoss", "brierScore"})

BUILTIN_METRICS.extend(
    _over_all_classes(*row)
    for row in (
        (
            "Overall Balanced Accuracy Rate",
            "balancedAccuracyRateMulticlass",
            "Mean recall of the classes that occur.",
        ),
        ("Overall Precision", "precisionMulticlass", "Average precision of the classes."),
        ("Overall Recall", "recallMulticlass", "Average recall of the classes."),
        ("Overall F1", "f1Multiclass", "Average F1 of the classes."),
        (
            "Matthews Correlation",
            "matthewsCorrelation",
            "Correlation of true and predicted classes, -1 to 1.",
        ),
        (
            "Log Loss",
            "logLoss",
            "Mean negative logarithm of the probability of the true class.",
        ),
        ("Brier Score", "brierScore", "Mean squared distance of the probabilities from the truth."),
    )
)


def _evaluation(output_type: str, name: str, function: str, description: str) -> BuiltinMetric:
    """Return a metric of models of an output type with ground truth, without parameters."""

    def build(schema: ModelSchema) -> _Template | None:
        if schema.output_type != output_type or not schema.ground_truths:
            return None
        return _Template(_select(function))

    return BuiltinMetric(name, PERFORMANCE, description, build)


BUILTIN_METRICS.extend(
    _evaluation(OutputType.Regression, *row)
    for row in (
        ("Root Mean Squared Error", "rmse", "Root of the mean squared error."),
        ("Mean Absolute Error", "mae", "Mean absolute error."),
        ("R Squared", "rSquared", "Share of the variance of the ground truth that is explained."),
    )
)


@_builtin("Average Prediction", OUTPUT, "Mean of the predictions.")
def _average_prediction(schema: ModelSchema) -> _Template | None:
    names = _numeric_predictions(schema)
    if schema.output_type != OutputType.Regression or not names:
        return None
    return _Template(_select("avg", {"property": names[0]}), attribute=names[0])


@_builtin("Mean Average Precision", PERFORMANCE, "Mean over the classes of boxes.")
def _mean_average_precision(schema: ModelSchema) -> _Template | None:
    if _boxes(schema) is None or not schema.ground_truths:
        return None
    query = _select("meanAveragePrecision", {"threshold": "{{threshold}}"})
    return _Template(query, [_parameter("threshold", "FLOAT", 0.5, min=0, max=1)])


@_builtin("Average Confidence", PERFORMANCE, "Mean confidence of the boxes.")
def _average_confidence(schema: ModelSchema) -> _Template | None:
    boxes = _boxes(schema)
    if boxes is None:
        return None
    return _Template(_select("avg", {"property": f"{boxes}.confidence"}), attribute=boxes)


def _boxes(schema: ModelSchema) -> str | None:
    if schema.output_type != OutputType.ObjectDetection:
        return None
    boxes = _first_prediction(schema, ColumnType.BOXES)
    return None if boxes is None else boxes.name


def _likelihood(name: str, function: str, description: str) -> BuiltinMetric:
    """Return a metric of the likelihoods of generated tokens."""

    def build(schema: ModelSchema) -> _Template | None:
        found = _first_prediction(schema, ColumnType.LIKELIHOODS)
        if schema.output_type != OutputType.TokenSequence or found is None:
            return None
        query = _select(function, {"property": f"{found.name}_likelihoods"})
        return _Template(query, attribute=found.name)

    return BuiltinMetric(name, PERFORMANCE, description, build)


BUILTIN_METRICS.extend(
    _likelihood(*row)
    for row in (
        ("Average Token Likelihood", "avgTokenLikelihood", "Mean likelihood of the tokens."),
        (
            "Likelihood Stability",
            "likelihoodStability",
            "1 - mean standard deviation in a sequence.",
        ),
    )
)


@_builtin("Average Sequence Length", PERFORMANCE, "Mean number of tokens.")
def _average_sequence_length(schema: ModelSchema) -> _Template | None:
    found = _first_prediction(schema, ColumnType.TEXTS, ColumnType.LIKELIHOODS, ColumnType.TEXT)
    if schema.output_type != OutputType.TokenSequence or found is None:
        return None
    query = _select("avgSequenceLength", {"property": found.name})
    return _Template(query, attribute=found.name)


def _at_k(name: str, function: str, description: str) -> BuiltinMetric:
    """Return a metric of the first k items of ranked lists."""

    def build(schema: ModelSchema) -> _Template | None:
        if schema.output_type != OutputType.RankedList or not schema.ground_truths:
            return None
        parameter = _parameter("k", "INTEGER", DEFAULT_K, min=1, max=MAX_K)
        return _Template(_select(function, {"k": "{{k}}"}), [parameter])

    return BuiltinMetric(name, PERFORMANCE, description, build)


BUILTIN_METRICS.extend(
    _at_k(*row)
    for row in (
        ("Precision at k", "precisionAtK", "Share of the first k items that are relevant."),
        ("Recall at k", "recallAtK", "Share of relevant items among the first k."),
        ("MAP at k", "mapAtK", "Mean average precision of the first k items."),
        ("nDCG at k", "nDCGAtK", "Discounted cumulative gain of the first k items, over the best."),
    )
)


BUILTIN_METRICS.extend(
    _evaluation(OutputType.RankedList, *row)
    for row in (
        ("Mean Reciprocal Rank", "meanReciprocalRank", "Of the first relevant item."),
        ("Ranked List AUC", "rankedListAUC", "Share of correctly ordered pairs of items."),
    )
)


@_builtin("Feature Drift", DRIFT, "Drift of an input against the reference set.")
def _feature_drift(schema: ModelSchema) -> _Template | None:
    features = _measurable(schema.by_stage(Stage.ModelPipelineInput, Stage.NonInputData))
    if not features:
        return None
    parameter = _parameter("drift_attribute", "ATTRIBUTE", features[0], categories=features)
    template = _drift({"properties": ["{{drift_attribute}}"]})
    return template._replace(parameters=[parameter, *template.parameters])


@_builtin("Prediction Drift", DRIFT, "Drift of the predictions against the reference set.")
def _prediction_drift(schema: ModelSchema) -> _Template | None:
    if schema.output_type in {OutputType.Multiclass, OutputType.Multilabel}:
        return _drift({"predicted_classes": ["*"]})
    names = _measurable(schema.predicted)
    return _drift({"properties": [names[0]]}, names[0]) if names else None


def _drift(compared: dict[str, Any], attribute: str | None = None) -> _Template:
    query = {
        **compared,
        "num_bins": "{{num_bins}}",
        "metric": "{{drift_metric}}",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
    }
    numbers = [metric for metric in DRIFT_METRICS if metric != "Thresholds"]
    parameters = [
        _parameter("drift_metric", "STRING", "PSI", categories=numbers),
        _parameter("num_bins", "INTEGER", DEFAULT_DRIFT_BINS, min=1, max=MAX_DRIFT_BINS),
    ]
    return _Template(query, parameters, attribute)


def _average_score(column: str, attribute: str | None = None) -> _Template:
    return _Template({**_select("avg", {"property": column}), "from": "enriched"}, (), attribute)


@_builtin("Multivariate Drift", DRIFT, "Mean anomaly score of the inputs, from 0 to 1.")
def _multivariate_drift(schema: ModelSchema) -> _Template | None:
    has_scores = schema.input_type != InputType.TimeSeries
    return _average_score("anomaly_score") if has_scores else None


def _output_drift(attribute: Attribute) -> BuiltinMetric:
    """Return the multivariate drift of a generated text."""
    return BuiltinMetric(
        f"Multivariate Drift of {attribute.name}",
        DRIFT,
        "Mean anomaly score of a generated text, from 0 to 1.",
        lambda _: _average_score(f"anomaly_score_{attribute.name}", attribute.name),
    )


@_builtin("Average Raw Anomaly Score", DRIFT, "Mean anomaly score of the images before scaling.")
def _raw_anomaly_score(schema: ModelSchema) -> _Template | None:
    return _average_score("raw_anomaly_score") if schema.input_type == InputType.Image else None


def _definitions(schema: ModelSchema) -> Iterator[BuiltinMetric]:
    *others, raw_scores = BUILTIN_METRICS
    yield from others
    if schema.input_type != InputType.TimeSeries:
        yield from map(_output_drift, schema.generated_texts)
    yield raw_scores
