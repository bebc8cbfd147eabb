"""How far the data of a model have moved from its reference data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import MISSING, format_number, format_time
from arthurai.server.web.model_view import ModelView
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import Page, page
from arthurai.server.web.pictures import line_picture
from arthurai.server.web.svg_shapes import HEIGHT, WIDTH, HeatCell, Series, heat_step, scale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

METRICS: Final = {
    "PSI": ("Population stability index", (0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0)),
    "JSDivergence": ("Jensen-Shannon divergence", (0.002, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.4)),
    "KLDivergence": ("Kullback-Leibler divergence", (0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0)),
    "HellingerDistance": ("Hellinger distance", (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5)),
}
"""Distances, and from which values on the heat map has the next color."""
MAX_ATTRIBUTES: Final = 20
_BINS: Final = 20
_LABEL_BARS: Final = 12
ROLLUP: Final = "rollup"
_NOISE: Final = "uncertainty"


@page("/models/<model_id>/drift")
def show_drift(view: View) -> Answer:
    """Show the drift of all attributes over time, or one attribute against its reference."""
    model = ModelView(view)
    metric = view.query.get("metric", "PSI")
    if metric not in METRICS:
        metric = "PSI"
    name = view.query.get("attribute", "")
    names = model.measurable
    values: dict[str, Any] = {
        "model": model,
        "tab": "drift",
        "metric": metric,
        "metrics": METRICS,
        "attribute": name if name in names else "",
        "number": view.number,
        "last": max(1, -(-len(names) // MAX_ATTRIBUTES)),
        "names": names,
    }
    if not _has_reference(view, model):
        return Page("drift.html", f"{model.name}: drift", {**values, "figures": [], "lacks": True})
    if name in names:
        figures = [
            Figure(
                "distribution", f"{name}: reference and now", lambda: _against(model, str(name))
            ),
            Figure("course", f"{name}: drift over time", lambda: _course(model, name, metric)),
        ]
    else:
        first = (values["number"] - 1) * MAX_ATTRIBUTES
        some = names[first : first + MAX_ATTRIBUTES]
        figures = []
        if some:
            heading = f"{METRICS[metric][0]} against the reference"
            figures.append(
                Figure("heat", heading, lambda: _heat(model, some, metric, heading), is_heavy=True)
            )
    values["lacks"] = False
    title = f"{model.name}: drift"
    return make_page(view, "drift.html", title, figures, values, rows=model.span.count)


def _has_reference(view: View, model: ModelView) -> bool:
    if not view.may("get_reference_data"):
        return True
    return bool(view.api.call("get_reference_data", {"model_id": model.id}).get("records"))


def _request(model: ModelView, metric: str, names: Sequence[str]) -> dict[str, Any]:
    target: dict[str, Any] = {"source": "inference"}
    if model.filters:
        target["filter"] = model.filters
    base: dict[str, Any] = {"source": "reference"}
    if model.segment_filters:
        base["filter"] = model.segment_filters
    return {
        "properties": list(names),
        "metric": metric,
        "num_bins": _BINS,
        "base": base,
        "target": target,
        ROLLUP: model.rollup,
        _NOISE: True,
        **model.zone_member,
    }


def _heat(model: ModelView, names: Sequence[str], metric: str, title: str) -> Chart | None:
    body = _request(model, metric, names)
    rows = model.run("query_data_drift", body)
    columns = [model.time_column(ROLLUP), *(Column(n, n) for n in names)]
    limits = METRICS[metric][1]
    periods = [format_time(row[ROLLUP]) for row in rows]
    picture = {
        "kind": "heat",
        "heading": "Attribute",
        "columns": periods,
        "rows": [
            {
                "label": name,
                "href": model.view.address(attribute=name, page=None),
                "cells": [_heat_cell(name, row, limits) for row in rows],
            }
            for name in names
        ],
        "scale": [
            (f"from {low:g}" if low else f"below {limits[0]:g}", step)
            for step, low in enumerate((0.0, *limits))
        ],
    }
    parameters = {"model_id": model.id}
    note = (
        "Each cell compares one period with the whole reference. Faint cells are within what "
        "chance makes of rows from the reference in 95 % of cases. Choose an attribute to see its "
        "values."
    )
    return Chart("heat", title, columns, rows, "query_data_drift", parameters, body, note, picture)


def _heat_cell(name: str, row: Mapping[str, Any], limits: Sequence[float]) -> HeatCell:
    value = row.get(name)
    text = MISSING if value is None else format_number(value)
    said = f"{name}, {format_time(row[ROLLUP])}: {text}"
    upper = _upper_noise(name, row)
    if value is None or upper is None:
        return HeatCell(text, heat_step(value, limits), said)
    rows = format_number(row[_NOISE][name]["target_rows"], "count")
    said = f"{said}, n {rows}, up to {format_number(upper)} by chance"
    return HeatCell(text, heat_step(value, limits), said, is_noise=value <= upper)


def _upper_noise(name: str, row: Mapping[str, Any]) -> float | None:
    """Return what the drift of rows from the reference exceeds in 5 % of cases."""
    upper = row[_NOISE][name]["upper_without_change"]
    return None if upper is None else float(upper)


def _course(model: ModelView, name: str, metric: str) -> Chart | None:
    body = _request(model, metric, [name])
    rows = model.run("query_data_drift", body)
    label = METRICS[metric][0]
    columns = (model.time_column(ROLLUP), Column(name, label))
    moments = [str(row[ROLLUP]) for row in rows]
    upper = [_upper_noise(name, row) for row in rows]
    low = [None if high is None else 0.0 for high in upper]
    series = Series(label, [row.get(name) for row in rows], low, upper)
    counts = [row[_NOISE][name]["target_rows"] for row in rows]
    picture = line_picture(moments, [series], counts, "number")
    parameters = {"model_id": model.id}
    title = f"{name}: drift over time"
    operation = "query_data_drift"
    note = "Band: what chance makes of rows from the reference in 95 % of cases. Bars: rows."
    return Chart("course", title, columns, rows, operation, parameters, body, note, picture)


def _against(model: ModelView, name: str) -> Chart | None:
    request = _request(model, "PSI", [name])
    body = {
        "property": name,
        "num_bins": _BINS,
        "base": request["base"],
        "target": request["target"],
    }
    rows = model.run("query_psi_bucket_table", body)
    if not rows:
        return None
    columns = [
        Column("bucket", "Bucket", "text"),
        Column("base_bucket_min", "From"),
        Column("base_bucket_max", "To"),
        Column("base_count_per_bucket", "Reference rows", "count"),
        Column("base_probability_per_bucket", "Reference", "percent"),
        Column("target_count_per_bucket", "Rows now", "count"),
        Column("target_probability_per_bucket", "Now", "percent"),
        Column("psi", "PSI"),
    ]
    if "base_bucket_min" not in rows[0]:
        columns = [c for c in columns if c.key not in {"base_bucket_min", "base_bucket_max"}]
    parameters = {"model_id": model.id}
    title = f"{name}: reference and now"
    note = "Buckets hold about equal shares of the reference, so a flat picture means no drift."
    if "base_bucket_min" not in rows[0]:
        note = ""
    return Chart(
        "distribution",
        title,
        columns,
        rows,
        "query_psi_bucket_table",
        parameters,
        body,
        note,
        _pairs(rows),
    )


def _pairs(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    keys = ("base_probability_per_bucket", "target_probability_per_bucket")
    most = max((float(row[key] or 0) for row in rows for key in keys), default=0.0)
    _, high, step = scale(0.0, most or 1.0)
    width = WIDTH / len(rows)
    bars = []
    for number, row in enumerate(rows):
        for place, key in enumerate(keys):
            share = float(row[key] or 0)
            bars.append(
                {
                    "color": 1 - place,
                    "x": round(number * width + width * (0.1 + 0.4 * place), 2),
                    "width": round(width * 0.38, 2),
                    "height": round(HEIGHT * share / high, 2),
                    "text": f"{_bucket(row)}: {format_number(share, 'percent')}",
                }
            )
    labels = [_bucket(row) for row in rows]
    if len(labels) > _LABEL_BARS:
        labels = [labels[0], labels[len(labels) // 2], labels[-1]]
    ticks = [format_number(step * i, "percent") for i in range(round(high / step) + 1)]
    return {
        "kind": "pairs",
        "names": ("Reference", "Now"),
        "bars": bars,
        "ticks": ticks[::-1],
        "labels": labels,
    }


def _bucket(row: Mapping[str, Any]) -> str:
    if row.get("base_bucket_min") is not None:
        return f"{format_number(row['base_bucket_min'])} to {format_number(row['base_bucket_max'])}"
    is_range = "base_bucket_min" in row
    return "missing" if is_range or row["bucket"] is None else str(row["bucket"])
