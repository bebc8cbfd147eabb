"""What the server computes beside the data: anomaly scores, hotspots, mitigation, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import InputType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number
from arthurai.server.web.hotspot_tree import grow
from arthurai.server.web.model_view import ModelView, over_time
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.pictures import line_picture
from arthurai.server.web.svg_shapes import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.web.hotspot_tree import Branch
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

LABELS: Final = {
    "anomaly_detection": "Anomaly scores",
    "bias_mitigation": "Bias mitigation",
    "hotspots": "Hotspots",
    "explainability": "Explanations",
}
METRICS: Final = ("accuracy", "precision", "recall", "f1")
_ABOVE_ALL: Final = 1.01


@page("/models/<model_id>/enrichments")
def show_enrichments(view: View) -> Answer:
    """Show the state of the enrichments and what they found."""
    model = ModelView(view)
    states = view.api.call("get_enrichments", {"model_id": model.id})
    figures = []
    scored = states.get("anomaly_detection", {}).get("enabled")
    if scored and model.schema.input_type != InputType.TimeSeries:
        heading = "Mean anomaly score"
        figures.append(Figure("anomaly", heading, lambda: _anomaly(model, heading), is_heavy=True))
    metric = view.query.get("metric", "accuracy")
    if metric not in METRICS:
        metric = "accuracy"
    hotspots = Hotspots()
    if states.get("hotspots", {}).get("enabled") and "part" not in view.query:
        hotspots = _hotspots(view, model, metric)
    values = {
        "model": model,
        "tab": "enrichments",
        "states": states,
        "labels": LABELS,
        "metric": metric,
        "metrics": METRICS,
        "hotspots": hotspots,
    }
    title = f"{model.name}: enrichments"
    return make_page(view, "enrichments.html", title, figures, values, rows=model.span.count)


def _anomaly(model: ModelView, title: str) -> Chart | None:
    score = {"function": "avg", "alias": "score", "parameters": {"property": "anomaly_score"}}
    body = {
        **over_time([{"function": "count", "alias": "count"}, score], model),
        "from": "enriched",
    }
    rows = model.run("query", body)
    if not any(row["score"] is not None for row in rows):
        return None
    moments = [str(row["period"]) for row in rows]
    counts = [int(row["count"]) for row in rows]
    picture = line_picture(moments, [Series(title, [r["score"] for r in rows])], counts, "number")
    columns = (
        model.time_column("period"),
        Column("count", "Inferences", "count"),
        Column("score", title),
    )
    parameters = {"model_id": model.id}
    note = "0 is usual for the reference data, 1 is unlike any of them."
    return Chart("anomaly", title, columns, rows, "query", parameters, body, note, picture)


@dataclass(frozen=True, slots=True)
class Hotspots:
    """Weak regions of a model.

    Attributes:
        whole: The measure over all rows of the window, as text.
        limit: Regions below it are weak.
        branches: The regions as a tree.
        problem: Why there are none.
    """

    whole: str = ""
    limit: float | None = None
    branches: Sequence[Branch] = ()
    problem: str = ""


def _hotspots(view: View, model: ModelView, metric: str) -> Hotspots:
    """Return the regions of the last week, or of a batch, that are weaker than the whole."""
    last = model.span.last
    if last is None:
        return Hotspots()
    wanted: dict[str, Any] = {"model_id": model.id, "metric": metric}
    if not model.schema.is_batch:
        wanted["date"] = last.date().isoformat()
    else:
        batch = view.query.get("batch") or _last_batch(view, model)
        if not batch:
            return Hotspots(problem="There is no batch yet.")
        wanted["batch_id"] = batch
    try:
        found = view.api.call("find_hotspots", {**wanted, "threshold": _ABOVE_ALL})["data"]
        if not found:
            return Hotspots(problem="There is no ground truth in the last week of data.")
        whole = float(found[0][metric])
        limit = min(view.query.get("threshold", whole, type=float), whole)
        regions = view.api.call("find_hotspots", {**wanted, "threshold": limit})["data"]
    except OperationError as error:
        return Hotspots(problem=error.message)
    return Hotspots(format_number(whole, "percent"), limit, grow(regions, metric))


def _last_batch(view: View, model: ModelView) -> str:
    datasets = view.api.call("list_datasets", {"model_id": model.id})
    batches = [d for d in datasets if d["type"] == "batch"]
    batches.sort(key=lambda d: str(d.get("created_at")))
    return str(batches[-1]["batch_id"]) if batches else ""
