"""Models of the API, and which models pass the filters of a list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.resources.models.model_score import compute_scores
from arthurai.server.storage.documents.stored_alerts import AlertFilter
from arthurai.server.storage.warehouse.row_questions import summarize_inferences
from arthurai.server.timestamps import format_timestamp, parse_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from arthurai.server.context import Stores
    from arthurai.server.storage.documents.stored_models import StoredModel

EXPLAINABILITY_MEMBERS: Final = (
    "explanation_algo",
    "model_server_cpu",
    "model_server_memory",
    "explanation_nsamples",
)
_ON_DEMAND: Final = ("attributes", "expected_throughput_gb_per_day")
_STATISTICS_WINDOW: Final = timedelta(days=30)

SORT_COLUMNS: Final[Mapping[str, Callable[[StoredModel], Any]]] = {
    "id": lambda r: r.id,
    "partner_model_id": lambda r: r.partner_model_id,
    "display_name": lambda r: (r.document.get("display_name") or r.partner_model_id).casefold(),
    "created_at": lambda r: r.created_at,
    "updated_at": lambda r: r.document.get("updated_at"),
    "status": lambda r: r.status,
    "input_type": lambda r: r.document["input_type"],
    "output_type": lambda r: r.document["output_type"],
    "version_sequence_num": lambda r: r.version_sequence_num,
}


def to_api(stores: Stores, record: StoredModel, expand: Collection[str]) -> dict[str, Any]:
    """Return a model of the API.

    Args:
        stores: The stores.
        record: The model.
        expand: Members that are returned only if the request names them.
    """
    model = record.to_api()
    for member in _ON_DEMAND:
        if member not in expand:
            model.pop(member, None)
    model["explainability"] = _explainability(stores, record, whole="explainability" in expand)
    for member, read in _COMPUTED.items():
        if member in expand:
            model |= read(stores, record)
    return model


def _explainability(stores: Stores, record: StoredModel, *, whole: bool) -> dict[str, Any]:
    stored = stores.control.documents(Kind.ENRICHMENT).get(
        record.organization_id, f"{record.id}/explainability"
    )
    if stored is None:
        return {"enabled": False}
    config = stored.get("config") or {}
    members = EXPLAINABILITY_MEMBERS if whole else EXPLAINABILITY_MEMBERS[:1]
    known = {member: config[member] for member in members if config.get(member) is not None}
    return {"enabled": bool(stored.get("enabled")), **known}


def _group_name(stores: Stores, record: StoredModel) -> dict[str, Any]:
    group = stores.control.model_groups.get(record.organization_id, record.model_group_id)
    return {"model_group_name": group["name"]}


def _inference_stats(stores: Stores, record: StoredModel) -> dict[str, Any]:
    if not stores.data.has_inferences(record.id):
        return {
            "total_inference_count": 0,
            "average_inference_count": 0.0,
            "last_inference_timestamp": None,
        }
    since = utc_now() - _STATISTICS_WINDOW
    total, recent, last = summarize_inferences(stores.data, record.schema, since)
    return {
        "total_inference_count": total,
        "average_inference_count": recent / _STATISTICS_WINDOW.days,
        "last_inference_timestamp": None if last is None else format_timestamp(last),
    }


def _health(stores: Stores, record: StoredModel) -> dict[str, Any]:
    scores = compute_scores(stores, record)
    return {
        "health_score": scores.overall,
        "accuracy_health_score": scores.performance,
        "drift_health_score": scores.drift,
        "ingestion_health_score": scores.ingestion,
    }


def _critical_alerts(stores: Stores, record: StoredModel) -> dict[str, Any]:
    critical = AlertFilter(
        record.organization_id,
        model_ids=(record.id,),
        statuses=("new", "acknowledged"),
        severities=("critical",),
    )
    return {"critical_alert_count": stores.control.alerts.count(critical)}


_COMPUTED: Final[Mapping[str, Callable[[Stores, StoredModel], dict[str, Any]]]] = {
    "organization_id": lambda _, r: {"organization_id": r.organization_id},
    "model_group_name": _group_name,
    "inference_stats": _inference_stats,
    "critical_alert_count": _critical_alerts,
    "health_scores": _health,
    "is_binary_classifier": lambda _, r: {"is_binary_classifier": r.schema.is_binary_classifier},
    "has_reference_set_data": lambda stores, r: {
        "has_reference_set_data": stores.data.counts(r.id)["reference"] > 0
    },
    "has_ground_truth_inferences": lambda stores, r: {
        "has_ground_truth_inferences": stores.data.counts(r.id)["ground_truth"] > 0
    },
}


def _is_found(record: StoredModel, search: str) -> bool:
    """Return whether a text occurs in a name or the description of a model, in any case."""
    wanted, document = search.casefold(), record.document
    texts = (document.get("display_name"), record.partner_model_id, document.get("description"))
    return any(wanted in str(text).casefold() for text in texts if text)


def passes_filters(record: StoredModel, params: Mapping[str, Any]) -> bool:
    """Return whether a model passes the filters of a list.

    Args:
        record: The model.
        params: Parameters of the request.
    """
    document = record.document
    display_name = params.get("display_name")
    if display_name is not None and display_name != document.get("display_name"):
        return False
    if params.get("search") and not _is_found(record, params["search"]):
        return False
    since = params.get("created_since")
    if since is not None and parse_timestamp(record.created_at, "created_at") < parse_timestamp(
        since, "parameter created_since"
    ):
        return False
    tags = params.get("tag")
    if tags and not set(tags) & set(document.get("tags") or ()):
        return False
    return all(
        not params.get(name) or value in params[name]
        for name, value in (
            ("input_types", document["input_type"]),
            ("output_types", document["output_type"]),
            ("statuses", record.status),
            ("model_group_ids", record.model_group_id),
        )
    )
