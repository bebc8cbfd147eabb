"""The course of the metric that a rule watches, beside its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.pictures import line_picture
from arthurai.server.web.svg_shapes import Series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.web.model_view import ModelView

ROLLUP: Final = "rollup"
MAX_SERIES: Final = 5


def chart_metric(
    model: ModelView,
    metric_id: str,
    limits: tuple[str, float],
    *,
    parameters: Mapping[str, Any] | None = None,
    filters: Sequence[Mapping[str, Any]] = (),
) -> Chart | None:
    """Return the values of a metric by period, the threshold, and how often it was crossed.

    Args:
        model: The model.
        metric_id: The metric.
        limits: The bound, `upper` or `lower`, and the threshold.
        parameters: Values of the parameters of the metric.
        filters: Conditions of the rule.
    """
    bound, threshold = limits
    body: dict[str, Any] = {ROLLUP: model.rollup.upper(), **model.zone_member}
    if parameters:
        body["parameters"] = dict(parameters)
    if conditions := [*model.filters, *filters]:
        body["filters"] = conditions
    wanted = {"model_id": model.id, "metric_id": metric_id}
    results = model.view.api.call("evaluate_metric", wanted, body=body)["results"]
    for result in results:
        result["values"] = model.to_local(result["values"])
    rows = [row for result in results for row in result["values"]]
    if not rows:
        return None
    shown = [result for result in results if result["values"]][:MAX_SERIES]
    moments = sorted({str(row[ROLLUP]) for result in shown for row in result["values"]})
    series = [_series(result, moments) for result in shown]
    series.append(Series("Threshold", [threshold] * len(moments)))
    values = [value for one in series[:-1] for value in one.values if value is not None]
    crossed = sum(value > threshold if bound == "upper" else value < threshold for value in values)
    names = list(dict.fromkeys(str(result["name"]) for result in results))
    columns = [model.time_column(ROLLUP), *(Column(name, name) for name in names)]
    note = f"{crossed} of {len(values)} values by {model.rollup} are beyond the threshold."
    note += " The rule itself looks at its own windows."
    picture = line_picture(moments, series, (), "number")
    return Chart("course", "Metric", columns, rows, "evaluate_metric", wanted, body, note, picture)


def _series(result: Mapping[str, Any], moments: Sequence[str]) -> Series:
    name = str(result["name"])
    known = {str(row[ROLLUP]): row.get(name) for row in result["values"]}
    values = [v if isinstance(v := known.get(m), int | float) else None for m in moments]
    chosen = result.get("parameters") or {}
    label = ", ".join(str(v) for v in chosen.values()) if isinstance(chosen, dict) else ""
    return Series(label or name, values)
