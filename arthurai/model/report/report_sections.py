"""The further sections of a report: data quality, distributions, fairness, alerts, texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.constants import OutputType, Stage, ValueType
from arthurai.model import alert_lists, querying
from arthurai.model.bias.bias_metrics import BiasMetrics
from arthurai.model.viz import plot_data
from arthurai.query import (
    avg,
    avg_sequence_length,
    avg_token_likelihood,
    col,
    count,
    likelihood_stability,
    perplexity,
    psi_table,
    rate,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.bias.bias_metrics import Disparity
    from arthurai.model.viz.periods import Periods
    from arthurai.query import Expression

MAX_ALERTS: Final = 20
MAX_DISTRIBUTIONS: Final = 8
DISTRIBUTION_BINS: Final = 10
_MAX_CATEGORIES: Final = 200
_MAX_BARS: Final = 15
_QUALITY_COLUMNS: Final = 25
_TRUTHS: Final = frozenset({Stage.GroundTruth, Stage.GroundTruthClass})
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})


@dataclass(slots=True)
class Quality:
    """How the values of an attribute came in.

    Attributes:
        attribute: Its name.
        missing: Share of inferences without a value.
        missing_in_reference: Share of reference rows without a value; `None` without any.
        unknown: Share of inferences whose category the attribute does not list.
        outside: Share of inferences outside of the attribute's range.
    """

    attribute: str
    missing: float | None = None
    missing_in_reference: float | None = None
    unknown: float | None = None
    outside: float | None = None

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to say."""
        return not any((self.missing, self.missing_in_reference, self.unknown, self.outside))


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of reference rows and of inferences in the same bins.

    Attributes:
        attribute: Its name.
        bins: What each bin holds.
        reference: Share of the reference rows in each.
        live: Share of the inferences in each.
        unit: What is counted.
    """

    attribute: str
    bins: list[str]
    reference: list[float]
    live: list[float]
    unit: str = "rows"


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as a report shows it."""

    moment: str
    rule: str
    message: str
    status: str


def _observed(model: ArthurModelBase) -> list[ArthurAttribute]:
    """Return the attributes that inferences hold, those of the server left out."""
    return [a for a in model.get_attributes() if a.stage not in _TRUTHS and not a.implicit]


def fetch_quality(model: ArthurModelBase) -> list[Quality]:
    """Compute how many values are missing, unknown or out of range; clean attributes are left out.

    Args:
        model: A saved model.
    """
    attributes = _observed(model)
    has_reference = querying.query(model, select(count()).from_("reference"))[0]["count"] > 0
    found = []
    for start in range(0, len(attributes), _QUALITY_COLUMNS):
        part = attributes[start : start + _QUALITY_COLUMNS]
        rows = [Quality(a.name) for a in part]
        items = [item for a in part for item in _quality_items(a)]
        (live,) = querying.query(model, select(*items))
        reference = {}
        if has_reference:
            missing = [rate(col(a.name).is_null()).as_(f"{a.name}:missing") for a in part]
            (reference,) = querying.query(model, select(*missing).from_("reference"))
        for row in rows:
            name = row.attribute
            row.missing = live[f"{name}:missing"]
            row.missing_in_reference = reference.get(f"{name}:missing")
            listed = live.get(f"{name}:listed")
            if listed is not None and row.missing is not None:
                row.unknown = max(0.0, 1 - listed - row.missing)
                row.unknown = row.unknown if row.unknown > 1e-9 else 0.0  # noqa: PLR2004 - rounding
            beyond = [live.get(f"{name}:{side}") for side in ("below", "above")]
            if any(value is not None for value in beyond):
                row.outside = sum(value or 0.0 for value in beyond)
        found += [row for row in rows if not row.is_clean]
    return found


def _quality_items(attribute: ArthurAttribute) -> list[Expression]:
    name = attribute.name
    value = col(name)
    items = [rate(value.is_null()).as_(f"{name}:missing")]
    labels = [entry.value for entry in attribute.categories or ()]
    if attribute.categorical and 0 < len(labels) <= _MAX_CATEGORIES:
        items.append(rate(value.isin(labels)).as_(f"{name}:listed"))
    elif attribute.value_type in _NUMBERS and not attribute.categorical:
        if attribute.min_range is not None:
            items.append(rate(value < attribute.min_range).as_(f"{name}:below"))
        if attribute.max_range is not None:
            items.append(rate(value > attribute.max_range).as_(f"{name}:above"))
    return items


def fetch_distributions(model: ArthurModelBase, names: Sequence[str]) -> list[Distribution]:
    """Compare the distributions of attributes with the reference data.

    Args:
        model: A saved model with reference data.
        names: The attributes.
    """
    found = []
    for name in names[:MAX_DISTRIBUTIONS]:
        rows = querying.query(model, psi_table(name, num_bins=DISTRIBUTION_BINS))
        if not rows:
            continue
        largest = sorted(rows, key=lambda row: -_weight(row))[:_MAX_BARS]
        shown = [row for row in rows if row in largest]
        found.append(
            Distribution(
                name,
                [_name_bin(row) for row in shown],
                [row["base_count_per_bucket"] / row["base_total"] for row in shown],
                [row["target_count_per_bucket"] / row["target_total"] for row in shown],
            )
        )
    return found


