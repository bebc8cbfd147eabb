"""Whether the data of a model are complete and within what was described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import ValueType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number, format_time
from arthurai.server.web.model_view import ModelView, over_time, with_filters
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.pictures import bar_cell
from arthurai.server.web.svg_shapes import HeatCell, heat_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.model_schema import Attribute
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

_MAX_ATTRIBUTES: Final = 40
_LIMITS: Final = (0.0001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.9)
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})


@page("/models/<model_id>/quality")
def show_quality(view: View) -> Answer:
    """Show missing values over time, and values outside of ranges and categories."""
    model = ModelView(view)
    attributes = list(model.inputs)
    attributes += [a for a in model.schema.predicted if not a.implicit]
    number = view.number
    first = (number - 1) * _MAX_ATTRIBUTES
    some = attributes[first : first + _MAX_ATTRIBUTES]
    ranged = [
        a for a in some if a.value_type in _NUMBERS and None not in {a.min_range, a.max_range}
    ]
    figures = []
    if some:
        figures.append(
            Figure("missing", "Missing values", lambda: _missing(model, some), is_heavy=True)
        )
    if ranged:
        heading = "Outside of the described range"
        figures.append(Figure("outside", heading, lambda: _outside(model, ranged), is_heavy=True))
    values = {
        "model": model,
        "tab": "quality",
        "number": number,
        "last": max(1, -(-len(attributes) // _MAX_ATTRIBUTES)),
    }
    title = f"{model.name}: data quality"
    return make_page(view, "quality.html", title, figures, values, rows=model.span.count)


def _count_if(alias: str, name: str, comparator: str, value: Any = None) -> dict[str, Any]:
    parameters: dict[str, Any] = {"property": name, "comparator": comparator}
    if value is not None:
        parameters["value"] = value
    return {"function": "countIf", "alias": alias, "parameters": parameters}


def _missing(model: ModelView, attributes: Sequence[Attribute]) -> Chart | None:
    counted = [
        _count_if(f"missing_{number}", a.name, "IsNull") for number, a in enumerate(attributes)
    ]
    body = over_time([{"function": "count", "alias": "count"}, *counted], model)
    rows = model.run("query", body)
    if not rows:
        return None
    columns = [
        model.time_column("period"),
        Column("count", "Inferences", "count"),
        *(Column(f"missing_{n}", a.name, "count") for n, a in enumerate(attributes)),
    ]
    picture = {
        "kind": "heat",
        "heading": "Share missing",
        "columns": [format_time(row["period"]) for row in rows],
        "rows": [
            {"label": a.name, "href": "", "cells": [_cell(a.name, f"missing_{n}", r) for r in rows]}
            for n, a in enumerate(attributes)
        ],
        "scale": [
            ("none" if not low else f"from {format_number(low, 'percent')}", step)
            for step, low in enumerate((0.0, *_LIMITS))
            if step != 1
        ],
    }
    parameters = {"model_id": model.id}
    note = "The share of inferences without a value."
    return Chart(
        "missing", "Missing values", columns, rows, "query", parameters, body, note, picture
    )


def _cell(name: str, key: str, row: Mapping[str, Any]) -> HeatCell:
    count = int(row["count"])
    share = int(row[key]) / count if count else None
    text = format_number(share, "percent")
    said = f"{name}, {format_time(row['period'])}: {text}"
    return HeatCell(text, heat_step(share, _LIMITS), said)


def _outside(model: ModelView, attributes: Sequence[Attribute]) -> Chart | None:
    select: list[dict[str, Any]] = [{"function": "count", "alias": "count"}]
    for number, attribute in enumerate(attributes):
        select.append(_count_if(f"below_{number}", attribute.name, "lt", attribute.min_range))
        select.append(_count_if(f"above_{number}", attribute.name, "gt", attribute.max_range))
    body = with_filters({"select": select}, model.filters)
    rows = model.run("query", body)
    if not rows or not rows[0]["count"]:
        return None
    row = rows[0]
    columns = [Column("count", "Inferences", "count")]
    drawn = []
    for number, attribute in enumerate(attributes):
        columns.append(Column(f"below_{number}", f"{attribute.name} below", "count"))
        columns.append(Column(f"above_{number}", f"{attribute.name} above", "count"))
        shares = [int(row[f"{side}_{number}"]) / row["count"] for side in ("below", "above")]
        low, high = format_number(attribute.min_range), format_number(attribute.max_range)
        drawn.append(
            {
                "label": f"{attribute.name} ({low} to {high})",
                "href": "",
                "cells": [
                    bar_cell(share, format_number(share, "percent"), color)
                    for color, share in enumerate(shares)
                ],
            }
        )
    picture = {"kind": "bars", "headings": ["Attribute", "Below", "Above"], "rows": drawn}
    parameters = {"model_id": model.id}
    title = "Outside of the described range"
    return Chart("outside", title, columns, rows, "query", parameters, body, "", picture)
