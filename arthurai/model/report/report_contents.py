"""Query the contents of a report; nothing here depends on how they are presented."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from arthurai.common.constants import OutputType, Stage, ValueType
from arthurai.common.exceptions import ArthurError
from arthurai.model import querying
from arthurai.model.report import report_sections
from arthurai.model.viz import plot_data
from arthurai.model.viz.periods import suggest_periods
from arthurai.query import (
    avg,
    classification_report,
    col,
    count,
    map_at_k,
    maximum,
    mean_average_precision,
    mean_reciprocal_rank,
    minimum,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.bias.bias_metrics import Disparity
    from arthurai.model.report.report_sections import AlertLine, Distribution, Quality
    from arthurai.model.viz.periods import Periods
    from arthurai.model.viz.plot_data import Groups, Metric, Series

logger = logging.getLogger(__name__)

MODERATE_DRIFT: Final = 0.1
LARGE_DRIFT: Final = 0.25
"""Customary bands of the index, e.g. Siddiqi, Credit Risk Scorecards (2006)."""
_MAX_DRIFT_ATTRIBUTES: Final = 100
_TRUTHS: Final = frozenset({Stage.GroundTruth, Stage.GroundTruthClass})
_MEASURABLE: Final = frozenset(
    {ValueType.Float, ValueType.Integer, ValueType.String, ValueType.Boolean}
)
_BINARY: Final = ("accuracyRate", "auc", "precision", "recall", "f1")
_REGRESSION: Final = ("rmse", "mae", "rSquared")
_RATE: Final = "rate, 0 to 1"
_RANKED_K: Final = 10
_OVERLAPS: Final = (0.5, 0.75)
"""Least intersection over union of a match: that of PASCAL VOC, and the strict one of COCO."""
_BY_GROUP: Final = ("accuracyRate", "truePositiveRate", "falsePositiveRate", plot_data.POSITIVITY)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far an attribute is from its reference data.

    Attributes:
        attribute: Its name.
        psi: Population stability index over all inferences.
        rows: Inferences that it rests on, if known.
        limit: What the index exceeds in 5 % of cases without a change, if known.
    """

    attribute: str
    psi: float
    rows: int | None = None
    limit: float | None = None

    @property
    def verdict(self) -> str:
        """The index in a word, in view of the rows it rests on."""
        if self.limit is not None and self.psi <= self.limit:
            if self.limit > LARGE_DRIFT:
                return "too few rows"
            return "stable" if self.psi < MODERATE_DRIFT else "within noise"
        if self.psi < MODERATE_DRIFT:
            return "stable"
        return "moderate" if self.psi < LARGE_DRIFT else "large"


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart of numbers of one unit over time.

    Attributes:
        unit: What the axis shows.
        series: The lines.
    """

    unit: str
    series: list[Series]


@dataclass(frozen=True, slots=True)
class Weight:
    """How far a number can be trusted.

    Attributes:
        rows: Rows that it rests on.
        low: Lower end of the interval of 95 % confidence, if there is one.
        high: Its upper end.
    """

    rows: int
    low: float | None
    high: float | None


@dataclass(slots=True)
class ReportContents:
    """Everything that a report shows.

    Attributes:
        title: Name of the model.
        facts: Names and texts for the head of the page.
        periods: How the series are cut.
        metrics: Evaluation functions over time.
        panels: The same, a chart for each unit.
        overall: Metric to its value over all inferences.
        weights: How far these values can be trusted.
        confusion: Inferences by true and then by predicted class, of classifiers.
        texts: Numbers of generated text over time.
        anomalies: Mean anomaly score over time.
        drift: Attributes by drift, largest first.
        drift_over_time: The most drifted attributes over time.
        distributions: The most drifted attributes beside their reference data.
        quality: Attributes with missing, unknown or outlying values.
        groups: Metrics by the values of each attribute that is monitored for bias.
        disparities: The disparities of these attributes by notion of fairness.
        alerts: The latest alerts.
        alert_count: Number of all alerts.
        missing: What could not be computed, and why.
        made: When the report was made.
    """

    title: str
    facts: dict[str, str]
    periods: Periods
    metrics: list[Series] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    overall: dict[str, float | None] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)
    texts: list[Panel] = field(default_factory=list)
    anomalies: list[Series] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    drift_over_time: list[Series] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    quality: list[Quality] = field(default_factory=list)
    groups: list[Groups] = field(default_factory=list)
    disparities: dict[str, dict[str, Disparity]] = field(default_factory=dict)
    alerts: list[AlertLine] = field(default_factory=list)
    alert_count: int = 0
    missing: list[str] = field(default_factory=list)
    made: datetime = field(default_factory=lambda: datetime.now(UTC))


def fetch_contents(model: ArthurModelBase, time_zone: str | None = None) -> ReportContents:
    """Query everything that a report of a saved model shows.

    What a model cannot answer, such as drift without reference data, is named in the report.

    Args:
        model: The model.
        time_zone: Zone by whose clocks periods start, and of all times; UTC if `None`.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The time zone is unknown.
        ArthurError: The server cannot count the inferences.
    """
    periods = suggest_periods(model, time_zone)
    contents = ReportContents(
        title=model.display_name or model.partner_model_id,
        facts=_facts(model, periods),
        periods=periods,
    )
    panels = _choose_panels(model)
    steps: dict[str, Callable[[], None]] = {
        "accuracy": lambda: _add_metrics(contents, model, panels),
        "sampling errors": lambda: _add_weights(contents, model, panels),
        "confusion matrix": lambda: _add_confusion(contents, model),
        "generated text": lambda: _add_texts(contents, model),
        "drift": lambda: _add_drift(contents, model),
        "distributions": lambda: _add_distributions(contents, model),
        "anomaly scores": lambda: _add_anomalies(contents, model),
        "data quality": lambda: _add_quality(contents, model),
        "fairness": lambda: _add_groups(contents, model),
        "alerts": lambda: _add_alerts(contents, model),
    }
    for name, step in steps.items():
        try:
            step()
        except ArthurError as error:
            logger.info("the report has no %s: %s", name, error)
            contents.missing.append(f"{name}: {error}")
    return contents


def _facts(model: ArthurModelBase, periods: Periods) -> dict[str, str]:
    time = "inference_timestamp"
    items = (count(), minimum(time).as_("first"), maximum(time).as_("last"))
    (seen,) = querying.query(model, select(*items))
    facts = {
        "id": str(model.id),
        "partner model id": model.partner_model_id,
        "kind": f"{model.input_type} {model.output_type}",
        "attributes": str(len(model.get_attributes())),
        "inferences": f"{seen['count']:,}",
    }
    if seen["count"]:
        facts["first inference"] = _format_minute(seen["first"], periods)
        facts["last inference"] = _format_minute(seen["last"], periods)
    if any(a.stage in _TRUTHS for a in model.get_attributes()):
        labelled = select(count()).where(col("ground_truth_timestamp").not_null())
        facts["with ground truth"] = f"{querying.query(model, labelled)[0]['count']:,}"
    if model.classifier_threshold is not None:
        facts["classifier threshold"] = str(model.classifier_threshold)
    return facts


def _format_minute(text: str, periods: Periods) -> str:
    moment = datetime.fromisoformat(text).astimezone(periods.zone)
    return f"{moment:%Y-%m-%d %H:%M} {periods.time_zone or 'UTC'}"


def _choose_panels(model: ArthurModelBase) -> list[tuple[str, list[Metric]]]:
    """Return the metrics of a model by unit."""
    if model.output_type == OutputType.Regression:
        (predicted, *_) = model.get_attribute_names(stage=Stage.PredictedValue)
        return [(f"error, in units of {predicted}", ["rmse", "mae"]), ("R squared", ["rSquared"])]
    if model.output_type == OutputType.Multiclass:
        return [(_RATE, [*_BINARY] if _is_binary(model) else [plot_data.WHOLE_MULTICLASS])]
    if model.output_type == OutputType.RankedList:
        at_k = (precision_at_k, recall_at_k, map_at_k, ndcg_at_k)
        items: list[Metric] = [function(_RANKED_K) for function in at_k]
        return [(_RATE, [*items, mean_reciprocal_rank()])]
    if model.output_type == OutputType.ObjectDetection:
        (boxes, *_) = model.get_attribute_names(stage=Stage.PredictedValue)
        precision: list[Metric] = [
            mean_average_precision(threshold=overlap).as_(f"mAP at IoU {overlap:g}")
            for overlap in _OVERLAPS
        ]
        confidence = avg(f"{boxes}.confidence").as_("confidence of boxes")
        return [(_RATE, precision), ("confidence, 0 to 1", [confidence])]
    return []


def _is_binary(model: ArthurModelBase) -> bool:
    return any(a.is_positive_predicted_attribute for a in model.get_attributes())


def _fetch_panels(
    contents: ReportContents, model: ArthurModelBase, panels: list[tuple[str, list[Metric]]]
) -> list[Panel]:
    return [
        Panel(
            unit,
            plot_data.fetch_metric_series(model, metrics, contents.periods, with_estimates=True),
        )
        for unit, metrics in panels
    ]


def _add_metrics(
    contents: ReportContents, model: ArthurModelBase, panels: list[tuple[str, list[Metric]]]
) -> None:
    contents.panels = _fetch_panels(contents, model, panels)
    contents.metrics = [line for panel in contents.panels for line in panel.series]
    for _, metrics in panels:
        contents.overall |= plot_data.fetch_metric_totals(model, metrics)


def _add_weights(
    contents: ReportContents, model: ArthurModelBase, panels: list[tuple[str, list[Metric]]]
) -> None:
    for _, metrics in panels:
        for name, found in plot_data.fetch_metric_estimates(model, metrics).items():
            contents.weights[name] = Weight(found["rows"], found["low"], found["high"])


def _add_confusion(contents: ReportContents, model: ArthurModelBase) -> None:
    truths = [a for a in model.get_attributes() if a.stage in _TRUTHS]
    if model.output_type != OutputType.Multiclass or not truths:
        return
    (row,) = querying.query(model, select(classification_report().as_("report")))
    if row["report"] is None:
        return
    positive = next(
        (a.name for a in model.get_attributes() if a.is_positive_predicted_attribute), ""
    )
    names = {a.name: f"not {positive}" for a in model.get_attributes() if a.implicit and positive}
    contents.confusion = {
        names.get(true, true): {names.get(name, name): rows for name, rows in counts.items()}
        for true, counts in row["report"]["confusion_matrix"].items()
    }


def _add_texts(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.texts = _fetch_panels(contents, model, report_sections.text_panels(model))


def _add_anomalies(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.anomalies = report_sections.fetch_anomalies(model, contents.periods)


def _add_distributions(contents: ReportContents, model: ArthurModelBase) -> None:
    names = [drift.attribute for drift in contents.drift]
    contents.distributions = report_sections.fetch_distributions(model, names)
    contents.distributions += report_sections.fetch_box_classes(model)


def _add_quality(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.quality = report_sections.fetch_quality(model)


def _add_alerts(contents: ReportContents, model: ArthurModelBase) -> None:
    contents.alerts, contents.alert_count = report_sections.fetch_alerts(
        model, contents.periods.zone
    )


def _add_drift(contents: ReportContents, model: ArthurModelBase) -> None:
    names = [a.name for a in model.get_attributes() if is_measurable(a)][:_MAX_DRIFT_ATTRIBUTES]
    if not names:
        return
    psi = plot_data.fetch_drift_totals(model, names, "PSI")
    noise = plot_data.fetch_drift_noise(model, names, "PSI")
    known = [
        Drift(name, value, own.get("target_rows"), own.get("upper_without_change"))
        for name, value in psi.items()
        if value is not None
        for own in [noise.get(name) or {}]
    ]
    contents.drift = sorted(known, key=lambda drift: -drift.psi)
    most = [drift.attribute for drift in contents.drift[: plot_data.MAX_SERIES]]
    if most:
        contents.drift_over_time = plot_data.fetch_drift_series(
            model, most, "PSI", contents.periods
        )


def is_measurable(attribute: ArthurAttribute) -> bool:
    """Return whether the drift of an attribute can be measured."""
    is_shown = attribute.stage not in _TRUTHS and not attribute.implicit
    return is_shown and attribute.value_type in _MEASURABLE


def _add_groups(contents: ReportContents, model: ArthurModelBase) -> None:
    by_group: tuple[str, ...] = ()
    if model.output_type == OutputType.Regression:
        by_group = _REGRESSION
    elif model.output_type == OutputType.Multiclass:
        by_group = _BY_GROUP if _is_binary(model) else (plot_data.WHOLE_MULTICLASS,)
    for attribute in model.get_attributes():
        if attribute.monitor_for_bias and by_group:
            name = attribute.name
            contents.groups.append(plot_data.fetch_groups(model, name, by_group))
            contents.disparities[name] = report_sections.fetch_disparities(model, name)
