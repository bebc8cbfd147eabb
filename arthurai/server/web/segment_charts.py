"""Measures of performance by the values of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number
from arthurai.server.web.model_view import with_filters
from arthurai.server.web.performance_queries import count_labeled, interval, select_all
from arthurai.server.web.pictures import bar_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.web.model_view import ModelView
    from arthurai.server.web.performance_queries import Measure

MAX_GROUPS: Final = 30
VALUE: Final = "value"
"""Name of the value of the attribute in rows: its own name may be that of a measure."""


def query_by_value(
    model: ModelView, attribute: str, select: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a query that counts the values of an attribute, most frequent first, and its rows.

    Args:
        model: The model.
        attribute: Name of the attribute.
        select: What to compute for each value besides.
    """
    counted = [{"property": attribute, "alias": VALUE}, {"function": "count", "alias": "count"}]
    body = with_filters(
        {
            "select": [*counted, *select],
            "group_by": [{"alias": VALUE}],
            "order_by": [{"alias": "count", "direction": "desc"}],
        },
        model.filters,
    )
    return body, model.run("query", body)


def measures_by_value(
    model: ModelView,
    attribute: str,
    measures: Sequence[Measure],
    title: str,
    *,
    chart_id: str = "segments",
) -> Chart | None:
    """Return the chart of some measures for each value of an attribute.

    Args:
        model: The model.
        attribute: Name of the attribute.
        measures: The measures.
        title: Title of the chart.
        chart_id: Name of the chart within the page.
    """
    body, rows = query_by_value(model, attribute, select_all(measures))
    if not rows:
        return None
    columns = [
        Column(VALUE, attribute, "text"),
        Column("count", "Inferences", "count"),
        *(Column(measure.key, measure.title, measure.kind) for measure in measures),
    ]
    most = {measure.key: _most(measure, rows) for measure in measures}
    picture = {
        "kind": "bars",
        "headings": [attribute, *(measure.title for measure in measures), "Inferences"],
        "rows": [
            {
                "label": format_value(row.get(VALUE)),
                "href": model.view.address(segment=attribute, value=str(row.get(VALUE)))
                if row.get(VALUE) is not None
                else "",
                "cells": [
                    *(_cell(m, row, most[m.key], color) for color, m in enumerate(measures)),
                    _count(row, rows),
                ],
            }
            for row in rows[:MAX_GROUPS]
        ],
    }
    note = "Choose a value to see the whole page for it. Lines in bars: 95 % intervals."
    if len(rows) > MAX_GROUPS:
        note += f" The {MAX_GROUPS} largest of {len(rows)} groups are drawn; the table has all."
    parameters = {"model_id": model.id}
    return Chart(chart_id, title, columns, rows, "query", parameters, body, note, picture)


def format_value(value: Any) -> str:
    """Return a value of an attribute as text.

    Args:
        value: The value.
    """
    if value is None:
        return "missing"
    return str(value) or "(empty)"


def _most(measure: Measure, rows: Sequence[Mapping[str, Any]]) -> float:
    if measure.kind == "percent":
        return 1.0
    return max((float(row.get(measure.key) or 0) for row in rows), default=0.0)


def _cell(measure: Measure, row: Mapping[str, Any], most: float, color: int) -> dict[str, Any]:
    value = row.get(measure.key)
    return bar_cell(
        value,
        format_number(value, measure.kind),
        color,
        most=most,
        ends=interval(measure, row),
        n=None if value is None else count_labeled(row),
    )


def _count(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    most = max(int(each["count"]) for each in rows)
    return bar_cell(row["count"], f"{row['count']:,}", 5, most=most)
