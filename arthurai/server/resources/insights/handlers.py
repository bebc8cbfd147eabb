"""Insights: weak regions that the server found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import not_found
from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.documents import Insight
    from arthurai.server.http.request import Request

_SORT_COLUMNS: Final = member_columns(
    "timestamp",
    "status",
    "metric_value",
    "threshold_value",
    "batch_id",
    "window_start",
    "window_end",
)
_GROUP_SORT_COLUMNS: Final = member_columns("timestamp", "count", "batch_id", "window_start")


@operation("get_insight_model_counts")
def get_insight_model_counts(request: Request) -> Response:
    """Count insights by model; models without any are left out."""
    insights = request.documents(Kind.INSIGHT).list(request.organization_id)
    counts = Counter(i["model_id"] for i in insights if _passes(i, request.params))
    return Response(200, [{"model_id": m, "count": count} for m, count in counts.items()])


@operation("list_insights")
def list_insights(request: Request) -> Response:
    """List the insights of a model."""
    found = sort_items(_list(request), request.params.get("sort"), _SORT_COLUMNS)
    return Response(200, paginate(found, request.params))


@operation("update_insights")
def update_insights(request: Request) -> Response:
    """Set the status of all insights of a model."""
    documents = request.documents(Kind.INSIGHT)
    updated = 0
    with request.stores.control.transaction():
        for insight in documents.list(request.organization_id, model_id=request.model().id):
            updated += _set_status(request, insight)
    return Response(200, {"updated_count": updated})


@operation("get_insight_group_counts")
def get_insight_group_counts(request: Request) -> Response:
    """Count the insights of a model by batch or by window."""
    groups: dict[str, dict[str, Any]] = {}
    for insight in _list(request):
        member = "batch_id" if insight.get("batch_id") is not None else "window_start"
        key = insight.get(member)
        group = groups.setdefault(
            str(key),
            {"count": 0, "timestamp": insight["timestamp"], **({member: key} if key else {})},
        )
        group["count"] += 1
        group["timestamp"] = max(group["timestamp"], insight["timestamp"])
    found = sort_items(list(groups.values()), request.params.get("sort"), _GROUP_SORT_COLUMNS)
    return Response(200, paginate(found, request.params))


@operation("get_insight")
def get_insight(request: Request) -> Response:
    """Return one insight."""
    return Response(200, _find(request))


@operation("update_insight")
def update_insight(request: Request) -> Response:
    """Set the status of one insight."""
    return Response(200, {"updated_count": int(_set_status(request, _find(request)))})


def _list(request: Request) -> list[Insight]:
    found = request.documents(Kind.INSIGHT).list(
        request.organization_id, model_id=request.model().id
    )
    return [insight for insight in found if _passes(insight, request.params)]


def _find(request: Request) -> Insight:
    found = request.document(Kind.INSIGHT, "insight_id")
    if found["model_id"] != request.model().id:
        raise not_found()
    return found


def _set_status(request: Request, insight: Insight) -> bool:
    """Give an insight the status of the request; return whether that changed it."""
    status = request.body["status"]
    if insight["status"] == status:
        return False
    changed = {**insight, "status": status}
    request.documents(Kind.INSIGHT).put(request.organization_id, insight["id"], changed)
    return True


def _passes(insight: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    if params.get("status") not in {None, insight["status"]}:
        return False
    if params.get("batch_id") not in {None, insight.get("batch_id")}:
        return False
    moment = parse_timestamp(insight["timestamp"], "timestamp")
    start, end = params.get("start_time"), params.get("end_time")
    if start is not None and moment < parse_timestamp(start, "parameter start_time"):
        return False
    return end is None or moment < parse_timestamp(end, "parameter end_time")
