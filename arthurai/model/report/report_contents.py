"""Query the contents of a report; nothing here depends on how they are presented."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from arthurai.common.constants import OutputType, Stage, ValueType
from arthurai.common.exceptions import ArthurError
from arthurai.model import querying
from arthurai.model.viz import plot_data
from arthurai.query import col, count, maximum, minimum, select

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.viz.plot_data import Groups, Series

logger = logging.getLogger(__name__)

MODERATE_DRIFT: Final = 0.1
LARGE_DRIFT: Final = 0.25
"""Customary bands of the index, e.g. Siddiqi, Credit Risk Scorecards (2006)."""
_MAX_DRIFT_ATTRIBUTES: Final = 100
_MEASURABLE: Final = frozenset(
    {ValueType.Float, ValueType.Integer, ValueType.String, ValueType.Boolean}
)
_BINARY: Final = ("accuracyRate", "auc", "precision", "recall", "f1")
_REGRESSION: Final = ("rmse", "mae", "rSquared")
_BY_GROUP: Final = ("accuracyRate", "truePositiveRate", "falsePositiveRate", plot_data.POSITIVITY)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far an attribute is from its reference data.

    Attributes:
        attribute: Its name.
        psi: Population stability index over all inferences.
    """

    attribute: str
    psi: float

    @property
    def verdict(self) -> str:
        """The index in a word."""
        if self.psi < MODERATE_DRIFT:
            return "stable"
        return "moderate" if self.psi < LARGE_DRIFT else "large"


@dataclass(slots=True)
class ReportContents:
    """Everything that a report shows.

    Attributes:
        title: Name of the model.
        facts: Names and texts for the head of the page.
        resolution: Period of the series.
        metrics: Evaluation functions over time.
        overall: Metric to its value over all inferences.
        drift: Attributes by drift, largest first.
        drift_over_time: The most drifted attributes over time.
        groups: Metrics by the values of each attribute that is monitored for bias.
        missing: What could not be computed, and why.
        made: When the report was made.
    """

    title: str
    facts: dict[str, str]
    resolution: str
    metrics: list[Series] = field(default_factory=list)
    overall: dict[str, float | None] = field(default_factory=dict)
    drift: list[Drift] = field(default_factory=list)
    drift_over_time: list[Series] = field(default_factory=list)
    groups: list[Groups] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    made: datetime = field(default_factory=lambda: datetime.now(UTC))


def fetch_contents(model: ArthurModelBase) -> ReportContents:
    """Query everything that a report of a saved model shows.

    What a model cannot answer, such as drift without reference data, is named in the report.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ArthurError: The server cannot count the inferences.
    """
    contents = ReportContents(
        title=model.display_name or model.partner_model_id,
        facts=_facts(model),
        resolution=plot_data.suggest_resolution(model),
    )
    metrics = _choose_metrics(model)
    steps: dict[str, Callable[[], None]] = {
        "accuracy": lambda: _add_metrics(contents, model, metrics),
        "drift": lambda: _add_drift(contents, model),
        "fairness": lambda: _add_groups(contents, model, metrics),
    }
    for name, step in steps.items():
        try:
            step()
        except ArthurError as error:
            logger.info("the report has no %s: %s", name, error)
            contents.missing.append(f"{name}: {error}")
    return contents


def _facts(model: ArthurModelBase) -> dict[str, str]:
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
        facts["first inference"] = _format_minute(seen["first"])
        facts["last inference"] = _format_minute(seen["last"])
    if any(a.stage in {Stage.GroundTruth, Stage.GroundTruthClass} for a in model.get_attributes()):
        labelled = select(count()).where(col("ground_truth_timestamp").not_null())
        facts["with ground truth"] = f"{querying.query(model, labelled)[0]['count']:,}"
    if model.classifier_threshold is not None:
        facts["classifier threshold"] = str(model.classifier_threshold)
    return facts


def _format_minute(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _choose_metrics(model: ArthurModelBase) -> tuple[str, ...]:
    if model.output_type == OutputType.Regression:
        return _REGRESSION
    if model.output_type == OutputType.Multiclass:
        positive = any(a.is_positive_predicted_attribute for a in model.get_attributes())
        return _BINARY if positive else (plot_data.WHOLE_MULTICLASS,)
    return ()


def _add_metrics(
    contents: ReportContents, model: ArthurModelBase, metrics: tuple[str, ...]
) -> None:
    if metrics:
        contents.metrics = plot_data.fetch_metric_series(model, metrics, contents.resolution)
        contents.overall = plot_data.fetch_metric_totals(model, metrics)


def _add_drift(contents: ReportContents, model: ArthurModelBase) -> None:
    names = [a.name for a in model.get_attributes() if _is_measurable(a)][:_MAX_DRIFT_ATTRIBUTES]
    if not names:
        return
    psi = plot_data.fetch_drift_totals(model, names, "PSI")
    known = [Drift(name, value) for name, value in psi.items() if value is not None]
    contents.drift = sorted(known, key=lambda drift: -drift.psi)
    most = [drift.attribute for drift in contents.drift[: plot_data.MAX_SERIES]]
    if most:
        contents.drift_over_time = plot_data.fetch_drift_series(
            model, most, "PSI", contents.resolution
        )


def _is_measurable(attribute: ArthurAttribute) -> bool:
    truths = {Stage.GroundTruth, Stage.GroundTruthClass}
    return attribute.value_type in _MEASURABLE and attribute.stage not in truths


def _add_groups(contents: ReportContents, model: ArthurModelBase, metrics: tuple[str, ...]) -> None:
    by_group = _BY_GROUP if metrics == _BINARY else metrics
    for attribute in model.get_attributes():
        if attribute.monitor_for_bias and by_group:
            contents.groups.append(plot_data.fetch_groups(model, attribute.name, by_group))
