"""One model at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.web.model_view import ModelView, over_time
from arthurai.server.web.page_figures import Figure, make_page
from arthurai.server.web.page_registry import page
from arthurai.server.web.performance_queries import find_measures, performance_figure
from arthurai.server.web.pictures import count_picture

if TYPE_CHECKING:
    from arthurai.server.web.charts import Chart
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View


@page("/models/<model_id>")
def show_overview(view: View) -> Answer:
    """Show what a model is and how it does."""
    model = ModelView(view)
    measures = find_measures(model)
    figures = [Figure("volume", "Inferences", lambda: _volume(model))]
    if measures:
        figures.append(performance_figure(model, measures[:1], "performance", measures[0].title))
    alerts: dict[str, Any] = {"data": [], "total_count": 0}
    if view.may("list_alerts"):
        alerts = view.api.call(
            "list_alerts",
            {"model_id": [model.id], "status": "new", "sort": "-timestamp", "page_size": 5},
        )
    values = {
        "model": model,
        "alerts": alerts,
        "reference": _reference(view, model),
        "truths": _truths(model),
        "tab": "",
    }
    return make_page(view, "overview.html", model.name, figures, values, rows=model.span.count)


def _volume(model: ModelView) -> Chart:
    body = over_time([{"function": "count", "alias": "count"}], model)
    return count_picture(model, "volume", "Inferences", body)


def _reference(view: View, model: ModelView) -> int | None:
    if not view.may("get_reference_data"):
        return None
    found = view.api.call("get_reference_data", {"model_id": model.id})
    return int(found.get("records") or 0)


def _truths(model: ModelView) -> int | None:
    """Return how many inferences have ground truth, or `None` for models without any."""
    truth = model.truth
    if truth is None or not model.span.count:
        return None
    counted = {"property": truth.name, "comparator": "NotNull"}
    select = [{"function": "countIf", "alias": "count", "parameters": counted}]
    return int(model.run("query", {"select": select})[0]["count"] or 0)