def fetch_box_classes(model: ArthurModelBase) -> list[Distribution]:
    """Compare the classes of predicted boxes with those in the reference data.

    Args:
        model: A saved model; nothing is returned for models that detect no objects.
    """
    if model.output_type != OutputType.ObjectDetection:
        return []
    (boxes, *_) = model.get_attribute_names(stage=Stage.PredictedValue)
    name = f"{boxes}.class_id"
    query = select(name, count()).group_by(name)
    found = querying.query(model, query.from_("reference"))
    reference = {row[name]: row["count"] for row in found}
    live = {row[name]: row["count"] for row in querying.query(model, query)}
    if not reference or not live:
        return []
    labels = model.image_class_labels or []
    classes = sorted({*reference, *live})
    return [
        Distribution(
            f"{boxes}: predicted class",
            [labels[c] if 0 <= c < len(labels) else f"class {c:g}" for c in classes],
            [reference.get(c, 0) / sum(reference.values()) for c in classes],
            [live.get(c, 0) / sum(live.values()) for c in classes],
            unit="boxes",
        )
    ]


def _weight(row: dict[str, Any]) -> float:
    base = row["base_count_per_bucket"] / row["base_total"]
    return float(base + row["target_count_per_bucket"] / row["target_total"])


def _name_bin(row: dict[str, Any]) -> str:
    if row["bucket"] is None:
        return "missing"
    if "base_bucket_min" not in row:
        return str(row["bucket"])
    low, high = row["base_bucket_min"], row["base_bucket_max"]
    if low == high and low is not None:
        return _compact(low)
    if low is None and high is None:
        return "any number"
    if low is None:
        return f"< {_compact(high)}"
    return f"> {_compact(low)}" if high is None else f"{_compact(low)} to {_compact(high)}"


def _compact(number: float) -> str:
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if scale <= abs(number) < 1000 * scale:
            return f"{number / scale:.3g}{letter}"
    return f"{number:.3g}"


def fetch_disparities(model: ArthurModelBase, attribute: str) -> dict[str, Disparity]:
    """Compare the groups of a sensitive attribute; empty for models that are not binary.

    Args:
        model: A saved model.
        attribute: The attribute.
    """
    is_binary = any(a.is_positive_predicted_attribute for a in model.get_attributes())
    if model.output_type != OutputType.Multiclass or not is_binary:
        return {}
    return BiasMetrics(model).disparities(attribute)


def fetch_alerts(model: ArthurModelBase, zone: tzinfo) -> tuple[list[AlertLine], int]:
    """Return the latest alerts, the newest first, and the number of all.

    Args:
        model: A saved model.
        zone: Zone of the times.
    """
    found = alert_lists.get_alerts(model, page=None)
    latest = sorted(found, key=lambda alert: alert.timestamp, reverse=True)[:MAX_ALERTS]
    lines = [
        AlertLine(
            f"{datetime.fromisoformat(alert.timestamp).astimezone(zone):%Y-%m-%d %H:%M:%S}",
            alert.alert_rule.name or "",
            alert.message,
            alert.status,
        )
        for alert in latest
    ]
    return lines, len(found)


def text_panels(model: ArthurModelBase) -> list[tuple[str, list[plot_data.Metric]]]:
    """Return the numbers of generated text, by unit.

    Args:
        model: A saved model.
    """
    if model.output_type != OutputType.TokenSequence:
        return []
    predicted = model.get_attributes(stage=Stage.PredictedValue)
    panels: list[tuple[str, list[plot_data.Metric]]] = []
    for attribute in predicted:
        if attribute.value_type == ValueType.TokenLikelihoods:
            name = f"{attribute.name}_likelihoods"
            panels.append(
                (
                    "likelihood of the tokens, 0 to 1",
                    [
                        avg_token_likelihood(name).as_("mean likelihood"),
                        likelihood_stability(name).as_("stability"),
                    ],
                )
            )
            panels.append(("perplexity", [perplexity(name).as_("perplexity")]))
    lengths = {ValueType.Tokens, ValueType.TokenLikelihoods, ValueType.Unstructured_Text}
    for attribute in predicted:
        if attribute.value_type in lengths:
            length = avg_sequence_length(attribute.name).as_("mean length")
            panels.append(("tokens", [length]))
            break
    return panels


def fetch_anomalies(model: ArthurModelBase, periods: Periods) -> list[plot_data.Series]:
    """Compute the mean anomaly score by period; empty without scores.

    Args:
        model: A saved model.
        periods: How rows are cut.
    """
    score = avg("anomaly_score").as_("anomaly score")
    series = plot_data.fetch_metric_series(model, [score], periods, source="enriched")
    return [line for line in series if any(value is not None for value in line.values)]
