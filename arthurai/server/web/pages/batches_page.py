"""The batches of a model, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number
from arthurai.server.web.model_view import ModelView
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.performance_queries import find_measures, interval, select_all
from arthurai.server.web.pictures import bar_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.performance_queries import Measure
    from arthurai.server.web.view import View


@page("/models/<model_id>/batches")
def show_batches(view: View) -> Answer:
    """List the batches with their state, and compare what was predicted in them."""
    model = ModelView(view)
    datasets = view.api.call("list_datasets", {"model_id": model.id})
    batches = [d for d in datasets if d["type"] == "batch"]
    batches.sort(key=lambda d: str(d.get("created_at")), reverse=True)
    figures = []
    if batches:
        measures = [m for m in find_measures(model) if not m.is_heavy][:2]
        heading = "Batches compared"
        figures.append(Figure("batches", heading, lambda: _compare(model, measures, heading)))
    values = {"model": model, "tab": "batches", "batches": batches}
    title = f"{model.name}: batches"
    return make_page(view, "batches.html", title, figures, values, rows=model.span.count)


def _compare(model: ModelView, measures: Sequence[Measure], title: str) -> Chart | None:
    first = {
        "function": "min",
        "alias": "first",
        "parameters": {"property": "inference_timestamp"},
    }
    body = {
        "select": [
            {"property": "batch_id"},
            first,
            {"function": "count", "alias": "count"},
            *select_all(measures),
        ],
        "group_by": [{"property": "batch_id"}],
        "order_by": [{"alias": "first", "direction": "desc"}],
    }
    rows = model.run("query", body)
    columns = [
        Column("batch_id", "Batch", "text"),
        Column("first", "First inference (UTC)", "time"),
        Column("count", "Inferences", "count"),
        *(Column(m.key, m.title, m.kind) for m in measures),
    ]
    most = max((int(row["count"]) for row in rows), default=0)
    picture = {
        "kind": "bars",
        "headings": ["Batch", "Inferences", *(m.title for m in measures)],
        "rows": [
            {
                "label": str(row["batch_id"]),
                "href": "",
                "cells": [
                    bar_cell(row["count"], f"{row['count']:,}", 5, most=most),
                    *(_cell(m, row, rows, color) for color, m in enumerate(measures)),
                ],
            }
            for row in rows
        ],
    }
    parameters = {"model_id": model.id}
    return Chart("batches", title, columns, rows, "query", parameters, body, "", picture)


def _cell(
    measure: Measure, row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], color: int
) -> dict[str, Any]:
    known = [float(r[measure.key]) for r in rows if r.get(measure.key) is not None]
    most = 1.0 if measure.kind == "percent" else max(known, default=0.0)
    value = row.get(measure.key)
    text = format_number(value, measure.kind)
    return bar_cell(value, text, color, most=most, ends=interval(measure, row))
