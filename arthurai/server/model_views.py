"""What of a model is shown, and which models pass the filters of a list."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from arthurai.server.app import ArthurApp
    from arthurai.server.control.models import ModelRecord

_ON_DEMAND: Final = ("attributes", "expected_throughput_gb_per_day")

SORT_COLUMNS: Final[Mapping[str, Callable[[ModelRecord], Any]]] = {
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


def shown(app: ArthurApp, record: ModelRecord, expand: Collection[str]) -> dict[str, Any]:
    """Return a model as the API shows it.

    Args:
        app: The application.
        record: The model.
        expand: Members that are shown on demand only.
    """
    del app
    model = record.shown()
    for member in _ON_DEMAND:
        if member not in expand:
            model.pop(member, None)
    if "organization_id" in expand:
        model["organization_id"] = record.organization_id
    if "is_binary_classifier" in expand:
        model["is_binary_classifier"] = record.schema.is_binary_classifier
    model["explainability"] = {"enabled": False}
    return model


def passes(record: ModelRecord, params: Mapping[str, Any]) -> bool:
    """Tell whether a model passes the filters of ``list_models``.

    Args:
        record: The model.
        params: Parameters of the request.
    """
    document = record.document
    display_name = params.get("display_name")
    if display_name is not None and display_name != document.get("display_name"):
        return False
    since = params.get("created_since")
    if since is not None and _moment(record.created_at) < _moment(since):
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


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
