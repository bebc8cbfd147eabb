"""Whether a model treats groups of people alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import ValueType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number
from arthurai.server.web.model_view import ModelView
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.performance_queries import Measure, find_measures, wilson
from arthurai.server.web.pictures import bar_cell
from arthurai.server.web.segment_charts import (
    VALUE,
    format_value,
    measures_by_value,
    query_by_value,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.model_schema import Attribute
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

FOUR_FIFTHS: Final = 0.8
"""Below this share of the most favored group's rate a group is marked (29 CFR 1607.4 D)."""


@page("/models/<model_id>/fairness")
def show_fairness(view: View) -> Answer:
    """Show positive rates and errors for the groups of attributes that are monitored for bias."""
    model = ModelView(view)
    monitored = [
        a for a in model.schema.stored if a.monitor_for_bias and a.value_type != ValueType.Float
    ]
    figures: list[Figure] = []
    for number, attribute in enumerate(monitored):
        if model.schema.is_binary_classifier:
            figures.append(_positive_figure(model, attribute, number))
        measures = [m for m in find_measures(model) if not m.is_heavy]
        if measures:
            figures.append(_errors_figure(model, attribute, number, measures))
    values = {"model": model, "tab": "fairness", "monitored": monitored}
    title = f"{model.name}: fairness"
    return make_page(view, "fairness.html", title, figures, values, rows=model.span.count)


def _positive_figure(model: ModelView, attribute: Attribute, number: int) -> Figure:
    title = f"Positive predictions by {attribute.name}"
    figure_id = f"positive{number}"
    return Figure(figure_id, title, lambda: _positive(model, attribute, figure_id, title))


def _errors_figure(
    model: ModelView, attribute: Attribute, number: int, measures: Sequence[Measure]
) -> Figure:
    title = f"Performance by {attribute.name}"

    figure_id = f"errors{number}"

    def build() -> Chart | None:
        return measures_by_value(model, attribute.name, measures[:4], title, chart_id=figure_id)

    return Figure(figure_id, title, build)


def _positive(model: ModelView, attribute: Attribute, figure_id: str, title: str) -> Chart | None:
    positive = model.schema.positive_predicted
    if positive is None:
        return None
    counted = {
        "property": positive.name,
        "comparator": "gte",
        "value": model.schema.threshold,
    }
    select = [{"function": "countIf", "alias": "positive", "parameters": counted}]
    body, rows = query_by_value(model, attribute.name, select)
    if not rows:
        return None
    columns = [
        Column(VALUE, attribute.name, "text"),
        Column("count", "Inferences", "count"),
        Column("positive", "Predicted positive", "count"),
    ]
    best = max(_share(row) for row in rows)
    low = [row for row in rows if best and _share(row) / best < FOUR_FIFTHS]
    picture = {
        "kind": "bars",
        "headings": [attribute.name, "Positive rate", "Of the highest rate"],
        "rows": [_row(row, best) for row in rows],
    }
    note = "Lines in bars: 95 % intervals."
    if low:
        names = ", ".join(format_value(row[VALUE]) for row in low)
        note += f" Below four fifths of the highest rate: {names}."
    parameters = {"model_id": model.id}
    return Chart(figure_id, title, columns, rows, "query", parameters, body, note, picture)


def _share(row: Mapping[str, Any]) -> float:
    return int(row["positive"]) / int(row["count"]) if row["count"] else 0.0


def _row(row: Mapping[str, Any], best: float) -> dict[str, Any]:
    share = _share(row)
    count = int(row["count"])
    ratio = share / best if best else None
    is_low = ratio is not None and ratio < FOUR_FIFTHS
    return {
        "label": format_value(row[VALUE]),
        "href": "",
        "cells": [
            bar_cell(share, format_number(share, "percent"), 0, ends=wilson(share, count), n=count),
            bar_cell(ratio, format_number(ratio, "percent"), 1 if is_low else 2),
        ],
    }
