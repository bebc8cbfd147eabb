"""The further sections of a report: data quality, distributions, fairness, alerts, texts.

Made by `python -m scripts.async_layer` from `arthurai/model/report/report_sections.py`; not edited by hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from arthurai.aio.model import alert_lists, querying
from arthurai.aio.model.bias.bias_metrics import AsyncBiasMetrics
from arthurai.aio.model.viz import plot_data
from arthurai.common.constants import OutputType, Stage
from arthurai.model.report.report_sections import (
    AlertLine,
    Distribution,
    Quality,
    _name_bin,
    _observed,
    _quality_items,
    _weight,
)
from arthurai.model.viz import plot_data as blocking_plot_data
from arthurai.query import avg, col, count, psi_table, rate, select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.bias.bias_metrics import Disparity
    from arthurai.model.viz.periods import Periods

MAX_ALERTS: Final = 20
MAX_DISTRIBUTIONS: Final = 8
DISTRIBUTION_BINS: Final = 10
_MAX_BARS: Final = 15
_QUALITY_COLUMNS: Final = 25


async def fetch_quality(model: ArthurModelBase) -> list[Quality]:
    """Compute how many values are missing, unknown or out of range; clean attributes are left out.

    Args:
        model: A saved model.
    """
    attributes = _observed(model)
    has_reference = (await querying.query(model, select(count()).from_("reference")))[0][
        "count"
    ] > 0
    found = []
    for start in range(0, len(attributes), _QUALITY_COLUMNS):
        part = attributes[start : start + _QUALITY_COLUMNS]
        rows = [Quality(a.name) for a in part]
        items = [item for a in part for item in _quality_items(a)]
        (live,) = await querying.query(model, select(*items))
        reference = {}
        if has_reference:
            missing = [rate(col(a.name).is_null()).as_(f"{a.name}:missing") for a in part]
            (reference,) = await querying.query(model, select(*missing).from_("reference"))
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


async def fetch_distributions(model: ArthurModelBase, names: Sequence[str]) -> list[Distribution]:
    """Compare the distributions of attributes with the reference data.

    Args:
        model: A saved model with reference data.
        names: The attributes.
    """
    found = []
    for name in names[:MAX_DISTRIBUTIONS]:
        rows = await querying.query(model, psi_table(name, num_bins=DISTRIBUTION_BINS))
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


async def fetch_box_classes(model: ArthurModelBase) -> list[Distribution]:
    """Compare the classes of predicted boxes with those in the reference data.

    Args:
        model: A saved model; nothing is returned for models that detect no objects.
    """
    if model.output_type != OutputType.ObjectDetection:
        return []
    (boxes, *_) = model.get_attribute_names(stage=Stage.PredictedValue)
    name = f"{boxes}.class_id"
    query = select(name, count()).group_by(name)
    found = await querying.query(model, query.from_("reference"))
    reference = {row[name]: row["count"] for row in found}
    live = {row[name]: row["count"] for row in await querying.query(model, query)}
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


async def fetch_disparities(model: ArthurModelBase, attribute: str) -> dict[str, Disparity]:
    """Compare the groups of a sensitive attribute; empty for models that are not binary.

    Args:
        model: A saved model.
        attribute: The attribute.
    """
    is_binary = any(a.is_positive_predicted_attribute for a in model.get_attributes())
    if model.output_type != OutputType.Multiclass or not is_binary:
        return {}
    return await AsyncBiasMetrics(model).disparities(attribute)


async def fetch_alerts(model: ArthurModelBase, zone: tzinfo) -> tuple[list[AlertLine], int]:
    """Return the latest alerts, the newest first, and the number of all.

    Args:
        model: A saved model.
        zone: Zone of the times.
    """
    found = await alert_lists.get_alerts(model, page=None)
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


async def fetch_anomalies(
    model: ArthurModelBase, periods: Periods
) -> list[blocking_plot_data.Series]:
    """Compute the mean anomaly score by period; empty without scores.

    Args:
        model: A saved model.
        periods: How rows are cut.
    """
    score = avg("anomaly_score").as_("anomaly score")
    series = await plot_data.fetch_metric_series(model, [score], periods, source="enriched")
    return [line for line in series if any(value is not None for value in line.values)]
