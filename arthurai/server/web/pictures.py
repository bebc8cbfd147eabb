"""Charts with their pictures, from the rows of queries."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import parse_time
from arthurai.server.web.svg_shapes import Series, draw_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.web.model_view import ModelView


def line_picture(
    moments: Sequence[str], series: Sequence[Series], counts: Sequence[int], kind: str
) -> dict[str, Any]:
    """Return the picture of some series over time.

    Args:
        moments: Starts of the periods, as the API writes them.
        series: The lines.
        counts: Rows of each period; empty to leave them out.
        kind: How values are written.
    """
    starts = [parse_time(moment) for moment in moments]
    return {
        "kind": "lines",
        "drawn": draw_lines(moments, series, counts, kind),
        "data": {
            # The script shows times as those of UTC, so it gets what the clocks say.
            "x": [t if t is None else t.replace(tzinfo=UTC).timestamp() for t in starts],
            "zoned": any(t is not None and t.utcoffset() for t in starts),
            "unit": kind,
            "counts": list(counts),
            "series": [
                {
                    "label": one.label,
                    "values": list(one.values),
                    "low": list(one.low),
                    "high": list(one.high),
                }
                for one in series
            ],
        },
    }


def count_picture(
    model: ModelView, chart_id: str, title: str, body: Mapping[str, Any], note: str = ""
) -> Chart:
    """Return the chart of a query that counts rows by period.

    Args:
        model: The model.
        chart_id: Name within the page.
        title: What it shows.
        body: A query with `period` and `count`.
        note: What a reader has to know.
    """
    columns = (model.time_column("period"), Column("count", title, "count"))
    rows = model.run("query", body)
    moments = [str(row["period"]) for row in rows]
    counts = [int(row["count"]) for row in rows]
    picture = line_picture(moments, [Series(title, counts)], (), "count")
    parameters = {"model_id": model.id}
    return Chart(chart_id, title, columns, rows, "query", parameters, body, note, picture)


def bar_width(value: float | None, most: float) -> float:
    """Return the width of a bar in percent.

    Args:
        value: Its value.
        most: The value of a full bar.
    """
    if value is None or most <= 0:
        return 0.0
    return round(100 * min(max(value / most, 0.0), 1.0), 2)


def bar_cell(
    value: float | None,
    text: str,
    color: int,
    *,
    most: float = 1.0,
    ends: tuple[float, float] | None = None,
    n: int | None = None,
) -> dict[str, Any]:
    """Return one bar of a picture of bars.

    Args:
        value: Its value.
        text: Its value as text.
        color: Number of its color.
        most: The value of a full bar.
        ends: Ends of its interval.
        n: How many rows it rests on.
    """
    return {
        "width": bar_width(value, most),
        "text": text,
        "color": color,
        "low": None if ends is None else bar_width(ends[0], most),
        "high": None if ends is None else bar_width(ends[1], most),
        "n": n,
    }
