"""What the server computes beside the data: anomaly scores, hotspots, mitigation, explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import InputType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.formats import format_number
from arthurai.server.web.model_view import ModelView, over_time
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.pictures import PERIOD, bar_width, line_picture
from arthurai.server.web.svg_shapes import Series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

LABELS: Final = {
    "anomaly_detection": "Anomaly scores",
    "bias_mitigation": "Bias mitigation",
    "hotspots": "Hotspots",
    "explainability": "Explanations",
}
METRICS: Final = ("accuracy", "precision", "recall", "f1")
_MAX_DEPTH: Final = 12


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
    trees: list[dict[str, Any]] = []
    problem = ""
    if states.get("hotspots", {}).get("enabled") and "part" not in view.query:
        trees, problem = _hotspots(view, model, metric)
    values = {
        "model": model,
        "tab": "enrichments",
        "states": states,
        "labels": LABELS,
        "metric": metric,
        "metrics": METRICS,
        "trees": trees,
        "problem": problem,
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
    columns = (PERIOD, Column("count", "Inferences", "count"), Column("score", title))
    parameters = {"model_id": model.id}
    note = "0 is usual for the reference data, 1 is unlike any of them."
    return Chart("anomaly", title, columns, rows, "query", parameters, body, note, picture)


def _hotspots(view: View, model: ModelView, metric: str) -> tuple[list[dict[str, Any]], str]:
    last = model.span.last
    if last is None:
        return [], ""
    threshold = view.query.get("threshold", 0.9, type=float)
    wanted = {"model_id": model.id, "metric": metric, "threshold": threshold}
    if not model.schema.is_batch:
        wanted["date"] = last.date().isoformat()
    elif view.query.get("batch"):
        wanted["batch_id"] = view.query["batch"]
    else:
        return [], "Choose a batch on the page of batches."
    try:
        answer = view.api.call("find_hotspots", wanted)
    except OperationError as error:
        return [], error.message
    found = answer if isinstance(answer, list) else answer.get("data") or []
    return [_node(tree, metric, 0) for tree in found], ""


def _node(node: Mapping[str, Any], metric: str, depth: int) -> dict[str, Any]:
    """Return a region of a tree as the template shows it."""
    children = [node.get("left"), node.get("right")]
    value = node.get(metric)
    return {
        "rules": [_rule(name, ends) for name, ends in (node.get("rules") or {}).items()],
        "value": format_number(value, "percent"),
        "width": bar_width(value, 1.0),
        "rows": f"{int(node.get('n_samples') or 0):,}",
        "children": [_node(c, metric, depth + 1) for c in children if c and depth < _MAX_DEPTH],
    }


def _rule(name: str, ends: Any) -> str:
    if not isinstance(ends, dict):
        return f"{name}: {ends}"
    parts = []
    for key, sign in (("gt", ">"), ("gte", "≥"), ("lt", "<"), ("lte", "≤")):
        if ends.get(key) is not None:
            parts.append(f"{sign} {format_number(ends[key])}")
    return f"{name} {' and '.join(parts)}" if parts else name
