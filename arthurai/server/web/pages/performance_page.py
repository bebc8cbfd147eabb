"""How good the predictions of a model are: over time, and by segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import OutputType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number
from arthurai.server.web.model_view import ModelView, with_filters
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.performance_queries import find_measures, performance_figure
from arthurai.server.web.pictures import bar_cell
from arthurai.server.web.segment_charts import measures_by_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.performance_queries import Measure
    from arthurai.server.web.view import View

_MAX_CLASSES: Final = 20
_CLASS_RATES: Final = (
    ("precision", "Precision"),
    ("true_positive_rate", "Recall"),
    ("f1", "F1"),
)


@page("/models/<model_id>/performance")
def show_performance(view: View) -> Answer:
    """Show the measures of a model over time and by the values of an attribute."""
    model = ModelView(view)
    measures = find_measures(model)
    light = [measure for measure in measures if not measure.is_heavy]
    figures = [
        performance_figure(model, [measure], measure.key, measure.title, light)
        if measure in light
        else performance_figure(model, [measure], measure.key, measure.title)
        for measure in measures
    ]
    wide: list[Figure] = []
    if model.schema.output_type == OutputType.Multiclass and not model.schema.is_binary_classifier:
        wide.append(Figure("classes", "By class", lambda: _by_class(model)))
    grouping = _grouping(model)
    if light and grouping is not None:
        wide.append(_segments(model, grouping, light[:3]))
    values = {
        "model": model,
        "tab": "performance",
        "by": grouping,
        "small": len(figures),
    }
    title = f"{model.name}: performance"
    return make_page(
        view, "performance.html", title, [*figures, *wide], values, rows=model.span.count
    )


def _segments(model: ModelView, grouping: str, measures: Sequence[Measure]) -> Figure:
    title = f"By {grouping}"
    return Figure(
        "segments",
        title,
        lambda: measures_by_value(model, grouping, measures, title),
        is_heavy=True,
    )


def _grouping(model: ModelView) -> str | None:
    names = [attribute.name for attribute in model.groupable]
    wanted = model.view.query.get("by")
    if wanted in names:
        return wanted
    return names[0] if names else None


def _by_class(model: ModelView) -> Chart | None:
    """Return the rates of each class against the others, one function for each."""
    names = [attribute.name for attribute in model.schema.predicted[:_MAX_CLASSES]]
    body = with_filters(
        {
            "select": [
                {
                    "function": "confusionMatrixRateMulticlass",
                    "alias": f"class_{number}",
                    "parameters": {"predicted_property": name},
                }
                for number, name in enumerate(names)
            ]
        },
        model.filters,
    )
    rows = model.run("query", body)
    if not rows or not any(rows[0].values()):
        return None
    columns = [Column(f"class_{number}", name, "text") for number, name in enumerate(names)]
    found = [(name, rows[0][f"class_{number}"] or {}) for number, name in enumerate(names)]
    picture: dict[str, Any] = {
        "kind": "bars",
        "headings": ["Class", *(label for _, label in _CLASS_RATES)],
        "rows": [
            {
                "label": name,
                "href": "",
                "cells": [
                    _rate(rates.get(key), color) for color, (key, _) in enumerate(_CLASS_RATES)
                ],
            }
            for name, rates in found
        ],
    }
    parameters = {"model_id": model.id}
    return Chart("classes", "By class", columns, rows, "query", parameters, body, "", picture)


def _rate(value: float | None, color: int) -> dict[str, Any]:
    return bar_cell(value, format_number(value, "percent"), color)
