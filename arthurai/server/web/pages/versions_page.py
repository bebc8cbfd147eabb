"""The versions of a model, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.web.formats import format_number
from arthurai.server.web.model_view import ModelView
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import Page, page
from arthurai.server.web.performance_queries import find_measures, select_all

if TYPE_CHECKING:
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

MAX_VERSIONS: Final = 12


@page("/models/<model_id>/versions")
def show_versions(view: View) -> Answer:
    """Compare the versions of the group of a model."""
    model = ModelView(view)
    wanted = {
        "model_group_id": model.model["model_group_id"],
        "expand": ["attributes", "inference_stats"],
        "page_size": 100,
    }
    answer = view.api.call("list_model_group_versions", wanted)
    versions = sorted(answer["data"], key=lambda v: -int(v["version_sequence_num"]))
    versions = versions[:MAX_VERSIONS]
    measures = [m for m in find_measures(model) if not m.is_heavy][:4]
    titles = [measure.title for measure in measures]
    results: dict[str, list[str]] = {}
    for version in versions:
        row: dict[str, Any] = {}
        if measures and version.get("total_inference_count"):
            body = {"select": select_all(measures)}
            try:
                found = view.api.call("query", {"model_id": version["id"]}, body=body)
                row = found["query_result"][0]
            except (OperationError, IndexError):
                row = {}
        results[version["id"]] = [format_number(row.get(m.key), m.kind) for m in measures]
    values = {
        "model": model,
        "tab": "versions",
        "versions": versions,
        "titles": titles,
        "results": results,
        "names": {v["id"]: {a["name"] for a in v.get("attributes") or ()} for v in versions},
        "figures": [],
    }
    return Page("versions.html", f"{model.name}: versions", values)
