"""All models: their health, data and alerts at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import Page, Redirect, page
from arthurai.server.web.svg_shapes import draw_sparkline

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

PAGE_SIZE: Final = 25
SORTS: Final = {
    "name": "display_name",
    "newest": "-created_at",
    "updated": "-updated_at",
    "kind": "output_type",
}
_EXPAND: Final = ["inference_stats", "critical_alert_count"]
_SPARK_DAYS: Final = 30


@page("/")
def show_start(view: View) -> Answer:
    """Go to the first page that the person may read."""
    if view.may("list_models"):
        return Redirect("/models")
    return Redirect("/people" if view.may("list_users") else "/account")


@page("/models")
def show_models(view: View) -> Answer:
    """List the models that pass search and tags, one page at a time."""
    search = view.query.get("q", "").strip()
    tags = [tag for tag in view.query.getlist("tag") if tag]
    sort = SORTS.get(view.query.get("sort", ""), SORTS["newest"])
    number = view.number
    wanted = {"sort": sort, "tag": tags or None, "search": search or None, "expand": _EXPAND}
    answer = view.api.call("list_models", {**wanted, "page": number, "page_size": PAGE_SIZE})
    models, total = answer["data"], answer["total_count"]
    alerts = _open_alerts(view, [model["id"] for model in models])
    values = {
        "models": models,
        "total": total,
        "number": number,
        "last": max(1, -(-total // PAGE_SIZE)),
        "search": search,
        "tags": tags,
        "sort": view.query.get("sort", "newest"),
        "sorts": list(SORTS),
        "all_tags": _tags(view),
        "alerts": alerts,
        "vitals": _vitals(view, models) if "full" in view.query else None,
        "later": view.address(part=None).replace("/models", "/models/vitals", 1),
        "is_empty": not total and not search and not tags,
    }
    return Page("models.html", "Models", values)


@page("/models/vitals")
def show_vitals(view: View) -> Answer:
    """Return health and volume of some models, which take longer than the list."""
    models = [
        {"id": model_id, "total_inference_count": 1}
        for model_id in view.query.getlist("id")[:PAGE_SIZE]
    ]
    return Page("vitals.html", "Models", {"models": models, "vitals": _vitals(view, models)})


def _open_alerts(view: View, model_ids: list[str]) -> dict[str, int]:
    if not model_ids or not view.may("get_alert_counts"):
        return {}
    counts = view.api.call("get_alert_counts", {"model_id": model_ids, "status": "new"})
    return {item["model_id"]: item["count"] for item in counts}


def _tags(view: View) -> list[str]:
    if not view.may("list_tags"):
        return []
    answer = view.api.call("list_tags", {"page_size": 200})
    return [str(tag["name"]) for tag in answer["data"]]


def _vitals(view: View, models: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return health score and volume per day of models that have inferences."""
    found: dict[str, dict[str, Any]] = {}
    for model in models:
        if not model.get("total_inference_count"):
            continue
        found[model["id"]] = {
            "health": _health_score(view, model["id"]),
            **_volume(view, model["id"]),
        }
    return found


def _health_score(view: View, model_id: str) -> float | None:
    answer = view.api.call("get_model_health", {"model_id": [model_id]})
    score = answer["results"][0]["health_score"]
    return None if score is None else float(score)


def _volume(view: View, model_id: str) -> dict[str, Any]:
    query = {
        "select": [
            {
                "function": "roundTimestamp",
                "alias": "day",
                "parameters": {"property": "inference_timestamp", "time_interval": "day"},
            },
            {"function": "count", "alias": "count"},
        ],
        "group_by": [{"alias": "day"}],
        "order_by": [{"alias": "day", "direction": "desc"}],
    }
    try:
        answer = view.api.call(
            "query", {"model_id": model_id, "page_size": _SPARK_DAYS}, body=query
        )
    except OperationError:
        return {"spark": "", "days": 0}
    counts = [int(row["count"]) for row in answer["query_result"]][:_SPARK_DAYS][::-1]
    return {"spark": draw_sparkline(counts), "days": len(counts)}
